import { expect, test } from "vitest";
import { linkOf, targetOf } from "./link";
import { hrefOf, hrefOfFound, hrefOfHeading } from "./route";

test("a link leads to the document that it was made for", () => {
  const link = linkOf("w 1", hrefOf("note", "d/2"));
  expect(link).toBe("skein://open/w%201/note/d%2F2");
  expect(targetOf(link, "w 1")).toEqual({ at: "here", href: "#/note/d%2F2" });
  expect(targetOf("skein://open/w/board/b/c", "w")).toEqual({ at: "here", href: "#/board/b/c" });
});

test("a link keeps how a board is looked at and what is to be found in a note, and nothing else", () => {
  const hrefs = [
    `${hrefOf("board", "b", "c/d")}?view=${encodeURIComponent("mine~label:a%2Cb,ü~sort:due")}`,
    hrefOfFound("n", "50% off & more?").replaceAll("+", "%20"),
    hrefOfHeading("n", "Arrival").replaceAll("+", "%20"),
  ];
  for (const href of hrefs) {
    expect(targetOf(linkOf("w", href), "w")).toEqual({ at: "here", href });
  }
  expect(targetOf("skein://open/w/note/n?run=1&find=x#y", "w")).toEqual({
    at: "here",
    href: "#/note/n?find=x%23y",
  });
});

test("a link into another workspace opens nothing here, and says which one it is", () => {
  const elsewhere = { at: "elsewhere", workspace: "other" };
  expect(targetOf("skein://open/other/note/d", "w")).toEqual(elsewhere);
  expect(targetOf("skein://open/other/note/d", null)).toEqual(elsewhere);
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
