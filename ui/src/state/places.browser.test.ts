import { afterEach, expect, test, vi } from "vitest";
import { rememberedPlace } from "./places";
import { goQuietly } from "./route";

const begun = location.href;

afterEach(() => {
  vi.restoreAllMocks();
  history.replaceState(null, "", begun);
});

/** As WebKit does after a hundred changes in ten seconds. */
function refuseChanges(): void {
  vi.spyOn(history, "replaceState").mockImplementation(() => {
    throw new DOMException(
      "Attempt to use history.replaceState() more than 100 times",
      "SecurityError",
    );
  });
}

const gone = () =>
  new Promise((resolve) => addEventListener("hashchange", resolve, { once: true }));

test("where a step cannot be written on, one gets there, and its place is kept", async () => {
  location.hash = "#/note/before";
  await gone();
  rememberedPlace().keep({ scroll: 10 });
  refuseChanges();
  location.hash = "#/note/held";
  await gone();
  expect(rememberedPlace().scroll).toBe(0);
  rememberedPlace().keep({ scroll: 20 });
  expect(rememberedPlace().scroll).toBe(20);
  const arrived = gone();
  goQuietly("#/note/next");
  await arrived;
  expect(location.hash).toBe("#/note/next");
  expect(rememberedPlace().scroll).toBe(0);
});

test("once a step can be written on again, its number stays with it", async () => {
  refuseChanges();
  location.hash = "#/note/late";
  await gone();
  rememberedPlace().keep({ scroll: 30 });
  vi.restoreAllMocks();
  rememberedPlace();
  const { step } = history.state as { step: number };
  location.hash = "#/note/later";
  await gone();
  rememberedPlace();
  expect((history.state as { step: number }).step).toBe(step + 1);
  history.back();
  await gone();
  expect(rememberedPlace().scroll).toBe(30);
});
