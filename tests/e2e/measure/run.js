// Measures what a person waits for, in Chromium and in the desktop's webview, and writes docs/benchmarks-window.md.
//
// Needs release builds: `make bench-window` makes them. SKEIN_MEASURE_NOTES and SKEIN_MEASURE_CARDS change the size of the workspace.

import { execFileSync } from "node:child_process";
import { cpus, totalmem, loadavg } from "node:os";
import { join } from "node:path";
import { stat, writeFile } from "node:fs/promises";
import { startBrowser } from "../support/browser.js";
import { Desktop, startDesk } from "../support/desktop.js";
import { EMPTY_WINDOW, freshFolder, ROOT, Served } from "../support/skein.js";
import { until } from "../support/wait.js";
import { MAKE_BARE, SHOW_ANOTHER, TO_WRITE } from "./bare.js";
import { summary, table } from "./figures.js";
import { InChromium, InWebview } from "./places.js";
import { PROBE } from "./probe.js";
import { fill } from "./workspace.js";

const NOTES = Number(process.env.SKEIN_MEASURE_NOTES ?? 10_000);
const CARDS = Number(process.env.SKEIN_MEASURE_CARDS ?? 1_000);
const STARTS = 20;
/** So many that the 95th percentile is not one of the first few, in which the engines of both browsers still learn. */
const OPENINGS = 200;
const SENTENCE = "Nobody has to ask, because it is written down. ";

const tasks = [];
const cleanup = (task) => tasks.push(task);
const rows = [];

function row(what, where, samples, budget, limits) {
  const figures = summary(samples);
  const holds = limits && Object.entries(limits).every(([of, limit]) => figures[of] <= limit);
  rows.push({ what, where, figures, budget, holds });
  const { p50, p95, max } = figures;
  console.log(`${what}, ${where}: p50 ${p50.toFixed(1)} p95 ${p95.toFixed(1)} longest ${max.toFixed(1)} ms`);
}

/** Puts the caret into the middle of the open note. */
const TO_THE_MIDDLE = `
  const view = document.querySelector(".cm-content").cmTile.root.view;
  view.focus();
  const line = view.state.doc.lineAt(Math.floor(view.state.doc.length / 2));
  view.dispatch({ selection: { anchor: line.to }, scrollIntoView: true });
`;

async function open(place, id, text) {
  return place.run("return skeinProbe.open(arguments[0], arguments[1])", `#/note/${id}`, text);
}

async function typing(place, sized) {
  for (const [size, limits] of [
    ["100 KB", { p95: 20, max: 50 }],
    ["1 MB", { p95: 40, max: 50 }],
  ]) {
    await open(place, sized[size], `Beginning of ${size}.`);
    await until("the editor to take text", () =>
      place.run("return document.querySelector('.cm-content').getAttribute('aria-readonly') !== 'true'"),
    );
    await place.run(TO_THE_MIDDLE);
    await place.keys(SENTENCE, 60);
    await place.run("skeinProbe.keys()");
    await place.keys(SENTENCE.repeat(3), 40);
    const samples = await place.run("return skeinProbe.keysDone()");
    row(`key to paint, in the middle of ${size}`, place.name, samples, `p95 ${limits.p95}, none over 50 ms`, limits);
  }
}

async function opening(place, sized) {
  const samples = { "20 KB": [], "100 KB": [], "1 MB": [] };
  const blocked = { "20 KB": [], "100 KB": [], "1 MB": [] };
  for (let turn = 0; turn < OPENINGS; turn++) {
    for (const size of Object.keys(samples)) {
      const seen = await open(place, sized[size], `Beginning of ${size}.`);
      samples[size].push(seen.shown);
      blocked[size].push(seen.blocked);
    }
  }
  for (const size of Object.keys(samples)) {
    const limits = size === "1 MB" ? undefined : { p95: 50 };
    row(`open a note of ${size}: text painted`, place.name, samples[size], limits && "p95 50 ms", limits);
    row(`open a note of ${size}: longest hold of the page's thread`, place.name, blocked[size]);
  }
}

