import { afterEach, beforeAll, expect, test } from "vitest";
import { page, userEvent } from "vitest/browser";
import { FakeEngine } from "../ipc/fake";
import type { Member } from "../ipc";
import { close, faults, loadAll, open } from "./stories/stage";

let fake: FakeEngine;

async function show(
  hash = "#/",
  me: Partial<Member> = {},
  preferences?: Record<string, string>,
): Promise<void> {
  fake = new FakeEngine("ready");
  if (preferences !== undefined) fake.preferences = preferences;
  fake.members = fake.members.map((member) => (member.me ? { ...member, ...me } : member));
  await open(fake, hash);
}

beforeAll(loadAll, 120_000);
afterEach(close);

const profiles = () => fake.requests.filter(({ type }) => type === "set_profile");
const me = () => fake.members.find((member) => member.me);
const HERE = Intl.DateTimeFormat().resolvedOptions().timeZone;

async function settings(section?: string): Promise<void> {
  await userEvent.keyboard("{Control>},{/Control}");
  if (section !== undefined) await page.getByRole("tab", { name: section }).click();
}

test("the zone and hours that were guessed are confirmed by one press", async () => {
  await show();
  await settings();
  await page.getByRole("button", { name: "They are right" }).click();
  await expect
    .element(page.getByRole("button", { name: "They are right" }))
    .not.toBeInTheDocument();
  expect(me()?.zone).toBe(HERE);
  expect(me()?.hours?.days.length).toBeGreaterThan(0);
  expect(await faults()).toEqual([]);
});

test("zone, hours and days are chosen one by one, and a day that would have no length is refused", async () => {
  const hours = { start: 540, end: 1020, days: [1, 2, 3, 4, 5] };
  await show("#/", { zone: "Europe/Lisbon", hours });
  await settings();
  await page.getByRole("combobox", { name: "Time zone" }).selectOptions("Asia/Tokyo");
  await expect.poll(() => me()?.zone).toBe("Asia/Tokyo");
  await page.getByLabelText("From", { exact: true }).fill("10:30");
  await expect.poll(() => me()?.hours).toEqual({ ...hours, start: 630 });
  await page.getByRole("button", { name: "Friday" }).click();
  await expect.poll(() => me()?.hours?.days).toEqual([1, 2, 3, 4]);
  const before = profiles().length;
  await page.getByLabelText("From", { exact: true }).fill("17:00");
  await expect.element(page.getByRole("alert")).toBeVisible();
  expect(profiles()).toHaveLength(before);
});

test("who asks for less motion has none, whatever the system says", async () => {
  await show();
  await settings("Look");
  const lasts = () => getComputedStyle(document.documentElement).getPropertyValue("--settle");
  expect(lasts()).toBe("220ms");
  await page.getByRole("switch", { name: /motion/i }).click();
  await expect.poll(lasts).not.toBe("220ms");
  expect(parseFloat(lasts())).toBeLessThan(1);
});

