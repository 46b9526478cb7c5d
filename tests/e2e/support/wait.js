// Waiting for a condition instead of for time.

import { isDeepStrictEqual } from "node:util";

const LIMIT = 20_000;
const STEP = 40;

/** Asks until the answer passes; returns it. Fails with the last answer when the limit is over. */
export async function until(what, ask, passes = Boolean, limit = LIMIT) {
  const end = Date.now() + limit;
  let last;
  for (;;) {
    last = await ask();
    if (passes(last)) return last;
    if (Date.now() > end) break;
    await new Promise((resolve) => setTimeout(resolve, STEP));
  }
  throw new Error(
    `waited ${limit} ms for ${what}; last seen: ${JSON.stringify(last)?.slice(0, 2000)}`,
  );
}

/** Asks until the answer deeply equals the wanted one. */
export function untilEquals(what, ask, wanted, limit) {
  return until(
    `${what} to be ${JSON.stringify(wanted).slice(0, 500)}`,
    ask,
    (seen) => isDeepStrictEqual(seen, wanted),
    limit,
  );
}

/** Asks all until they give equal answers that pass; returns the answer. */
export async function untilSame(what, asks, passes = () => true, limit) {
  const answers = await until(
    `${what} to be the same everywhere`,
    () => Promise.all(asks.map((ask) => ask())),
    ([first, ...others]) =>
      passes(first) && others.every((other) => isDeepStrictEqual(other, first)),
    limit,
  );
  return answers[0];
}
