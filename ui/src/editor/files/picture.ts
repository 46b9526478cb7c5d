// A picture that is kept in the workspace, as it stands in a text: in room of its own size, also before it is here.

import type { EditorView } from "@codemirror/view";
import { WidgetType } from "@codemirror/view";
import { t } from "../../i18n";
import { ApiError } from "../../ipc";
import type { AttachedFile } from "../../ipc";
import { shownName } from "../../state/files";
import type { Lease } from "../../state/files";
import { icon } from "../icons";
import { fileDoor } from "./door";
import type { Reference, Size } from "./reference";
import { looksSame, whereabouts } from "./words";

const HIGHEST = 480;
/** Among words a picture is as high as a few lines. */
const HIGHEST_INLINE = 160;

/** Sizes that a text does not tell, once a picture was seen. */
const seen = new Map<string, Size>();
const MOST_SEEN = 500;

function remember(id: string, size: Size): void {
  seen.delete(id);
  seen.set(id, size);
  const [oldest] = seen.keys();
  if (seen.size > MOST_SEEN && oldest !== undefined) seen.delete(oldest);
}

/** A way on from what is said in place of a picture. */
type Way = { words: string; take: () => void };

/** What each frame in the page holds, to be let go with it. */
const leases = new WeakMap<HTMLElement, Lease>();

export class KeptPicture extends WidgetType {
  constructor(
    readonly reference: Reference,
    readonly file: AttachedFile | null | undefined,
    readonly inline: boolean,
  ) {
    super();
  }

  override eq({ reference, file, inline }: KeptPicture): boolean {
    const { id, words, size } = this.reference;
    return (
      reference.id === id &&
      reference.words === words &&
      reference.size?.width === size?.width &&
      reference.size?.height === size?.height &&
      inline === this.inline &&
      looksSame(file, this.file)
    );
  }

  override toDOM(view: EditorView): HTMLElement {
    const frame = document.createElement("span");
    frame.dataset["file"] = this.reference.id;
    this.#dress(frame);
    const { file } = this;
    if (file?.state === "here") {
      this.#show(frame, view, file);
      return frame;
    }
    const ask = (): void => view.state.facet(fileDoor)?.open(this.reference.id);
    const way = file?.state === "away" ? { words: t("files.fetch"), take: ask } : null;
    this.#say(frame, whereabouts(file) ?? "", way);
    return frame;
  }

  /** Words that are typed below a picture must not make it flicker. */
  override updateDOM(frame: HTMLElement): boolean {
    const image = frame.querySelector("img");
    if (image === null || this.file?.state !== "here") return false;
    if (frame.dataset["file"] !== this.reference.id) return false;
    this.#dress(frame);
    image.alt = this.#name();
    return true;
  }

  override destroy(frame: HTMLElement): void {
    leases.get(frame)?.release();
    leases.delete(frame);
  }

  override ignoreEvent(event: Event): boolean {
    return event.target instanceof Element && event.target.closest("button") !== null;
  }

  #name(): string {
    const { file, reference } = this;
    return reference.words || (file ? shownName(file.name) : t("files.picture"));
  }

  #dress(frame: HTMLElement): void {
    const size = this.reference.size ?? seen.get(this.reference.id);
    frame.className = this.inline ? "sk-kept sk-kept-inline" : "sk-kept";
    frame.classList.toggle("sk-kept-sized", size !== undefined);
    if (size === undefined) return;
    const highest = this.inline ? HIGHEST_INLINE : HIGHEST;
    const width = Math.round(Math.min(size.width, (highest * size.width) / size.height));
    frame.style.setProperty("--width", `${Math.max(width, 1)}px`);
    frame.style.setProperty("--shape", `${size.width} / ${size.height}`);
  }

  #show(frame: HTMLElement, view: EditorView, file: AttachedFile): void {
    const door = view.state.facet(fileDoor);
    if (door === null) return;
    const lease = door.show(file);
    leases.set(frame, lease);
    const button = document.createElement("button");
    button.type = "button";
    button.title = t("files.showLarge");
    button.setAttribute("aria-haspopup", "dialog");
    button.addEventListener("mousedown", (event) => event.preventDefault());
    button.addEventListener("click", () => door.open(file.id, this.reference.words));
    const image = document.createElement("img");
    image.alt = this.#name();
    image.draggable = false;
    button.append(image);
    frame.append(button);
    const instead = (words: string, way: Way | null = null): void => {
      if (!button.isConnected) return;
      button.remove();
      this.#say(frame, words, way);
      view.requestMeasure();
    };
    const again = (): void => {
      this.destroy(frame);
      frame.replaceChildren();
      this.#dress(frame);
      this.#show(frame, view, file);
      view.requestMeasure();
    };
    const unread = (error: unknown): void =>
      instead(ApiError.of(error).message, { words: t("files.again"), take: again });
    image.addEventListener("load", () => {
      const { naturalWidth: width, naturalHeight: height } = image;
      if (this.reference.size !== null || width === 0) return;
      remember(file.id, { width, height });
      this.#dress(frame);
      view.requestMeasure();
    });
    const damaged = t("files.damaged", { name: shownName(file.name) });
    image.addEventListener("error", () => instead(damaged));
    lease.address.then((address) => (image.src = address), unread);
  }

  #say(frame: HTMLElement, words: string, way: Way | null): void {
    frame.classList.add("sk-kept-words");
    if (words === "") return;
    const line = document.createElement("span");
    line.className = "sk-kept-line";
    line.append(icon("picture"));
    const text = document.createElement("span");
    text.dir = "auto";
    text.textContent =
      this.inline && this.reference.words ? `${this.reference.words} · ${words}` : words;
    line.append(text);
    frame.append(line);
    if (way === null) return;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = way.words;
    button.addEventListener("mousedown", (event) => event.preventDefault());
    button.addEventListener("click", way.take);
    line.append(button);
  }
}
