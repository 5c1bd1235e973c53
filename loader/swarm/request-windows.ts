/** What is asked of each peer and not answered yet, over all packs: as much as policy/request-window.ts says. */

import {
  afterAnswer,
  afterAsking,
  freshRequests,
  mayAskBytes,
  type RequestWindow,
} from '../../policy/request-window.ts';

interface Peer {
  requests: RequestWindow;
  wires: number;
}

export class RequestWindows {
  readonly #peers = new Map<string, Peer>();

  /** A wire to the peer is open. Gives what is to be called when it is closed. */
  open(peer: string): () => void {
    const entry = this.#peers.get(peer) ?? { requests: freshRequests, wires: 0 };
    entry.wires++;
    this.#peers.set(peer, entry);
    return () => {
      if (--entry.wires === 0) this.#peers.delete(peer);
    };
  }

  mayAskBytes(peer: string): number {
    return mayAskBytes(this.#peers.get(peer)?.requests ?? freshRequests);
  }

  /** So many bytes are asked for. Gives what is to be called once they have come, or will not come. */
  ask(peer: string, bytes: number): (hasCome: boolean) => void {
    const entry = this.#peers.get(peer);
    if (entry === undefined) return () => undefined;
    const askedMs = performance.now();
    entry.requests = afterAsking(entry.requests, bytes);
    return (hasCome) => {
      const nowMs = performance.now();
      entry.requests = afterAnswer(entry.requests, bytes, hasCome ? nowMs - askedMs : undefined, nowMs);
    };
  }
}
