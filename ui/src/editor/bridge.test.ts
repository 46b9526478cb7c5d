import { ChangeSet } from "@codemirror/state";
import fc from "fast-check";
import { expect, test } from "vitest";
import { TextBridge } from "./bridge";
import { differentCharacters } from "./testing/characters";
import { TestEngine } from "./testing/engine";
import { TestWindow } from "./testing/window";

/** A long run by hand: SKEIN_RUNS=20 multiplies the schedules. */
const RUNS = Number(process.env["SKEIN_RUNS"] ?? 1);
const LIMIT_MS = 60_000 * RUNS;

type Step = { kind: number; who: number; at: number; size: number; wild: boolean };

const steps = fc.array(
  fc.record({
    kind: fc.nat(99),
    who: fc.nat(3),
    at: fc.nat(1000),
    size: fc.nat(4),
    wild: fc.boolean(),
  }),
  { minLength: 10, maxLength: 70 },
);

/** A run of windows and a peer over one engine. Every character typed is a new one, so each can be followed. */
class Run {
  readonly engine: TestEngine;
  readonly windows: TestWindow[];
  /** Who typed each character. */
  readonly typed = new Map<string, string>();
  /** Who deleted each character; more than one may have, while apart. */
  readonly deleted = new Map<string, Set<string>>();
  #fresh = 4;
  #restarts = 0;

  #breaks: boolean;

  /** Without line breaks every character is a different one, and every difference of texts is exact. */
  constructor({ undoes = false, breaks = true } = {}) {
    const text = "\u4e00\n\u4e01\u4e02\r\n\u{20000}\u4e03";
    this.#breaks = breaks;
    this.engine = new TestEngine(breaks ? text : text.replace(/\s/g, ""));
    this.windows = ["A", "B"].map((name) => new TestWindow(name, this.engine, undoes));
    for (const character of this.unique(this.engine.text.toString())) {
      this.typed.set(character, "start");
    }
  }

  unique(text: string): string[] {
    return Array.from(text).filter((character) => character > "\u4dff");
  }

  edit(step: Step, deletes: (text: string, author: string) => boolean = () => true): void {
    const window = step.who < 3 ? this.windows[step.who % 2] : undefined;
    // Nobody can type before the first text is there.
    if (window?.bridge.started === false) return;
    const author = window === undefined ? "peer" : step.who % 2 === 0 ? "A" : "B";
    const text = window?.text ?? this.engine.text.toString();
    const [from, end] = this.#range(text, step);
    const to = deletes(text.slice(from, end), author) ? end : from;
    const insert = this.#write(step, author);
    for (const character of this.unique(text.slice(from, to))) {
      const by = this.deleted.get(character) ?? new Set();
      this.deleted.set(character, by.add(author));
    }
    const change = { from, to, insert };
    if (window === undefined) this.engine.edit(ChangeSet.of(change, text.length, "\n"));
    else window.edit({ changes: change, selection: { anchor: from + insert.length } });
  }

  /** Moves something along the lines between windows and engine. */
  move(step: Step, troubles: boolean, reloads = false): void {
    const window = this.windows[step.who % 2];
    if (window === undefined) return;
    const way = step.kind % 12;
    if (way < 4) window.send();
    else if (way < 7) window.work();
    else if (way < 10 || !troubles) window.receive();
    else if (way === 10 && reloads && step.size % 2 === 0) window.reload();
    else if (way === 10) window.breakLine();
    else window.work(["before", "after", "twice"][step.at % 3] as "before");
  }

  restart(step: Step): void {
    this.engine.restart(++this.#restarts * 1_000_000 * (step.wild ? -1 : 1));
    for (const window of this.windows) window.breakLine();
  }

  finish(): void {
    for (let round = 0; round < 6; round++) {
      for (const window of this.windows) window.deliverAll();
    }
    for (const window of this.windows) {
      expect(window.quiet).toBe(true);
      expect(window.text).toBe(this.engine.text.toString());
    }
  }

  /**
   * Every character that nobody deleted is there, none twice, and what was deleted is gone. Where
   * only two texts can be compared, equal line breaks leave doubt, and doubt keeps.
   */
  checkCharacters(deletedIsGone: boolean, someTwice = false): void {
    const found = this.unique(this.engine.text.toString());
    if (!someTwice) expect(new Set(found).size).toBe(found.length);
    for (const character of this.typed.keys()) {
      if (!this.deleted.has(character)) expect(found).toContain(character);
      else if (deletedIsGone) expect(found).not.toContain(character);
    }
  }

  #range(text: string, { at, size, wild, kind }: Step): [number, number] {
    const onBorder = (position: number): number =>
      /^[\ud800-\udbff][\udc00-\udfff]$/.test(text.slice(position - 1, position + 1))
        ? position - 1
        : position;
    const from = onBorder(at % (text.length + 1));
    if (wild || kind % 3 > 0) return [from, from];
    return [from, onBorder(Math.min(text.length, from + size))];
  }

