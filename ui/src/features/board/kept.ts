// What this machine remembers of a board: how it was looked at last, named looks, and columns folded away.

import type { ColumnId } from "../../ipc";

export type Preset = { name: string; view: string };
export type Kept = {
  last: string;
  presets: readonly Preset[];
  collapsed: readonly ColumnId[];
  /** Whether a card opens over the whole width. */
  wide: boolean;
};

export const KEPT: Kept = { last: "", presets: [], collapsed: [], wide: false };

/** Named looks with this one at `at`, and no other of its name. */
export function withPreset(presets: readonly Preset[], preset: Preset, at: number): Preset[] {
  const others = presets.filter(({ name }) => name !== preset.name);
  return [...others.slice(0, at), preset, ...others.slice(at)];
}

function isPreset(value: unknown): value is Preset {
  return (
    typeof value === "object" &&
    value !== null &&
    "name" in value &&
    typeof value.name === "string" &&
    "view" in value &&
    typeof value.view === "string"
  );
}

export function keptIn(value: unknown): value is Kept {
  return (
    typeof value === "object" &&
    value !== null &&
    "last" in value &&
    typeof value.last === "string" &&
    "wide" in value &&
    typeof value.wide === "boolean" &&
    "presets" in value &&
    Array.isArray(value.presets) &&
    value.presets.every(isPreset) &&
    "collapsed" in value &&
    Array.isArray(value.collapsed) &&
    value.collapsed.every((one) => typeof one === "string")
  );
}
