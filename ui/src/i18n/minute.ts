// The time as it goes on, a minute at a time: for whatever shows a clock.

import { createSubscriber } from "svelte/reactivity";

const MINUTE = 60_000;

const track = createSubscriber((changed) => {
  let timer: ReturnType<typeof setTimeout>;
  const next = () => {
    timer = setTimeout(
      () => {
        changed();
        next();
      },
      MINUTE - (Date.now() % MINUTE) + 20,
    );
  };
  next();
  return () => clearTimeout(timer);
});

/** Now, in ms since 1970; reading it in a component follows it. */
export function now(): number {
  track();
  return Date.now();
}
