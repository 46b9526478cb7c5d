// Each state of each view says in words what it is, and breaks no rule of accessibility in light or in dark.

import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { page } from "vitest/browser";
import { FakeEngine } from "../../ipc/fake";
import { close, faults, loadAll, open } from "./stage";
import { STORIES } from "./stories";
import type { Sign } from "./kit";

beforeAll(loadAll, 120_000);
// What a part that throws tells whoever watches over the window is meant here.
beforeEach(() => void vi.stubGlobal("reportError", () => undefined));
afterEach(async () => {
  await close();
  vi.unstubAllGlobals();
});

function find(sign: Sign) {
  if (typeof sign === "string" || sign instanceof RegExp) return page.getByText(sign).first();
  const [role, name] = sign;
  if (name === undefined) return page.getByRole(role).first();
  // Alerts have no name but their words.
  const byWords = page.getByRole(role).filter({ hasText: name });
  return page.getByRole(role, { name }).or(byWords).first();
}

for (const [view, stories] of Object.entries(STORIES)) {
  describe(view, () => {
    for (const [state, story] of Object.entries(stories)) {
      test(state, async () => {
        const fake = story.engine?.() ?? new FakeEngine();
        const { at = "#/" } = story;
        await open(fake, typeof at === "string" ? at : at(fake));
        const { once = ["navigation", "Workspace"], then } = story;
        if (then !== undefined) {
          await expect.element(find(once)).toBeVisible();
          await then(fake);
        }
        for (const sign of story.told) await expect.element(find(sign)).toBeVisible();
        for (const sign of story.not ?? []) expect(find(sign).query(), String(sign)).toBeNull();
        expect(await faults(), "in light").toEqual([]);
        document.documentElement.dataset["theme"] = "dark";
        expect(await faults(["color-contrast"]), "in dark").toEqual([]);
      });
    }
  });
}
