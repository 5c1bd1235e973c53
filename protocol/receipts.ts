/**
 * What has arrived, on the data channel of a pack: beside the wire's own bytes, which are binary messages, the side
 * that receives them says in short text messages how many it has had so far, and when. The sender learns from it how
 * much is on its way, and how long its own line makes it wait. Who does not understand text ignores it.
 */

export interface Receipt {
  /** Bytes of the wire since the channel was opened. */
  readonly bytes: number;
  /** By the receiver's clock, in milliseconds: only differences count. */
  readonly receivedMs: number;
}

/** A receipt is due after so many bytes at the latest. */
export const receiptBytes = 2 * 1024;

export function receiptText({ bytes, receivedMs }: Receipt): string {
  return `${bytes} ${Math.round(receivedMs * 10) / 10}`;
}

/** `undefined`: not a receipt. */
export function parseReceipt(text: string): Receipt | undefined {
  const [, bytes, receivedMs] = /^(\d{1,15}) (\d{1,12}(?:\.\d)?)$/.exec(text) ?? [];
  if (bytes === undefined || receivedMs === undefined) return undefined;
  return { bytes: Number(bytes), receivedMs: Number(receivedMs) };
}
