import svelte from "eslint-plugin-svelte";
import globals from "globals";
import ts from "typescript-eslint";
import svelteConfig from "./svelte.config.js";

/** The folders of `src` from the ground up: a folder may import only from those before it. */
const layers = ["i18n", "a11y", "ipc", "state", "components", "editor", "features", "app"];

const layerRules = layers.map((layer, index) => ({
  files: [`src/${layer}/**/*.{ts,svelte}`],
  rules: {
    "no-restricted-imports": [
      "error",
      {
        patterns: layers.slice(index + 1).map((above) => ({
          group: [`**/${above}/**`],
          message: `src/${layer} lies below src/${above}.`,
        })),
      },
    ],
  },
}));

export default ts.config(
  { ignores: ["dist/", "node_modules/", "src/ipc/generated.ts"] },
  ...ts.configs.strict,
  ...svelte.configs.recommended,
  {
    languageOptions: { globals: { ...globals.browser, ...globals.node } },
    rules: {
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      "no-console": "error",
      eqeqeq: "error",
    },
  },
  {
    files: ["**/*.svelte", "**/*.svelte.ts"],
    languageOptions: {
      parserOptions: { parser: ts.parser, extraFileExtensions: [".svelte"], svelteConfig },
    },
  },
  ...layerRules,
);
