/**
 * Node's `events`, the part that WebTorrent and streamx use, in place of a polyfill package.
 * https://nodejs.org/api/events.html#class-eventemitter
 */

type Listener = (...args: unknown[]) => void;
interface Entry {
  /** What was given to `on` or `once`; this is what `off` takes away. */
  readonly given: Listener;
  readonly called: Listener;
}

export class EventEmitter {
  static EventEmitter = EventEmitter;
  #entries: Map<string, readonly Entry[]> | undefined;
  on(name: string, listener: Listener): this {
    return this.#add(name, { given: listener, called: listener });
  }

  once(name: string, listener: Listener): this {
    const called: Listener = (...args) => {
      this.off(name, listener);
      listener.apply(this, args);
    };
    return this.#add(name, { given: listener, called });
  }

  addListener(name: string, listener: Listener): this {
    return this.on(name, listener);
  }

  off(name: string, listener: Listener): this {
    const entries = this.#of(name);
    const at = entries.findLastIndex(({ given }) => given === listener);
    if (at >= 0) this.#entries?.set(name, entries.toSpliced(at, 1));
    return this;
  }

  removeListener(name: string, listener: Listener): this {
    return this.off(name, listener);
  }

  removeAllListeners(name?: string): this {
    if (name === undefined) this.#entries?.clear();
    else this.#entries?.delete(name);
    return this;
  }

  /** As in Node, an `error` that nobody listens to is thrown. */
  emit(name: string, ...args: unknown[]): boolean {
    const entries = this.#of(name);
    if (entries.length === 0 && name === 'error') {
      throw args[0] instanceof Error ? args[0] : new Error(String(args[0]));
    }
    for (const { called } of entries) called.apply(this, args);
    return entries.length > 0;
  }

  listenerCount(name: string): number {
    return this.#of(name).length;
  }

  setMaxListeners(): this {
    return this;
  }

  /** Tells `newListener` first: that is how streamx learns who waits for `drain` or `data`. */
  #add(name: string, entry: Entry): this {
    if (name !== 'newListener') this.emit('newListener', name, entry.given);
    this.#entries ??= new Map();
    this.#entries.set(name, [...this.#of(name), entry]);
    return this;
  }

  #of(name: string): readonly Entry[] {
    return this.#entries?.get(name) ?? [];
  }
}

export default EventEmitter;
