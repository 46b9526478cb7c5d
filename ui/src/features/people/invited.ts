// Invites in words: how one stands, and how far each got who came by it, as far as it is known here.

import { locale, t } from "../../i18n";
import "../../i18n/dialogs";
import { ago } from "../../i18n/ago";
import type { Invitee, InviteState, ListedInvite, Member } from "../../ipc";

/** One that ran out lately still stands with the others, so that another can be made. */
const LATELY = 7 * 86_400_000;

const day = new Intl.DateTimeFormat(locale(), { weekday: "short", day: "numeric", month: "short" });
// By whose clock it was is not known, and only the hour is told.
const hour = new Intl.DateTimeFormat(locale(), {
  weekday: "short",
  day: "numeric",
  month: "short",
  hour: "numeric",
});

const dayOf = (at: number): string => day.format(at);

export type WhenMade = {
  /** The day, with the hour if several were made on it. */
  when: string;
  /** The same, numbered within an hour: for ears, which cannot see what stands beside it. */
  apart: string;
};

/** When each was made, in words that tell one from the other. */
export function whenMade(
  newestFirst: readonly Pick<ListedInvite, "id" | "madeAt">[],
): Map<string, WhenMade> {
  const ofSame = (format: (at: number) => string, at: number): number =>
    newestFirst.filter(({ madeAt }) => format(madeAt) === format(at)).length;
  const hourOf = (at: number): string => hour.format(at);
  const words = new Map<string, WhenMade>();
  const before = new Map<string, number>();
  for (const { id, madeAt } of [...newestFirst].reverse()) {
    const when = ofSame(dayOf, madeAt) === 1 ? dayOf(madeAt) : hourOf(madeAt);
    const nth = (before.get(when) ?? 0) + 1;
    before.set(when, nth);
    const apart = ofSame(hourOf, madeAt) === 1 ? when : t("invites.nth", { when, nth });
    words.set(id, { when, apart });
  }
  return words;
}

/** As the engine said; what ran out since is told by the clock. */
export function stateOf({ state, expiresAt }: ListedInvite, at: number): InviteState {
  return state === "open" && expiresAt !== null && expiresAt <= at ? "expired" : state;
}

/** Whether something can still come of it, or has not yet. */
export function isUnderWay(invite: ListedInvite, at: number): boolean {
  const state = stateOf(invite, at);
  const ranOutLately = state === "expired" && (invite.expiresAt ?? 0) > at - LATELY;
  return state === "open" || ranOutLately || invite.invitees.some(isComing);
}

/** Whether somebody knows the link of an invite that is open: taken out or lowered, he takes it with him, closed. */
export function knowsOpenInvite(
  invites: readonly ListedInvite[],
  { name, devices }: Pick<Member, "name" | "devices">,
): boolean {
  const isTheirs = (invitee: Invitee): boolean =>
    devices.some((device) => device.id === invitee.device);
  return invites.some(
    ({ state, madeBy, invitees }) =>
      state === "open" && (madeBy === name || invitees.some(isTheirs)),
  );
}

const isComing = ({ step }: Invitee): boolean =>
  step === "asking" || step === "let_in" || step === "has_keys" || step === "receiving";

export function stateWords(invite: ListedInvite, at: number): string {
  const { used, uses, expiresAt } = invite;
  const state = stateOf(invite, at);
  const count = t("invites.used", { used, uses });
  if (state === "used_up") return t("invites.usedUp", { count: uses });
  if (state === "closed") return `${count} ${t("invites.closed")}`;
  const when = expiresAt === null ? "" : dayOf(expiresAt);
  if (state === "expired") return `${count} ${t("invites.expired", { when })}`;
  const end = expiresAt === null ? t("invite.noEnd") : t("invites.until", { when });
  const unopened = invite.invitees.length === 0 ? ` ${t("invites.unopened")}` : "";
  return `${count} ${end}${unopened}`;
}

/** When it was opened, how far it got, and since when no more is known. */
export function inviteeWords(invitee: Invitee, thisDevice: string, at: number): string {
  const { step, heard } = invitee;
  const parts = [
    t("invitee.opened", { when: hour.format(invitee.openedAt) }),
    t(`invitee.${step}`),
  ];
  if (step === "out" || step === "turned_away") return parts.join(" · ");
  if (heard.type === "not_since") parts.push(t("invitee.notSince"));
  else if (heard.type === "last") parts.push(t("invitee.last", { when: ago(heard.at, at) }));
  else if (invitee.device === thisDevice) parts.push(t("invitee.this"));
  else parts.push(t("invitee.connected"));
  return parts.join(" · ");
}
