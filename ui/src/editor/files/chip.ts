// A file that is not shown as a picture: its icon, name, size and how far it is, in the line where it is named.

import type { EditorView } from "@codemirror/view";
import { WidgetType } from "@codemirror/view";
import { t } from "../../i18n";
import { sizeWords } from "../../i18n/sizes";
import type { AttachedFile } from "../../ipc";
import { kindOf, shownName } from "../../state/files";
import { fileIcon } from "./icons";
import { fileDoor } from "./door";
import type { Reference } from "./reference";
import { looksSame, whereabouts } from "./words";

/** The end of a name stays in sight, however long the rest is. */
function nameOf(name: string): HTMLElement {
  const whole = document.createElement("bdi");
  whole.className = "sk-file-name";
  const [, stem = name, ending = ""] = /^(.+)(\.[A-Za-z0-9]{1,8})$/su.exec(name) ?? [];
  for (const part of [stem, ending]) {
    const element = document.createElement("span");
    element.textContent = part;
    whole.append(element);
  }
  return whole;
}

export class FileChip extends WidgetType {
  constructor(
    readonly reference: Reference,
    readonly file: AttachedFile | null | undefined,
  ) {
    super();
  }

  override eq({ reference, file }: FileChip): boolean {
    return (
      reference.id === this.reference.id &&
      reference.words === this.reference.words &&
      looksSame(file, this.file)
    );
  }

  override toDOM(view: EditorView): HTMLElement {
    const { file, reference } = this;
    const door = view.state.facet(fileDoor);
    const chip = document.createElement("span");
    chip.className = "sk-file";
    const open = document.createElement("button");
    open.type = "button";
    const known = file ? shownName(file.name) : t("files.unnamed");
    const name = reference.words || known;
    const seen = document.createElement("span");
    seen.className = "sk-file-seen";
    seen.ariaHidden = "true";
    seen.append(fileIcon(kindOf(file ?? { name, mime: "" })), nameOf(name));
    const where = whereabouts(file);
    const far = where ?? sizeWords(file?.size ?? 0);
    if (far !== "") {
      const words = document.createElement("span");
      words.className = where === null ? "sk-file-far" : "sk-file-far sk-file-away";
      words.textContent = far;
      seen.append(words);
    }
    // The parts that are seen would be read as words of their own.
    const read = document.createElement("span");
    read.className = "unseen";
    read.textContent = [name, far].filter(Boolean).join(", ");
    open.append(read, seen);
    open.title = known;
    open.disabled = file === null || file === undefined;
    open.addEventListener("click", () => door?.open(reference.id));
    chip.append(open);
    if (file?.state === "here" && door !== null && door.save !== null) {
      const save = document.createElement("button");
      save.type = "button";
      save.className = "sk-file-save";
      save.title = t("files.saveAs");
      save.setAttribute("aria-label", t("files.saveNamed", { name }));
      save.append(fileIcon("save"));
      save.addEventListener("click", () => door.save?.(file));
      chip.append(save);
    }
    chip.addEventListener("mousedown", (event) => event.preventDefault());
    return chip;
  }

  override ignoreEvent(event: Event): boolean {
    return event.target instanceof Element && event.target.closest("button") !== null;
  }
}
