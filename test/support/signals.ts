/** What a page says to its tracker, and how many connections it makes: recorded from outside, or below the engine. */
import type { Page } from 'puppeteer';
import { fieldsOf } from './reports.ts';

export interface Signals {
  /** URLs of the page's WebSockets. */
  readonly sockets: readonly string[];
  /** Texts that it sent over them. */
  readonly sent: readonly string[];
}

/** Starts to record; for Chromium. */
export async function recordSignals(page: Page): Promise<Signals> {
  const sockets: string[] = [];
  const sent: string[] = [];
  const session = await page.createCDPSession();
  session.on('Network.webSocketCreated', ({ url }) => sockets.push(url));
  session.on('Network.webSocketFrameSent', ({ response }) => sent.push(response.payloadData));
  await session.send('Network.enable');
  return { sockets, sent };
}

/** The messages of a kind, parsed. */
export function messagesOf({ sent }: Signals, action: string): Readonly<Record<string, unknown>>[] {
  return sent.map((text) => fieldsOf(JSON.parse(text))).filter((message) => message['action'] === action);
}

export interface ConnectionCounts {
  made: number;
  open: number;
  /** At one time. */
  mostOpen: number;
  /** What the browser was told of others. */
  readonly descriptions: string[];
  readonly candidates: string[];
}

declare global {
  interface Window {
    connectionCounts?: ConnectionCounts;
  }
}

/** Counts the page's connections to peers, from its next document on. */
export async function countConnections(page: Page): Promise<void> {
  await page.evaluateOnNewDocument(() => {
    const counts: ConnectionCounts = { made: 0, open: 0, mostOpen: 0, descriptions: [], candidates: [] };
    window.connectionCounts = counts;
    const closed = new WeakSet<RTCPeerConnection>();
    window.RTCPeerConnection = class extends RTCPeerConnection {
      constructor(configuration?: RTCConfiguration) {
        super(configuration);
        counts.made++;
        counts.open++;
        counts.mostOpen = Math.max(counts.mostOpen, counts.open);
      }

      // The browser has overloads with callbacks, too, which nobody uses.
      override async setRemoteDescription(description: RTCSessionDescriptionInit): Promise<void> {
        counts.descriptions.push(description.sdp ?? '');
        await super.setRemoteDescription(description);
      }

      override async addIceCandidate(candidate?: RTCIceCandidateInit | null): Promise<void> {
        counts.candidates.push(candidate?.candidate ?? '');
        await super.addIceCandidate(candidate);
      }

      override close(): void {
        if (!closed.has(this)) counts.open--;
        closed.add(this);
        super.close();
      }
    };
  });
}

export async function connectionCounts(page: Page): Promise<ConnectionCounts> {
  return page.evaluate(() => {
    if (window.connectionCounts === undefined) throw new Error('connections are not counted');
    return window.connectionCounts;
  });
}
