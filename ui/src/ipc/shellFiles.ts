// Files between the page and the desktop: the shell hands over what was dropped or lies on the clipboard, and takes what is saved or opened.

import { Channel, invoke } from "@tauri-apps/api/core";
import type { ApiError as Refusal } from "./generated";
import { ApiError } from "./ipc";

/** As much as goes over at once. */
const SLICE = 1024 * 1024;

type Slice = Uint8Array<ArrayBuffer>;

/** A file that a person let go over the window. The page never learns its path. */
export type DroppedFile = { token: number; name: string; size: number };

/** Where in the window, in its own pixels, and what; folders are only counted. */
export type Dropped = { x: number; y: number; files: DroppedFile[]; folders: number };

async function ask<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    throw ApiError.from(error as Refusal);
  }
}

/** The picture on the clipboard; null when there is none. Rejects with an `ApiError`. */
export async function clipboardPicture(): Promise<Blob | null> {
  const bytes = await ask(invoke<ArrayBuffer>("clipboard_picture"));
  return bytes.byteLength === 0 ? null : new Blob([bytes], { type: "image/png" });
}

/** Hears of every drop from now on. */
export async function watchDrops(onDrop: (dropped: Dropped) => void): Promise<void> {
  const channel = new Channel<Dropped>();
  channel.onmessage = onDrop;
  await ask(invoke("watch_drops", { channel }));
}

/** Bytes of a dropped file. Rejects with an `ApiError`. */
export async function readDropped({ token }: DroppedFile, from: number, to: number): Promise<Blob> {
  const parts: ArrayBuffer[] = [];
  for (let offset = from; offset < to; offset += SLICE) {
    const length = Math.min(SLICE, to - offset);
    parts.push(await ask(invoke<ArrayBuffer>("read_dropped", { token, offset, length })));
  }
  return new Blob(parts);
}

/** Asks for a folder and gives its full path; null when the person changed their mind. Rejects with an `ApiError`. */
export async function chooseFolder(): Promise<string | null> {
  return ask(invoke<string | null>("choose_folder"));
}

/** A file on its way out of the workspace, to a place that a person chose or into the program that opens it. */
export class Outgoing {
  readonly #token: number;

  private constructor(token: number) {
    this.#token = token;
  }

  /** Asks where to; null when the person changed their mind. Rejects with an `ApiError`. */
  static async save(name: string): Promise<Outgoing | null> {
    const token = await ask(invoke<number | null>("begin_saving", { name }));
    return token === null ? null : new Outgoing(token);
  }

  /** Rejects with an `ApiError` for what is not opened from here. */
  static async open(name: string): Promise<Outgoing> {
    return new Outgoing(await ask(invoke<number>("begin_opening", { name })));
  }

  async #write(bytes: Slice): Promise<void> {
    for (let at = 0; at < bytes.length; at += SLICE) {
      const headers = { outgoing: String(this.#token) };
      await ask(invoke("write_outgoing", bytes.subarray(at, at + SLICE), { headers }));
    }
  }

  /** All of it is there: it stands at its place, or its program starts. */
  async #finish(): Promise<void> {
    await ask(invoke("finish_outgoing", { token: this.#token }));
  }

  /** Nothing is left of it. */
  #cancel(): void {
    invoke("cancel_outgoing", { token: this.#token }).catch(() => undefined);
  }

  /** Hands over all of it, or leaves nothing. */
  async writeAll(slices: AsyncIterable<Slice> | Iterable<Slice>): Promise<void> {
    try {
      for await (const bytes of slices) await this.#write(bytes);
      await this.#finish();
    } catch (error) {
      this.#cancel();
      throw error;
    }
  }
}
