// Files on their way into a text: kept one after the other, each with its reference written once it is on disk.

import type { EditorView } from "@codemirror/view";
import { announce } from "../../a11y/announce";
import { t } from "../../i18n";
import { percent, sizeWords } from "../../i18n/sizes";
import type { AttachedFile } from "../../ipc";
import { ApiError } from "../../ipc/ipc";
import { LARGEST, pictureType, shownName } from "../../state/files";
import type { FileSource } from "../../state/files";
import { surroundings } from "../surroundings";
import { isInCode } from "../typing";
import { fileDoor } from "./door";
import type { FileDoor } from "./door";
import { inserting, insertionAt, standsApart } from "./insertion";
import { sizeOfPicture } from "./measure";
import { newPlaceId, placeOf, removePlace, setPlace } from "./places";
import type { Act, Notice } from "./places";
import { referenceTo } from "./reference";
import type { Size } from "./reference";

/** From here on it is asked first: every machine of the workspace may come to hold it. */
const LARGE = 1_000_000_000;
/** More at once is a folder that somebody meant to import. */
const MOST = 100;

/** Keeps files and puts references to them into the text at a position. */
export function keepFiles(view: EditorView, sources: readonly FileSource[], at: number): void {
  const door = view.state.facet(fileDoor);
  if (door === null || view.state.readOnly || sources.length === 0) return;
  const { tell } = view.state.facet(surroundings);
  if (isInCode(view.state, at)) return tell(t("files.notInCode"));
  if (sources.length > MOST) return tell(t("files.tooMany", { count: MOST }));
  const keep = new Keeping(view, door);
  const fitting = sources.filter(({ size }) => size <= LARGE);
  if (fitting.length > 0) void keep.inTurn(fitting, at);
  for (const source of sources) {
    if (source.size > LARGEST) keep.refuse(source, at);
    else if (source.size > LARGE) keep.ask(source, at);
  }
}

class Keeping {
  readonly #view: EditorView;
  readonly #door: FileDoor;

  constructor(view: EditorView, door: FileDoor) {
    this.#view = view;
    this.#door = door;
  }

  async inTurn(sources: readonly FileSource[], at: number): Promise<void> {
    const place = newPlaceId();
    const giveUp = new AbortController();
    const stop: Act = { label: t("cancel"), run: () => giveUp.abort() };
    for (const [index, source] of sources.entries()) {
      const say = (done: number): void => {
        const words = progressWords(source, done, index, sources.length);
        this.#say(place, { tone: "plain", words, acts: [stop] }, at);
      };
      say(0);
      const apart = standsApart(this.#view.state, placeOf(this.#view.state, place)?.at ?? at);
      try {
        const size = await sizeOfPicture(source);
        const file = await this.#door.keep(source, say, giveUp.signal);
        this.#write(place, file, size, apart);
      } catch (error) {
        if (giveUp.signal.aborted) break;
        this.#fail(source, placeOf(this.#view.state, place)?.at ?? at, ApiError.of(error));
      }
    }
    this.#leave(place);
  }

  ask(source: FileSource, at: number): void {
    const place = newPlaceId();
    const gaps = { name: shownName(source.name), size: sizeWords(source.size) };
    const yes: Act = {
      label: t("files.keepLarge"),
      run: () => {
        const now = this.#leave(place) ?? at;
        void this.inTurn([source], now);
      },
    };
    this.#ends(place, at, { tone: "asks", words: t("files.large", gaps), acts: [yes] });
  }

  refuse(source: FileSource, at: number): void {
    const words = t("files.tooLarge", {
      name: shownName(source.name),
      size: sizeWords(source.size),
    });
    const hint = t("files.tooLargeHint");
    this.#ends(newPlaceId(), at, { tone: "failed", words, hint, acts: [] });
  }

  #fail(source: FileSource, at: number, { message, hint }: ApiError): void {
    const place = newPlaceId();
    const words = t("files.failed", { name: shownName(source.name), reason: message });
    const again: Act = {
      label: t("files.again"),
      run: () => {
        const now = this.#leave(place) ?? at;
        void this.inTurn([source], now);
      },
    };
    this.#ends(place, at, { tone: "failed", words, hint, acts: [again] });
  }

  /** A notice that stays until somebody chose. */
  #ends(place: number, at: number, notice: Notice): void {
    const dismiss: Act = { label: t("files.leaveOut"), run: () => this.#leave(place) };
    announce(notice.words);
    this.#say(place, { ...notice, acts: [...notice.acts, dismiss] }, at);
  }

  #say(id: number, notice: Notice, at: number): void {
    const now = placeOf(this.#view.state, id)?.at ?? Math.min(at, this.#view.state.doc.length);
    if (this.#isOpen) this.#view.dispatch({ effects: setPlace.of({ id, at: now, notice }) });
  }

  /** Where it was. The focus that was in it goes back to the text. */
  #leave(id: number): number | null {
    const view = this.#view;
    const at = placeOf(view.state, id)?.at ?? null;
    if (!this.#isOpen) return at;
    const held = view.dom.querySelector(`[data-place="${id}"]`)?.contains(document.activeElement);
    view.dispatch({ effects: removePlace.of(id) });
    if (held) view.focus();
    return at;
  }

  #write(id: number, file: AttachedFile, size: Size | null, apart: boolean): void {
    const view = this.#view;
    const picture = size !== null && pictureType(file) !== null;
    const reference = referenceTo(file, picture, size);
    announce(t("files.kept", { name: shownName(file.name) }));
    const place = placeOf(view.state, id);
    if (!this.#isOpen || place === null) {
      this.#door.writeLater(reference, file);
      return;
    }
    const insertion = insertionAt(view.state, place.at, reference, picture && apart);
    const next = { ...place, at: place.at + insertion.after };
    view.dispatch({ ...inserting(view.state, place.at, insertion), effects: setPlace.of(next) });
  }

  get #isOpen(): boolean {
    return this.#view.dom.isConnected;
  }
}

function progressWords(
  { name, size }: FileSource,
  done: number,
  index: number,
  of: number,
): string {
  const gaps = { name: shownName(name), percent: percent(done, size), at: index + 1, of };
  return t(of === 1 ? "files.keeping" : "files.keepingMany", gaps);
}
