import { expect, test } from "vitest";
import { hrefOf, parseRoute } from "./route";

test("an address and its place are two ways to say one thing", () => {
  expect(parseRoute(hrefOf("note", "n 1/2"))).toEqual({ page: "note", document: "n 1/2" });
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
