// What is told above a dialog belongs to it: Tab goes there and back, and the dialog does not call the focus away from it.

import { focusablesIn } from "./nearFocus";

const toasts = (): HTMLElement | null => document.querySelector(".toasts");

export function isInToasts(target: EventTarget | null): boolean {
  return target instanceof Node && toasts()?.contains(target) === true;
}

/** Tab goes round in the innermost dialog; what is told above it is the end of the round. */
function goRound(event: KeyboardEvent): void {
  const at = document.activeElement;
  const dialog = [...document.querySelectorAll<HTMLElement>('[role="dialog"]')].at(-1);
  const told = toasts();
  if (event.key !== "Tab" || event.defaultPrevented || dialog === undefined || told === null)
    return;
  const above = focusablesIn(told).filter((one) => one.closest("[inert]") === null);
  const round = [...focusablesIn(dialog), ...above];
  const from = round.findIndex((one) => one === at);
  const next = round.at((from + (event.shiftKey ? -1 : 1)) % round.length);
  // Within the dialog Tab finds its way itself.
  if (from < 0 || next === undefined || (dialog.contains(at) && dialog.contains(next))) return;
  event.preventDefault();
  event.stopPropagation();
  next.focus();
}

function keepThere(event: FocusEvent): void {
  if (isInToasts(event.target)) event.stopPropagation();
}

/** While a dialog is open: `$effect(reachToasts)`. */
export function reachToasts(): () => void {
  window.addEventListener("keydown", goRound, true);
  window.addEventListener("focusin", keepThere, true);
  return () => {
    window.removeEventListener("keydown", goRound, true);
    window.removeEventListener("focusin", keepThere, true);
  };
}
