// Finding things by what somebody types: beginnings of words, parts, initials, and one slip of the finger.

/** Without case and accents, so that "cafe" finds "Café". */
export function fold(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

/** What was typed, as the words that all have to be found. */
export function wordsOf(query: string): string[] {
  return fold(query).split(/\s+/).filter(Boolean);
}

const SHORTEST_WITH_SLIP = 4;
const INNER = /[\p{L}\p{N}]/u;

function beginsWordAt(text: string, at: number): boolean {
  return at === 0 || !INNER.test(text.charAt(at - 1));
}

/** Whether `text` begins with `word` but for one letter more, less, other, or two swapped. */
function beginsWithSlip(text: string, word: string): boolean {
  let at = 0;
  while (at < word.length && text[at] === word[at]) at += 1;
  // A slip in the first letter is rare, and would find almost anything.
  if (at === 0) return false;
  const rest = word.slice(at + 1);
  return (
    text.startsWith(rest, at + 1) ||
    text.startsWith(rest, at) ||
    text.startsWith(word.slice(at), at + 1) ||
    (text[at] === word[at + 1] &&
      text[at + 1] === word[at] &&
      text.startsWith(word.slice(at + 2), at + 2))
  );
}

const INITIALS = /(?<![\p{L}\p{N}])[\p{L}\p{N}]/gu;

/** How far `word` is from `text`, both folded: 0 at its beginning; null when it is not in it. */
function distance(text: string, word: string): number | null {
  let inside = false;
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    if (at === 0) return 0;
    if (beginsWordAt(text, at)) return 1;
    inside = true;
  }
  if (word.length > 1 && (text.match(INITIALS) ?? []).join("").startsWith(word)) return 1;
  if (inside) return 3;
  if (word.length < SHORTEST_WITH_SLIP) return null;
  const slip = text.split(/[^\p{L}\p{N}]+/u).some((part) => beginsWithSlip(part, word));
  return slip ? 5 : null;
}

/** How far a folded text is from what was typed, the nearest 0; null when a word is not in it. */
export function distanceTo(text: string, words: readonly string[]): number | null {
  let sum = 0;
  for (const word of words) {
    const one = distance(text, word);
    if (one === null) return null;
    sum += one;
  }
  return sum;
}
