/** WebTorrent asks for as much at once as a peer allows (BEP 10, `reqq`): this puts our own limit in its place. */

/** Requests that we let a peer have outstanding with us: 1 MiB. How many it has is its own choice. */
export const requestsLimit = 64;

/** What counts of a wire. */
interface Asking {
  /** As the peer sent it. */
  peerExtendedHandshake: { readonly reqq?: unknown };
  readonly requests: readonly unknown[];
}

/** `mayAsk`: how many requests more would be right now. */
export function limitRequests(wire: Asking, mayAsk: () => number): void {
  let theirs = wire.peerExtendedHandshake;
  Object.defineProperty(wire, 'peerExtendedHandshake', {
    get: () => {
      const allowed = typeof theirs.reqq === 'number' ? theirs.reqq : requestsLimit;
      // One at least, lest the peer's other packs take all turns; WebTorrent would take 0 for no limit.
      return { ...theirs, reqq: Math.max(1, Math.min(allowed, wire.requests.length + mayAsk())) };
    },
    set: (said: Asking['peerExtendedHandshake']) => {
      theirs = said;
    },
  });
}
