// How a board is looked at: which cards, in what order, in which form. It is written into the address.

import type { CardSummary, Priority } from "../../ipc";
import { dayOfIso } from "../../state/days";
import type { Day } from "../../state/days";

export const DUES = ["overdue", "today", "week", "none"] as const;
export const GROUPS = ["column", "assignee", "priority", "label"] as const;
export const SORTS = ["place", "due", "priority", "title"] as const;
export const PRIORITIES: readonly Priority[] = ["urgent", "high", "medium", "low"];

export type DueFilter = (typeof DUES)[number];
export type Group = (typeof GROUPS)[number];
export type Sort = (typeof SORTS)[number];

export type Arrangement = {
  text: string;
  mine: boolean;
  assignees: readonly string[];
  labels: readonly string[];
  due: DueFilter | null;
  priorities: readonly Priority[];
  group: Group;
  sort: Sort;
  layout: "board" | "list";
};

export const PLAIN: Arrangement = {
  text: "",
  mine: false,
  assignees: [],
  labels: [],
  due: null,
  priorities: [],
  group: "column",
  sort: "place",
  layout: "board",
};

function fold(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLocaleLowerCase();
}

/** How many kinds of filter are set. */
export function filtersIn(look: Arrangement): number {
  const set = [
    look.text.trim() !== "",
    look.mine,
    look.assignees.length > 0,
    look.labels.length > 0,
    look.due !== null,
    look.priorities.length > 0,
  ];
  return set.filter(Boolean).length;
}

export function withoutFilters(look: Arrangement): Arrangement {
  const { group, sort, layout } = look;
  return { ...PLAIN, group, sort, layout };
}

function dueFits(due: string | null, wanted: DueFilter, now: Day): boolean {
  const day = due === null ? null : dayOfIso(due);
  if (wanted === "none") return day === null;
  if (day === null) return false;
  if (wanted === "overdue") return day < now;
  if (wanted === "today") return day === now;
  return day < now + 7;
}

/** A test for cards, made once and asked of all. */
export function fitting(
  look: Arrangement,
  me: string | null,
  now: Day,
): (card: CardSummary) => boolean {
  const words = fold(look.text).split(/\s+/).filter(Boolean);
  const { mine, assignees, labels, due, priorities } = look;
  return (card) => {
    if (mine && (me === null || !card.assignees.includes(me))) return false;
    if (assignees.length > 0 && !card.assignees.some((one) => assignees.includes(one)))
      return false;
    if (labels.length > 0 && !card.labels.some((one) => labels.includes(one))) return false;
    if (due !== null && !dueFits(card.due, due, now)) return false;
    if (priorities.length > 0 && (card.priority === null || !priorities.includes(card.priority)))
      return false;
    if (words.length === 0) return true;
    const title = fold(`${card.title} ${card.labels.join(" ")}`);
    return words.every((word) => title.includes(word));
  };
}

function rank(priority: Priority | null): number {
  return priority === null ? PRIORITIES.length : PRIORITIES.indexOf(priority);
}

/** Null where cards stand as they lie. Without a date means last. */
export function orderOf(sort: Sort): ((a: CardSummary, b: CardSummary) => number) | null {
  switch (sort) {
    case "place":
      return null;
    case "due":
      return (a, b) => (a.due ?? "9").localeCompare(b.due ?? "9", "en");
    case "priority":
      return (a, b) => rank(a.priority) - rank(b.priority);
    case "title":
      return (a, b) => a.title.localeCompare(b.title, undefined, { numeric: true });
  }
}

/** "mine~label:bug~sort:due~list"; nothing for the plain look. */
export function written(look: Arrangement): string {
  const parts: string[] = [];
  const add = (name: string, values: readonly string[]) => {
    if (values.length > 0) parts.push(`${name}:${values.map(encodeURIComponent).join(",")}`);
  };
  add("text", look.text.trim() === "" ? [] : [look.text.trim()]);
  if (look.mine) parts.push("mine");
  add("who", look.assignees);
  add("label", look.labels);
  add("due", look.due === null ? [] : [look.due]);
  add("priority", look.priorities);
  if (look.group !== "column") add("group", [look.group]);
  if (look.sort !== "place") add("sort", [look.sort]);
  if (look.layout === "list") parts.push("list");
  return parts.map((part) => part.replace(/~/g, "%7E")).join("~");
}

function oneOf<T extends string>(known: readonly T[], value: string | undefined): T | null {
  return known.find((one) => one === value) ?? null;
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

/** Reads what `written` wrote; what it does not know it leaves out. */
export function readArrangement(text: string): Arrangement {
  const found = new Map<string, string[]>();
  for (const part of text.split("~")) {
    const [name = "", values = ""] = part.split(/:(.*)/s);
    found.set(name, values === "" ? [] : values.split(",").map(decoded));
  }
  const one = (name: string) => found.get(name)?.[0];
  return {
    text: one("text") ?? "",
    mine: found.has("mine"),
    assignees: found.get("who") ?? [],
    labels: found.get("label") ?? [],
    due: oneOf(DUES, one("due")),
    priorities: PRIORITIES.filter((priority) => found.get("priority")?.includes(priority)),
    group: oneOf(GROUPS, one("group")) ?? "column",
    sort: oneOf(SORTS, one("sort")) ?? "place",
    layout: found.has("list") ? "list" : "board",
  };
}
