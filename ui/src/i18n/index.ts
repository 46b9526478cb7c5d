// The words of the interface: looked up by key, with named gaps and a plural where there is a count.

import type dialogs from "./en.dialogs.json";
import english from "./en.json";

export type Entry = string | { one: string; other: string };

export type Key = (keyof typeof english | keyof typeof dialogs) & string;
export type Gaps = Record<string, string | number>;

let entries: Record<string, Entry> = english;
const plural = new Intl.PluralRules("en");

/** Other words from now on; chosen before anything is shown. */
export function speak(words: Record<string, Entry>): void {
  entries = words;
}

/** More words, which came later; those that are there already stay. */
export function learn(words: Record<string, Entry>): void {
  entries = { ...words, ...entries };
}

/** The words for `key`; `{name}` in them is filled from `gaps`, and `count` chooses the plural. */
export function t(key: Key, gaps: Gaps = {}): string {
  const entry = entries[key];
  if (entry === undefined) return key;
  const words =
    typeof entry === "string"
      ? entry
      : entry[plural.select(Number(gaps["count"] ?? 0)) === "one" ? "one" : "other"];
  return words.replace(/\{(\w+)\}/g, (gap, name: string) => String(gaps[name] ?? gap));
}

/** The language for dates and numbers. `navigator.language` can be "C" or empty on Linux. */
export function locale(): string {
  try {
    const wanted = navigator.language;
    return Intl.DateTimeFormat.supportedLocalesOf([wanted])[0] ?? "en";
  } catch {
    return "en";
  }
}

const andFormat = new Intl.ListFormat("en", { style: "long", type: "conjunction" });
const listFormat = new Intl.ListFormat("en", { style: "long", type: "disjunction" });

/** "Doing, or Done": the values that people chose while apart. */
export function orList(values: string[]): string {
  return listFormat.format(values);
}

/** "Bo and Cy": all of them. */
export function andList(values: string[]): string {
  return andFormat.format(values);
}
