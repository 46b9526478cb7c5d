import { ChangeSet } from "@codemirror/state";
import fc from "fast-check";
import { expect, test } from "vitest";
import { TextBridge } from "./bridge";
import { TextPlaces } from "./places";
import type { Place, PlaceAt } from "./places";
import { TestEngine } from "./testing/engine";
import { TestWindow } from "./testing/window";

test(
  "once all is handed over, each one's caret is seen where it is in the merged text",
  { timeout: 30_000 },
  () => {
    const steps = fc.array(
      fc.record({ kind: fc.nat(19), who: fc.nat(2), at: fc.nat(60), size: fc.nat(4) }),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(steps, (script) => {
        const engine = new TestEngine("geese fly south\nin the autumn");
        const windows = [new TestWindow("A", engine), new TestWindow("B", engine)] as const;
        for (const window of windows) window.turn(true);
        for (const { kind, who, at, size } of script) {
          const window = windows[who];
          const length = window?.text.length ?? engine.text.length;
          const from = at % (length + 1);
          const to = kind % 2 === 0 ? Math.min(length, from + size) : from;
          const insert = kind % 3 === 0 ? "" : "abcde".slice(0, size);
          if (window === undefined) engine.edit(ChangeSet.of({ from, to, insert }, length, "\n"));
          else if (kind < 6) {
            window.edit({
              changes: { from, to, insert },
              selection: { anchor: from + insert.length },
            });
          } else if (kind < 9) window.edit({ selection: { anchor: from, head: to } });
          else if (kind === 9) window.turn(size > 1);
          else if (kind < 13) window.send();
          else if (kind < 16) window.work();
          else if (kind < 18) window.receive();
          else if (kind === 18) window.rest();
          else window.breakLine();
          for (const { text, seen } of windows) {
            for (const place of Object.values(seen)) {
              expect(place?.anchor).toBeLessThanOrEqual(text.length);
              expect(place?.head).toBeLessThanOrEqual(text.length);
            }
          }
        }
        for (let round = 0; round < 6; round++) for (const window of windows) window.deliverAll();
        const [ana, bo] = windows;
        expect(ana.text).toBe(bo.text);
        expect(ana.seen).toEqual(bo.place === null ? {} : { B: bo.place });
        expect(bo.seen).toEqual(ana.place === null ? {} : { A: ana.place });
      }),
      { numRuns: 2000 },
    );
  },
);

test("who types on tells nothing anew: the caret goes with the letters", () => {
  const engine = new TestEngine("geese");
  const [ana, bo] = [new TestWindow("A", engine), new TestWindow("B", engine)];
  ana.edit({ selection: { anchor: 5 } });
  ana.turn(true);
  ana.deliverAll();
  for (const letter of " fly south") {
    const at = ana.text.length;
    ana.edit({ changes: { from: at, insert: letter }, selection: { anchor: at + 1 } });
    ana.deliverAll();
    bo.deliverAll();
    expect(bo.seen).toEqual({ A: { anchor: at + 1, head: at + 1 } });
  }
  expect(ana.tellings).toBe(1);
});

test("places are told at most five times a second, the last one always, none twice", () => {
  const moves = fc.array(fc.record({ at: fc.nat(3), wait: fc.nat(150) }), { maxLength: 40 });
  fc.assert(
    fc.property(moves, (script) => {
      let now = 0;
      let timers: { at: number; run: () => void }[] = [];
      const sent: { at: number; place: PlaceAt | null }[] = [];
      const bridge = new TextBridge();
      bridge.reset(7, "geese", () => "none");
      const places = new TextPlaces(
        bridge,
        (place) => sent.push({ at: now, place }),
        () => undefined,
        (milliseconds, run) => timers.push({ at: now + milliseconds, run }),
      );
      const pass = (until: number): void => {
        for (;;) {
          const due = timers.filter((timer) => timer.at <= until).sort((a, b) => a.at - b.at)[0];
          if (due === undefined) break;
          timers = timers.filter((timer) => timer !== due);
          now = due.at;
          due.run();
        }
        now = until;
      };
      let last: Place = null;
      for (const { at, wait } of script) {
        last = at === 3 ? null : { anchor: at, head: at };
        places.place(last);
        pass(now + wait);
      }
      pass(now + 1000);
      expect(sent.at(-1)?.place ?? null).toEqual(last && { ...last, version: 7 });
      for (const [index, one] of sent.entries()) {
        const before = sent[index - 1];
        if (before === undefined) continue;
        expect(one.at - before.at).toBeGreaterThanOrEqual(200);
        expect(one.place).not.toEqual(before.place);
      }
    }),
  );
});
