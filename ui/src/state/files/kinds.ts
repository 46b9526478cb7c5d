// What a file is, by its media type and its name, and which files are shown as pictures.

/** What the name of a bundle ends with: changes that are carried by hand. */
export const BUNDLE_ENDING = ".skein-bundle";

import { t } from "../../i18n";

/** What is needed of a file to know what it is. */
export type Typed = { name: string; mime: string; size: number };

export type FileKind = "picture" | "text" | "table" | "archive" | "sound" | "film" | "other";

/** By the ending of the name, where the system says no type or one that means nothing. */
const BY_ENDING: Readonly<Record<string, string>> = {
  avif: "image/avif",
  csv: "text/csv",
  gif: "image/gif",
  jpeg: "image/jpeg",
  jpg: "image/jpeg",
  md: "text/markdown",
  mp3: "audio/mpeg",
  mp4: "video/mp4",
  ogg: "audio/ogg",
  pdf: "application/pdf",
  png: "image/png",
  svg: "image/svg+xml",
  txt: "text/plain",
  wav: "audio/wav",
  webm: "video/webm",
  webp: "image/webp",
  zip: "application/zip",
};

/** SVG is not among them: it is a document that can hold scripts, and is shown as a file. */
const PICTURES = new Set(["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"]);

/** A larger picture is shown as a file, so that a text never asks for more memory than this for one. */
export const LARGEST_PICTURE = 64 * 1024 * 1024;

export function endingOf(name: string): string {
  return /\.([A-Za-z0-9]{1,12})$/.exec(name)?.[1]?.toLowerCase() ?? "";
}

export function mimeOf({ name, mime }: Pick<Typed, "name" | "mime">): string {
  const plain = mime.split(";")[0]?.trim().toLowerCase() ?? "";
  if (plain !== "" && plain !== "application/octet-stream") return plain;
  return BY_ENDING[endingOf(name)] ?? "application/octet-stream";
}

/** The type as which a file is shown as a picture; null when it is not shown as one. */
export function pictureType(file: Typed): string | null {
  const mime = mimeOf(file);
  return PICTURES.has(mime) && file.size <= LARGEST_PICTURE ? mime : null;
}

export function kindOf(file: Pick<Typed, "name" | "mime">): FileKind {
  const mime = mimeOf(file);
  if (mime.startsWith("image/")) return "picture";
  if (mime.startsWith("audio/")) return "sound";
  if (mime.startsWith("video/")) return "film";
  if (/csv|spreadsheet|excel/.test(mime)) return "table";
  if (/zip|tar|compressed|gzip|7z|rar/.test(mime)) return "archive";
  return /^text\/|pdf|word|document|json/.test(mime) ? "text" : "other";
}

/** Signs that turn the direction of writing could make `exe.txt` of `txt.exe`. */
const TURNING = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** A file's name as it is shown. */
export function shownName(name: string): string {
  const plain = name.replace(TURNING, "").trim();
  return plain === "" ? t("files.unnamed") : plain;
}
