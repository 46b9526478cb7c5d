// Mounts a text of the workspace as an editor: view, bridge and engine joined.

import { forceParsing, indentUnit } from "@codemirror/language";
import { Compartment, EditorState, Transaction } from "@codemirror/state";
import type { ChangeSet, Extension } from "@codemirror/state";
import { EditorView, dropCursor, highlightSpecialChars, placeholder } from "@codemirror/view";
import type { Ipc } from "../ipc";
import { blinking } from "./blinking";
import { carets, seeCarets, setCarets, watchPlace } from "./carets";
import { clipboard } from "./clipboard";
import { wholeCodePoints } from "./codePoints";
import { completion } from "./completion";
import { TextCourier } from "./courier";
import { doorOf } from "./door";
import { editorKeys, ownHistory } from "./keys";
import { keep, takeKept } from "./keep";
import { arePlacesBusy, fileDoor, filePlaces, filesChanged, filesTheme } from "./files";
import type { FileDoor } from "./files";
import { watchFigures } from "./figures";
import type { Figures } from "./figures";
import { find, findWords, openFind, openReplace } from "./find.svelte";
import { foldEverything, folding, restoreFolds, unfoldEverything } from "./folding";
import { hoverCard } from "./hoverCard";
import { formatBar } from "./formatBar";
import { inserts } from "./inserts";
import { linkForm } from "./linkForm";
import { followLinks, linkDoor, notesChanged } from "./links";
import type { LinkDoor } from "./links";
import { noteMarkdown } from "./markdown";
import { findHeading, watchOutline } from "./outline";
import type { Outline } from "./outline";
import { layOutForPaper } from "./paper";
import { preview } from "./preview";
import { watchSelection } from "./selection";
import type { Selection } from "./selection";
import { LINE_BREAK } from "./splices";
import { surroundings } from "./surroundings";
import type { Surroundings } from "./surroundings";
import { editTable } from "./tableActs";
import type { TableActId } from "./tableActs";
import { tableAt, tableKeys } from "./tableKeys";
import { tableDoor, tableMenu } from "./tableMenu";
import type { TableDoor } from "./tableMenu";
import { theme } from "./theme";
import { setTrouble, showTrouble } from "./trouble";
import { typing } from "./typing";

export type TextEditorOptions = {
  document: string;
  /** The card whose description is edited; null for a note's text. */
  card: string | null;
  ipc: Ipc;
  /** What a screen reader calls the text. */
  label: string;
  placeholder?: string;
  /** It is read, selected and copied, but not written. */
  readOnly?: boolean;
  /** Colleagues' carets are not shown, and they do not see this person's. */
  alone?: boolean;
  /** What lies behind links. */
  links?: LinkDoor;
  /** The files of the document; without it none can be put in. */
  files?: FileDoor;
  /** What is offered while one types. */
  around?: Surroundings;
  /** What opens the menu at a table. */
  tables?: TableDoor;
  onOutline?: (outline: Outline) => void;
  onFigures?: (figures: Figures) => void;
  /** Which lines are folded: asked for once the text is there, told whenever it changes. */
  folds?: { kept(): readonly string[]; keep(folds: string[]): void };
  /** Where the caret stands: asked for once the text is there, told whenever it moves. */
  caret?: { kept(): Selection | null; keep(caret: Selection): void };
  /** The text is shown from its beginning: no more of it need be read for the first frame. */
  fromTop?: () => boolean;
  /** The text stands in the page, as long as it is. */
  onReady?: () => void;
  /** Text could not be handed over, in words; null when all is well again. The editor shows it too. */
  onTrouble?: (words: string | null) => void;
};

