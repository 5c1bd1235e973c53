/** The events of `window.shoal`, by their types. */

import type { ShoalEventMap } from './api.ts';

export class ShoalEvents extends EventTarget {
  /** As EventTarget's own, with the events' types. */
  override addEventListener<K extends keyof ShoalEventMap>(
    type: K,
    listener: (event: ShoalEventMap[K]) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  override addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
  override addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void {
    super.addEventListener(type, listener, options);
  }

  protected emit<K extends keyof ShoalEventMap>(type: K, detail: ShoalEventMap[K]['detail']): void {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
