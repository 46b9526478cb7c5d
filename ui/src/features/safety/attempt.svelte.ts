// A question to the engine that may take long: under way, answered, or refused in its words.

import { ApiError } from "../../ipc";

export class Attempt<T> {
  busy = $state(false);
  answer = $state<T | null>(null);
  failure = $state<ApiError | null>(null);

  async make(ask: () => Promise<T>): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.answer = null;
    this.failure = null;
    try {
      this.answer = await ask();
    } catch (error) {
      this.failure = ApiError.of(error);
    }
    this.busy = false;
  }
}
