/** When a visitor's browser takes part in the swarm, and when it gives to others. */

export interface Wishes {
  /** The visitor's own word. */
  readonly choice: 'in' | 'out' | undefined;
  readonly consent: 'implied' | 'required';
  /** Global Privacy Control (https://w3c.github.io/gpc/). */
  readonly privacy: boolean;
  /** Save-Data, a metered connection or a low battery. */
  readonly thrift: boolean;
}

/** The visitor's word counts most; without it, whatever asks us to keep quiet does. */
export function maySwarm({ choice, consent, privacy, thrift }: Wishes): boolean {
  if (choice !== undefined) return choice === 'in';
  return consent === 'implied' && !privacy && !thrift;
}

export interface Battery {
  /** 0 to 1. */
  readonly level: number;
  readonly charging: boolean;
}

export function isLow({ level, charging }: Battery): boolean {
  return !charging && level <= 0.2;
}

export interface Generosity {
  /** Nothing asks for thrift. */
  readonly allowed: boolean;
  /** Nobody looks at the page. */
  readonly hidden: boolean;
  readonly uploadedBytes: number;
  /** Of a day; 0: none. */
  readonly limitBytes: number;
}

export function mayGive({ allowed, hidden, uploadedBytes, limitBytes }: Generosity): boolean {
  return allowed && !hidden && (limitBytes === 0 || uploadedBytes < limitBytes);
}

const dayMs = 24 * 60 * 60 * 1000;

/** What was uploaded today, out of the text that was stored; text that cannot be is none. */
export function uploadedToday(stored: string | null, nowMs: number): number {
  const [day, bytes, ...rest] = (stored ?? '').split(' ').map(Number);
  const isToday = day === Math.floor(nowMs / dayMs) && rest.length === 0;
  return isToday && bytes !== undefined && Number.isSafeInteger(bytes) && bytes >= 0 ? bytes : 0;
}

/** The text to store. Days are those of UTC. */
export function uploadRecord(bytes: number, nowMs: number): string {
  return `${Math.floor(nowMs / dayMs)} ${bytes}`;
}
