// The engine's text as the courier sees it: one subscription over the line, and what comes of it.

import { DISCONNECTED } from "../ipc/ipc";
import type { ApiError, Event, Ipc, Subscription } from "../ipc";
import type { Failure, TextDoor, TextEvents } from "./courier";

/** Which text: a note's, or a card's on a board. */
export type TextAt = { ipc: Ipc; document: string; card: string | null };

export function doorOf({ document, card, ipc }: TextAt): TextDoor {
  let subscription: Subscription | null = null;
  return {
    follow(events) {
      const followed = ipc.subscribe(
        { type: "text", document, card },
        (event) => hear(event, events),
        (error) => events.refused(failureOf(error)),
      );
      subscription = followed;
      return followed;
    },
    push(push, done) {
      const id = subscription?.id ?? null;
      if (id === null) {
        done({ failure: { kind: "lost" } });
        return;
      }
      ipc.call({ type: "text_push", subscription: id, ...push }, (answer) => {
        if ("ok" in answer) done({ ack: answer.ok });
        else done({ failure: failureOf(answer.error) });
      });
    },
    place(place) {
      const id = subscription?.id ?? null;
      if (id === null) return;
      const { anchor = null, head = null, version = 0 } = place ?? {};
      ipc.call({ type: "show_caret", subscription: id, anchor, head, version }, () => undefined);
    },
    watchLine: (listener) => ipc.watchLine((line) => listener(line === "open")),
  };
}

function hear(event: Event, events: TextEvents): void {
  if (event.type === "text_reset") events.reset(event.version, event.text);
  else if (event.type === "text_patch") events.patch(event);
  else if (event.type === "carets") events.carets(event.carets);
  else if (event.type === "gone") events.gone();
}

function failureOf({ code, message, hint }: ApiError): Failure {
  if (code === DISCONNECTED) return { kind: "lost" };
  if (code === "resync") return { kind: "resync" };
  return { kind: "refused", message, hint };
}
