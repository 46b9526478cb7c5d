// The menu at a table: a button beside the row of the caret opens it, or Alt+F10 from within a cell.

import { Facet } from "@codemirror/state";
import type { Extension } from "@codemirror/state";
import { WidgetType, keymap } from "@codemirror/view";
import type { EditorView } from "@codemirror/view";
import type { SyntaxNode } from "@lezer/common";
import type { MenuItem } from "../components/Menu.svelte";
import { t } from "../i18n";
import type { Look } from "./look";
import { menuIcon } from "./menuIcons";
import { alignedAs, editTable, isPossible, tableActs } from "./tableActs";
import type { TableAct, TableActId } from "./tableActs";
import { placeAt } from "./tableKeys";

/** A menu that whoever shows the text opens beside a place on the screen. */
export type TextMenu = {
  label: string;
  items: MenuItem[];
  anchor: { getBoundingClientRect: () => DOMRect };
  /** Puts the focus back into the text. */
  onLeave: () => void;
};

/** What the menu needs of whoever shows the text; without it there is none. */
export type TableDoor = {
  open(menu: TextMenu): void;
  /** The key of what can be done, as it is shown to this person. */
  keyOf(id: TableActId): string | undefined;
};

export const tableDoor = Facet.define<TableDoor, TableDoor | null>({
  combine: ([own]) => own ?? null,
});

const APART: ReadonlySet<TableActId> = new Set(["columnBefore", "alignLeft", "tableDelete"]);

function entriesFor(view: EditorView): MenuItem[] {
  const door = view.state.facet(tableDoor);
  const aligned = alignedAs(view);
  return tableActs.map((act) => {
    const { id, label } = act;
    return {
      label: t(label),
      run: () => void editTable(view, id),
      key: door?.keyOf(id),
      apart: APART.has(id),
      danger: id === "tableDelete",
      ...alignment(act, aligned),
      disabled: id !== aligned && !isPossible(view, act),
    };
  });
}

function alignment({ id }: TableAct, aligned: TableActId | null): Partial<MenuItem> {
  return id.startsWith("align") ? { checked: id === aligned } : {};
}

/** Beside a box on the screen, which stays there although the button goes with the focus. */
function open(view: EditorView, box: DOMRect): void {
  view.state.facet(tableDoor)?.open({
    label: t("table.menu"),
    items: entriesFor(view),
    anchor: { getBoundingClientRect: () => box },
    onLeave: () => view.focus(),
  });
}

class MenuButton extends WidgetType {
  override eq(): boolean {
    return true;
  }

  /** The button lies in an empty place, so that the caret beside it measures nothing. */
  override toDOM(view: EditorView): HTMLElement {
    const place = document.createElement("span");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "sk-table-menu";
    button.ariaLabel = t("table.menu");
    button.title = t("table.menu");
    button.ariaHasPopup = "menu";
    button.tabIndex = -1;
    button.append(menuIcon("more"));
    button.addEventListener("mousedown", (event) => event.preventDefault());
    button.addEventListener("click", () => open(view, button.getBoundingClientRect()));
    place.append(button);
    return place;
  }

  override ignoreEvent(): boolean {
    return true;
  }
}

const button = new MenuButton();

/** The button beside a row, where the table can be changed. */
export function drawTableMenu(look: Look, row: SyntaxNode): void {
  const { state } = look;
  if (state.readOnly || state.facet(tableDoor) === null || !look.inside(row.from, row.to + 1))
    return;
  look.widget(button, state.doc.lineAt(row.from).from, -1);
}

export const tableMenu: Extension = keymap.of([
  {
    key: "Alt-F10",
    run(view) {
      const { main } = view.state.selection;
      const isIn = !view.state.readOnly && placeAt(view.state, main.head) !== null;
      const at = main.empty && isIn ? view.coordsAtPos(main.head) : null;
      if (at === null) return false;
      open(view, new DOMRect(at.left, at.top, 0, at.bottom - at.top));
      return true;
    },
  },
]);