export type TextEditor = {
  /** Takes the editor away; what was typed is still handed over. */
  destroy(): void;
  focus(): void;
  setReadOnly(yes: boolean): void;
  setAlone(yes: boolean): void;
  /** Which notes there are has changed: links are drawn anew. */
  notesChanged(): void;
  /** Which files there are has changed, or how much of them is here. */
  filesChanged(): void;
  /** Opens the panel of find; with words it shows where they are. */
  find(words?: string): void;
  replace(): void;
  /** Puts the caret there, at the upper edge of what is seen. */
  goTo(position: number): void;
  /** Goes to the heading with these words; false when there is none. */
  goToHeading(words: string): boolean;
  /** Puts something from the table of `inserts` in place of the selection. */
  insert(id: string): void;
  /** Whether the caret stands in a table that can be changed. */
  isInTable(): boolean;
  /** Changes the table that the caret stands in, as the list of `tableActs` says. */
  editTable(id: TableActId): void;
  foldAll(): void;
  unfoldAll(): void;
  /** Draws all of the text with its pictures, for paper; resolves to the way back. */
  layOutForPaper(): Promise<() => void>;
};

/** What of a text is not read by then is read when nobody is waiting. */
const LONGEST_READING_MS = 20;

export function mountTextEditor(parent: HTMLElement, options: TextEditorOptions): TextEditor {
  const { document: text, card } = options;
  const resumed = takeKept(text, card);
  const editable = new Compartment();
  const company = new Compartment();
  const language = new Compartment();
  const inCompany = (): Extension => [seeCarets, watchPlace((place) => courier.place(place))];
  let shown = true;
  let begun = false;
  let ready = false;
  let readOnly = options.readOnly ?? false;
  let alone = options.alone ?? false;
  let afterReady: (() => void)[] = [];

  const fromOthers = {
    filter: false,
    annotations: [Transaction.addToHistory.of(false), Transaction.remote.of(true)],
  };
  /**
   * The first text, the caret in it and the right to write come in one step, since each step lays the page out. The language comes
   * with them: it reads a text that it begins with as far as a window shows, but one that is put in as far as it comes in 20 ms.
   */
  const begin = (changes: ChangeSet | null): void => {
    begun = true;
    const caret = options.caret?.kept();
    const length = changes?.newLength ?? view.state.doc.length;
    view.dispatch({
      ...fromOthers,
      ...(changes && { changes }),
      ...(caret && { selection: within(caret, length) }),
      effects: [language.reconfigure(noteMarkdown), editable.reconfigure(writable(!readOnly))],
    });
  };

  const courier = new TextCourier(
    doorOf(options),
    {
      show(changes) {
        if (!shown) return;
        if (begun) view.dispatch({ ...fromOthers, changes });
        else begin(changes);
      },
      carets(found) {
        if (shown) view.dispatch({ effects: setCarets.of(found) });
      },
      ready() {
        if (!shown) return;
        if (!begun) begin(null);
        ready = true;
        const fromTop = afterReady.length === 0 && (options.fromTop?.() ?? true);
        const seen = fromTop ? view.viewport.to : view.state.doc.length;
        forceParsing(view, seen, LONGEST_READING_MS);
        restoreFolds(view, options.folds?.kept() ?? []);
        for (const run of afterReady) run();
        afterReady = [];
        options.onReady?.();
      },
      trouble(words) {
        options.onTrouble?.(words);
        if (shown) view.dispatch({ effects: setTrouble.of(words) });
      },
    },
    {
      newPushId: () => crypto.randomUUID(),
      after(milliseconds, run) {
        const timer = setTimeout(run, milliseconds);
        return () => clearTimeout(timer);
      },
    },
    resumed,
  );
  // Asked for before the view is made: the answer comes while the page is laid out.
  courier.start();

  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: resumed?.text ?? "",
      extensions: [
        editable.of(writable(false)),
        language.of(resumed === undefined ? [] : noteMarkdown),
        extensions(options),
        EditorView.updateListener.of((update) => {
          for (const transaction of update.transactions) {
            if (transaction.docChanged && !transaction.annotation(Transaction.remote)) {
              courier.local(transaction.changes);
            }
          }
        }),
        carets,
        company.of(alone ? [] : inCompany()),
      ],
    }),
  });

  const whenReady = (run: () => void): void => {
    if (ready) run();
    else afterReady.push(run);
  };
  const goTo = (position: number): void => {
    const anchor = Math.min(position, view.state.doc.length);
    view.dispatch({
      selection: { anchor },
      effects: EditorView.scrollIntoView(anchor, { y: "start", yMargin: 24 }),
    });
    view.focus();
  };

  const flush = (): void => courier.flush();
  const hide = (): void => {
    courier.flush();
    keep(text, card, courier.kept());
  };
  const stay = (): void => keep(text, card, null);
  const ask = (event: BeforeUnloadEvent): void => {
    if (courier.stuck || arePlacesBusy(view.state)) event.preventDefault();
  };
  window.addEventListener("pagehide", hide);
  window.addEventListener("pageshow", stay);
  window.addEventListener("beforeunload", ask);
  document.addEventListener("visibilitychange", flush);

  return {
    destroy() {
      if (!shown) return;
      shown = false;
      view.destroy();
      courier.finish(() => {
        window.removeEventListener("pagehide", hide);
        window.removeEventListener("pageshow", stay);
        window.removeEventListener("beforeunload", ask);
        document.removeEventListener("visibilitychange", flush);
      });
    },
    focus: () => view.focus(),
    setReadOnly(yes) {
      readOnly = yes;
      if (ready) view.dispatch({ effects: editable.reconfigure(writable(!yes)) });
    },
    setAlone(yes) {
      if (yes === alone) return;
      alone = yes;
      if (yes) courier.place(null);
      view.dispatch({ effects: company.reconfigure(yes ? [] : inCompany()) });
    },
    insert(id) {
      view.focus();
      const { from, to } = view.state.selection.main;
      if (!view.state.readOnly) inserts.find((one) => one.id === id)?.run(view, from, to);
    },
    notesChanged: () => view.dispatch({ effects: notesChanged.of(null) }),
    filesChanged: () => view.dispatch({ effects: filesChanged.of(null) }),
    find: (words) => whenReady(() => (words ? findWords(view, words) : openFind(view))),
    replace: () => whenReady(() => openReplace(view)),
    goTo: (position) => whenReady(() => goTo(position)),
    goToHeading(words) {
      const heading = findHeading(view.state, words);
      if (heading !== null) goTo(heading.from);
      else if (!ready) afterReady.push(() => goTo(findHeading(view.state, words)?.from ?? 0));
      return heading !== null || !ready;
    },
    isInTable: () =>
      !view.state.readOnly && tableAt(view.state, view.state.selection.main.head) !== null,
    editTable(id) {
      view.focus();
      editTable(view, id);
    },
    foldAll: () => foldEverything(view),
    unfoldAll: () => unfoldEverything(view),
    layOutForPaper: () => layOutForPaper(view),
  };
}