test("the hyperlegible font is that of the whole window, text and code apart", async () => {
  await show("#/note/n-welcome");
  await settings("Look");
  await page.getByRole("radio", { name: "Hyperlegible" }).click();
  const family = (selector: string) =>
    getComputedStyle(document.querySelector(selector) as Element).fontFamily;
  await expect.poll(() => family("body")).toMatch(/^"Atkinson Hyperlegible Next/);
  await userEvent.keyboard("{Escape}");
  expect(family(".cm-content")).toMatch(/^"Atkinson Hyperlegible Next/);
  await document.fonts.load('16px "Atkinson Hyperlegible Next Variable"');
  expect(document.fonts.check('16px "Atkinson Hyperlegible Next Variable"')).toBe(true);
});

test("people who live by other clocks have theirs at the foot of the sidebar, one clock is not repeated", async () => {
  await show();
  const foot = page.getByRole("button", { name: "3 people", exact: true });
  await expect.element(foot).toBeVisible();
  expect(foot.element().querySelectorAll(".clock")).toHaveLength(0);
  await close();
  fake = new FakeEngine("ready");
  const zones = ["Europe/Lisbon", "Asia/Tokyo", "Pacific/Kiritimati"];
  fake.members = fake.members.map((member, at) => ({ ...member, zone: zones[at] ?? null }));
  await open(fake);
  await expect.element(foot).toHaveAccessibleDescription(/Bea Okafor: \d?\d:\d\d/);
  expect(foot.element().querySelectorAll(".clock")).toHaveLength(2);
  expect(await faults()).toEqual([]);
});

test("the recovery sheet is offered once to whoever has one device, and not after it was made", async () => {
  const offer = page.getByText(/If this machine is lost/);
  const DAY = 24 * 3_600_000;
  const begin = async (me: Partial<Member> = {}, days = 2): Promise<void> => {
    await show("#/", me, { "home.since": String(Date.now() - days * DAY) });
    await expect.element(page.getByRole("heading", { name: "Changed lately" })).toBeVisible();
  };
  await begin();
  await expect.element(offer).toBeVisible();
  expect(await faults()).toEqual([]);
  await page.getByRole("button", { name: "Dismiss" }).click();
  await expect.element(offer).not.toBeInTheDocument();
  expect(fake.preferences["recovery.offered"]).toBe("true");
  await close();

  await begin({}, 0.5);
  expect(offer.query(), "not on the first day").toBeNull();
  await close();

  await begin({ devices: ["d-1", "d-9"].map((id) => ({ id, words: id })) });
  expect(offer.query()).toBeNull();
  await close();

  await begin();
  await page.getByRole("button", { name: "Recovery sheet…" }).click();
  await page.getByRole("button", { name: "Make the sheet" }).click();
  await page.getByRole("button", { name: "Done" }).click();
  await expect.element(page.getByRole("dialog")).not.toBeInTheDocument();
  expect(offer.query()).toBeNull();
});

test("the palette finds people and the recovery sheet", async () => {
  await show();
  await userEvent.keyboard("{Control>}k{/Control}");
  await page.getByRole("combobox").fill("paper");
  await expect.element(page.getByRole("option", { name: "Recovery sheet…" })).toBeVisible();
  await page.getByRole("combobox").fill("okaf");
  await page.getByRole("option", { name: "Bea Okafor" }).click();
  await expect.element(page.getByRole("dialog", { name: /People/ })).toBeVisible();
});

test("an invite has the role, the number of people and the end that were chosen", async () => {
  await show();
  await page.getByRole("button", { name: "Invite someone" }).click();
  await page.getByRole("combobox", { name: "They can be" }).selectOptions("viewer");
  await page.getByRole("combobox", { name: "For", exact: true }).selectOptions("5");
  await page.getByRole("combobox", { name: "Good for" }).selectOptions("One day");
  await page.getByRole("button", { name: "Make invite" }).click();
  await expect.element(page.getByRole("textbox", { name: "Invite link" })).toBeVisible();
  expect(fake.requests.find(({ type }) => type === "create_invite")).toMatchObject({
    role: "viewer",
    uses: 5,
    expiresInHours: 24,
  });
});

test("home has what was opened last, and a note says where it lies", async () => {
  await show("#/board/b-launch");
  await expect.element(page.getByRole("button", { name: "Icon at 16 px" })).toBeVisible();
  location.hash = "#/";
  const opened = page.getByRole("heading", { name: "Opened lately" });
  await expect.element(opened).toBeVisible();
  const list = opened.element().parentElement?.querySelector("ul");
  expect(list?.querySelector("a")?.getAttribute("href")).toContain("b-launch");
});

test("a note that lies under others says so above its title, and leads there", async () => {
  await show("#/note/n-interviews");
  const path = page.getByRole("navigation", { name: /lies|Path|Breadcrumb/i });
  await path.getByRole("link", { name: "Product" }).click();
  await expect.element(page.getByRole("heading", { name: "Product" })).toBeVisible();
  expect(location.hash).toContain("n-product");
});
