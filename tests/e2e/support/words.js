// The words of the interface as a page in the pseudo-locale has them, so that a test can name there what it names in English elsewhere.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "./skein.js";

const lists = ["en.json", "en.dialogs.json"].map((name) => join(ROOT, "ui", "src", "i18n", name));
const english = Object.assign({}, ...(await Promise.all(lists.map(async (path) => JSON.parse(await readFile(path, "utf8"))))));

/** English, by a form of the entry or by its key, to what stands there; `gaps` fill it. */
export async function speaker(page) {
  const strange = await page.evaluate(async () => {
    const parts = performance.getEntriesByType("resource").map(({ name }) => name);
    const part = parts.find((name) => /\/pseudo-[^/]*\.js$/.test(name));
    const [words] = Object.values(await import(part));
    return words();
  });
  return (words, gaps = {}) => {
    const key = Object.keys(english).find((one) => one === words || english[one] === words || english[one].other === words || english[one].one === words);
    if (key === undefined) throw new Error(`no such words: ${words}`);
    const found = typeof strange[key] === "string" ? strange[key] : strange[key][english[key].one === words ? "one" : "other"];
    return found.replace(/\{(\w+)\}/g, (gap, name) => String(gaps[name] ?? gap));
  };
}
