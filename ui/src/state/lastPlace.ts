// Where a window was left, so that it opens there again.

import { goQuietly } from "./route";

const STORED = "skein.last.";

/** Remembers the place of now for the workspace; what was looked for there has been found. */
export function leaveMark(workspace: string): void {
  try {
    localStorage.setItem(STORED + workspace, location.hash.replace(/^(#\/note\/[^?]*)\?.*/, "$1"));
  } catch {
    // Then the next start begins at home.
  }
}

/** Whether a window was left in a note, of whatever workspace. */
export function wasInNote(): boolean {
  try {
    return Object.entries(localStorage).some(
      ([key, place]) => key.startsWith(STORED) && String(place).startsWith("#/note/"),
    );
  } catch {
    return false;
  }
}

/** Goes to where the workspace was left, in a window that was not opened for a place of its own. */
export function goOn(workspace: string): void {
  if (location.hash !== "") return;
  try {
    const last = localStorage.getItem(STORED + workspace);
    if (last?.startsWith("#/")) goQuietly(last);
  } catch {
    // As above.
  }
}
