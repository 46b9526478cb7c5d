// Starts and ends real Skein processes, each with a profile of its own, on this machine only.

import { execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

export const ROOT = new URL("../../..", import.meta.url).pathname;
/** Tests run the debug build; measurements name another folder. */
const BINARIES = join(ROOT, "target", process.env.SKEIN_BUILD ?? "debug");
const SKEIN = join(BINARIES, "skein");
export const DESKTOP = join(BINARIES, "skein-desktop");
export const EMPTY_WINDOW = join(BINARIES, "examples", "empty_window");
export const DESKTOP_TRAY = join(BINARIES, "examples", "desktop_tray");

const run = promisify(execFile);

/** Without a session bus: no test writes into the keychain of whoever runs it. */
const env = { ...process.env };
delete env.DBUS_SESSION_BUS_ADDRESS;

for (const binary of [SKEIN, DESKTOP]) {
  if (!existsSync(binary))
    throw new Error(`${binary} is not built: run make ui && cargo build first`);
}

/** A folder that is gone when the test is over. Short, because sockets lie in it. */
export async function freshFolder(cleanup) {
  const folder = await mkdtemp(join(tmpdir(), "skein-e2e-"));
  cleanup(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

/** One command of `skein` on a profile; resolves with the JSON value that it printed. */
export async function skein(profile, ...args) {
  return skeinTold(profile, "", ...args);
}

/** The same, with a text on its standard input. */
export async function skeinTold(profile, text, ...args) {
  const running = run(SKEIN, ["--profile", profile, "--this-machine-only", "--json", ...args], {
    timeout: 300_000,
    maxBuffer: 64 * 1024 * 1024,
    env,
  });
  // A command that asks nothing may be over before; one that failed says so by its end.
  running.child.stdin.on("error", () => undefined);
  running.child.stdin.end(text);
  const { stdout } = await running;
  return JSON.parse(stdout);
}

/** `skein serve` on a profile: can be ended gracefully and started again at the same address. */
export class Served {
  #child = null;
  address = "";

  constructor(profile) {
    this.profile = profile;
  }

  async start() {
    const child = spawn(
      SKEIN,
      ["--profile", this.profile, "--this-machine-only", "--json", "serve"],
      { stdio: ["ignore", "pipe", "inherit"], env },
    );
    this.#child = child;
    this.address = JSON.parse(await firstLine(child, "skein serve")).address;
    return this.address;
  }

  /** As a user's Ctrl+C or a log-out would. Fails when the process does not end by itself. */
  async stop() {
    const child = this.#child;
    this.#child = null;
    if (child === null) return;
    await ended(child, "SIGTERM", 15_000);
  }

  /** As a crash or a power cut would. */
  async kill() {
    const child = this.#child;
    this.#child = null;
    if (child !== null) await ended(child, "SIGKILL", 5_000);
  }
}

/** `skein relay` for one workspace: can be ended, emptied and started again at the same address. */
export class RelayProcess {
  #child = null;
  #port = 0;
  /** What an owner names it by. */
  address = "";
  /** Its page, on this machine. */
  page = "";

  constructor(folder, workspace) {
    this.folder = folder;
    this.workspace = workspace;
  }

  async start() {
    const listen = `127.0.0.1:${this.#port}`;
    const told = ["--data", this.folder, "--listen", listen, "--allow", this.workspace];
    this.#child = spawn(
      SKEIN,
      ["--this-machine-only", "--json", "relay", ...told, "--status", "127.0.0.1:0"],
      { stdio: ["ignore", "pipe", "inherit"], env },
    );
    const { addresses, status } = JSON.parse(await firstLine(this.#child, "skein relay"));
    [this.address] = addresses;
    this.page = status;
    this.#port = Number(this.address.split("/")[4]);
  }

  async stop() {
    const child = this.#child;
    this.#child = null;
    if (child !== null) await ended(child, "SIGTERM", 15_000);
  }

  /** All that it keeps for others is gone; it is the same relay. Only while it does not run. */
  async empty() {
    for (const file of await readdir(this.folder))
      if (file.includes(".relay")) await rm(join(this.folder, file));
  }
}

/** The first line that a process prints; an error if it ends before. */
function firstLine(child, name) {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`${name} ended early with ${code}`)));
    createInterface({ input: child.stdout }).once("line", resolve);
  });
}

/** Sends a signal and waits for the end; forces it after the limit, and then fails. */
export async function ended(child, signal, limit) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise((resolve) => child.once("exit", resolve));
  child.kill(signal);
  let timer;
  const late = new Promise((resolve) => (timer = setTimeout(resolve, limit, "late")));
  const outcome = await Promise.race([exit, late]);
  clearTimeout(timer);
  if (outcome !== "late") return;
  child.kill("SIGKILL");
  await exit;
  throw new Error(`process ${child.pid} did not end within ${limit} ms of ${signal}`);
}

/** Two profiles of one workspace, made on the command line: Ana founded it, Bo joined. */
export async function foundedAndJoined(folder, { served, workspace = "Geese" }) {
  const [ana, bo] = [join(folder, "ana"), join(folder, "bo")];
  await skein(ana, "init", "--name", "Ana", "--workspace", workspace);
  const server = new Served(ana);
  await server.start();
  served(server);
  const { ticket } = await skein(ana, "invite");
  await skein(bo, "join", ticket, "--name", "Bo");
  return { ana: server, bo: new Served(bo) };
}
