import { expect, test } from "vitest";
import { kindOf, LARGEST_PICTURE, pictureType, shownName } from "./kinds";

const typed = (name: string, mime = "", size = 10) => ({ name, mime, size });

test("pictures are of five types, by what the system says or else by their name", () => {
  expect(pictureType(typed("a", "image/png"))).toBe("image/png");
  expect(pictureType(typed("a.JPG"))).toBe("image/jpeg");
  expect(pictureType(typed("a.webp", "application/octet-stream"))).toBe("image/webp");
  expect(pictureType(typed("a.png", "text/html"))).toBeNull();
});

test("SVG is no picture, and what would fill the memory is none", () => {
  expect(pictureType(typed("a.svg"))).toBeNull();
  expect(pictureType(typed("a.png", "image/svg+xml"))).toBeNull();
  expect(pictureType(typed("a.png", "image/png", LARGEST_PICTURE + 1))).toBeNull();
});

test("a name cannot turn its ending around", () => {
  expect(shownName("invoice\u202efdp.exe")).toBe("invoicefdp.exe");
  expect(shownName("ملاحظات.pdf")).toBe("ملاحظات.pdf");
  expect(shownName("\u200f ")).toBe("File");
});

test("each kind has its icon", () => {
  const names = ["a.svg", "a.csv", "a.zip", "a.mp3", "a.mp4", "a.pdf", "a", "a.xyz"];
  expect(names.map((name) => kindOf(typed(name)))).toEqual(
    "picture table archive sound film text other other".split(" "),
  );
});
