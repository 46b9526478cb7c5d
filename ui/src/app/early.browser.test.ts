import { afterEach, beforeAll, expect, test } from "vitest";
import { page } from "vitest/browser";
import { FakeEngine } from "../ipc/fake";
import { close, loadAll, open } from "./stories/stage";

beforeAll(loadAll, 120_000);
afterEach(close);

// One start of the app: what waits for the page to stand does so once.
test("the text where one was left is asked for before all that grows with the workspace", async () => {
  const fake = new FakeEngine("ready");
  await open(fake, "#/note/n-welcome");
  await expect.element(page.getByRole("textbox", { name: "Note text" })).toBeVisible();
  await expect.element(page.getByRole("tree")).toBeVisible();
  const asked = () =>
    fake.requests.flatMap((one) => (one.type === "subscribe" ? [one.view.type] : []));
  await expect.poll(asked).toContain("tree");
  expect(asked().indexOf("text")).toBeGreaterThanOrEqual(0);
  expect(asked().indexOf("text")).toBeLessThan(asked().indexOf("tree"));
});
