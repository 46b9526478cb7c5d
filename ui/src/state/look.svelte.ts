// How the window looks: theme, size of text, density, motion, the font one reads in. Written on the root, for the tokens.

import type { Engine } from "./engine";
import { isBoolean, oneOf } from "./preferences.svelte";

/** What can be chosen; the first is what holds until somebody chooses. */
export const LOOK = {
  theme: ["system", "light", "dark", "contrast"],
  "text-size": ["normal", "small", "large", "largest"],
  density: ["comfortable", "compact"],
  motion: ["system", "reduced"],
  "reading-font": ["sans", "serif", "legible"],
} as const;

export type Aspect = keyof typeof LOOK;
export type Choice<A extends Aspect> = (typeof LOOK)[A][number];

/** Reading it in a component follows it. */
export function look<A extends Aspect>({ preferences }: Engine, aspect: A): Choice<A> {
  const choices: readonly Choice<A>[] = LOOK[aspect];
  return preferences.get(aspect, LOOK[aspect][0] as Choice<A>, oneOf(choices));
}

export function setLook<A extends Aspect>(engine: Engine, aspect: A, choice: Choice<A>): void {
  engine.preferences.set(aspect, choice);
}

/** Whether colleagues' carets are seen in texts, and they see this person's. */
export function caretsShown({ preferences }: Engine): boolean {
  return preferences.get("carets", true, isBoolean);
}

/** What a px of the design is on this screen. */
export const SCALE: Record<Choice<"text-size">, number> = {
  small: 0.9,
  normal: 1,
  large: 1.15,
  largest: 1.3,
};

/** What a length of the design is on this screen; stylesheets do this by themselves. */
export function scaled(engine: Engine, pixels: number): number {
  return Math.round(pixels * SCALE[look(engine, "text-size")]);
}

/** How high a row of a list is. */
export function rowHeight(engine: Engine): number {
  return scaled(engine, look(engine, "density") === "compact" ? 26 : 32);
}

/** Keeps the root as it was chosen, for as long as the component that calls it lives. */
export function wearLook(engine: Engine): void {
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  let systemIsDark = $state(dark.matches);
  $effect(() => {
    const changed = () => (systemIsDark = dark.matches);
    dark.addEventListener("change", changed);
    return () => dark.removeEventListener("change", changed);
  });
  $effect.pre(() => {
    const root = document.documentElement;
    const theme = look(engine, "theme");
    const isDark = theme === "dark" || (theme !== "light" && systemIsDark);
    root.dataset["theme"] = isDark ? "dark" : "light";
    root.toggleAttribute("data-contrast", theme === "contrast");
    root.dataset["density"] = look(engine, "density");
    root.dataset["textSize"] = look(engine, "text-size");
    root.dataset["motion"] = look(engine, "motion");
    root.dataset["readingFont"] = look(engine, "reading-font");
    root.style.setProperty("--scale", String(SCALE[look(engine, "text-size")]));
  });
}
