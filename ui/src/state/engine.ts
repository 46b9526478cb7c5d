// What every feature needs from the engine's side, handed down once from the top.

import { createContext } from "svelte";
import type { Ipc } from "../ipc/ipc";
import { Changes } from "./changes";
import { LineState } from "./line.svelte";
import { LiveViews } from "./live";
import { Preferences } from "./preferences.svelte";
import { whenPageStands } from "./shown";
import { Toasts } from "./toasts.svelte";

export type Engine = {
  ipc: Ipc;
  line: LineState;
  live: LiveViews;
  changes: Changes;
  toasts: Toasts;
  preferences: Preferences;
};

/** So long a view is followed that nobody looks at any more. */
const LINGER_MS = 5_000;

export const [useEngine, provideEngine] = createContext<Engine>();

export function engineOver(ipc: Ipc): Engine {
  const toasts = new Toasts();
  return {
    ipc,
    line: new LineState(ipc),
    live: new LiveViews(ipc, LINGER_MS, whenPageStands),
    changes: new Changes(ipc, toasts),
    toasts,
    preferences: new Preferences(ipc),
  };
}