/** What a page costs that holds nothing but a screen of text: no app can be faster here. */
async function bare(place) {
  await place.run(PROBE);
  await place.run(MAKE_BARE, 0);
  const shown = [];
  for (let turn = 1; turn <= OPENINGS; turn++) shown.push(await place.run(SHOW_ANOTHER, turn));
  row("a page of nothing but text: another screen of it painted", place.name, shown);
  await place.run(TO_WRITE);
  await place.keys(SENTENCE, 60);
  await place.run("skeinProbe.keys()");
  await place.keys(SENTENCE.repeat(3), 40);
  row("a page of nothing but text: key to paint", place.name, await place.run("return skeinProbe.keysDone()"));
}

async function searching(place) {
  await place.press("Control+Shift+F");
  await until("the search", () => place.run("return document.querySelector('[role=dialog] input') !== null"));
  await place.run("skeinProbe.results()");
  await place.keys("written zones", 150);
  const samples = await place.run("return skeinProbe.resultsDone()");
  await place.press("Escape");
  row(`search, key to results painted, ${NOTES} notes`, place.name, samples, "p95 30 ms in the engine");
}

async function dragging(place, board) {
  await place.run("location.hash = arguments[0]", `#/board/${board}`);
  await until("the cards", () => place.run("return document.querySelectorAll('[data-card]').length > 5"));
  const at = await place.run(`
    const lists = [...document.querySelectorAll("[data-list]")].map((list) => list.getBoundingClientRect());
    const card = document.querySelector("[data-card]").getBoundingClientRect();
    const middle = (box, y) => ({ x: Math.round(box.x + box.width / 2), y: Math.round(y) });
    return { card: middle(card, card.y + 20), stops: [1, 2, 0, 1].flatMap((index) => [300, 560, 240].map((y) => middle(lists[index], y))) };
  `);
  await place.run("skeinProbe.frames()");
  await place.drag(at.card, at.stops, 350);
  const samples = await place.run("return skeinProbe.framesDone()");
  row(`frames while a card is dragged among ${CARDS}`, place.name, samples, "p95 25, none over 50 ms", { p95: 25, max: 50 });
}

/** Cards by the interface's own line to the engine, since the command line adds one at a time. */
async function addCards(place, board) {
  await place.run(
    `
    const [board, count] = given;
    const address = new URL("/api", location.href);
    address.protocol = "ws:";
    address.search = new URL(location.href).search;
    const socket = new WebSocket(address);
    await new Promise((resolve, reject) => { socket.onopen = resolve; socket.onerror = reject; });
    let id = 0;
    const ask = (request) => new Promise((resolve, reject) => {
      const mine = ++id;
      const hear = ({ data }) => {
        const message = JSON.parse(data);
        if (message.id !== mine || message.type !== "reply") return;
        socket.removeEventListener("message", hear);
        if ("error" in message.result) reject(new Error(data)); else resolve(message.result.ok);
      };
      socket.addEventListener("message", hear);
      socket.onclose = () => reject(new Error("the line was closed"));
      socket.send(JSON.stringify({ id: mine, request }));
    });
    const { board: { columns } } = await ask({ type: "read_board", document: board });
    const ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";
    const letters = () => [...crypto.getRandomValues(new Uint8Array(25))].map((byte) => ALPHABET[byte % 32]).join("") + "a";
    for (const [index, column] of columns.entries()) {
      const share = Math.ceil(count / columns.length);
      const cards = Array.from({ length: share }, (_, at) => ({ id: letters(), title: "Card " + (index * share + at) + " of the release" }));
      for (let from = 0; from < cards.length; from += 100)
        await ask({ type: "edit_board", document: board, edit: { type: "add_cards", column: column.id, after: from === 0 ? null : cards[from - 1].id, cards: cards.slice(from, from + 100) } });
    }
    socket.onclose = null;
    socket.close();
  `,
    board,
    CARDS,
  );
}

