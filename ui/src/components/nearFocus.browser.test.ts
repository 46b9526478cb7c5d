import { createRawSnippet, flushSync, mount, unmount } from "svelte";
import { afterEach, expect, test } from "vitest";
import { page, userEvent } from "vitest/browser";
import Dialog from "./Dialog.svelte";
import { keepFocusNear } from "./nearFocus";

let stop = (): void => undefined;
afterEach(() => {
  stop();
  document.body.replaceChildren();
});

/** Rows with two buttons each, of which the second takes its row away. */
function rows(...names: string[]): HTMLElement {
  const list = document.createElement("ul");
  list.tabIndex = -1;
  list.innerHTML = names
    .map((name) => `<li><button>Open ${name}</button><button>Remove ${name}</button></li>`)
    .join("");
  list.addEventListener("click", ({ target }) => {
    const pressed = target as HTMLElement;
    if (pressed.textContent.startsWith("Remove")) pressed.closest("li")?.remove();
  });
  return list;
}

function within(element: HTMLElement): void {
  document.body.append(element);
  stop = keepFocusNear(element);
}

const focused = () => document.activeElement?.textContent;
const press = async (name: string) => {
  (page.getByRole("button", { name }).element() as HTMLElement).focus();
  await userEvent.keyboard("{Enter}");
};

test("the button of a row that goes is followed by the same of the next, of the last by that of the one before", async () => {
  within(rows("one", "two", "three"));
  await press("Remove two");
  await expect.poll(focused).toBe("Remove three");
  await userEvent.keyboard("{Enter}");
  await expect.poll(focused).toBe("Remove one");
  await userEvent.keyboard("{Enter}");
  await expect.poll(() => document.activeElement?.tagName).toBe("UL");
});

test("what comes in the place of what had the focus gets it", async () => {
  const box = document.createElement("div");
  box.innerHTML = "<button>Before</button><p><button>Ask</button></p><button>After</button>";
  within(box);
  box.querySelector("p")?.addEventListener("click", () => {
    box.querySelector("p")?.replaceChildren(...rows("it").querySelectorAll("button"));
  });
  await press("Ask");
  await expect.poll(focused).toBe("Open it");
});

test("who has gone elsewhere is not called back", async () => {
  const list = rows("one", "two");
  const outside = document.createElement("button");
  outside.textContent = "Outside";
  document.body.append(outside);
  within(list);
  (page.getByRole("button", { name: "Remove one" }).element() as HTMLElement).focus();
  outside.focus();
  list.querySelector("li")?.remove();
  await new Promise((resolve) => requestAnimationFrame(resolve));
  expect(focused()).toBe("Outside");
});

test("in a dialog, too, the focus stays where something went and does not go to the way out", async () => {
  const children = createRawSnippet(() => ({ render: () => rows("one", "two").outerHTML }));
  const shown = mount(Dialog, {
    target: document.body,
    props: { open: true, title: "Rows", onClose: () => undefined, children },
  });
  flushSync();
  const remove = page.getByRole("button", { name: "Remove one" });
  await expect.element(remove).toBeVisible();
  remove.element().addEventListener("click", () => remove.element().closest("li")?.remove());
  await press("Remove one");
  await expect.poll(focused).toBe("Remove two");
  await unmount(shown);
});
