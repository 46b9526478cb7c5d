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

/** Whether a letter or digit stands at `at`. */
function isInner(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  if (code < 128) return (code >= 97 && code <= 122) || (code >= 48 && code <= 57);
  return INNER.test(text.charAt(at));
}

function beginsWordAt(text: string, at: number): boolean {
  return at === 0 || !isInner(text, at - 1);
}

/** Where the words of a text begin. */
function beginnings(text: string): number[] {
  const found: number[] = [];
  for (let at = 0; at < text.length; at += 1) {
    if (beginsWordAt(text, at) && isInner(text, at)) found.push(at);
  }
  return found;
}

/** Whether at `from` the text goes on as `word` but for one letter more, less, other, or two swapped. */
function slipsAt(text: string, from: number, word: string): boolean {
  let at = 0;
  while (at < word.length && text[from + at] === word[at]) at += 1;
  // A slip in the first letter is rare, and would find almost anything.
  if (at === 0) return false;
  const here = from + at;
  return (
    text.startsWith(word.slice(at + 1), here + 1) ||
    text.startsWith(word.slice(at + 1), here) ||
    text.startsWith(word.slice(at), here + 1) ||
    (text[here] === word[at + 1] &&
      text[here + 1] === word[at] &&
      text.startsWith(word.slice(at + 2), here + 2))
  );
}

/** How far `word` is from `text`, both folded: 0 at its beginning; null when it is not in it. */
function distance(text: string, word: string): number | null {
  let inside = false;
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    if (at === 0) return 0;
    if (beginsWordAt(text, at)) return 1;
    inside = true;
  }
  if (inside && word.length === 1) return 3;
  const starts = beginnings(text);
  if (word.length > 1 && initialsBegin(text, starts, word)) return 1;
  if (inside) return 3;
  if (word.length < SHORTEST_WITH_SLIP) return null;
  return starts.some((start) => slipsAt(text, start, word)) ? 5 : null;
}

function initialsBegin(text: string, starts: readonly number[], word: string): boolean {
  if (word.length > starts.length) return false;
  for (let at = 0; at < word.length; at += 1) {
    if (text[starts[at] ?? -1] !== word[at]) return false;
  }
  return true;
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
