/** What the browser says about its visitor's wishes and means, beyond the standard types; and when that changes. */

import { isLow, type Battery } from '../policy/manners.ts';

interface Connection extends EventTarget {
  readonly saveData?: boolean;
  readonly type?: string;
}
interface WishfulNavigator {
  readonly globalPrivacyControl?: boolean;
  /** https://wicg.github.io/netinfo/ */
  readonly connection?: Connection;
  /** https://w3c.github.io/battery/ */
  readonly getBattery?: () => Promise<Battery & EventTarget>;
}

/** A browser that does not say how its battery does is taken to be fine. */
const batteryTimeoutMs = 500;

export class BrowserWishes {
  readonly #navigator: Navigator & WishfulNavigator = navigator;
  #battery: Battery | undefined;
  /** The battery has been asked for. */
  readonly known: Promise<unknown>;

  /** `changed` is also called where nothing that counts has changed. */
  constructor(changed: () => void) {
    this.#navigator.connection?.addEventListener('change', changed);
    this.known = Promise.race([
      this.#askBattery(changed),
      new Promise((resolve) => setTimeout(resolve, batteryTimeoutMs)),
    ]);
  }

  get privacy(): boolean {
    return this.#navigator.globalPrivacyControl === true;
  }

  get thrift(): boolean {
    const { connection } = this.#navigator;
    const isMetered = connection?.saveData === true || connection?.type === 'cellular';
    return isMetered || (this.#battery !== undefined && isLow(this.#battery));
  }

  /** Where and over what the browser is connected, as far as it says. */
  get network(): string | undefined {
    return this.#navigator.connection?.type;
  }

  async #askBattery(changed: () => void): Promise<void> {
    try {
      const battery = await this.#navigator.getBattery?.();
      if (battery === undefined) return;
      this.#battery = battery;
      for (const event of ['levelchange', 'chargingchange']) battery.addEventListener(event, changed);
      changed();
    } catch {
      // A permissions policy may forbid it.
    }
  }
}
