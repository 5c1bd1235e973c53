/** Who may open a WebSocket at all; what it may do then is the core's business. */

import type { IncomingMessage } from 'node:http';
import { forwardedAddress, isLoopback, rangeOf } from '../address.ts';
import type { ResolvedOptions } from '../options.ts';
import type { Sites } from '../sites.ts';
import { TokenGuard } from '../token-guard.ts';
import { Ranges } from './ranges.ts';

/** An HTTP answer instead of a WebSocket. */
export type Refusal = '403 Forbidden' | '404 Not Found' | '429 Too Many Requests' | '503 Service Unavailable';

/** Somebody who may come in. */
export interface Admitted {
  /** `undefined` for a program that has shown the token for seeders. */
  readonly origin: string | undefined;
  /** To be called once, when the connection is gone. */
  readonly leave: () => void;
}

export class Admission {
  readonly #options: ResolvedOptions;
  readonly #sites: Sites;
  readonly #seeders: TokenGuard;
  readonly #ranges: Ranges;

  constructor(options: ResolvedOptions, sites: Sites) {
    const { connectionsPerRange, connectsPerSecond } = options.limits;
    this.#options = options;
    this.#sites = sites;
    this.#seeders = new TokenGuard(options.seederToken);
    this.#ranges = new Ranges(connectionsPerRange, connectsPerSecond);
  }

  /** `open`: how many are in already. */
  admit(request: IncomingMessage, open: number): Admitted | Refusal {
    const { clock, limits, trustProxy } = this.#options;
    const address = forwardedAddress(
      (name) => request.headers[name]?.toString(),
      request.socket.remoteAddress,
      trustProxy,
    );
    if (open >= limits.connections) return '503 Service Unavailable';
    const { origin } = request.headers;
    const isWelcome =
      origin === undefined ? this.#isSeeder(request, address) : this.#sites.allowsSomewhere(origin);
    if (!isWelcome) return '403 Forbidden';
    // A proxy that we are not told to trust makes everybody come from this machine.
    if (address === undefined || isLoopback(address)) return { origin, leave: () => {} };
    const range = rangeOf(address);
    if (!this.#ranges.enter(range, clock())) return '429 Too Many Requests';
    return { origin, leave: () => this.#ranges.leave(range) };
  }

  /** A program that is no browser: an origin means nothing there, a token does. */
  #isSeeder({ url = '/' }: IncomingMessage, address: string | undefined): boolean {
    const query = url.indexOf('?');
    const given = query < 0 ? null : new URLSearchParams(url.slice(query)).get('token');
    return given !== null && this.#seeders.matches(given, address, this.#options.clock());
  }
}