  #write({ size, wild, kind }: Step, author: string): string {
    if (kind % 5 === 0 && !wild) return "";
    const characters = differentCharacters(this.#fresh, size + 1);
    this.#fresh += characters.length;
    for (const character of characters) this.typed.set(character, author);
    const written = characters.join("");
    if (!this.#breaks) return written;
    return kind % 17 === 0 ? `${written}\r\n` : kind % 13 === 0 ? `\n${written}` : written;
  }
}

test(
  "windows and peers converge over delays, breaks, reloads, failures and repeats, nothing lost or doubled",
  () => {
    fc.assert(
      fc.property(steps, fc.boolean(), (script, breaks) => {
        const run = new Run({ breaks });
        for (const step of script) {
          if (step.kind < 40) run.edit(step);
          else run.move(step, true, true);
        }
        run.finish();
        run.checkCharacters(!breaks);
      }),
      { numRuns: 3000 * RUNS },
    );
  },
  LIMIT_MS,
);

test(
  "an engine that forgot pushes and versions neither loses nor doubles what was typed",
  () => {
    fc.assert(
      fc.property(steps, fc.boolean(), (script, breaks) => {
        const run = new Run({ breaks });
        const ownOnly = (text: string, author: string): boolean =>
          run
            .unique(text)
            .every((character) => [author, "start"].includes(run.typed.get(character) ?? ""));
        for (const step of script) {
          if (step.kind < 40) run.edit(step, ownOnly);
          else if (step.kind < 46) run.restart(step);
          else run.move(step, true, true);
        }
        run.finish();
        run.checkCharacters(false, breaks);
      }),
      { numRuns: 1500 * RUNS },
    );
  },
  LIMIT_MS,
);

test(
  "undoing everything takes back only my own",
  () => {
    fc.assert(
      fc.property(steps, (script) => {
        const run = new Run({ undoes: true, breaks: false });
        for (const step of script) {
          if (step.kind < 40) run.edit(step);
          else run.move(step, step.wild);
        }
        const mine = run.windows[0];
        for (let turns = 0; turns < 500 && mine?.undo(); turns++) {
          if (turns % 3 === 0) mine.send();
          if (turns % 5 === 0) run.edit({ kind: 1, who: 3, at: turns * 7, size: 1, wild: true });
        }
        run.finish();
        const found = run.unique(run.engine.text.toString());
        expect(new Set(found).size).toBe(found.length);
        for (const [character, author] of run.typed) {
          const others = [...(run.deleted.get(character) ?? [])].some((by) => by !== "A");
          if (author === "A") expect(found).not.toContain(character);
          else if (!others) expect(found).toContain(character);
        }
      }),
      { numRuns: 1125 * RUNS },
    );
  },
  LIMIT_MS,
);

test(
  "undo and redo in between keep all windows equal",
  () => {
    fc.assert(
      fc.property(steps, (script) => {
        const run = new Run({ undoes: true });
        for (const step of script) {
          const window = run.windows[step.who % 2];
          if (step.kind < 30) run.edit(step);
          else if (step.kind < 38) window?.undo();
          else if (step.kind < 42) window?.redo();
          else run.move(step, true);
        }
        run.finish();
      }),
      { numRuns: 1125 * RUNS },
    );
  },
  LIMIT_MS,
);

test("edits that would cut a pair are kept whole", () => {
  const engine = new TestEngine("a😀b👍🏽c");
  const window = new TestWindow("A", engine);
  fc.assert(
    fc.property(
      fc.nat(20),
      fc.nat(3),
      fc.constantFrom("", "x", "\ud83d", "\ude00", "é"),
      (at, size, insert) => {
        const from = at % (window.text.length + 1);
        const to = Math.min(window.text.length, from + size);
        window.edit({ changes: { from, to, insert } });
        window.deliverAll();
        expect(window.text).toBe(engine.text.toString());
        expect(window.text).not.toMatch(
          /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/,
        );
        if (window.text.length < 4) window.edit({ changes: { from: 0, insert: "😀👍🏽😀" } });
      },
    ),
    { numRuns: 1000 },
  );
});

let ids = 0;
const fresh = (): string => `fresh ${ids++}`;

function following(text: string): TextBridge {
  const bridge = new TextBridge();
  bridge.reset(5, text, fresh);
  return bridge;
}

const typeAt = (at: number, insert: string, length: number): ChangeSet =>
  ChangeSet.of({ from: at, insert }, length);

test("a second push waits for the answer to the first", () => {
  const bridge = following("ab");
  bridge.local(typeAt(2, "c", 2));
  expect(bridge.nextPush(() => "one")).toEqual({
    baseVersion: 5,
    pushId: "one",
    splices: [{ at: 2, delete: 0, insert: "c" }],
    length: 3,
  });
  bridge.local(typeAt(3, "d", 3));
  expect(bridge.nextPush(() => "two")).toBeNull();
  bridge.acknowledged("one", { version: 7, splices: [{ at: 0, delete: 0, insert: "X" }] });
  expect(bridge.nextPush(() => "two")).toMatchObject({
    baseVersion: 7,
    splices: [{ at: 4, delete: 0, insert: "d" }],
    length: 5,
  });
});

test("an acknowledgement that reaches less far than a patch heard of asks for the whole text", () => {
  const bridge = following("ab");
  bridge.local(typeAt(2, "c", 2));
  bridge.nextPush(() => "one");
  bridge.patched({ fromVersion: 6, version: 7, splices: [] });
  expect(bridge.acknowledged("one", { version: 6, splices: [] }).resubscribe).toBe(true);
  expect(bridge.reset(7, "abcZ", fresh)?.toJSON()).toEqual([3, [0, "Z"]]);
});

test("a patch that starts elsewhere, or does not fit, asks for the whole text", () => {
  const gap = following("ab");
  expect(gap.patched({ fromVersion: 6, version: 7, splices: [] }).resubscribe).toBe(true);
  const unfit = following("ab");
  const splices = [{ at: 9, delete: 1, insert: "" }];
  expect(unfit.patched({ fromVersion: 5, version: 6, splices }).resubscribe).toBe(true);
});

test("a push whose answer was lost is sent again under its own id", () => {
  const bridge = following("ab");
  bridge.local(typeAt(2, "c", 2));
  const push = bridge.nextPush(() => "one");
  bridge.lost();
  bridge.failed("one");
  expect(bridge.nextPush(() => "two")).toBeNull();
  expect(bridge.reset(6, "abc", fresh)).toBeNull();
  expect(bridge.nextPush(() => "two")).toEqual(push);
});

test("where the engine cannot say whether it applied a push, its text does", () => {
  for (const [text, shown, left] of [
    ["ab", null, "c"],
    ["abc", null, ""],
    ["Xabc", [[0, "X"], 3], ""],
    ["Xab", [[0, "X"], 3], "c"],
  ] as const) {
    const bridge = following("ab");
    bridge.local(typeAt(2, "c", 2));
    bridge.nextPush(() => "one");
    bridge.lost();
    bridge.failed("one");
    expect(bridge.reset(0, text, fresh)?.toJSON() ?? null).toEqual(shown);
    const next = bridge.nextPush(() => "two");
    expect(next?.splices.map((splice) => splice.insert).join("") ?? "").toBe(left);
  }
});

test("a push that the engine refuses joins what is pending", () => {
  const bridge = following("ab");
  bridge.local(typeAt(2, "c", 2));
  bridge.nextPush(() => "one");
  expect(bridge.refused("one").resubscribe).toBe(true);
  bridge.local(typeAt(3, "d", 3));
  expect(bridge.reset(9, "aXb", fresh)?.toJSON()).toEqual([1, [0, "X"], 3]);
  expect(bridge.nextPush(() => "two")).toMatchObject({
    baseVersion: 9,
    splices: [{ at: 3, delete: 0, insert: "cd" }],
  });
});
