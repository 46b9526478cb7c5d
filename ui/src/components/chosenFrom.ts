// The button of the menu from which something was chosen last: a dialog that opens so gives the focus back to it, since the entry is gone.

let button: Element | null = null;

export function noteChosenFrom(from: Element | null): void {
  button = from;
}

export function chosenFrom(): Element | null {
  return button;
}
