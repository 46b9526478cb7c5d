// Escape closes the innermost of what is open beside the document; dialogs and menus close themselves before.

const open: (() => void)[] = [];

/** Closes by `close` when Escape is pressed and nothing opened later is still open: `$effect(() => closesOnEscape(close))`. */
export function closesOnEscape(close: () => void): () => void {
  open.push(close);
  return () => {
    const at = open.lastIndexOf(close);
    if (at >= 0) open.splice(at, 1);
  };
}

/** Closes the innermost; whether there was anything to close. */
export function closeInnermost(): boolean {
  const close = open.at(-1);
  close?.();
  return close !== undefined;
}
