/**
 * Node's `events`, the part that WebTorrent and streamx use, in place of a polyfill package.
 * https://nodejs.org/api/events.html#class-eventemitter
 */

type Listener = (...args: unknown[]) => void;
interface Entry {
  readonly listener: Listener;
  readonly once: boolean;
}

export class EventEmitter {
  static EventEmitter = EventEmitter;
  #listeners: Map<string, readonly Entry[]> | undefined;

  on(name: string, listener: Listener): this {
    return this.#add(name, { listener, once: false }, false);
  }

  once(name: string, listener: Listener): this {
    return this.#add(name, { listener, once: true }, false);
  }

  addListener(name: string, listener: Listener): this {
    return this.on(name, listener);
  }

  prependListener(name: string, listener: Listener): this {
    return this.#add(name, { listener, once: false }, true);
  }

  off(name: string, listener: Listener): this {
    const kept = this.#of(name).filter((entry) => entry.listener !== listener);
    this.#listeners?.set(name, kept);
    return this;
  }

  removeListener(name: string, listener: Listener): this {
    return this.off(name, listener);
  }

  removeAllListeners(name?: string): this {
    if (name === undefined) this.#listeners?.clear();
    else this.#listeners?.delete(name);
    return this;
  }

  /** As in Node, an `error` that nobody listens to is thrown. */
  emit(name: string, ...args: unknown[]): boolean {
    const entries = this.#of(name);
    if (entries.length === 0 && name === 'error') {
      throw args[0] instanceof Error ? args[0] : new Error(String(args[0]));
    }
    for (const { listener, once } of entries) {
      if (once) this.off(name, listener);
      listener.apply(this, args);
    }
    return entries.length > 0;
  }

  listenerCount(name: string): number {
    return this.#of(name).length;
  }

  listeners(name: string): Listener[] {
    return this.#of(name).map((entry) => entry.listener);
  }

  setMaxListeners(): this {
    return this;
  }

  #of(name: string): readonly Entry[] {
    return this.#listeners?.get(name) ?? [];
  }

  #add(name: string, entry: Entry, first: boolean): this {
    this.#listeners ??= new Map();
    const entries = this.#of(name);
    this.#listeners.set(name, first ? [entry, ...entries] : [...entries, entry]);
    return this;
  }
}

export default EventEmitter;
