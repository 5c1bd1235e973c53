import { MemberList } from './member-list.ts';
import { MemberChanges } from './member-changes.ts';
import type { Member } from './member.ts';

/** All that announced one infohash. */
export class Swarm {
  readonly infoHash: string;
  readonly members = new MemberList<Member>();
  /** Those that said `shoal: 1`. */
  readonly shoal = new MemberList<Member>();
  readonly changes: MemberChanges;
  complete = 0;
  /** How often somebody said `completed`. */
  downloaded = 0;

  constructor(infoHash: string, random: () => number) {
    this.infoHash = infoHash;
    this.changes = new MemberChanges(infoHash, this.shoal, random);
  }

  join(member: Member): void {
    this.members.add(member);
    if (member.complete) this.complete++;
    if (member.shoal) this.#joinShoal(member);
  }

  update(member: Member, complete: boolean, shoal: boolean): void {
    if (member.complete !== complete) this.complete += complete ? 1 : -1;
    member.complete = complete;
    if (shoal && !member.shoal) {
      member.shoal = true;
      this.#joinShoal(member);
    }
  }

  leave(member: Member): void {
    if (!this.members.has(member)) return;
    this.members.remove(member);
    if (member.complete) this.complete--;
    if (!member.shoal) return;
    this.shoal.remove(member);
    this.changes.left(member.peerId);
  }

  #joinShoal(member: Member): void {
    this.shoal.add(member);
    this.changes.joined(member.peerId);
  }
}
