/** Lets only a few peers of one network stay (policy/networks.ts), where the browser tells their addresses. */

import { isCrowded, networkOf } from '../../policy/networks.ts';
import type { Link } from './link.ts';

export class Crowding {
  readonly #networks = new Map<Link, string>();

  /** The link is open. @returns whether it may stay. */
  async admits(link: Link): Promise<boolean> {
    const address = await link.remoteAddress();
    const network = address === undefined ? undefined : networkOf(address);
    if (network === undefined || !link.open) return true;
    if (isCrowded(network, [...this.#networks.values()])) return false;
    this.#networks.set(link, network);
    return true;
  }

  closed(link: Link): void {
    this.#networks.delete(link);
  }
}
