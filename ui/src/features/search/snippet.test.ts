import { expect, test } from "vitest";
import { cleaned, firstFound } from "./snippet";

const shown = (...texts: string[]) =>
  cleaned(texts.map((text, at) => ({ text, hit: at % 2 === 1 })))
    .map(({ text, hit }) => (hit ? `<${text}>` : text))
    .join("");

test("a snippet is read without the signs of Markdown", () => {
  expect(shown("## Deciding. A decision gets **what was ", "chosen", "**, see [[Hand-offs]]")).toBe(
    "Deciding. A decision gets what was <chosen>, see Hand-offs",
  );
  expect(shown("- [x] Put the `deploy ", "key", "` into [the safe](https://x.org) ~~now~~")).toBe(
    "Put the deploy <key> into the safe now",
  );
});

test("a sign right before a hit is none either", () => {
  expect(shown("then a person. ## ", "Handing", " over")).toBe("then a person. <Handing> over");
});

test("signs that parted by a hit leave the words whole", () => {
  expect(shown("say **", "wild", "** geese\n> and *more* of it")).toBe(
    "say <wild> geese and more of it",
  );
});

test("what only looks like a sign stays", () => {
  expect(shown("2 * 3 = ", "6", " and a-b, snake_case, #tag")).toBe(
    "2 * 3 = <6> and a-b, snake_case, #tag",
  );
});

test("a snippet begins with a whole word", () => {
  expect(shown("…il Monday, so I left her questions in ", "Handbook")).toBe(
    "…Monday, so I left her questions in <Handbook>",
  );
  expect(shown("…来週の", "会議")).toBe("…来週の<会議>");
  expect(shown("…x", "hit", " it")).toBe("…x<hit> it");
});

test("words of any writing stay as they are", () => {
  expect(shown("来週の", "会議", "は東京で行います。")).toBe("来週の<会議>は東京で行います。");
});

const found = (...texts: string[]) =>
  firstFound(texts.map((text, at) => ({ text, hit: at % 2 === 1 })));

test("what is handed on to find in the text is what was found, as it stands there", () => {
  expect(found("…sent the ", "Résumé", " to ", "Ana")).toBe("Résumé");
  expect(found("", "harbour", " ", "pilot", " and the ", "pilot")).toBe("harbour pilot");
  expect(found("only the title had it")).toBe("");
});
