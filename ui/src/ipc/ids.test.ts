import { expect, test } from "vitest";
import { freshId, toBase32 } from "./ids";

test("bytes read as RFC 4648 base32 in lower case without padding", () => {
  const text = (word: string) => toBase32(new TextEncoder().encode(word));
  expect(["", "f", "fo", "foo", "foob", "fooba", "foobar"].map(text)).toEqual([
    "",
    "my",
    "mzxq",
    "mzxw6",
    "mzxw6yq",
    "mzxw6ytb",
    "mzxw6ytboi",
  ]);
});

test("fresh ids have the engine's length and are never the same", () => {
  const ids = new Set(Array.from({ length: 500 }, freshId));
  expect(ids.size).toBe(500);
  for (const id of ids) expect(id).toMatch(/^[a-z2-7]{25}[aeimquy4]$/);
});
