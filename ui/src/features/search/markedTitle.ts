// A title with the words that were looked for marked in it.

import type { HitPart } from "../../ipc";
import { fold } from "../../state/matching";

const LETTER = /[\p{L}\p{N}]/u;
/** Scripts without spaces, in which a word may begin anywhere. */
const UNSPACED = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}]/u;

/** The title in parts: what was looked for is a hit, at the beginning of a word and whatever its accents are. */
export function markedTitle(title: string, query: string): HitPart[] {
  const signs = Array.from(title);
  const plain = signs.map(fold);
  const marked = signs.map(() => false);
  const words = fold(query).split(/[^\p{L}\p{N}]+/u);
  for (const word of words.filter((one) => one !== "")) {
    for (let from = 0; from < signs.length; from++) {
      const begins = from === 0 || !LETTER.test(signs[from - 1] ?? "");
      if (!begins && !UNSPACED.test(word)) continue;
      let to = from;
      let read = "";
      while (to < signs.length && read.length < word.length) read += plain[to++] ?? "";
      if (read === word) marked.fill(true, from, to);
    }
  }
  const parts: HitPart[] = [];
  for (const [at, text] of signs.entries()) {
    const hit = marked[at] === true;
    const last = parts.at(-1);
    if (last?.hit === hit) last.text += text;
    else parts.push({ text, hit });
  }
  return parts;
}
