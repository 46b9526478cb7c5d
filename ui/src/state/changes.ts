// My edits: sent to the engine, told when they fail, and taken back in order, per board and for the tree.

import { t } from "../i18n";
import type { Request } from "../ipc/generated";
import { ApiError } from "../ipc/ipc";
import type { Ipc } from "../ipc/ipc";
import type { Toasts } from "./toasts.svelte";

/** A board's id, or `TREE` for what is done to documents as a whole. */
export type Scope = string;
export const TREE: Scope = "tree";

export type EditRequest = Request & {
  type: "edit_note" | "edit_board" | "place_document" | "set_profile";
};
type Done = { words: string; back: EditRequest[] };
/** A step with its place in the order of all steps. */
type Kept = Done & { at: number };

export type ChangeOptions = {
  scope: Scope;
  /** What was done, as a person would say it: "Moved “X” to Done". */
  words: string;
  /** Show the words with an Undo button. */
  toast?: boolean;
  /** What else is good to know, under the words of the toast. */
  hint?: string;
};

const DEPTH = 100;

function isEdit(request: Request | null): request is EditRequest {
  return (
    request !== null &&
    (request.type === "edit_note" ||
      request.type === "edit_board" ||
      request.type === "place_document" ||
      request.type === "set_profile")
  );
}

export class Changes {
  #ipc: Ipc;
  #toasts: Toasts;
  #undo = new Map<Scope, Kept[]>();
  #redo = new Map<Scope, Kept[]>();
  #steps = 0;
  /** When all that was sent is answered: what is taken back is what was done last, not what was answered last. */
  #answered: Promise<unknown> = Promise.resolve();

  constructor(ipc: Ipc, toasts: Toasts) {
    this.#ipc = ipc;
    this.#toasts = toasts;
  }

  /** Sends an edit. Resolves to whether it was done; a failure is told here. */
  run(request: EditRequest, options: ChangeOptions): Promise<boolean> {
    return this.runAll([request], options);
  }

  /** Sends several edits that are one step to the person, and to undo. */
  runAll(requests: readonly EditRequest[], options: ChangeOptions): Promise<boolean> {
    const running = this.#run(requests, options);
    this.#answered = Promise.all([this.#answered, running]);
    return running;
  }

  async #run(requests: readonly EditRequest[], options: ChangeOptions): Promise<boolean> {
    const done = await this.#send(requests, options.words);
    if (done === null) return false;
    this.#keep(done, options);
    return true;
  }

  /** Does what is no edit, with the edits that take it back; undo waits for it as for an edit. */
  make(make: () => Promise<readonly EditRequest[]>, options: ChangeOptions): Promise<boolean> {
    const running = this.#make(make, options);
    this.#answered = Promise.all([this.#answered, running]);
    return running;
  }

  async #make(
    make: () => Promise<readonly EditRequest[]>,
    options: ChangeOptions,
  ): Promise<boolean> {
    try {
      this.#keep({ words: options.words, back: [...(await make())] }, options);
      return true;
    } catch (error) {
      this.fail(error);
      return false;
    }
  }

  /** Takes back the newest of what was done in these scopes. */
  async undo(...scopes: [Scope, ...Scope[]]): Promise<void> {
    await this.#answered;
    const newest = takeNewest(this.#undo, scopes);
    if (newest === null) this.#toasts.show(t("undo.nothing"));
    else await this.#takeBack(newest.scope, newest.done);
  }

  /** Does again what was taken back last in these scopes. */
  async redo(...scopes: [Scope, ...Scope[]]): Promise<void> {
    const newest = takeNewest(this.#redo, scopes);
    if (newest === null) {
      this.#toasts.show(t("redo.nothing"));
      return;
    }
    const { scope, done } = newest;
    const again = await this.#send(done.back, done.words);
    if (again === null) return;
    if (again !== "nothing") this.#push(this.#undo, scope, again);
    this.#toasts.show(t("redo.done", { what: done.words }));
  }

  /**
   * Resolves when all that the engine published before now is shown here: it answers in order. An
   * edit that depends on where things lie waits for this after the edit before it.
   */
  async settled(): Promise<void> {
    await this.#ipc.request({ type: "status" });
  }

  /** Tells a failed request where the person is looking. */
  fail(error: unknown): void {
    const { message, hint } = ApiError.of(error);
    this.#toasts.show(message, { hint, tone: "bad" });
  }

  async #takeBack(scope: Scope, done: Done): Promise<void> {
    const back = await this.#send(done.back, done.words);
    if (back === null) return;
    if (back !== "nothing") this.#push(this.#redo, scope, back);
    this.#toasts.show(t("undo.done", { what: done.words }));
  }

  #keep(done: Done | "nothing", options: ChangeOptions): void {
    const { scope, toast = false } = options;
    if (done === "nothing") {
      if (toast) this.#offer("nothing", options);
      return;
    }
    const kept = this.#push(this.#undo, scope, done);
    this.#redo.delete(scope);
    if (toast) this.#offer(kept, options);
  }

  #offer(done: Kept | "nothing", { scope, words, hint = "" }: ChangeOptions): void {
    if (done === "nothing") {
      this.#toasts.show(words, { hint });
      return;
    }
    const run = () => {
      const stack = this.#undo.get(scope) ?? [];
      const at = stack.indexOf(done);
      if (at < 0) return;
      stack.splice(at, 1);
      void this.#takeBack(scope, done);
    };
    this.#toasts.show(words, { hint, action: { label: t("undo"), run } });
  }

  /** Stops at the first that is refused; what was done before it can be taken back. */
  async #send(requests: readonly EditRequest[], words: string): Promise<Done | "nothing" | null> {
    const back: EditRequest[] = [];
    for (const request of requests) {
      try {
        const { undo } = await this.#ipc.request<EditRequest>(request);
        if (isEdit(undo)) back.unshift(undo);
      } catch (error) {
        this.fail(error);
        if (back.length === 0) return null;
        break;
      }
    }
    return back.length === 0 ? "nothing" : { words, back };
  }

  #push(stacks: Map<Scope, Kept[]>, scope: Scope, done: Done): Kept {
    const stack = stacks.get(scope) ?? [];
    const kept = { ...done, at: ++this.#steps };
    stack.push(kept);
    if (stack.length > DEPTH) stack.shift();
    stacks.set(scope, stack);
    return kept;
  }
}

function takeNewest(
  stacks: Map<Scope, Kept[]>,
  scopes: readonly [Scope, ...Scope[]],
): { scope: Scope; done: Kept } | null {
  const last = (scope: Scope): number => stacks.get(scope)?.at(-1)?.at ?? 0;
  const scope = scopes.reduce((newest, one) => (last(one) > last(newest) ? one : newest));
  const done = stacks.get(scope)?.pop();
  return done === undefined ? null : { scope, done };
}
