// Light, dark, or what the system says; kept for this window.

import { createSubscriber } from "svelte/reactivity";

export type Theme = "light" | "dark" | "system";

const KEY = "skein.theme";
const dark = () => window.matchMedia("(prefers-color-scheme: dark)");
let tell: () => void = () => undefined;
const track = createSubscriber((changed) => {
  tell = changed;
});

function stored(): Theme {
  try {
    const known = localStorage.getItem(KEY);
    return known === "light" || known === "dark" ? known : "system";
  } catch {
    return "system";
  }
}

function apply(): void {
  const wanted = stored();
  const shown = wanted === "system" ? (dark().matches ? "dark" : "light") : wanted;
  document.documentElement.dataset["theme"] = shown;
}

export function startTheme(): void {
  apply();
  dark().addEventListener("change", apply);
}

export function theme(): Theme {
  track();
  return stored();
}

export function setTheme(wanted: Theme): void {
  try {
    localStorage.setItem(KEY, wanted);
  } catch {
    // Then it holds until the window closes.
  }
  apply();
  tell();
}
