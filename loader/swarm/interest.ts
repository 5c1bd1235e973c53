/**
 * Whether the page wants pieces of a pack at the moment. It lasts a little longer than the wants
 * themselves, so that data channels do not come and go with each of them.
 */

const lingerMs = 20_000;
/** While it lasts, silent owners of pieces are looked for this often. */
const watchMs = 1_000;

export interface InterestEvents {
  isStillWanted(): boolean;
  ended(): void;
  watch(): void;
}

export class Interest {
  readonly #events: InterestEvents;
  #linger: ReturnType<typeof setTimeout> | undefined;
  #watch: ReturnType<typeof setInterval> | undefined;

  constructor(events: InterestEvents) {
    this.#events = events;
  }

  get lasts(): boolean {
    return this.#linger !== undefined;
  }

  renew(): void {
    clearTimeout(this.#linger);
    this.#linger = setTimeout(() => {
      if (this.#events.isStillWanted()) return this.renew();
      this.end();
      this.#events.ended();
    }, lingerMs);
    this.#watch ??= setInterval(() => this.#events.watch(), watchMs);
  }

  end(): void {
    clearTimeout(this.#linger);
    clearInterval(this.#watch);
    this.#linger = this.#watch = undefined;
  }
}
