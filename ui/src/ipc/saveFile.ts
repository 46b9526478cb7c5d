// Writes a text to a file of the person's choosing: through the shell on the desktop, as a download in a browser.

import { invoke } from "@tauri-apps/api/core";
import type { ApiError as Refusal } from "./generated";
import { insideDesktopApp } from "./index";
import { ApiError } from "./ipc";

const KEPT_MS = 60_000;

/** Resolves to false when the person changed their mind; rejects with an `ApiError`. */
export async function saveFile(name: string, text: string): Promise<boolean> {
  if (insideDesktopApp()) {
    try {
      return await invoke<boolean>("save_file", { name, text });
    } catch (error) {
      throw ApiError.from(error as Refusal);
    }
  }
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), KEPT_MS);
  return true;
}
