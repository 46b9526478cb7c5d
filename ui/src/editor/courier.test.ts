import { ChangeSet } from "@codemirror/state";
import { expect, test } from "vitest";
import { t } from "../i18n";
import { TextCourier } from "./courier";
import type { Failure, TextDoor, TextEvents } from "./courier";
import type { Acknowledgement, Push } from "./bridge";

type Answer = { ack: Acknowledgement } | { failure: Failure };

/** A door, a view and a clock that do only what the test says. */
class Stage {
  pushes: { push: Push; answer: (answer: Answer) => void }[] = [];
  events: TextEvents[] = [];
  closed = 0;
  troubles: (string | null)[] = [];
  shown: ChangeSet[] = [];
  line: (open: boolean) => void = () => undefined;
  finished = false;
  #timers: { at: number; run: () => void }[] = [];
  #now = 0;
  #ids = 0;

  readonly #door: TextDoor = {
    follow: (events) => {
      this.events.push(events);
      return { close: () => void this.closed++ };
    },
    push: (push, answer) => void this.pushes.push({ push, answer }),
    place: () => undefined,
    watchLine: (listener) => {
      this.line = listener;
      return () => undefined;
    },
  };

  readonly courier = new TextCourier(
    this.#door,
    {
      show: (changes) => void this.shown.push(changes),
      carets: () => undefined,
      ready: () => undefined,
      trouble: (text) => void this.troubles.push(text),
    },
    {
      newPushId: () => `p${this.#ids++}`,
      after: (milliseconds, run) => {
        const timer = { at: this.#now + milliseconds, run };
        this.#timers.push(timer);
        return () => {
          this.#timers = this.#timers.filter((other) => other !== timer);
        };
      },
    },
  );

  constructor(text = "") {
    this.courier.start();
    this.events[0]?.reset(1, text);
  }

  type(insert: string, at = 0, length = 0): void {
    this.courier.local(ChangeSet.of({ from: at, insert }, length));
  }

  pass(milliseconds: number): void {
    const until = this.#now + milliseconds;
    for (;;) {
      const next = this.#timers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#now = next.at;
      this.#timers = this.#timers.filter((other) => other !== next);
      next.run();
    }
    this.#now = until;
  }

  answer(answer: Answer): void {
    this.pushes.at(-1)?.answer(answer);
  }

  get trouble(): string | null {
    return this.troubles.at(-1) ?? null;
  }
}

const acknowledged = (version: number): Answer => ({ ack: { version, splices: [] } });
const refused: Answer = { failure: { kind: "refused", message: "The disk is full.", hint: "" } };

test("keys struck together are one push, and the next waits for its answer", () => {
  const stage = new Stage();
  stage.type("a");
  stage.type("b", 1, 1);
  expect(stage.pushes).toHaveLength(0);
  stage.pass(20);
  stage.type("c", 2, 2);
  stage.pass(100);
  expect(stage.pushes.map(({ push }) => push.splices[0]?.insert)).toEqual(["ab"]);
  stage.answer(acknowledged(2));
  expect(stage.pushes.map(({ push }) => push.splices[0]?.insert)).toEqual(["ab", "c"]);
});

test("a refused push is sent again under its id, the reason is said, and taken back when it went", () => {
  const stage = new Stage();
  stage.type("a");
  stage.pass(20);
  stage.answer(refused);
  expect(stage.trouble).toContain("The disk is full.");
  stage.pass(600);
  expect(stage.pushes.map(({ push }) => push.pushId)).toEqual(["p0", "p0"]);
  stage.answer(acknowledged(2));
  expect(stage.trouble).toBeNull();
});

test("a push refused again and again is made anew from the engine's text, and goes in the end", () => {
  const stage = new Stage();
  stage.type("a");
  stage.pass(20);
  for (let turn = 0; turn < 3; turn++) {
    stage.answer(refused);
    stage.pass(20_000);
  }
  expect(stage.events).toHaveLength(2);
  stage.events[1]?.reset(5, "");
  expect(stage.pushes.at(-1)?.push).toMatchObject({ pushId: "p1", baseVersion: 5 });
  stage.answer(acknowledged(6));
  expect(stage.trouble).toBeNull();
});

test("a short break is not worth a word, a longer one is", () => {
  const stage = new Stage("x");
  stage.line(false);
  stage.pass(500);
  stage.events[0]?.reset(1, "x");
  stage.pass(5_000);
  expect(stage.troubles).toEqual([]);
  stage.line(false);
  stage.pass(2_000);
  expect(stage.trouble).toBe(t("editor.lineLost"));
  stage.events[0]?.reset(1, "x");
  expect(stage.trouble).toBeNull();
});

test("what is typed while the line is down goes when it is back", () => {
  const stage = new Stage("x");
  stage.line(false);
  stage.type("a", 1, 1);
  stage.pass(5_000);
  expect(stage.pushes).toHaveLength(0);
  stage.events[0]?.reset(4, "Yx");
  expect(stage.pushes.at(-1)?.push).toMatchObject({
    baseVersion: 1,
    splices: [{ at: 1, delete: 0, insert: "a" }],
  });
  stage.answer({ ack: { version: 5, splices: [{ at: 0, delete: 0, insert: "Y" }] } });
  expect(stage.shown.at(-1)?.toJSON()).toEqual([[0, "Y"], 2]);
});

test("where the engine no longer knows the base, its whole text is the next one", () => {
  const stage = new Stage("x");
  stage.line(false);
  stage.type("a", 1, 1);
  stage.events[0]?.reset(90, "Yx");
  stage.answer({ failure: { kind: "resync" } });
  expect(stage.events).toHaveLength(2);
  stage.events[1]?.reset(90, "Yx");
  expect(stage.shown.at(-1)?.toJSON()).toEqual([[0, "Y"], 2]);
  expect(stage.pushes.at(-1)?.push).toMatchObject({
    baseVersion: 90,
    splices: [{ at: 2, delete: 0, insert: "a" }],
  });
});

test("an answer that takes long is told", () => {
  const stage = new Stage();
  stage.type("a");
  stage.pass(7_000);
  expect(stage.trouble).toBe(t("editor.slow"));
  stage.answer(acknowledged(2));
  expect(stage.trouble).toBeNull();
});

test("leaving hands over what is left before it closes", () => {
  const stage = new Stage();
  stage.type("a");
  stage.pass(20);
  stage.type("b", 1, 1);
  stage.courier.finish(() => {
    stage.finished = true;
  });
  expect(stage.closed).toBe(0);
  stage.answer(acknowledged(2));
  expect(stage.pushes.at(-1)?.push.splices).toEqual([{ at: 1, delete: 0, insert: "b" }]);
  expect(stage.finished).toBe(false);
  stage.answer(acknowledged(3));
  expect([stage.finished, stage.closed]).toEqual([true, 1]);
});

test("a subscription that is refused is tried again", () => {
  const stage = new Stage();
  stage.events[0]?.refused({ kind: "refused", message: "Busy.", hint: "Wait a moment." });
  expect(stage.trouble).toContain("Busy. Wait a moment.");
  stage.pass(1_000);
  expect(stage.events).toHaveLength(2);
});

test("a text that is gone is said and keeps being said", () => {
  const stage = new Stage("x");
  stage.events[0]?.gone();
  expect(stage.trouble).toBe(t("editor.gone"));
});
