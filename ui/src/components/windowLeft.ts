// Whether a field lost the focus, or only the window did with the field in it.

/** Who looks at another window comes back to what was begun: nothing is kept or closed meanwhile. */
export function isWindowLeft({ target, relatedTarget }: FocusEvent): boolean {
  return relatedTarget === null && document.activeElement === target && !document.hasFocus();
}
