// What the view asks of the desktop's shell, and what a browser does in its place.

import { invoke } from "@tauri-apps/api/core";
import type { ApiError as Refusal } from "./generated";
import { insideDesktopApp } from "./index";
import { ApiError } from "./ipc";
import { workspaceHere } from "./page";

const KEPT_MS = 60_000;

/** Rejects with an `ApiError`. */
export async function ask<T>(command: string, gaps: Record<string, unknown> = {}): Promise<T> {
  try {
    return await invoke<T>(command, gaps);
  } catch (error) {
    throw ApiError.from(error as Refusal);
  }
}

/** Opens a web or mail address in the program that the system has for it. Rejects with an `ApiError`. */
export async function openOutside(address: string): Promise<void> {
  if (insideDesktopApp()) await ask("open_outside", { address });
  else window.open(address, "_blank", "noopener,noreferrer");
}

/** Keeps a picture of the window for its next start. Rejects with an `ApiError`. */
export async function keepFrame(frame: string): Promise<void> {
  await ask("keep_frame", { workspace: workspaceHere(), frame });
}

/** Opens the dialog that prints what is shown or makes a PDF of it. Rejects with an `ApiError`. */
export async function printPage(): Promise<void> {
  if (insideDesktopApp()) await ask("print");
  else window.print();
}

/** Shows everything larger or smaller; resolves to how large, in percent. Only in the desktop's window: a browser does it by itself. */
export function zoom(towards: "larger" | "smaller" | "normal"): Promise<number> {
  return ask<number>("zoom", { towards });
}

/** Ends the app, wherever its window is. Rejects with an `ApiError`. */
export function quit(): Promise<void> {
  return ask("quit");
}

/**
 * Writes a text to a file of the person's choosing; a browser downloads it. Resolves to false when the person
 * changed their mind; rejects with an `ApiError`.
 */
export async function saveFile(name: string, text: string): Promise<boolean> {
  if (!insideDesktopApp()) {
    download(name, new Blob([text], { type: "text/plain;charset=utf-8" }));
    return true;
  }
  const { Outgoing } = await import("./shellFiles");
  const outgoing = await Outgoing.save(name);
  if (outgoing === null) return false;
  await outgoing.writeAll([new TextEncoder().encode(text)]);
  return true;
}

/** What a browser does with a file: it goes to the downloads. */
export function download(name: string, blob: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), KEPT_MS);
}
