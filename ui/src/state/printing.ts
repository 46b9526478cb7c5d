// Printing what is open, whole: whoever draws things only as they come into sight draws all of them first.

import { printPage } from "../ipc/shell";

/** Gets things ready; resolves to the way to let them go again. */
type Prepare = () => Promise<() => void>;

/** What is not there by then is missing on the paper. */
const LONGEST_WAIT_MS = 10_000;
/** Not every webview says when it is done with the page, and somebody may look for his printer. */
const LONGEST_PRINT_MS = 300_000;

const preparations = new Set<Prepare>();

/** Has something done before each printing, until the answer is called. */
export function beforePrinting(prepare: Prepare): () => void {
  preparations.add(prepare);
  return () => preparations.delete(prepare);
}

/** Opens the dialog of the system that prints what is open. Rejects with an `ApiError`. */
export async function printOpen(): Promise<void> {
  const held: (() => void)[] = [];
  let over = false;
  const letGo = (): void => {
    over = true;
    for (const release of held.splice(0)) release();
  };
  const ready = [...preparations].map(async (prepare) => {
    const release = await prepare();
    if (over) release();
    else held.push(release);
  });
  const late = new Promise((resolve) => setTimeout(resolve, LONGEST_WAIT_MS));
  await Promise.race([Promise.allSettled(ready), late]);
  window.addEventListener("afterprint", letGo, { once: true });
  setTimeout(letGo, LONGEST_PRINT_MS);
  await printPage();
}
