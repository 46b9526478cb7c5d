// Characters that each stand for one thing typed, so that it can be followed wherever it goes.

/** So many characters from the `first` on, no two alike; each seventh takes two code units. */
export function differentCharacters(first: number, count: number): string[] {
  return Array.from({ length: count }, (_, index) => {
    const next = first + index;
    return String.fromCodePoint((next % 7 === 0 ? 0x20000 : 0x4e00) + next);
  });
}
