// The bridge as the app joins it, courier and line and all, against real cores that sync with one another.

import { history, redo, undo } from "@codemirror/commands";
import { EditorState, Transaction } from "@codemirror/state";
import type { TransactionSpec } from "@codemirror/state";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { wholeCodePoints } from "./codePoints";
import { TextCourier } from "./courier";
import { doorOf } from "./door";
import { LINE_BREAK } from "./splices";
import { differentCharacters } from "./testing/characters";
import { twoCores } from "./testing/core";
import type { Core, CoreLine } from "./testing/core";

/** A long run by hand: SKEIN_RUNS=20 multiplies the schedules. */
const RUNS = Number(process.env["SKEIN_RUNS"] ?? 1);
/** What is not together after so long never comes. */
const REST_MS = 60_000;
const LIMIT_MS = 4 * REST_MS * RUNS;

let ana: Core;
let bo: Core;
let end = (): Promise<void> => Promise.resolve();

beforeAll(async () => {
  ({ ana, bo, end } = await twoCores());
}, 60_000);

afterAll(() => end());

/** An editor without its picture. */
class Window {
  readonly core: Core;
  readonly name: string;
  readonly line: CoreLine;
  readonly #courier: TextCourier;
  #state = EditorState.create({
    extensions: [
      EditorState.lineSeparator.of(LINE_BREAK),
      history({ newGroupDelay: 0 }),
      wholeCodePoints,
    ],
  });
  ready = false;
  /** How many were begun. */
  pushes = 0;

  constructor(core: Core, name: string, document: string) {
    this.core = core;
    this.name = name;
    this.line = core.line();
    this.#courier = new TextCourier(
      doorOf({ ipc: this.line.ipc, document, card: null }),
      {
        show: (changes) => {
          const spec = { changes, annotations: Transaction.addToHistory.of(false), filter: false };
          this.#state = this.#state.update(spec).state;
        },
        carets: () => undefined,
        ready: () => {
          this.ready = true;
        },
        trouble: () => undefined,
      },
      {
        newPushId: () => `${document}-${name}-${this.pushes++}`,
        after: (milliseconds, act) => {
          // The pauses before another try are a person's, not a test's.
          const timer = setTimeout(act, Math.min(milliseconds, 50));
          return () => clearTimeout(timer);
        },
      },
    );
    this.#courier.start();
  }

  get text(): string {
    return this.#state.sliceDoc();
  }

  /** Whether its core has all that was written here. */
  get settled(): boolean {
    return this.ready && this.#courier.kept() === null;
  }

  edit(spec: TransactionSpec): void {
    this.#local(this.#state.update(spec));
  }

  undo(): boolean {
    return undo({ state: this.#state, dispatch: (transaction) => this.#local(transaction) });
  }

  redo(): boolean {
    return redo({ state: this.#state, dispatch: (transaction) => this.#local(transaction) });
  }

  #local(transaction: Transaction): void {
    this.#state = transaction.state;
    if (transaction.docChanged) this.#courier.local(transaction.changes);
  }
}

type Step = { kind: number; who: number; at: number; size: number };

const steps = fc.array(
  fc.record({ kind: fc.nat(99), who: fc.nat(2), at: fc.nat(1000), size: fc.nat(4) }),
  { minLength: 30, maxLength: 90 },
);

/** Two windows at Ana's and one at Bo's over one note. Every character typed is a new one, so each can be followed. */
class Run {
  readonly windows: Window[];
  /** Who typed each character, and who deleted it. */
  readonly typed = new Map<string, string>();
  readonly deleted = new Map<string, Set<string>>();
  #fresh = 0;

  private constructor(document: string) {
    this.windows = [
      new Window(ana, "A", document),
      new Window(ana, "B", document),
      new Window(bo, "C", document),
    ];
  }

  static async begin(): Promise<Run> {
    const line = ana.line();
    const made = await line.ipc.request({
      type: "create_note",
      title: "Apart and together",
      text: null,
      parent: null,
      after: null,
    });
    line.end();
    const run = new Run(made.id);
    await until(() => run.windows.every((window) => window.ready));
    return run;
  }

  /** The characters that nobody deleted. */
  get kept(): string[] {
    return [...this.typed.keys()].filter((character) => !this.deleted.has(character));
  }

  window({ who }: Step): Window {
    return this.windows[who] as Window;
  }

  edit(step: Step): void {
    const window = this.window(step);
    const characters = Array.from(window.text);
    const first = step.at % (characters.length + 1);
    const gone = step.kind % 3 > 0 ? [] : characters.slice(first, first + step.size);
    for (const character of gone)
      this.deleted.set(character, (this.deleted.get(character) ?? new Set()).add(window.name));
    const from = characters.slice(0, first).join("").length;
    const insert = gone.length > 2 ? "" : this.#write(step.size, window.name);
    window.edit({ changes: { from, to: from + gone.join("").length, insert } });
  }

  /** All of a schedule: edits, and what happens between them. */
  async tell(script: readonly Step[]): Promise<void> {
    for (const step of script) {
      if (step.kind < 55) this.edit(step);
      else await this.move(step);
    }
  }

  /** Lines break, devices fall asleep and wake, or what is under way moves on. */
  async move(step: Step): Promise<void> {
    const window = this.window(step);
    if (step.kind < 60) window.line.breakOff();
    else if (step.kind < 70) {
      const other = window.core === ana ? bo : ana;
      if (other.awake) window.core.sleep();
    } else if (step.kind < 78) window.core.wake();
    else if (step.kind < 90) {
      for (let turn = 0; turn <= step.size; turn++) await new Promise(setImmediate);
    } else if (window.core.awake) await until(() => window.settled);
  }

  /** A core ends without a word, and what was under way to it with it; then it begins anew. */
  async crash(step: Step): Promise<void> {
    const window = this.window(step);
    const { core } = window;
    core.wake();
    await until(() => window.settled);
    core.sleep();
    const before = window.pushes;
    this.edit({ ...step, kind: 1 });
    await until(() => window.pushes > before);
    await core.kill();
    await core.start();
  }

  /** All wake and come to rest; then all windows and both cores hold the same. */
  async finish(): Promise<string> {
    for (const core of [ana, bo]) core.wake();
    const isOne = (): boolean => new Set(this.windows.map((window) => window.text)).size === 1;
    await until(() => this.windows.every((window) => window.settled) && isOne()).catch(
      () => undefined,
    );
    const texts = this.windows.map((window) => [window.name, window.settled, window.text]);
    for (const { line } of this.windows) line.end();
    const [[, , text] = []] = texts;
    expect(texts).toEqual(this.windows.map(({ name }) => [name, true, text]));
    return String(text);
  }

  #write(size: number, author: string): string {
    const characters = differentCharacters(this.#fresh, size + 1);
    this.#fresh += characters.length;
    for (const character of characters) this.typed.set(character, author);
    return characters.join("");
  }
}

/** Fails when it does not become true. */
async function until(isTrue: () => boolean): Promise<void> {
  const began = performance.now();
  while (!isTrue()) {
    if (performance.now() - began > REST_MS) throw new Error("it did not come to rest");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** `numRuns` schedules; each is let run to where all have come to rest. */
function schedules(
  numRuns: number,
  law: (run: Run, script: Step[]) => Promise<void>,
): () => Promise<void> {
  return () =>
    fc.assert(
      fc.asyncProperty(steps, async (script) => law(await Run.begin(), script)),
      // What happens between processes happens once: a schedule that fails is not made smaller.
      { numRuns: numRuns * RUNS, endOnFailure: true },
    );
}

test(
  "windows on two devices that part and meet hold the same in the end, nothing lost or doubled",
  schedules(20, async (run, script) => {
    await run.tell(script);
    const found = Array.from(await run.finish());
    expect(found.toSorted()).toEqual(run.kept.toSorted());
  }),
  LIMIT_MS,
);

test(
  "undoing everything takes back only my own",
  schedules(15, async (run, script) => {
    await run.tell(script);
    const [mine] = run.windows;
    for (let turn = 0; mine?.undo(); turn++) {
      if (turn % 3 === 0) await run.move({ kind: 80, who: 0, at: 0, size: turn % 4 });
      if (turn % 5 === 0) run.edit({ kind: 1, who: 2, at: turn * 7, size: 1 });
    }
    const found = Array.from(await run.finish());
    expect(new Set(found).size).toBe(found.length);
    for (const [character, author] of run.typed) {
      const others = [...(run.deleted.get(character) ?? [])].some((by) => by !== "A");
      if (author === "A") expect(found).not.toContain(character);
      else if (!others) expect(found).toContain(character);
    }
  }),
  LIMIT_MS,
);

test(
  "undo and redo in between keep all windows on all devices equal",
  schedules(15, async (run, script) => {
    for (const step of script) {
      if (step.kind < 35) run.edit(step);
      else if (step.kind < 47) run.window(step).undo();
      else if (step.kind < 55) run.window(step).redo();
      else await run.move(step);
    }
    await run.finish();
  }),
  LIMIT_MS,
);

test(
  "a core that ends in the middle of it loses nothing of what was typed",
  schedules(5, async (run, script) => {
    for (const [number, step] of script.entries()) {
      if (number % 30 === 15) await run.crash(step);
      else if (step.kind < 55) run.edit(step);
      else await run.move(step);
    }
    expect(Array.from(await run.finish())).toEqual(expect.arrayContaining(run.kept));
  }),
  LIMIT_MS,
);
