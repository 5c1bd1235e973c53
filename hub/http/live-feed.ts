/** Figures as they change: one computation a second and site, however many look. */

import type { LiveTick } from '../api.ts';
import { messageOf, type Logger } from '../log.ts';

const tickMs = 1000;
/** Proxies close a stream that is silent for a minute; a comment keeps it open. */
const keepAliveTicks = 15;

/** Someone who looks. Must not throw. */
export interface Viewer {
  readonly site: string;
  write(chunk: string): void;
  end(): void;
}

/** The most streams at once. */
const viewerLimit = 100;

export class LiveFeed {
  readonly #viewers = new Set<Viewer>();
  readonly #last = new Map<string, string>();
  readonly #tickOf: (site: string) => Promise<LiveTick>;
  readonly #log: Logger;
  #timer: NodeJS.Timeout | undefined;
  #ticks = 0;

  constructor(tickOf: (site: string) => Promise<LiveTick>, log: Logger) {
    this.#tickOf = tickOf;
    this.#log = log;
  }

  get isFull(): boolean {
    return this.#viewers.size >= viewerLimit;
  }

  /** Starts to tell a viewer, at once and then on every change. */
  async add(viewer: Viewer): Promise<void> {
    this.#viewers.add(viewer);
    this.#timer ??= setInterval(() => void this.#tick(), tickMs).unref();
    viewer.write(eventOf(await this.#tickOf(viewer.site)));
  }

  remove(viewer: Viewer): void {
    this.#viewers.delete(viewer);
    if (this.#viewers.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#last.clear();
  }

  /** Ends every stream; browsers come back by themselves. */
  close(): void {
    for (const viewer of this.#viewers) {
      this.remove(viewer);
      viewer.end();
    }
  }

  async #tick(): Promise<void> {
    this.#ticks++;
    const bySite = Map.groupBy(this.#viewers, ({ site }) => site);
    for (const [site, viewers] of bySite) {
      const chunk = await this.#changed(site);
      const text = chunk ?? (this.#ticks % keepAliveTicks === 0 ? ': still here\n\n' : undefined);
      if (text !== undefined) for (const viewer of viewers) viewer.write(text);
    }
  }

  async #changed(site: string): Promise<string | undefined> {
    try {
      const tick = await this.#tickOf(site);
      const figures = JSON.stringify({ ...tick, t: 0 });
      if (this.#last.get(site) === figures) return undefined;
      this.#last.set(site, figures);
      return eventOf(tick);
    } catch (thrown) {
      this.#log.error('live-tick', { message: messageOf(thrown) });
      return undefined;
    }
  }
}

function eventOf(tick: LiveTick): string {
  return `event: tick\ndata: ${JSON.stringify(tick)}\n\n`;
}
