// Offers after `/` at the start of a line or after a space: everything that can be inserted by name.

import { t } from "../../i18n";
import { distanceTo, fold, wordsOf } from "../../state/matching";
import { inserts } from "../inserts";
import type { Completer, Offer } from "./found";

const SLASH = /(?:^|\s)\/([\p{L}\p{N}][\p{L}\p{N} -]{0,24})?$/u;
/** Behind all that is found by its name. */
const BY_OTHER_WORDS = 100;
const SLIP = 5;

export const completeSlash: Completer = ({ before, position }) => {
  const match = SLASH.exec(before);
  if (match === null) return null;
  const query = match[1] ?? "";
  const wanted = wordsOf(query);
  const near = inserts.flatMap((insert) => {
    const label = fold(t(insert.label));
    const named = distanceTo(label, wanted) ?? distanceTo(insert.id, wanted);
    const other = distanceTo(`${label} ${insert.words}`, wanted);
    const distance = named ?? (other === null ? null : other + BY_OTHER_WORDS);
    return distance === null ? [] : [{ insert, distance }];
  });
  near.sort((a, b) => a.distance - b.distance);
  // What only a slip of the finger would find is not meant while something else is.
  const exact = near.filter(({ distance }) => distance % BY_OTHER_WORDS < SLIP);
  const options = (exact.length > 0 ? exact : near).map(({ insert }): Offer => {
    const { label, icon, hint, run } = insert;
    return {
      label: t(label),
      detail: hint,
      icon,
      apply: (view, _offer, from, to) => run(view, from - 1, to),
    };
  });
  return { from: position - query.length, options };
};
