// What the view asks of the desktop's shell, and what a browser does in its place.

import { invoke } from "@tauri-apps/api/core";
import type { ApiError as Refusal } from "./generated";
import { insideDesktopApp } from "./index";
import { ApiError } from "./ipc";

async function ask(command: string, gaps: Record<string, string> = {}): Promise<void> {
  try {
    await invoke(command, gaps);
  } catch (error) {
    throw ApiError.from(error as Refusal);
  }
}

/** Opens a web or mail address in the program that the system has for it. Rejects with an `ApiError`. */
export async function openOutside(address: string): Promise<void> {
  if (insideDesktopApp()) await ask("open_outside", { address });
  else window.open(address, "_blank", "noopener,noreferrer");
}

/** Opens the dialog that prints what is shown or makes a PDF of it. Rejects with an `ApiError`. */
export async function printPage(): Promise<void> {
  if (insideDesktopApp()) await ask("print");
  else window.print();
}
