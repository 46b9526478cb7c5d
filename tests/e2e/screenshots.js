// Makes docs/screenshots: the real app on a small workspace as a team might have it, in light and dark, wide and narrow.

import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Person, startBrowser } from "./support/browser.js";
import { foundedAndJoined, ROOT, Served, skein } from "./support/skein.js";
import { until } from "./support/wait.js";

const SIZES = [
  [1280, 800],
  [900, 600],
];
const folder = join(ROOT, "docs", "screenshots");
const run = promisify(execFile);

const HANDBOOK = `How we work across eleven hours of time zones.

## Handing over

Whoever ends their day writes three lines into [[Hand-offs]]: what moved, what is stuck, what would help. Nobody has to ask.

- [x] Agree on one hour that suits everybody twice a week
- [x] Put the deploy key into the shared safe
- [ ] Write down how releases are cut

## Deciding

A decision gets a note of its own, with **what was chosen**, *what was not*, and why. Silence for two working days means yes.

> Write as if the reader woke up five hours later. She did.

Questions about money go to \`#budget\`; the rest belongs on [[Autumn release]].
`;

const HANDOFFS = `## Thursday, Ana → Bo

The importer reads nested folders now. Stuck: links with spaces. A second pair of eyes on the parser would help.

## Wednesday, Bo → Ana

Dark theme is done but for the calendar. The designer is away until Monday, so I left her questions in [[Handbook]].
`;

function inDays(days) {
  return new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
}

const CARDS = [
  ["To do", "Import from Obsidian keeps aliases", { labels: "import", priority: "medium" }],
  ["To do", "Explain recovery in one page", { labels: "docs", due: inDays(9), assignees: "Bo" }],
  ["To do", "Ask three teams to try the beta", { labels: "people" }],
  [
    "Doing",
    "Links with spaces resolve",
    {
      labels: "import",
      priority: "high",
      assignees: "Ana",
      due: inDays(1),
      description: "See the failing example in [[Hand-offs]].",
    },
  ],
  ["Doing", "Keyboard map fits one screen", { labels: "design,docs", assignees: "Bo" }],
  ["Done", "Name the release", { assignees: "Ana" }],
  ["Done", "Dark theme", { labels: "design", assignees: "Bo" }],
];

async function fill(profile) {
  await skein(profile, "note", "new", "Handbook", "--text", HANDBOOK);
  await skein(profile, "note", "new", "Hand-offs", "--under", "Handbook", "--text", HANDOFFS);
  await skein(
    profile,
    "note",
    "new",
    "Reisekosten und Abrechnung",
    "--under",
    "Handbook",
    "--text",
    "Belege bis zum Fünften.",
  );
  await skein(profile, "board", "new", "Autumn release");
  for (const [column, title, fields] of CARDS) {
    const { id } = await skein(profile, "card", "add", "Autumn release", column, title);
    for (const [field, value] of Object.entries(fields)) {
      await skein(profile, "card", "set", id, field, value);
    }
  }
  await skein(profile, "note", "new", "Interviews", "--text", "Seven talks so far.");
  await skein(profile, "note", "new", "会議メモ", "--text", "来週の会議は東京で行います。");
}

/** Each size and theme, with nothing focused, pointed at or scrolled but what the picture is about. */
async function shoot(person, name) {
  await person.page.mouse.move(640, 2);
  for (const [width, height] of SIZES) {
    await person.page.setViewportSize({ width, height });
    for (const colorScheme of ["light", "dark"]) {
      await person.page.emulateMedia({ colorScheme });
      await person.page.evaluate(() => {
        document.querySelector(".lanes")?.scrollTo(0, 0);
        document.querySelector('[aria-label^="Set apart"]')?.scrollIntoView({ inline: "nearest" });
      });
      const path = join(folder, `${name}-${colorScheme}-${width}x${height}.png`);
      await person.page.screenshot({ path, caret: "hide", animations: "disabled" });
      await shrink(path);
    }
  }
}

/** Fewer colours make a file a third as large; without ImageMagick the picture stays as it is. */
async function shrink(path) {
  const options = ["-dither", "None", "-colors", "256", "-strip", `PNG8:${path}`];
  await run("convert", [path, ...options]).catch(() => undefined);
}

const tasks = [];
try {
  const profiles = await mkdtemp(join(tmpdir(), "skein-e2e-"));
  tasks.push(() => rm(profiles, { recursive: true, force: true }));
  await mkdir(folder, { recursive: true });
  const browser = await startBrowser();
  tasks.push(() => browser.close());

  const fresh = new Served(join(profiles, "new"));
  tasks.push(() => fresh.kill());
  const newcomer = await Person.at(browser, await fresh.start());
  await newcomer.by("textbox", "Your name").fill("Ana");
  await newcomer.by("textbox", "Workspace name").fill("Kestrel");
  await shoot(newcomer, "first-run");

  const served = (server) => tasks.push(() => server.kill());
  const servers = await foundedAndJoined(profiles, { served, workspace: "Kestrel" });
  served(servers.bo);
  await fill(servers.ana.profile);
  const ana = await Person.at(browser, servers.ana.address);
  const bo = await Person.at(browser, await servers.bo.start());
  await bo.row("会議メモ").waitFor();
  const delivered = () =>
    until(
      "all to be delivered",
      () => ana.delivery(),
      (words) => words === "On 2 devices",
    );

  await ana.row("Handbook").focus();
  await ana.press("ArrowRight");
  await ana.open("Handbook");
  await ana.editorReady();
  await delivered();
  await ana.page.evaluate(() => document.activeElement?.blur());
  await shoot(ana, "note");

  await ana.open("Autumn release");
  await ana.card("Links with spaces resolve").click();
  await ana.editorReady("Description");
  for (const step of ["Write the failing test", "Percent-decode once"]) {
    await ana.by("textbox", "Add a step").fill(step);
    await ana.press("Enter");
    await ana.by("checkbox", step).waitFor();
  }
  await ana.by("checkbox", "Write the failing test").check();
  await delivered();
  await ana.page.evaluate(() => document.activeElement?.blur());
  await shoot(ana, "board");
  await ana.by("button", "Close card").click();

  await bo.open("Autumn release");
  await bo.card("Explain recovery in one page").waitFor();
  await servers.bo.stop();
  await ana.card("Explain recovery in one page").focus();
  await ana.press(".");
  await until(
    "Ana's move",
    () => ana.cards("Doing"),
    (cards) => cards.includes("Explain recovery in one page"),
  );
  await servers.ana.stop();
  await servers.bo.start();
  await bo.card("Explain recovery in one page").focus();
  await bo.press(".");
  await bo.press(".");
  await until(
    "Bo's move",
    () => bo.cards("Done"),
    (cards) => cards.includes("Explain recovery in one page"),
  );
  await servers.ana.start();
  await ana.page.getByRole("group", { name: /^Set apart/ }).waitFor();
  await delivered();
  await ana.page.evaluate(() => document.activeElement?.blur());
  await shoot(ana, "conflict");

  await ana.open("Handbook");
  await ana.editorReady();
  await ana.press("Control+Shift+F");
  await ana.by("combobox", "Search").fill("hand");
  await ana.page.getByRole("option").nth(1).waitFor();
  await shoot(ana, "search");
  await ana.press("Escape");

  await ana.press("Control+k");
  await ana.by("combobox", "Command palette").fill("invite");
  await ana.press("Enter");
  await ana.by("button", "Make invite").click();
  await ana.by("textbox", "Invite link").waitFor();
  await shoot(ana, "invite");
} finally {
  for (const task of tasks.reverse()) await task();
}
