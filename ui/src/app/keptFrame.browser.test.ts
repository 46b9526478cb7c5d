import { afterEach, beforeEach, expect, test } from "vitest";
import script from "../../public/last-frame.js?raw";
import { dropLastFrame } from "../state/shown";
import { pictureOf } from "./keptFrame";

const KEPT = window as unknown as { skeinLastFrame?: unknown };

beforeEach(() => history.replaceState(null, "", " "));
afterEach(() => document.body.replaceChildren());

/** A window in which somebody was in the middle of things. */
function frame(): HTMLElement {
  const style = document.createElement("style");
  style.textContent = ":root { --ink: rgb(1, 2, 3) } .words { color: var(--ink) }";
  const made = document.createElement("div");
  made.innerHTML = `<div class="page" style="block-size: 100px; overflow: auto">
      <textarea></textarea><img src="data:," width="40" height="30" alt="" />
      <p class="words" style="block-size: 900px">Where the geese are</p>
    </div><div class="cm-cursorLayer"></div>`;
  document.body.append(style, made);
  const [title] = made.getElementsByTagName("textarea");
  if (title) title.value = "Journey";
  const [page] = made.getElementsByClassName("page");
  if (page) page.scrollTop = 120;
  return made;
}

/** The next start, as far as it goes before the app: what stands there then. */
function startWith(kept: unknown): ShadowRoot | null {
  document.body.replaceChildren();
  KEPT.skeinLastFrame = JSON.parse(JSON.stringify(kept));
  new Function(script)();
  return document.getElementById("last-frame")?.shadowRoot ?? null;
}

test("the next start shows the window as it was left: its words, its title, its colours, as far scrolled", () => {
  const shown = startWith(pictureOf(frame()));
  const words = shown?.querySelector<HTMLElement>(".words");
  expect(words?.textContent).toBe("Where the geese are");
  expect(words && getComputedStyle(words).color).toBe("rgb(1, 2, 3)");
  expect(shown?.querySelector("textarea")?.value).toBe("Journey");
  expect(shown?.querySelector(".page")?.scrollTop).toBe(120);
  const picture = shown?.querySelector("img");
  expect([picture?.getAttribute("src"), picture?.style.inlineSize]).toEqual([null, "40px"]);
  expect(shown?.querySelector(".cm-cursorLayer")).toBeNull();
});

test("nobody reaches into the picture, and it goes when the app stands in its place", async () => {
  const shown = startWith(pictureOf(frame()));
  const host = shown?.host as HTMLElement;
  expect(host.inert).toBe(true);
  expect(document.querySelector(".words")).toBeNull();
  dropLastFrame();
  await expect.poll(() => document.getElementById("last-frame")).toBeNull();
});

test("a page that was loaded again, or was given something else, begins without", () => {
  for (const kept of [undefined, null, {}, { html: 7 }]) expect(startWith(kept ?? null)).toBeNull();
  const picture = pictureOf(frame());
  history.replaceState(null, "", "#/trash");
  expect(startWith(picture)).toBeNull();
  history.replaceState(null, "", " ");
});
