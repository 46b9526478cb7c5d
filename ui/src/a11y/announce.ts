// Says things aloud to people who use a screen reader.

let region: HTMLElement | null = null;
let turn = false;

function makeRegion(): HTMLElement {
  const element = document.createElement("div");
  element.className = "unseen";
  element.setAttribute("role", "status");
  element.setAttribute("aria-live", "polite");
  element.setAttribute("aria-atomic", "true");
  document.body.append(element);
  return element;
}

/** Speaks `text` politely. The same text twice in a row is spoken twice. */
export function announce(text: string): void {
  region ??= makeRegion();
  turn = !turn;
  region.textContent = turn ? text : `${text}\u00a0`;
}
