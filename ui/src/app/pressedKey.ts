// What a key does that nothing inside took: a command, the next stroke of a sequence, or Escape.

import { tick } from "svelte";
import { closeInnermost } from "../state/closing";
import { actsInText, beginsSequence, commandFor, offered } from "../state/commands";
import type { Command, Context } from "../state/commands";
import { isText, keyName, typesText } from "../state/keys";
import { isBoolean } from "../state/preferences.svelte";
import { commandUsed } from "../state/recents";
import { remapsOf } from "../state/remaps";
import { allCommands } from "./allCommands";

/** How long the second stroke of "G H" may take. */
const NEXT_STROKE_MS = 1_500;

/**
 * Runs a command as a person does: the use is remembered, and what lies above closes first and gives the focus back,
 * since a command acts on what has it.
 */
export function perform(command: Command, context: Context): void {
  const { engine, ui } = context;
  commandUsed(engine, command.id);
  if (ui.overlay === null) {
    command.run(context);
    return;
  }
  ui.close();
  void tick().then(() => command.run(context));
}

/** A dialog or menu of a feature has the keys for itself. */
function belongsToFeature(target: EventTarget | null, context: Context): boolean {
  if (context.ui.overlay !== null || !(target instanceof HTMLElement)) return false;
  return target.closest('[role="dialog"], [role="alertdialog"], [role="menu"]') !== null;
}

export function pressedKey(context: Context): (event: KeyboardEvent) => void {
  const { engine, ui } = context;
  let begun: { key: string; at: number } | null = null;

  function commandOf(event: KeyboardEvent, key: string): Command | undefined {
    const remaps = remapsOf(engine);
    const singleKeys = engine.preferences.get("single-keys", true, isBoolean);
    const all = allCommands();
    // The palette is not offered in itself.
    const doable = [...offered(all, context), ...all.filter(({ id }) => id === "palette")];
    const inText = isText(event.target);
    const inTime = begun !== null && event.timeStamp - begun.at < NEXT_STROKE_MS;
    const whole = begun !== null && inTime ? `${begun.key} ${key}` : key;
    begun = null;
    if (typesText(whole) && (inText || !singleKeys || ui.overlay !== null)) return undefined;
    const command = commandFor(doable, whole, inText, remaps);
    if (command !== undefined) return command;
    if (beginsSequence(doable, key, remaps)) begun = { key, at: event.timeStamp };
    return undefined;
  }

  return (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    const key = keyName(event);
    if (key === null || belongsToFeature(event.target, context)) return;
    if (key === "Escape") {
      begun = null;
      if (ui.overlay === null && closeInnermost()) event.preventDefault();
      return;
    }
    const command = commandOf(event, key);
    if (command === undefined) return;
    if (ui.overlay !== null && !actsInText(command, key)) return;
    event.preventDefault();
    if (ui.overlay === command.id) ui.close();
    else perform(command, context);
  };
}
