// Pictures in a text. Only what lies on this machine is shown: fetching a picture would tell its host who reads, and when.

import type { EditorState } from "@codemirror/state";
import type { EditorView } from "@codemirror/view";
import { WidgetType } from "@codemirror/view";
import type { SyntaxNodeRef } from "@lezer/common";
import { t } from "../i18n";
import { icon } from "./icons";
import { linkDoor } from "./links";

const SHOWN = /^(?:data:image\/(?:png|jpe?g|gif|webp|avif|svg\+xml)[;,]|blob:)/i;
const REMOTE = /^https?:\/\//i;

export type PictureSource = { alt: string; source: string };

export function pictureOf(state: EditorState, node: SyntaxNodeRef): PictureSource | null {
  const url = node.node.getChild("URL");
  const [open, close] = node.node.getChildren("LinkMark");
  if (url === null || open === undefined || close === undefined) return null;
  return {
    alt: state.sliceDoc(open.to, close.from).trim(),
    source: state.sliceDoc(url.from, url.to).replace(/^<|>$/g, ""),
  };
}

function hostOf(address: string): string {
  try {
    return new URL(address).host;
  } catch {
    return address;
  }
}

export class Picture extends WidgetType {
  constructor(readonly picture: PictureSource) {
    super();
  }

  override eq({ picture }: Picture): boolean {
    return picture.alt === this.picture.alt && picture.source === this.picture.source;
  }

  override toDOM(view: EditorView): HTMLElement {
    const frame = document.createElement("span");
    const { source } = this.picture;
    if (SHOWN.test(source)) this.#show(frame, view);
    else this.#sayAway(frame, view, REMOTE.test(source) ? source : null);
    return frame;
  }

  override ignoreEvent(event: Event): boolean {
    return event.target instanceof Element && event.target.closest("button") !== null;
  }

  #show(frame: HTMLElement, view: EditorView): void {
    const { alt, source } = this.picture;
    const image = document.createElement("img");
    frame.className = "sk-picture";
    image.alt = alt;
    image.addEventListener("load", () => view.requestMeasure());
    image.addEventListener("error", () => {
      frame.replaceChildren();
      this.#sayAway(frame, view, null);
      view.requestMeasure();
    });
    image.src = source;
    frame.append(image);
  }

  #sayAway(frame: HTMLElement, view: EditorView, remote: string | null): void {
    frame.className = "sk-picture-away";
    frame.append(icon("picture"));
    const words = document.createElement("span");
    const host = remote === null ? "" : hostOf(remote);
    words.textContent = remote === null ? t("picture.missing") : t("picture.remote", { host });
    frame.append(words);
    if (remote === null) return;
    const open = document.createElement("button");
    open.type = "button";
    open.tabIndex = -1;
    open.textContent = t("picture.open");
    open.setAttribute("aria-label", t("picture.openAt", { host }));
    open.addEventListener("mousedown", (event) => event.preventDefault());
    open.addEventListener("click", () =>
      view.state.facet(linkDoor)?.follow({ kind: "address", target: remote }),
    );
    frame.append(open);
  }
}
