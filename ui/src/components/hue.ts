// One of eight hues for a name, always the same one.

const HUES = 8;

export function hueOf(name: string): number {
  return (hashOf(name) >>> 13) % HUES;
}

/** People have a colour: the last hue, a grey, is for labels alone. */
export function hueOfPerson(name: string): number {
  return (hashOf(name) >>> 4) % (HUES - 1);
}

function hashOf(name: string): number {
  let hash = 0x811c9dc5;
  for (const letter of name) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193);
  return hash;
}

/** The first letters of the first and last word. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  const first = [...(words[0] ?? "")][0] ?? "?";
  const last = words.length > 1 ? ([...(words.at(-1) ?? "")][0] ?? "") : "";
  return (first + last).toLocaleUpperCase();
}
