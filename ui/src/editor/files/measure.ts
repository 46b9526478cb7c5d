// The size of a picture before it is kept, so that its reference can tell it.

import { pictureType } from "../../state/files";
import type { FileSource } from "../../state/files";
import type { Size } from "./reference";

/** Null for what is not shown as a picture, also where a file only calls itself one. */
export async function sizeOfPicture(source: FileSource): Promise<Size | null> {
  const type = pictureType(source);
  if (type === null) return null;
  let address = "";
  try {
    const whole = await source.slice(0, source.size);
    address = URL.createObjectURL(new Blob([whole], { type }));
    const image = new Image();
    image.src = address;
    await image.decode();
    const { naturalWidth: width, naturalHeight: height } = image;
    return width > 0 && height > 0 ? { width, height } : null;
  } catch {
    return null;
  } finally {
    URL.revokeObjectURL(address);
  }
}
