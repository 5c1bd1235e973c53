import type { MemberChange } from '../../protocol/tracker.ts';
import type { MemberList } from './member-list.ts';
import { encode } from './messages.ts';
import type { Member } from './member.ts';

/** Up to this many members, every one of them hears of every change. */
const everyoneLimit = 200;
/** Above it, so many random members hear of each change. */
const sampleSize = 50;
/** Ids of one kind in one message: 100 ids of at most 120 bytes each, twice, stay below 64 KiB. */
const idsPerMessage = 100;

/** Who came and who left since the last {@link MemberChanges.flush}. */
export class MemberChanges {
  readonly #infoHash: string;
  readonly #members: MemberList<Member>;
  readonly #random: () => number;
  readonly #joined = new Set<string>();
  readonly #left = new Set<string>();

  constructor(infoHash: string, members: MemberList<Member>, random: () => number) {
    this.#infoHash = infoHash;
    this.#members = members;
    this.#random = random;
  }

  /** A peer that left and is back stands in both lists: its old connections are dead. */
  joined(peerId: string): void {
    this.#joined.add(peerId);
  }

  /** Told even when `joined` was not: an announce response may have named it in between. */
  left(peerId: string): void {
    this.#joined.delete(peerId);
    this.#left.add(peerId);
  }

  /** Tells the members, and returns how many messages that took. */
  flush(): number {
    if (this.#joined.size === 0 && this.#left.size === 0) return 0;
    const joined = [...this.#joined];
    const left = [...this.#left];
    this.#joined.clear();
    this.#left.clear();
    return this.#members.size <= everyoneLimit ? this.#tellAll(joined, left) : this.#tellSome(joined, left);
  }

  #tellAll(joined: readonly string[], left: readonly string[]): number {
    const shared = this.#messages(joined, left);
    const newcomers = new Set(joined);
    let sent = 0;
    for (const member of this.#members) {
      // A newcomer need not hear of itself.
      const messages = newcomers.has(member.peerId)
        ? this.#messages(
            joined.filter((peerId) => peerId !== member.peerId),
            left,
          )
        : shared;
      for (const message of messages) member.connection.send(message);
      sent += messages.length;
    }
    return sent;
  }

  #tellSome(joined: readonly string[], left: readonly string[]): number {
    const news = new Map<Member, { joined: string[]; left: string[] }>();
    const tell = (kind: 'joined' | 'left', peerId: string): void => {
      for (const member of this.#members.sample(sampleSize, this.#random, this.#members.get(peerId))) {
        const known = news.get(member) ?? { joined: [], left: [] };
        known[kind].push(peerId);
        news.set(member, known);
      }
    };
    for (const peerId of joined) tell('joined', peerId);
    for (const peerId of left) tell('left', peerId);
    let sent = 0;
    for (const [member, known] of news) {
      const messages = this.#messages(known.joined, known.left);
      for (const message of messages) member.connection.send(message);
      sent += messages.length;
    }
    return sent;
  }

  #messages(joined: readonly string[], left: readonly string[]): string[] {
    const messages: string[] = [];
    for (let at = 0; at < Math.max(joined.length, left.length); at += idsPerMessage) {
      const message: MemberChange = {
        action: 'members',
        info_hash: this.#infoHash,
        joined: joined.slice(at, at + idsPerMessage),
        left: left.slice(at, at + idsPerMessage),
      };
      messages.push(encode(message));
    }
    return messages;
  }
}
