import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linkLimits } from '../../policy/link-limits.ts';
import { countPhase, startLinks, stepLinks, type LinkEvent } from '../../policy/links.ts';

const self = 'm';
const limits = { ...linkLimits(3), attempts: 40, members: 12 };

const peer = fc.constantFrom(...'abcdefghijklmnopqrstu');
const peers = fc.array(peer, { maxLength: 8 });
const anyEvent: fc.Arbitrary<LinkEvent> = fc.oneof(
  peers.map((names): LinkEvent => ({ t: 'listed', peers: names })),
  peers.map((names): LinkEvent => ({ t: 'joined', peers: names })),
  peers.map((names): LinkEvent => ({ t: 'left', peers: names })),
  peer.map((name): LinkEvent => ({ t: 'offered', peer: name })),
  peer.map((name): LinkEvent => ({ t: 'opened', peer: name })),
  fc
    .tuple(peer, fc.constantFrom('failed', 'refused', 'lost', 'bye'))
    .map(([name, why]): LinkEvent => ({ t: 'closed', peer: name, why })),
  peer.map((name): LinkEvent => ({ t: 'banned', peer: name })),
  fc.constant<LinkEvent>({ t: 'tick' }),
);
const history = fc.array(fc.tuple(anyEvent, fc.nat(30_000), fc.double({ min: 0, max: 1, noNaN: true })), {
  maxLength: 120,
});

describe('the links of a page, whatever the tracker and the peers do', () => {
  it('stay within all limits, and what was begun is known to the state', () => {
    fc.assert(
      fc.property(history, (events) => {
        let state = startLinks(self, limits);
        let nowMs = 0;
        let begun = 0;
        /** What the edge would have: a connection for each peer. */
        const connections = new Set<string>();
        for (const [event, laterMs, chance] of events) {
          nowMs += laterMs;
          // The edge reports only what it has.
          if ((event.t === 'opened' || event.t === 'closed') && !connections.has(event.peer)) continue;
          if (event.t === 'closed') connections.delete(event.peer);
          const step = stepLinks(state, event, nowMs, () => chance);
          ({ state } = step);
          for (const effect of step.effects) {
            if (effect.t === 'drop') connections.delete(effect.peer);
            if (effect.t !== 'dial' && effect.t !== 'accept') continue;
            expect(connections.has(effect.peer)).toBe(false);
            expect(state.banned.has(effect.peer)).toBe(false);
            expect(effect.peer).not.toBe(self);
            connections.add(effect.peer);
            begun++;
          }
          const busy = [...state.members].filter(([, { phase }]) => phase !== 'known').map(([name]) => name);
          expect(new Set(busy)).toEqual(connections);
          expect(begun).toBe(state.attemptsUsed);
          expect(begun).toBeLessThanOrEqual(limits.attempts);
          expect(state.members.size).toBeLessThanOrEqual(limits.members);
          expect(countPhase(state, 'dialing')).toBeLessThanOrEqual(limits.links);
          expect(countPhase(state, 'accepting')).toBeLessThanOrEqual(limits.accepted);
        }
      }),
      { numRuns: 3_000 },
    );
  });

  it('are made as long as there is somebody to dial and attempts are left', () => {
    fc.assert(
      fc.property(history, (events) => {
        let state = startLinks(self, { ...limits, attempts: 1_000 });
        let nowMs = 0;
        for (const [event, laterMs, chance] of events) {
          nowMs += laterMs;
          ({ state } = stepLinks(state, event, nowMs, () => chance));
        }
        ({ state } = stepLinks(state, { t: 'tick' }, nowMs + 3_600_000, () => 0.3));
        const linked = state.members.size - countPhase(state, 'known');
        expect(linked).toBeGreaterThanOrEqual(Math.min(limits.links, state.members.size));
      }),
      { numRuns: 1_000 },
    );
  });
});
