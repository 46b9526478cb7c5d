// Offers after `#`: the tags that the text already has, and those of all documents.

import type { Text } from "@codemirror/state";
import { fold } from "../../state/matching";
import { MOST, writing } from "./found";
import type { Completer, Found, Offer } from "./found";

const TAG = /(?:^|[\s(])#([\p{L}\p{N}_/-]{1,40})$/u;
const TAGS = /(?:^|[\s(])#([\p{L}_][\p{L}\p{N}_/-]{0,39})(?![\p{L}\p{N}_/-])/gu;
/** Longer texts are not searched for every letter. */
const LONGEST = 300_000;

let searched: { doc: Text; counts: Map<string, number> } | null = null;

function tagsIn(doc: Text): Map<string, number> {
  const counts = new Map<string, number>();
  if (doc.length > LONGEST) return counts;
  for (const line of doc.iterLines()) {
    if (!line.includes("#")) continue;
    for (const [, tag = ""] of line.matchAll(TAGS)) counts.set(tag, (counts.get(tag) ?? 0) + 1);
  }
  return counts;
}

function offersFor(
  query: string,
  position: number,
  inText: ReadonlyMap<string, number>,
  everywhere: ReadonlyMap<string, number>,
): Found {
  const counts = new Map(inText);
  // The one that is being typed is no proof that there is such a tag.
  const own = counts.get(query) ?? 0;
  if (own <= 1) counts.delete(query);
  const written = new Set([...counts.keys()].map((tag) => tag.toLowerCase()));
  for (const [tag, count] of everywhere) {
    // What this very word already told the index is no proof either.
    if (tag === query.toLowerCase() && count <= 1) continue;
    if (!written.has(tag)) counts.set(tag, count);
  }
  const near = [...counts]
    .filter(([tag]) => fold(tag).startsWith(fold(query)))
    .sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]))
    .slice(0, MOST);
  // Whoever wrote a tag to its end and goes on keeps what stands there.
  const kept: [string, number][] = near.length === 0 || counts.has(query) ? [] : [[query, own]];
  const options = [...kept, ...near].map(([tag]): Offer => ({
    label: tag,
    icon: "tag",
    apply: writing(`${tag} `),
  }));
  return { from: position - query.length, options };
}

export const completeTags: Completer = ({ state, before, position, around }) => {
  const query = TAG.exec(before)?.[1];
  if (query === undefined) return null;
  if (searched?.doc !== state.doc) searched = { doc: state.doc, counts: tagsIn(state.doc) };
  const { counts } = searched;
  const everywhere = around.tags();
  return everywhere instanceof Promise
    ? everywhere.then((tags) => offersFor(query, position, counts, tags))
    : offersFor(query, position, counts, everywhere);
};
