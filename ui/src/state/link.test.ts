import { expect, test } from "vitest";
import { linkOf } from "./route";
import { targetOf } from "./link";

test("a link leads to the document that it was made for", () => {
  const link = linkOf("w 1", "note", "d/2");
  expect(targetOf(link, "w 1")).toEqual({ at: "here", href: "#/note/d%2F2" });
  expect(targetOf("skein://open/w/board/b/c", "w")).toEqual({ at: "here", href: "#/board/b/c" });
});

test("a link into another workspace opens nothing here", () => {
  expect(targetOf("skein://open/other/note/d", "w")).toEqual({ at: "elsewhere" });
  expect(targetOf("skein://open/other/note/d", null)).toEqual({ at: "elsewhere" });
});

test("an invite is handed on whole", () => {
  const ticket = "skein://join/skein1abc";
  expect(targetOf(ticket, null)).toEqual({ at: "invite", ticket });
});

test.each([
  "",
  "skein:",
  "skein://open/w/note",
  "skein://open/w/thing/d",
  "skein://%E0%A4%A/x",
  "x",
])("%j leads nowhere", (link) => {
  expect(targetOf(link, "w")).toEqual({ at: "nowhere" });
});
