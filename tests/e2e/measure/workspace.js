// Makes the workspace that is measured: many notes, a long one, a very long one, and a board with many cards.

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { skein } from "../support/skein.js";

const WORDS =
  "handing over across time zones needs written work a note says what moved what is stuck and what would help nobody has to ask".split(
    " ",
  );

/** Text of about `size` characters, the same each time: headings, paragraphs, lists, emphasis and links. */
function text(size, seed) {
  let state = seed;
  const next = (below) => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return Math.floor((state / 2147483648) * below);
  };
  const sentence = () => Array.from({ length: 8 + next(14) }, () => WORDS[next(WORDS.length)]).join(" ");
  const blocks = [];
  let length = 0;
  for (let index = 0; length < size; index++) {
    const kind = index % 8;
    const block =
      kind === 0
        ? `## Part ${index / 8 + 1}`
        : kind === 3
          ? `- ${sentence()}\n- [ ] ${sentence()}\n- **${sentence()}**`
          : kind === 6
            ? `> ${sentence()}`
            : `${sentence()}. *${sentence()}*, [${sentence()}](https://example.org/${index}). ${sentence()}.`;
    blocks.push(block);
    length += block.length + 2;
  }
  return blocks.join("\n\n");
}

/** Fills a fresh profile. Returns the ids of what is measured. */
export async function fill(profile, folder, { notes, cards }) {
  await skein(profile, "init", "--name", "Ana", "--workspace", "Geese");
  const source = join(folder, "notes");
  await mkdir(source, { recursive: true });
  for (let index = 0; index < notes; index++) {
    const shelf = join(source, `Shelf ${Math.floor(index / 100)}`);
    if (index % 100 === 0) await mkdir(shelf, { recursive: true });
    await writeFile(join(shelf, `Note ${index}.md`), text(900, index + 1));
  }
  await skein(profile, "import", "markdown", source);
  const sized = {};
  for (const [name, size] of [
    ["20 KB", 20_000],
    ["100 KB", 100_000],
    ["1 MB", 1_000_000],
  ]) {
    const file = join(folder, `Long ${name}`);
    await mkdir(file, { recursive: true });
    await writeFile(join(file, `Long ${name}.md`), `Beginning of ${name}.\n\n${text(size, 7)}`);
    await skein(profile, "import", "markdown", file);
  }
  for (const note of await skein(profile, "note", "list")) {
    const size = /^Long (.*)$/.exec(note.title)?.[1];
    if (size !== undefined) sized[size] = note.id;
  }
  const { id: board } = await skein(profile, "board", "new", "Release");
  return { sized, board, cards };
}
