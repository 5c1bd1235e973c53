import type { Command } from './messages.ts';

/** What the tracker has done since it started; read by the metrics. */
export class TrackerCounts {
  readonly messages: Record<Command['kind'], number> = {
    announce: 0,
    answer: 0,
    signal: 0,
    scrape: 0,
    invalid: 0,
  };
  readonly relays = { offer: 0, answer: 0, signal: 0 };
  /** Answers nobody waits for, signals to nobody, what a member gets too much of, stops of somebody else. */
  readonly drops = { offer: 0, answer: 0, signal: 0, stop: 0 };
  /** Messages that told members who came and left. */
  memberMessages = 0;
  /** Requests answered with a `failure reason`, malformed ones not among them. */
  failures = 0;

  received(kind: Command['kind']): void {
    this.messages[kind]++;
  }

  relayed(kind: keyof TrackerCounts['relays']): void {
    this.relays[kind]++;
  }

  dropped(kind: keyof TrackerCounts['drops']): void {
    this.drops[kind]++;
  }
}
