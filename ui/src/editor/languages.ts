// The languages whose fenced code is coloured. What Markdown brings along is there at once, the others come when first met.

import { cssLanguage } from "@codemirror/lang-css";
import { htmlLanguage } from "@codemirror/lang-html";
import {
  javascriptLanguage,
  jsxLanguage,
  tsxLanguage,
  typescriptLanguage,
} from "@codemirror/lang-javascript";
import { commonmarkLanguage } from "@codemirror/lang-markdown";
import { LanguageDescription, LanguageSupport, StreamLanguage } from "@codemirror/language";
import type { Language, StreamParser } from "@codemirror/language";

function ready(name: string, alias: string[], language: Language): LanguageDescription {
  return LanguageDescription.of({ name, alias, support: new LanguageSupport(language) });
}

function later(
  name: string,
  alias: string[],
  load: () => Promise<StreamParser<unknown>>,
): LanguageDescription {
  return LanguageDescription.of({
    name,
    alias,
    load: async () => new LanguageSupport(StreamLanguage.define(await load())),
  });
}

const json = javascriptLanguage.configure({ top: "SingleExpression" }, "json");

const languages: readonly LanguageDescription[] = [
  ready("JavaScript", ["js", "mjs", "cjs", "node"], javascriptLanguage),
  ready("TypeScript", ["ts", "mts", "cts"], typescriptLanguage),
  ready("JSX", [], jsxLanguage),
  ready("TSX", [], tsxLanguage),
  ready("JSON", ["jsonc", "json5"], json),
  ready("HTML", ["xml", "svg", "svelte", "vue"], htmlLanguage),
  ready("CSS", ["scss"], cssLanguage),
  ready("Markdown", ["md"], commonmarkLanguage),
  later("Rust", ["rs"], async () => (await import("@codemirror/legacy-modes/mode/rust")).rust),
  later(
    "Python",
    ["py"],
    async () => (await import("@codemirror/legacy-modes/mode/python")).python,
  ),
  later(
    "Shell",
    ["sh", "bash", "zsh", "console"],
    async () => (await import("@codemirror/legacy-modes/mode/shell")).shell,
  ),
  later("SQL", [], async () => (await import("@codemirror/legacy-modes/mode/sql")).standardSQL),
  later("YAML", ["yml"], async () => (await import("@codemirror/legacy-modes/mode/yaml")).yaml),
  later("TOML", [], async () => (await import("@codemirror/legacy-modes/mode/toml")).toml),
];

/** The language that a fence's info names, as `rust` or `js {1-3}`. */
export function codeLanguage(info: string): LanguageDescription | null {
  const name = /^[^\s{,]*/.exec(info.trim())?.[0].toLowerCase() ?? "";
  if (name === "") return null;
  return (
    languages.find((one) => one.name.toLowerCase() === name || one.alias.includes(name)) ?? null
  );
}
