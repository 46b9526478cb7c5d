// The icon beside the clock, which the desktop's shell shows in the words of the page, and what closing the window does where it is.

import { Channel } from "@tauri-apps/api/core";
import { ask } from "./shell";

/** `newNote` is null for who may not write. */
export type TrayWords = { state: string; open: string; newNote: string | null; quit: string };

/** Whether the desktop shows the icon, and whether Skein goes on then without its window. */
export type Closing = { inTray: boolean; stays: boolean };

/** Shows the icon with these words from now on. Rejects with an `ApiError`. */
export async function standInTray(words: TrayWords, onNewNote: () => void): Promise<void> {
  const channel = new Channel<"new_note">();
  channel.onmessage = onNewNote;
  await ask("stand_in_tray", { words, channel });
}

/** What closing the window does; `stays` chooses it. Rejects with an `ApiError`. */
export function closing(stays: boolean | null = null): Promise<Closing> {
  return ask<Closing>("closing", { stays });
}
