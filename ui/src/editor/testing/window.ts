// A window for tests: an editor state on the bridge, joined to the test engine by a line with delays and breaks.

import { history, redo, undo } from "@codemirror/commands";
import { EditorState, Transaction } from "@codemirror/state";
import type { ChangeSet, Text, TransactionSpec } from "@codemirror/state";
import { TextBridge } from "../bridge";
import type { Acknowledgement, Incoming, Kept, Patch, Push } from "../bridge";
import { carets, setCarets, shownCarets } from "../carets";
import { wholeCodePoints } from "../codePoints";
import { TextPlaces } from "../places";
import type { CaretAt, Place, PlaceAt } from "../places";
import { LINE_BREAK } from "../splices";
import type { TestEngine } from "./engine";

type Answer =
  | { type: "reset"; version: number; text: string }
  | { type: "patch"; patch: Patch }
  | { type: "ack"; pushId: string; ack: Acknowledgement }
  | { type: "carets"; carets: CaretAt[] }
  | { type: "error"; pushId: string; code: "resync" | "internal" };

type Asked = { push: Push } | { place: PlaceAt | null };

export class TestWindow {
  state: EditorState;
  bridge = new TextBridge();
  /** How often the others were told where this one is. */
  tellings = 0;
  #places = this.#freshPlaces();
  #name: string;
  #engine: TestEngine;
  #requests: Asked[] = [];
  #answers: Answer[] = [];
  #stop: () => void = () => undefined;
  #hear: (patch: Patch) => void = () => undefined;
  #pushes = 0;
  #resting: (() => void)[] = [];
  #undoes: boolean;
  #inText = false;
  readonly #newPushId = (): string => `${this.#name}${this.#pushes++}`;

  /** Where undo brings characters back at another place, the caret has no place between its neighbours. */
  constructor(name: string, engine: TestEngine, undoes = false) {
    this.#name = name;
    this.#undoes = undoes;
    this.#engine = engine;
    this.state = this.#fresh("");
    this.#subscribe();
    this.deliverAll();
  }

  get text(): string {
    return this.state.sliceDoc();
  }

  get quiet(): boolean {
    return this.bridge.settled && this.#requests.length === 0 && this.#answers.length === 0;
  }

  edit(spec: TransactionSpec): void {
    this.#local(this.state.update(spec));
  }

  /** Where this one is; null: elsewhere. */
  get place(): Place {
    const { anchor, head } = this.state.selection.main;
    return this.#inText ? { anchor, head } : null;
  }

  /** Comes into the text, or leaves it. */
  turn(inText: boolean): void {
    this.#inText = inText;
    this.#places.place(this.place);
  }

  /** Where the others are seen. */
  get seen(): Record<string, Place> {
    return Object.fromEntries(
      this.state
        .field(shownCarets)
        .map(({ device, anchor, head }) => [device, { anchor, head }] as const),
    );
  }

