// Identifiers: 16 random bytes as lower-case base32 without padding, as the engine reads them.

export type DocumentId = string;
export type CardId = string;
export type ColumnId = string;

const ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";

export function toBase32(bytes: Uint8Array): string {
  let text = "";
  let held = 0;
  let bits = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += ALPHABET.charAt((held >> bits) & 31);
    }
    held &= (1 << bits) - 1;
  }
  return bits === 0 ? text : text + ALPHABET.charAt((held << (5 - bits)) & 31);
}

/** A new identifier for something that the view makes: a card, a column, a checklist item. */
export function freshId(): string {
  return toBase32(crypto.getRandomValues(new Uint8Array(16)));
}
