import { svelte } from "@sveltejs/vite-plugin-svelte";
import { playwright } from "@vitest/browser-playwright";
import { existsSync } from "node:fs";
import { defineConfig } from "vitest/config";
import { emojiNames } from "./scripts/emoji.ts";

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
    exclude: ["src/**/*.browser.test.ts"],
  },
};

/**
 * Lengths are written as the design has them, in px at the usual size of text, and grow with it: all but hairlines
 * become shares of the root's font. So one setting scales the whole interface, and the browser's own does too.
 */
const growingLengths = {
  postcssPlugin: "growing-lengths",
  Declaration(declaration: { value: string }) {
    if (declaration.value.includes("url(")) return;
    declaration.value = declaration.value.replace(
      /(?<![\w.-])(-?\d*\.?\d+)px\b/g,
      (length: string, pixels: string) =>
        Math.abs(Number(pixels)) > 2 ? `${Number(pixels) / 16}rem` : length,
    );
  },
};

export default defineConfig({
  base: "./",
  css: { postcss: { plugins: [growingLengths] } },
  // Known before the first test starts, so that nothing is bundled anew in the middle of one.
  optimizeDeps: { entries: ["src/main.ts", "src/**/*.svelte", "src/**/*.browser.test.ts"] },
  plugins: [svelte(), emojiNames()],
  server: { host: "127.0.0.1", port: 5173, strictPort: true },
  preview: { host: "127.0.0.1", port: 4173, strictPort: true },
  build: {
    target: "safari16",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 900,
  },
  test: {
    projects: existsSync(chromium) ? [unitProject, browserProject] : [unitProject],
  },
});
