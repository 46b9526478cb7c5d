import { expect, test } from "vitest";
import { hrefOf, hrefOfFound, parseRoute } from "./route";

test("an address and its place are two ways to say one thing", () => {
  expect(parseRoute(hrefOf("note", "n 1/2"))).toEqual({
    page: "note",
    document: "n 1/2",
    find: "",
  });
  expect(parseRoute(hrefOf("board", "b"))).toEqual({ page: "board", document: "b", card: null });
  expect(parseRoute(hrefOf("board", "b", "c"))).toEqual({
    page: "board",
    document: "b",
    card: "c",
  });
});

test("whatever else the address says leads home", () => {
  for (const hash of ["", "#", "#/", "#/note", "#/elsewhere/x", "#/%E0%A4%A"]) {
    expect(parseRoute(hash)).toEqual({ page: "home" });
  }
});

test("the words to find in a note are part of its address, whatever signs are in them", () => {
  for (const words of ["two words", "東京", "a?b/c&d=e", "50%"]) {
    expect(parseRoute(hrefOfFound("n 1/2", words))).toEqual({
      page: "note",
      document: "n 1/2",
      find: words,
    });
  }
});

test("a link from another program waits whole until it is known what it leads to", () => {
  expect(parseRoute("#/link/skein%3A%2F%2Fopen%2Fw%2Fnote%2Fd%3Fx")).toEqual({
    page: "link",
    link: "skein://open/w/note/d?x",
  });
});