function within({ anchor, head }: Selection, length: number): Selection {
  return { anchor: Math.min(anchor, length), head: Math.min(head, length) };
}

function writable(yes: boolean): Extension {
  return EditorState.readOnly.of(!yes);
}

function extensions(options: TextEditorOptions): Extension {
  return [
    EditorState.lineSeparator.of(LINE_BREAK),
    EditorState.tabSize.of(4),
    indentUnit.of("  "),
    wholeCodePoints,
    preview,
    theme,
    options.links === undefined ? [] : linkDoor.of(options.links),
    options.files === undefined ? [] : fileDoor.of(options.files),
    filePlaces,
    filesTheme,
    followLinks,
    hoverCard,
    tableKeys,
    tableMenu,
    options.tables === undefined ? [] : tableDoor.of(options.tables),
    options.around ? surroundings.of(options.around) : [],
    completion,
    typing,
    clipboard,
    linkForm,
    formatBar,
    editorKeys,
    folding((folds) => options.folds?.keep(folds)),
    find,
    options.onOutline === undefined ? [] : watchOutline(options.onOutline),
    options.onFigures === undefined ? [] : watchFigures(options.onFigures),
    options.caret === undefined ? [] : watchSelection(options.caret.keep),
    ownHistory,
    showTrouble,
    EditorView.lineWrapping,
    blinking,
    dropCursor(),
    highlightSpecialChars(),
    placeholder(options.placeholder ?? ""),
    EditorView.clipboardInputFilter.of((text) => text.replace(/\r\n?/g, LINE_BREAK)),
    EditorView.contentAttributes.of({
      "aria-label": options.label,
      spellcheck: "true",
      autocorrect: "on",
      autocapitalize: "sentences",
    }),
  ];
}
