// The text editor as the rest of the view uses it.

import "../i18n/dialogs";

export { mountTextEditor } from "./editor";
export type { TextEditor, TextEditorOptions } from "./editor";
export { dropAt } from "./files";
export type { FileDoor } from "./files";
export type { Figures } from "./figures";
export type { LinkDoor, LinkTarget, NoteGlimpse } from "./links";
export type { Heading, Outline } from "./outline";
export { inserts } from "./inserts";
export { tableActs } from "./tableActs";
export type { TableAct, TableActId } from "./tableActs";
export type { TextMenu } from "./tableMenu";
export type { KnownDocument, Surroundings } from "./surroundings";
