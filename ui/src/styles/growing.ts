// Lengths are written as the design has them, in px at the usual size of text, and grow with it: all but hairlines
// become shares of the root's font. So one setting scales the whole interface, and the browser's own does too.

const LENGTH = /(?<![\w.-])(-?\d*\.?\d+)px\b/g;
const HAIRLINE = 2;
const ROOT = 16;

/** A style's value with its lengths as shares of the root's font. */
export function growing(value: string): string {
  return value.replace(LENGTH, (length: string, pixels: string) =>
    Math.abs(Number(pixels)) > HAIRLINE ? `${Number(pixels) / ROOT}rem` : length,
  );
}
