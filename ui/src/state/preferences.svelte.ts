// What a person chose for this machine: kept by the engine, and what the first frame needs beside it, so that it does not flash.

import { SvelteMap } from "svelte/reactivity";
import { DISCONNECTED } from "../ipc/ipc";
import type { ApiError, Ipc } from "../ipc/ipc";
import { FIRST, workspaceHere } from "../ipc/page";

export type Check<T> = (value: unknown) => value is T;

export const isNumber: Check<number> = (value): value is number =>
  typeof value === "number" && isFinite(value);
export const isBoolean: Check<boolean> = (value) => typeof value === "boolean";
export const isStrings: Check<string[]> = (value) =>
  Array.isArray(value) && value.every((part) => typeof part === "string");

/** A check for one of some words. */
export function oneOf<T extends string>(words: readonly T[]): Check<T> {
  return (value): value is T => words.some((word) => word === value);
}

/** What the first frame is drawn by; read before the engine answers. */
const EARLY = [
  "theme",
  "contrast",
  "density",
  "text-size",
  "motion",
  "reading-font",
  "sidebar.width",
  "sidebar.open",
  "panel.width",
];

/** Where a value is stored for the first frame. Each workspace has its own, as in its engine. */
function storedAs(key: string): string {
  const workspace = workspaceHere();
  return `skein.preference.${workspace === FIRST ? "" : `${workspace}.`}${key}`;
}

function storedEarly(): [string, string][] {
  try {
    return EARLY.flatMap((key) => {
      const value = localStorage.getItem(storedAs(key));
      return value === null ? [] : [[key, value] as [string, string]];
    });
  } catch {
    return [];
  }
}

function storeEarly(key: string, value: string | undefined): void {
  if (!EARLY.includes(key)) return;
  try {
    if (value === undefined) localStorage.removeItem(storedAs(key));
    else localStorage.setItem(storedAs(key), value);
  } catch {
    // Then the first frame is drawn as if nothing was chosen.
  }
}

export class Preferences {
  #ipc: Ipc;
  #values = new SvelteMap<string, string>(storedEarly());
  /** How many changes of a key are on their way; what the engine says of it meanwhile is older. */
  #sent = new Map<string, number>(); // eslint-disable-line svelte/prefer-svelte-reactivity -- nobody looks at it
  #refusal = $state.raw<ApiError | null>(null);
  #told = $state(false);

  constructor(ipc: Ipc) {
    this.#ipc = ipc;
    ipc.subscribe(
      { type: "preferences" },
      (event) => {
        if (event.type === "preferences") this.#take(event.values);
      },
      (error) => {
        this.#refusal = error;
        this.#told = true;
      },
    );
  }

  /** Whether the engine has told what it keeps, or that it cannot; until then only what the first frame needs is known. */
  get told(): boolean {
    return this.#told;
  }

  /** Why the last choice holds only until this window closes, if it does. */
  get refusal(): ApiError | null {
    return this.#refusal;
  }

  /** What was chosen for `key`, if it passes `check`; else `fallback`. Reading it in a component follows it. */
  get<T>(key: string, fallback: T, check: Check<T>): T {
    const stored = this.#values.get(key);
    if (stored === undefined) return fallback;
    try {
      const value: unknown = JSON.parse(stored);
      return check(value) ? value : fallback;
    } catch {
      return fallback;
    }
  }

  /** Holds at once in this window; `undefined` forgets the choice. */
  set(key: string, value: unknown): void {
    const text = value === undefined ? undefined : JSON.stringify(value);
    if (this.#values.get(key) === text) return;
    this.#put(key, text);
    this.#sent.set(key, (this.#sent.get(key) ?? 0) + 1);
    this.#ipc.call({ type: "set_preference", key, value: text ?? null }, (answer) => {
      const left = (this.#sent.get(key) ?? 1) - 1;
      if (left === 0) this.#sent.delete(key);
      else this.#sent.set(key, left);
      const refused = "error" in answer && answer.error.code !== DISCONNECTED;
      this.#refusal = refused ? answer.error : null;
    });
  }

  #take(values: Partial<Record<string, string>>): void {
    for (const key of [...this.#values.keys()]) {
      if (!(key in values) && !this.#sent.has(key)) this.#put(key, undefined);
    }
    for (const [key, value] of Object.entries(values)) {
      if (!this.#sent.has(key) && this.#values.get(key) !== value) this.#put(key, value);
    }
    this.#told = true;
  }

  #put(key: string, value: string | undefined): void {
    if (value === undefined) this.#values.delete(key);
    else this.#values.set(key, value);
    storeEarly(key, value);
  }
}
