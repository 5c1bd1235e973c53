/**
 * Says claims to the peers that want the packs that they are about: all that is known to those who have
 * just come, then what is new, a few times a second at most.
 */

import { peerLimits, type Claim, type PackClaims } from '../../protocol/peer-messages.ts';
import type { Link } from './link.ts';

/** Between two messages to everybody. */
const pauseMs = 60;
/** A claim takes less than a kilobyte as a rule; a message stays below its limit. */
const claimsPerMessage = 40;

interface News {
  readonly infohash: string;
  readonly claim: Claim;
  /** Who told us, or we ourselves. */
  readonly from: string;
}

export class ClaimsMail {
  readonly #links: () => readonly Link[];
  /** What waits to be said, by pack and member. */
  readonly #news = new Map<string, News>();
  #saidMs = -Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `links`: open or on the way. */
  constructor(links: () => readonly Link[]) {
    this.#links = links;
  }

  /** Connected peers that want the pack. */
  readers(infohash: string): readonly Link[] {
    return this.#links().filter((link) => link.open && link.packs.get(infohash)?.wants === true);
  }

  greet(link: Link, infohash: string, claims: readonly Claim[]): void {
    this.#say(
      link,
      claims.map((claim) => ({ infohash, claim, from: '' })),
    );
  }

  add(infohash: string, claims: readonly Claim[], from: string): void {
    for (const claim of claims) this.#news.set(`${infohash}/${claim.by}`, { infohash, claim, from });
    if (claims.length === 0 || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => this.#flush(), Math.max(0, this.#saidMs + pauseMs - performance.now()));
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #flush(): void {
    this.#timer = undefined;
    this.#saidMs = performance.now();
    const news = [...this.#news.values()];
    this.#news.clear();
    for (const link of this.#links()) {
      const isFor = ({ infohash, claim, from }: News): boolean =>
        from !== link.peer && claim.by !== link.peer && link.packs.get(infohash)?.wants === true;
      if (link.open) this.#say(link, news.filter(isFor));
    }
  }

  #say(link: Link, news: readonly News[]): void {
    const short = news.filter(({ claim: { wants, flying, done } }) =>
      [wants, flying, done].every((runs) => runs.length <= peerLimits.runs),
    );
    for (let at = 0; at < short.length; at += claimsPerMessage) {
      link.say({ t: 'claims', packs: byPack(short.slice(at, at + claimsPerMessage)) });
    }
  }
}

function byPack(news: readonly News[]): readonly PackClaims[] {
  const packs = new Map<string, Claim[]>();
  for (const { infohash, claim } of news) packs.set(infohash, [...(packs.get(infohash) ?? []), claim]);
  return [...packs].map(([infohash, claims]) => ({ infohash, claims }));
}
