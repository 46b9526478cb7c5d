import { expect, test } from "vitest";
import { Room } from "./room";

const frame = () => new Promise(requestAnimationFrame);

test("what opens above a text, grows and goes leaves the text where it is read", async () => {
  const page = document.createElement("div");
  page.style.cssText = "block-size: 200px; overflow: auto";
  page.innerHTML = `<h1>Title</h1><div></div><p style="block-size: 900px; margin: 0">Text</p>`;
  document.body.append(page);
  const [panel, text] = [page.querySelector("div"), page.querySelector("p")];
  if (!panel || !text) throw new Error("the page is not there");
  const before = text.getBoundingClientRect().top;

  panel.style.blockSize = "40px";
  const room = new Room(panel, text);
  room.begin();
  expect(text.getBoundingClientRect().top).toBe(before);

  panel.style.blockSize = "74px";
  await frame();
  await frame();
  expect(text.getBoundingClientRect().top).toBe(before);

  room.end();
  panel.remove();
  expect(text.getBoundingClientRect().top).toBe(before);
  page.remove();
});