/** Starts an app; how long after its birth each of these marks was set. */
async function start(desk, folder, name, left, binary, marks) {
  const window = new Desktop(folder, name, desk, left, binary);
  await window.start();
  try {
    const shown = await until("the marks of the start", () =>
      window.run(
        `const at = arguments[0].map((mark) => performance.getEntriesByName(mark)[0]?.startTime);
         return at.includes(undefined) ? null : at.map((time) => performance.timeOrigin + time)`,
        marks,
      ),
    );
    const born = await window.startedAt();
    return shown.map((time) => time - born);
  } finally {
    await window.quit();
  }
}

async function starting(desk, folder) {
  const empty = [];
  const pictures = [];
  const documents = [];
  for (let turn = 0; turn < STARTS; turn++) {
    empty.push(...(await start(desk, folder, "empty", 0, EMPTY_WINDOW, ["first-contentful-paint"])));
    const [picture, document] = await start(desk, folder, "ana", 0, undefined, ["last frame shown", "document shown"]);
    pictures.push(picture);
    documents.push(document);
  }
  const limit = summary(empty).p50 + 150;
  const budget = `p50 at most 150 ms over the empty window: ${limit.toFixed(0)} ms`;
  row("an empty window: start to first paint", "desktop webview", empty);
  row(`start with the last note shown as it was left, ${NOTES} notes`, "desktop webview", pictures, budget, { p50: limit });
  row(`start with the last note ready for typing, ${NOTES} notes`, "desktop webview", documents);
}

try {
  const folder = await freshFolder(cleanup);
  const profile = join(folder, "ana");
  const { sized, board } = await fill(profile, folder, { notes: NOTES });
  const browser = await startBrowser();
  cleanup(() => browser.close());
  const server = new Served(profile);
  cleanup(() => server.stop());
  const chromium = await InChromium.at(browser, await server.start());
  await chromium.run(PROBE);
  await addCards(chromium, board);
  const desk = await startDesk(cleanup);
  const nothing = new Desktop(folder, "nothing", desk, 0, EMPTY_WINDOW);
  cleanup(() => nothing.quit());
  await nothing.start();
  await bare(await InWebview.at(nothing));
  await nothing.quit();
  const all = async (place) => {
    await opening(place, sized);
    await typing(place, sized);
    await searching(place);
    await dragging(place, board);
  };
  await bare(await InChromium.at(browser, "data:text/html,<!doctype html><main></main>"));
  await all(chromium);
  await server.stop();
  // A page that looks for its server again and again would take part in all that follows.
  await browser.close();

  const window = new Desktop(folder, "ana", desk);
  cleanup(() => window.quit());
  await window.start();
  const webview = await InWebview.at(window);
  await webview.run(PROBE);
  await all(webview);
  const opened = Date.now();
  await open(webview, sized["20 KB"], "Beginning of 20 KB.");
  // The picture for the next start is taken when nobody has touched anything for two seconds.
  await until("a picture of the window", () => stat(join(profile, "last-frame.json")).then(({ mtimeMs }) => mtimeMs > opened, () => false));
  await window.quit();
  await starting(desk, folder);

  const version = (command, ...args) => execFileSync(command, args, { encoding: "utf8" }).trim();
  const report = `# Benchmarks of the window

Written by \`make bench-window\` on ${new Date().toISOString().slice(0, 16).replace("T", " ")} UTC: ${cpus()[0].model}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GB, no graphics card, load ${loadavg()[0].toFixed(1)} at the end.
The same scripts press real keys and move a real pointer in ${version(process.env.SKEIN_CHROMIUM ?? "chromium", "--version")} on \`skein serve\`, and through WebDriver in the desktop app on a virtual
display. The workspace has ${NOTES} notes and a board with ${CARDS} cards. A time ends with the first task after the frame that shows the result. The start is counted from the birth
of the process, beside an empty Tauri window that is started in turn with it.

${table(rows)}
`;
  await writeFile(join(ROOT, "docs", "benchmarks-window.md"), report);
} finally {
  for (const task of tasks.reverse()) await task();
}
