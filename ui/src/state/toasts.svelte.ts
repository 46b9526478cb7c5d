// Short messages at the foot of the window, some with a way back.

export type Toast = {
  id: number;
  words: string;
  hint: string;
  tone: "plain" | "bad";
  action: { label: string; run: () => void } | null;
};

const LASTING_MS = { plain: 6_000, bad: 12_000 };
const MOST = 3;

export class Toasts {
  shown = $state<Toast[]>([]);
  #next = 1;
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- nobody looks at the timers
  #timers = new Map<number, ReturnType<typeof setTimeout>>();

  show(words: string, more: Partial<Pick<Toast, "hint" | "tone" | "action">> = {}): void {
    const toast: Toast = {
      id: this.#next++,
      words,
      hint: more.hint ?? "",
      tone: more.tone ?? "plain",
      action: more.action ?? null,
    };
    this.shown = [...this.shown, toast].slice(-MOST);
    this.resume(toast);
  }

  dismiss(id: number): void {
    this.shown = this.shown.filter((toast) => toast.id !== id);
    this.hold(id);
  }

  /** Keeps a toast while somebody points at it. */
  hold(id: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
  }

  resume(toast: Toast): void {
    this.hold(toast.id);
    this.#timers.set(
      toast.id,
      setTimeout(() => this.dismiss(toast.id), LASTING_MS[toast.tone]),
    );
  }
}
