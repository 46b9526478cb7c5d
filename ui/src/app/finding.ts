// What the palette and the switcher find: commands, documents and people, the nearest first.

import { t } from "../i18n";
import type { Member, TreeItem } from "../ipc";
import type { Command } from "../state/commands";
import { distanceTo, fold, wordsOf } from "../state/matching";

type Found<T> = { thing: T; distance: number };

/** Titles are folded once for as long as they live. */
const folded = new WeakMap<TreeItem, string>();

function foldedTitle(item: TreeItem): string {
  let title = folded.get(item);
  if (title === undefined) folded.set(item, (title = fold(item.title)));
  return title;
}

function nearest<T>(found: Found<T>[], tie: (thing: T) => number): Found<T>[] {
  return found.sort((a, b) => a.distance - b.distance || tie(b.thing) - tie(a.thing));
}

/** Other words for a command count for less than the name of anything, and a letter or two would find too many. */
const OTHER_WORD = 10;
const SHORTEST_OTHER = 3;

/** `weight` says how much a command is used. */
export function commandsMatching(
  commands: readonly Command[],
  query: string,
  weight: (command: Command) => number = () => 0,
): Found<Command>[] {
  const words = wordsOf(query);
  const found = commands.flatMap((command): Found<Command>[] => {
    const label = fold(t(command.label));
    const byLabel = distanceTo(label, words);
    if (byLabel !== null) return [{ thing: command, distance: byLabel }];
    const rest = words.filter((word) => distanceTo(label, [word]) === null);
    if (rest.some((word) => word.length < SHORTEST_OTHER)) return [];
    const byWords = distanceTo(`${label} ${fold(command.words ?? "")}`, words);
    return byWords === null ? [] : [{ thing: command, distance: byWords + OTHER_WORD }];
  });
  return nearest(found, weight);
}

/** `recents` are ids, the newest first: among equals they come first, then what changed last. */
export function documentsMatching(
  items: Iterable<TreeItem>,
  query: string,
  recents: readonly string[],
): Found<TreeItem>[] {
  const words = wordsOf(query);
  const places = new Map(recents.map((id, at) => [id, at]));
  const found: Found<TreeItem>[] = [];
  for (const item of items) {
    const distance = distanceTo(foldedTitle(item), words);
    if (distance !== null) found.push({ thing: item, distance });
  }
  const last = recents.length;
  return found.sort(
    (a, b) =>
      a.distance - b.distance ||
      (places.get(a.thing.id) ?? last) - (places.get(b.thing.id) ?? last) ||
      b.thing.updatedAt - a.thing.updatedAt,
  );
}

export function peopleMatching(people: readonly Member[], query: string): Found<Member>[] {
  const words = wordsOf(query);
  if (words.length === 0) return [];
  const found = people.flatMap((person): Found<Member>[] => {
    const distance = distanceTo(fold(person.name), words);
    return distance === null ? [] : [{ thing: person, distance }];
  });
  return nearest(found, () => 0);
}
