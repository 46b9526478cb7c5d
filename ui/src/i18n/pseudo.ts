// Words that nobody speaks: accented, longer and in brackets. What stays readable was never given to be translated, what is cut had no room.

import dialogs from "./en.dialogs.json";
import english from "./en.json";
import type { Entry } from "./index";

const PLAIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
const ACCENTED = "áƀçđéƒĝĥíĵķļḿñóṕɋŕšţúṽŵẋýžÁßÇĐÉƑĜĤÍĴĶĻḾÑÓṔɊŔŠŢÚṼŴẊÝŽ";
const accent = new Map([...PLAIN].map((letter, at) => [letter, [...ACCENTED][at] ?? letter]));

/** Other languages need up to this much more room for the same. */
const LONGER = 0.4;

/** The words as a language of long words and many accents would have them; `{gaps}` stay. */
export function pseudo(words: string): string {
  let owed = 0;
  const strange = [...words.matchAll(/\{\w+\}|./gsu)].map(([piece]) => {
    const letter = accent.get(piece);
    if (letter === undefined) return piece;
    owed += LONGER;
    if (owed < 1) return letter;
    owed -= 1;
    return letter + letter;
  });
  return `[${strange.join("")}]`;
}

/** All words of the interface. */
export function pseudoWords(): Record<string, Entry> {
  return Object.fromEntries(
    Object.entries<Entry>({ ...english, ...dialogs }).map(([key, entry]) => [
      key,
      typeof entry === "string"
        ? pseudo(entry)
        : { one: pseudo(entry.one), other: pseudo(entry.other) },
    ]),
  );
}
