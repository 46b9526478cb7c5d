// Every command there is now: those of what is open first, then those that hold everywhere.

import { offeredCommands } from "../state/commands";
import type { Command } from "../state/commands";
import { commands } from "./actions";

export function allCommands(): Command[] {
  return [...offeredCommands(), ...commands];
}
