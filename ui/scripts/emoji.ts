// Gives the view the emoji and their short names as one small text: of all that `gemoji` knows, nothing else is bundled.

import { gemoji } from "gemoji";
import type { Plugin } from "vite";

const NAME = "virtual:emoji";

export function emojiNames(): Plugin {
  return {
    name: "emoji-names",
    resolveId: (id) => (id === NAME ? `\0${NAME}` : null),
    load(id) {
      if (id !== `\0${NAME}`) return null;
      const lines = gemoji.map(({ emoji, names }) => [emoji, ...names].join(" "));
      return `export default ${JSON.stringify(lines.join("\n"))};`;
    },
  };
}