  /** The pause after a telling is over. */
  rest(): void {
    for (const run of this.#resting.splice(0)) run();
  }

  undo(): boolean {
    return undo({ state: this.state, dispatch: (transaction) => this.#local(transaction) });
  }

  redo(): boolean {
    return redo({ state: this.state, dispatch: (transaction) => this.#local(transaction) });
  }

  send(): void {
    const push = this.bridge.nextPush(this.#newPushId);
    if (push !== null) this.#requests.push({ push });
  }

  /** The engine takes the next request; it may fail before or after it did its work, or get it twice. */
  work(trouble: "none" | "before" | "after" | "twice" = "none"): void {
    const asked = this.#requests.shift();
    if (asked === undefined) return;
    if ("place" in asked) return this.#engine.place(this.#name, asked.place);
    const { push } = asked;
    const { pushId } = push;
    if (trouble === "before") {
      this.#answers.push({ type: "error", pushId, code: "internal" });
      return;
    }
    let ack = this.#engine.push(push, this.#hear);
    if (trouble === "twice") ack = this.#engine.push(push, this.#hear);
    if (trouble === "after") this.#answers.push({ type: "error", pushId, code: "internal" });
    else if (ack === "resync") this.#answers.push({ type: "error", pushId, code: "resync" });
    else this.#answers.push({ type: "ack", pushId, ack });
  }

  receive(): void {
    const answer = this.#answers.shift();
    if (answer === undefined) return;
    switch (answer.type) {
      case "reset":
        return this.#show(this.bridge.reset(answer.version, answer.text, this.#newPushId), false);
      case "patch":
        return this.#take(this.bridge.patched(answer.patch));
      case "ack":
        return this.#take(this.bridge.acknowledged(answer.pushId, answer.ack));
      case "carets":
        return this.#places.came(answer.carets);
      case "error":
        if (answer.code === "resync") return this.#take(this.bridge.refused(answer.pushId));
        return this.bridge.failed(answer.pushId);
    }
  }

  /** The line breaks, what is under way is lost, and a new line brings the whole text. */
  breakLine(): void {
    this.#cut();
    this.#subscribe();
  }

  /** The page goes away and another takes its place, with nothing but what was kept. */
  reload(): void {
    this.#cut();
    const kept = JSON.stringify(this.bridge.kept());
    this.bridge = kept === "null" ? new TextBridge() : TextBridge.resumed(JSON.parse(kept) as Kept);
    this.#places = this.#freshPlaces();
    this.state = this.#fresh(this.bridge.text);
    this.#subscribe();
  }

  deliverAll(): void {
    for (let turns = 0; turns < 1000 && !(turns > 0 && this.quiet); turns++) {
      this.send();
      this.work();
      this.receive();
      this.rest();
    }
  }

  #freshPlaces(): TextPlaces {
    return new TextPlaces(
      this.bridge,
      (place) => {
        this.tellings++;
        this.#requests.push({ place });
      },
      (found) => {
        this.state = this.state.update({ effects: setCarets.of(found) }).state;
      },
      (_milliseconds, run) => this.#resting.push(run),
    );
  }

  #fresh(doc: string | Text): EditorState {
    return EditorState.create({
      doc,
      extensions: [
        EditorState.lineSeparator.of(LINE_BREAK),
        history({ newGroupDelay: 0 }),
        wholeCodePoints,
        carets,
      ],
    });
  }

  #cut(): void {
    this.#stop();
    this.bridge.lost();
    this.#places.lost();
    this.bridge.failed(`${this.#name}${this.#pushes - 1}`);
    this.#requests = [];
    this.#answers = [];
  }

  #subscribe(): void {
    this.#stop();
    this.#places.lost();
    const { version, text } = this.#engine;
    this.#answers.push({ type: "reset", version, text: text.toString() });
    this.#hear = (patch) => this.#answers.push({ type: "patch", patch });
    const stopPatches = this.#engine.listen(this.#hear);
    const stopCarets = this.#engine.watchCarets(this.#name, (found) => {
      this.#answers.push({ type: "carets", carets: found });
    });
    this.#stop = () => {
      stopPatches();
      stopCarets();
    };
  }

  #local(transaction: Transaction): void {
    this.state = transaction.state;
    if (transaction.docChanged) {
      this.bridge.local(transaction.changes);
      this.#places.wrote(transaction.changes);
    }
    this.#places.place(this.place);
  }

  #take({ changes, resubscribe }: Incoming): void {
    this.#show(changes);
    if (!resubscribe) return;
    this.#answers = this.#answers.filter((answer) => answer.type === "ack");
    this.#subscribe();
  }

  #show(changes: ChangeSet | null, exact = true): void {
    if (changes !== null) this.#showChanges(changes, exact);
    this.#places.caughtUp();
  }

  #showChanges(changes: ChangeSet, exact: boolean): void {
    this.#places.othersWrote(changes);
    const before = this.text;
    const caret = this.state.selection.main.head;
    this.state = this.state.update({
      changes,
      annotations: Transaction.addToHistory.of(false),
      filter: false,
    }).state;
    this.#places.place(this.place);
    if (exact && !this.#undoes)
      checkCaret(before, caret, this.text, this.state.selection.main.head);
  }
}

/** What stood before the caret still does, and what stood behind it too. Holds for characters used once. */
function checkCaret(before: string, caret: number, after: string, now: number): void {
  const misplaced = (side: string, other: string): string | undefined =>
    Array.from(side).find((character) => character > "\u4dff" && other.includes(character));
  const wrong =
    misplaced(before.slice(0, caret), after.slice(now)) ??
    misplaced(before.slice(caret), after.slice(0, now));
  if (wrong !== undefined) throw new Error(`the caret jumped over ${wrong}`);
}
