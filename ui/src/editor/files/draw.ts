// Draws references to files: a picture above its line or among its words, a chip in place of a link.

import { Decoration } from "@codemirror/view";
import type { SyntaxNodeRef } from "@lezer/common";
import type { AttachedFile } from "../../ipc";
import { pictureType } from "../../state/files";
import { dim } from "../look";
import type { Look } from "../look";
import { FileChip } from "./chip";
import { fileDoor } from "./door";
import { KeptPicture } from "./picture";
import { referenceOf } from "./reference";

const caption = Decoration.mark({ class: "sk-caption" });

function found(look: Look, id: string): AttachedFile | null | undefined {
  const door = look.state.facet(fileDoor);
  return door === null ? null : door.find(id);
}

/** Whether nothing but the marks of its list or quote stands beside it. */
function isAlone(look: Look, { from, to }: SyntaxNodeRef): boolean {
  const line = look.state.doc.lineAt(from);
  const before = look.state.sliceDoc(line.from, from);
  return (
    to <= line.to &&
    look.state.sliceDoc(to, line.to).trim() === "" &&
    /^\s*(?:(?:>|[-*+]|\d+[.)])\s*)*$/.test(before)
  );
}

/** False when the picture is none of the workspace. */
export function drawKeptPicture(look: Look, node: SyntaxNodeRef): boolean {
  const reference = referenceOf(look.state, node);
  if (reference === null) return false;
  const file = found(look, reference.id);
  const touched = look.touches(node);
  if (touched) look.mark(dim, node.from, node.to);
  if (file && pictureType(file) === null) return touched || drawKeptFile(look, node);
  const alone = isAlone(look, node);
  const picture = new KeptPicture(reference, file, !alone);
  if (!touched && !alone) look.replace(picture, node.from, node.to);
  else look.widget(picture, node.from, -1);
  if (alone && reference.words === "") {
    look.dress(look.state.doc.lineAt(node.from).from, "sk-bare");
  }
  const [open, close] = node.node.getChildren("LinkMark");
  if (touched || !alone || open === undefined || close === undefined) return true;
  look.hide(node.from, open.to);
  look.mark(caption, open.to, close.from);
  look.hide(close.from, node.to);
  return true;
}

/** False when the link leads elsewhere. */
export function drawKeptFile(look: Look, node: SyntaxNodeRef): boolean {
  const reference = referenceOf(look.state, node);
  if (reference === null) return false;
  if (look.touches(node)) return false;
  look.replace(new FileChip(reference, found(look, reference.id)), node.from, node.to);
  return true;
}
