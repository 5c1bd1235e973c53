/** Work that several may wait for at the same time, and that ends early when the last of them has left. */

interface Running<T> {
  readonly result: Promise<T>;
  readonly over: AbortController;
  waiting: number;
}

/** `keeping` resolves when others find the result elsewhere; the work may be joined as long. */
export class Shared<T extends { readonly keeping?: Promise<unknown> } | undefined> {
  readonly #running = new Map<string, Running<T>>();

  /**
   * Joins what runs under this name, or starts it.
   *
   * @param gone aborted when the one who asks no longer waits
   */
  join(name: string, gone: AbortSignal, start: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const work = this.#running.get(name) ?? this.#begin(name, start);
    work.waiting++;
    gone.addEventListener('abort', () => {
      if (--work.waiting > 0) return;
      this.#forget(name, work);
      work.over.abort();
    });
    return work.result;
  }

  #begin(name: string, start: (signal: AbortSignal) => Promise<T>): Running<T> {
    const over = new AbortController();
    const work: Running<T> = { result: start(over.signal), over, waiting: 0 };
    this.#running.set(name, work);
    const forget = (): void => this.#forget(name, work);
    void work.result.then((result) => result?.keeping).then(forget, forget);
    return work;
  }

  /** By now something else may run under this name. */
  #forget(name: string, work: Running<T>): void {
    if (this.#running.get(name) === work) this.#running.delete(name);
  }
}
