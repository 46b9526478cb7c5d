// Pictures that lie inside of pasted HTML: taken out before it is read, and put back where they stood as files.

import { pictureName, sourceOf } from "../../state/files";
import type { FileSource } from "../../state/files";

const PICTURE = /<img\b[^>]*>/gi;
const SOURCE = /\ssrc\s*=\s*(["'])data:(image\/(?:png|jpe?g|gif|webp|avif));base64,([^"']+)\1/i;
const WORDS = /\salt\s*=\s*(["'])([^"'&]{1,80})\1/i;
const LONGEST = 64_000_000;
const MOST = 50;

/** By this address a picture that was taken out is known in the HTML that is left. */
const TAKEN = /^skein-embedded:(\d+)$/;
/** Stands for it in the Markdown, around its number; nothing else does. */
const SIGN = "\ufffc";

export type Taken = { html: string; pictures: FileSource[] };

/** Leaves HTML with embedded pictures small enough to be read. */
export function takePictures(html: string): Taken {
  const pictures: FileSource[] = [];
  if (html.length > LONGEST) return { html, pictures };
  const left = html.replace(PICTURE, (tag) => {
    const [whole, , mime = "", data = ""] = SOURCE.exec(tag) ?? [];
    const picture = whole && pictures.length < MOST ? pictureOf(data, mime) : null;
    if (picture === null || whole === undefined) return tag;
    pictures.push(sourceOf(picture, pictureName(mime, WORDS.exec(tag)?.[2]?.trim())));
    return tag.replace(whole, ` src="skein-embedded:${pictures.length - 1}"`);
  });
  return { html: left, pictures };
}

function pictureOf(data: string, mime: string): Blob | null {
  try {
    const signs = atob(data);
    return new Blob([Uint8Array.from(signs, (sign) => sign.charCodeAt(0))], { type: mime });
  } catch {
    return null;
  }
}

/** The sign that stands in Markdown for a picture that was taken out. */
export function signFor(address: string): string | null {
  const number = TAKEN.exec(address)?.[1];
  return number === undefined ? null : `${SIGN}${number}${SIGN}`;
}

/** A text without signs, and where in it which picture stood. */
export function withoutSigns(text: string): {
  text: string;
  stood: { at: number; index: number }[];
} {
  const stood: { at: number; index: number }[] = [];
  let left = "";
  for (const [turn, part] of text.split(SIGN).entries()) {
    const isSign = turn % 2 === 1 && /^\d{1,3}$/.test(part);
    if (isSign) stood.push({ at: left.length, index: Number(part) });
    else left += part;
  }
  return { text: left, stood };
}
