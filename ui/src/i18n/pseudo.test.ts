import { afterEach, expect, test } from "vitest";
import english from "./en.json";
import { speak, t } from "./index";
import { pseudo, pseudoWords } from "./pseudo";

afterEach(() => {
  speak(english);
});

test("no plain letter is left, and gaps are", () => {
  expect(pseudo("Move “{title}” to")).toBe("[Ḿóṽṽé “{title}” ţţó]");
  for (const entry of Object.values(pseudoWords())) {
    const words = typeof entry === "string" ? entry : entry.one + entry.other;
    expect(words.replace(/\{\w+\}/g, "")).not.toMatch(/[a-z]/i);
  }
});

test("words grow by two fifths", () => {
  const letters = "abcdefghij".repeat(10);
  expect([...pseudo(letters)].length).toBe(142);
});

test("they are spoken once chosen, with their gaps and plurals", () => {
  speak(pseudoWords());
  expect(t("note.backlinks", { count: 3 })).toBe(
    pseudo("{count} links here").replace("{count}", "3"),
  );
});
