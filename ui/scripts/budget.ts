// Fails a build whose first load or editor has grown beyond what was decided (docs/decisions/0010), and says the sizes.

import { gzipSync } from "node:zlib";
import type { Plugin, Rollup } from "vite";

const KB = 1000;
export const BUDGET = { firstScripts: 130 * KB, editor: 260 * KB, firstStyles: 20 * KB };

type Sizes = Record<keyof typeof BUDGET, number>;

const zipped = (content: string | Uint8Array) => gzipSync(content, { level: 9 }).length;

/** A file and all that it imports before it runs. */
function withImports(bundle: Rollup.OutputBundle, name: string, seen = new Set<string>()) {
  const chunk = bundle[name];
  if (seen.has(name) || chunk?.type !== "chunk") return seen;
  seen.add(name);
  for (const imported of chunk.imports) withImports(bundle, imported, seen);
  return seen;
}

function chunksOf(bundle: Rollup.OutputBundle, names: Iterable<string>): Rollup.OutputChunk[] {
  return [...names].flatMap((name) => {
    const file = bundle[name];
    return file?.type === "chunk" ? [file] : [];
  });
}

export function sizesOf(bundle: Rollup.OutputBundle): Sizes {
  const all = chunksOf(bundle, Object.keys(bundle));
  const entry = all.filter((chunk) => chunk.isEntry);
  const first = chunksOf(
    bundle,
    new Set(entry.flatMap(({ fileName }) => [...withImports(bundle, fileName)])),
  );
  const styles = new Set(first.flatMap((chunk) => [...(chunk.viteMetadata?.importedCss ?? [])]));
  const sum = (sizes: number[]) => sizes.reduce((whole, size) => whole + size, 0);
  return {
    firstScripts: sum(first.map(({ code }) => zipped(code))),
    editor: sum(all.filter(({ name }) => name === "editor").map(({ code }) => zipped(code))),
    firstStyles: sum(
      [...styles].map((name) => {
        const file = bundle[name];
        return file?.type === "asset" ? zipped(file.source) : 0;
      }),
    ),
  };
}

export function bundleBudget(): Plugin {
  return {
    name: "bundle-budget",
    apply: "build",
    writeBundle(_, bundle) {
      const sizes = Object.entries(sizesOf(bundle)) as [keyof Sizes, number][];
      const inWords = sizes
        .map(([part, size]) => `${part} ${(size / KB).toFixed(1)} of ${BUDGET[part] / KB} KB`)
        .join(", ");
      if (sizes.some(([, size]) => size === 0)) this.error(`A part was not found: ${inWords}`);
      if (sizes.some(([part, size]) => size > BUDGET[part])) this.error(`Too large: ${inWords}`);
      this.info(`Gzipped: ${inWords}`);
    },
  };
}
