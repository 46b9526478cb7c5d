import { createRawSnippet, mount, unmount } from "svelte";
import { expect, test, vi } from "vitest";
import { page } from "vitest/browser";
import Contained from "./Contained.svelte";

test("what fails says so where it stood, and can be shown again", async () => {
  let broken = true;
  const told: unknown[] = [];
  vi.stubGlobal("reportError", (error: unknown) => told.push(error));
  const children = createRawSnippet(() => ({
    render: () => {
      if (broken) throw new Error("no such thing");
      return "<p>All is well.</p>";
    },
  }));
  const shown = mount(Contained, { target: document.body, props: { children } });
  await expect.element(page.getByRole("alert")).toHaveTextContent("This could not be shown.");
  expect(told).toHaveLength(1);
  broken = false;
  await page.getByRole("button", { name: "Show it again" }).click();
  await expect.element(page.getByText("All is well.")).toBeVisible();
  vi.unstubAllGlobals();
  await unmount(shown);
});
