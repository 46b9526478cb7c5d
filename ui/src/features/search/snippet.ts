// What was found, cleaned of the signs of Markdown, for reading in one line.

import type { HitPart } from "../../ipc";

/** Signs at the beginning of a line, and those around words. */
const SIGNS = [
  /^\s{0,3}(#{1,6}|>|[-*+]|\d+[.)])\s+(\[[ xX]\]\s+)?/,
  /\s(#{1,6}|>)\s+(?=\S|$)/g,
  /(^|\s)[-*+]\s+\[[ xX]\]\s+/g,
  /\[\[|\]\]/g,
  /!?\[(?=[^\]]*\]\()|\]\([^)]*\)/g,
  /\*\*|__|~~|`+/g,
  /(^|\s)[*_](?=\S)|(?<=\S)[*_](?=\s|$)/g,
] as const;

/** What the cut at the beginning left of a word; writing without spaces stays. */
const BROKEN_WORD = /^…\S{0,24} /;

/**
 * The first words that were found, as they stand in the text, for finding them there: what was typed may have other
 * accents, or words that do not follow one another. Empty where only the title was found.
 */
export function firstFound(parts: readonly HitPart[]): string {
  const first = parts.findIndex(({ hit }) => hit);
  let words = parts[first]?.text ?? "";
  for (let at = first + 1; parts[at]?.text === " " && parts[at + 1]?.hit === true; at += 2) {
    words += ` ${parts[at + 1]?.text}`;
  }
  return words;
}

/** The same words without signs; a hit stays a hit, and no part loses a space that parts words. */
export function cleaned(parts: readonly HitPart[]): HitPart[] {
  const clean = parts.map((part, at) => {
    let text = part.text.replace(/\s+/g, " ");
    if (at === 0 && !part.hit) text = text.replace(BROKEN_WORD, "…");
    for (const [index, sign] of SIGNS.entries()) {
      if (index === 0 && at > 0) continue;
      text = text.replace(sign, (found) => (/^\s/.test(found) ? " " : ""));
    }
    return { ...part, text };
  });
  return clean.filter((part) => part.text !== "");
}
