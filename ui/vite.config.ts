import { svelte } from "@sveltejs/vite-plugin-svelte";
import { playwright } from "@vitest/browser-playwright";
import { existsSync } from "node:fs";
import { defineConfig } from "vitest/config";
import { bundleBudget } from "./scripts/budget.ts";
import { emojiNames } from "./scripts/emoji.ts";
import { growing } from "./src/styles/growing.ts";

const chromium = process.env["SKEIN_CHROMIUM"] ?? "/usr/bin/chromium";
const chromiumArguments = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Component tests need a real browser; the pure ones run anywhere. */
const browserProject = {
  extends: true as const,
  test: {
    name: "components",
    include: ["src/**/*.browser.test.ts"],
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      api: { host: "127.0.0.1", strictPort: false },
      provider: playwright({
        launchOptions: { executablePath: chromium, args: chromiumArguments },
      }),
      instances: [{ browser: "chromium" as const }],
    },
  },
};

const unitProject = {
  extends: true as const,
  test: {
    name: "unit",
    environment: "node",
    include: ["src/**/*.test.ts"],
    exclude: ["src/**/*.browser.test.ts", "src/**/*.core.test.ts"],
    // A property is tried a hundred times, on a busy machine too; what hangs still ends.
    testTimeout: 30_000,
  },
};

/** Against the real core: these need the debug build of `skein`. */
const coreProject = {
  extends: true as const,
  test: { name: "core", environment: "node", include: ["src/**/*.core.test.ts"] },
};

const growingLengths = {
  postcssPlugin: "growing-lengths",
  Declaration(declaration: { value: string }) {
    if (!declaration.value.includes("url(")) declaration.value = growing(declaration.value);
  },
};

/** What a part needs beside the first load, which is there already: a part that named all of it would make the first load larger. */
function withoutTheFirst() {
  let first = new Set<string>();
  return (_: string, needed: string[], { hostType }: { hostType: "html" | "js" }): string[] => {
    if (hostType === "html") first = new Set(needed);
    return hostType === "html" ? needed : needed.filter((name) => !first.has(name));
  };
}

export default defineConfig({
  base: "./",
  css: { postcss: { plugins: [growingLengths] } },
  // Known before the first test starts, so that nothing is bundled anew in the middle of one.
  optimizeDeps: { entries: ["src/main.ts", "src/**/*.svelte", "src/**/*.browser.test.ts"] },
  plugins: [svelte(), emojiNames(), bundleBudget()],
  server: { host: "127.0.0.1", port: 5173, strictPort: true },
  preview: { host: "127.0.0.1", port: 4173, strictPort: true },
  build: {
    target: "safari16",
    modulePreload: { polyfill: false, resolveDependencies: withoutTheFirst() },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 900,
  },
  test: {
    projects: existsSync(chromium)
      ? [unitProject, coreProject, browserProject]
      : [unitProject, coreProject],
  },
});
