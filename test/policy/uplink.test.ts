import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  afterLoss,
  afterReceipt,
  afterSending,
  afterSilence,
  freshUplink,
  pathRules,
  roomFor,
  uplinkRules,
  withoutPeer,
  type Uplink,
} from '../../policy/uplink.ts';

const peer = fc.constantFrom('a', 'b', 'c');
const bytes = fc.nat(64 * 1024);
const act = fc.oneof(
  fc.record({ t: fc.constant('send' as const), peer, bytes }),
  fc.record({
    t: fc.constant('receipt' as const),
    peer,
    bytes,
    oneWayMs: fc.integer({ min: -1_000_000, max: 1_000_000 }),
    roundTripMs: fc.nat(10_000),
    isFull: fc.boolean(),
  }),
  fc.record({ t: fc.constantFrom('silence' as const, 'gone' as const), peer }),
  fc.record({ t: fc.constant('loss' as const), peer, bytes }),
);

function inFlight({ paths }: Uplink): number {
  return [...paths.values()].reduce((sum, path) => sum + path.inFlight, 0);
}

describe('the uplink', () => {
  it('never gives out more than its windows, whatever peers say to have received and when', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(act, fc.nat(3_000)), { maxLength: 200 }), (acts) => {
        let uplink = freshUplink;
        let nowMs = 0;
        for (const [event, laterMs] of acts) {
          nowMs += laterMs;
          switch (event.t) {
            case 'send': {
              const room = Math.min(event.bytes, roomFor(uplink, event.peer));
              uplink = afterSending(uplink, event.peer, room);
              expect(inFlight(uplink)).toBeLessThanOrEqual(uplinkRules.mostBytes);
              expect(uplink.paths.get(event.peer)?.inFlight).toBeLessThanOrEqual(pathRules.mostBytes);
              break;
            }
            case 'receipt':
              uplink = afterReceipt(uplink, event, nowMs);
              break;
            case 'silence':
              uplink = afterSilence(uplink, event.peer, nowMs);
              break;
            case 'loss':
              uplink = afterLoss(uplink, event.peer, event.bytes);
              break;
            case 'gone':
              uplink = withoutPeer(uplink, event.peer);
          }
          expect(inFlight(uplink)).toBeGreaterThanOrEqual(0);
          expect(roomFor(uplink, 'a')).toBeGreaterThanOrEqual(0);
          expect(uplink.window.bytes).toBeGreaterThanOrEqual(uplinkRules.leastBytes);
        }
      }),
    );
  });

  it('has room again when a peer that said nothing is given up, or is gone', () => {
    const full = afterSending(freshUplink, 'a', uplinkRules.startBytes);
    expect(roomFor(full, 'b')).toBe(0);
    expect(roomFor(afterSilence(full, 'a', 5_000), 'b')).toBe(uplinkRules.startBytes);
    expect(roomFor(withoutPeer(full, 'a'), 'b')).toBe(uplinkRules.startBytes);
  });
});
