/** A document's bytes over a data channel of its own, whose label is their SHA-256. */

import { concatBytes, sha256Hex } from '../../manifests/bytes.ts';
import { withDeadline } from './deadline.ts';
import type { Link } from './link.ts';

/** For all of it, on both sides. */
const timeoutMs = 15_000;
const messageBytes = 16 * 1024;
const bufferedLimitBytes = 128 * 1024;

/** `undefined`: it did not come, not in time, or was not what was asked for. */
export async function askForDocument(
  link: Link,
  sha256: string,
  bytes: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  let channel: RTCDataChannel | undefined;
  try {
    channel = link.createChannel(sha256);
    const document = await withDeadline(received(channel, bytes), timeoutMs, 'the document');
    return document !== undefined && (await sha256Hex(document)) === sha256 ? document : undefined;
  } catch {
    // The connection is gone, or the time is over.
    return undefined;
  } finally {
    channel?.close();
  }
}

function received(channel: RTCDataChannel, bytes: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
  channel.binaryType = 'arraybuffer';
  const parts: Uint8Array[] = [];
  let left = bytes;
  return new Promise((resolve) => {
    channel.onclose = () => resolve(undefined);
    channel.onmessage = ({ data }: MessageEvent<unknown>) => {
      // Nothing at all could be sent for ever.
      if (!(data instanceof ArrayBuffer) || data.byteLength === 0) return resolve(undefined);
      left -= data.byteLength;
      // More than was announced: nothing of it is kept.
      if (left < 0) return resolve(undefined);
      parts.push(new Uint8Array(data));
      if (left === 0) resolve(concatBytes(parts));
    };
  });
}

/** Gives, and closes: it is the one who asks who closes first, once all is there. Gives how many bytes were sent. */
export async function giveDocument(
  channel: RTCDataChannel,
  document: Uint8Array<ArrayBuffer>,
): Promise<number> {
  let at = 0;
  const over = new Promise<void>((resolve) => {
    channel.onclose = () => resolve();
    channel.bufferedAmountLowThreshold = bufferedLimitBytes / 2;
    const send = (): void => {
      while (at < document.length && channel.readyState === 'open') {
        if (channel.bufferedAmount > bufferedLimitBytes) return;
        const part = document.subarray(at, at + messageBytes);
        channel.send(part);
        at += part.length;
      }
    };
    channel.onbufferedamountlow = channel.onopen = send;
    // Whoever has closed it by now says so no more.
    if (channel.readyState === 'closing' || channel.readyState === 'closed') resolve();
    else send();
  });
  await withDeadline(over, timeoutMs, 'the asking peer').catch(() => undefined);
  channel.close();
  return at;
}
