// Real `skein serve` processes for tests, each on a profile of its own, in touch on this machine only.

import { execFile, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { WebSocket } from "ws";
import { Connection } from "../../ipc/connection";
import type { Ipc } from "../../ipc";
import { WebTransport, socketAddress } from "../../ipc/web";
import type { Socket } from "../../ipc/web";

const SKEIN = new URL("../../../../target/debug/skein", import.meta.url).pathname;
const run = promisify(execFile);

// Without a session bus: no test writes into the keychain of whoever runs it.
const env = { ...process.env };
delete env["DBUS_SESSION_BUS_ADDRESS"];

async function skein<Told>(profile: string, ...args: string[]): Promise<Told> {
  const asked = ["--profile", profile, "--this-machine-only", "--json", ...args];
  const { stdout } = await run(SKEIN, asked, { env, timeout: 60_000 });
  return JSON.parse(stdout) as Told;
}

/** A line to a core, which opens itself again after each break until it is ended. */
export type CoreLine = { ipc: Ipc; breakOff(): void; end(): void };

/** One device's core: it can fall asleep with all its connections, and be killed and started again. */
export class Core {
  readonly profile: string;
  #process: ChildProcess | null = null;
  #page = "";
  #asleep = false;

  constructor(profile: string) {
    this.profile = profile;
  }

  get awake(): boolean {
    return this.#process !== null && !this.#asleep;
  }

  async start(): Promise<void> {
    const child = spawn(
      SKEIN,
      ["--profile", this.profile, "--this-machine-only", "--json", "serve"],
      {
        stdio: ["ignore", "pipe", "inherit"],
        env,
      },
    );
    this.#process = child;
    this.#asleep = false;
    const line = await new Promise<string>((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (code) => reject(new Error(`skein serve ended early with ${code}`)));
      createInterface({ input: child.stdout }).once("line", resolve);
    });
    this.#page = (JSON.parse(line) as { address: string }).address;
  }

  /** Nothing is answered and nothing taken in until it wakes; its connections stay. */
  sleep(): void {
    this.#asleep = this.#process?.kill("SIGSTOP") ?? false;
  }

  wake(): void {
    this.#process?.kill("SIGCONT");
    this.#asleep = false;
  }

  /** As a crash would, with all that was not yet written. */
  async kill(): Promise<void> {
    const child = this.#process;
    if (child === null) return;
    this.#process = null;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await ended;
  }

  /** A window's own line. */
  line(): CoreLine {
    let socket: WebSocket | null = null;
    let ended = false;
    const open = (address: string): Socket => {
      socket = new WebSocket(address);
      // What goes wrong is told once more by the close that follows.
      socket.on("error", () => undefined);
      return socket as unknown as Socket;
    };
    const clock = {
      after: (milliseconds: number, again: () => void) => {
        setTimeout(() => ended || again(), milliseconds / 10);
      },
    };
    const transport = new WebTransport(socketAddress(new URL(this.#page)), open, clock);
    return {
      ipc: new Connection(transport),
      breakOff: () => socket?.terminate(),
      end: () => {
        ended = true;
        socket?.terminate();
      },
    };
  }
}

/** Two people in one workspace, each with a core. `end` leaves neither process nor file behind. */
export async function twoCores(): Promise<{ ana: Core; bo: Core; end: () => Promise<void> }> {
  if (!existsSync(SKEIN))
    throw new Error(`${SKEIN} is not there: run make ui && cargo build first`);
  const folder = await mkdtemp(join(tmpdir(), "skein-core-"));
  const [ana, bo] = [new Core(join(folder, "ana")), new Core(join(folder, "bo"))];
  await skein(ana.profile, "init", "--name", "Ana", "--workspace", "Geese");
  await ana.start();
  const { ticket } = await skein<{ ticket: string }>(ana.profile, "invite");
  await skein(bo.profile, "join", ticket, "--name", "Bo");
  await bo.start();
  const end = async (): Promise<void> => {
    await Promise.all([ana.kill(), bo.kill()]);
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  return { ana, bo, end };
}
