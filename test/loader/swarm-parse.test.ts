import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binaryOfHex, hexOfBinary } from '../../loader/swarm/fields.ts';
import { parsePeerMessage } from '../../loader/swarm/parse-peer.ts';
import { parseHubMessage } from '../../loader/swarm/parse-tracker.ts';
import { parseWorkerMessage } from '../../loader/swarm/parse-worker.ts';

const swarmId = '00ff'.repeat(10);
const peerId = 'abcdef0123'.repeat(4);
const attempt = '7f80'.repeat(10);
const ids = { info_hash: binaryOfHex(swarmId), peer_id: binaryOfHex(peerId), offer_id: binaryOfHex(attempt) };

function hub(message: object): unknown {
  return parseHubMessage(JSON.stringify({ info_hash: ids.info_hash, ...message }), swarmId);
}

describe('what the hub says', () => {
  it('is understood: who is here, who came and left, and signals', () => {
    expect(
      hub({ action: 'announce', interval: 60, complete: 1, incomplete: 2, members: [ids.peer_id] }),
    ).toEqual({
      t: 'announced',
      interval: 60,
      size: 3,
      members: [peerId],
    });
    expect(hub({ action: 'members', joined: [ids.peer_id], left: [] })).toEqual({
      t: 'members',
      joined: [peerId],
      left: [],
    });
    expect(
      hub({ action: 'signal', ...ids, to_peer_id: ids.peer_id, signal: { kind: 'offer', sdp: 'v=0' } }),
    ).toEqual({
      t: 'signal',
      from: peerId,
      attempt,
      body: { kind: 'offer', sdp: 'v=0' },
    });
  });

  it('is understood where the tracker knows nothing of Shoal: counts, offers and answers', () => {
    expect(hub({ action: 'announce', interval: 60, complete: 'many', incomplete: 2 })).toEqual({
      t: 'announced',
      interval: 60,
      size: 2,
      members: undefined,
    });
    for (const kind of ['offer', 'answer'] as const) {
      expect(hub({ action: 'announce', ...ids, [kind]: { type: kind, sdp: 'v=0' } })).toEqual({
        t: 'relayed',
        from: peerId,
        attempt,
        kind,
        sdp: 'v=0',
      });
    }
    expect(hub({ action: 'announce', ...ids, offer: null })).toBeUndefined();
    expect(hub({ action: 'announce', ...ids, offer: { type: 'offer', sdp: 7 } })).toBeUndefined();
    expect(hub({ action: 'signal', 'failure reason': 'gone' })).toEqual({ t: 'undelivered' });
  });

  it('is ignored where it is of another swarm, too long, or of a wrong shape', () => {
    const announced = { action: 'announce', interval: 60, members: [] };
    expect(hub({ ...announced, info_hash: ids.peer_id })).toBeUndefined();
    expect(hub({ ...announced, padding: 'x'.repeat(65 * 1024) })).toBeUndefined();
    for (const signal of [
      null,
      {},
      { kind: 'offer' },
      { kind: 'candidate', candidate: 1, mid: null },
      { kind: 'x' },
    ]) {
      expect(hub({ action: 'signal', ...ids, signal })).toBeUndefined();
    }
    expect(hub({ action: 'signal', ...ids, peer_id: 'short', signal: { kind: 'refuse' } })).toBeUndefined();
  });

  it('names at most 50 members, and leaves out what is no id', () => {
    const members = [null, 7, 'short', ...Array.from({ length: 200 }, () => ids.peer_id)];
    expect(hub({ action: 'announce', interval: 'x', members })).toMatchObject({ members: { length: 47 } });
  });

  it('never throws, whatever it is', () => {
    fc.assert(fc.property(fc.json(), (text) => parseHubMessage(text, swarmId) === undefined));
    fc.assert(fc.property(fc.string(), (text) => parseHubMessage(text, swarmId) === undefined));
    for (const odd of [undefined, null, 3, new ArrayBuffer(4)])
      expect(parseHubMessage(odd, swarmId)).toBeUndefined();
  });
});

describe('what a peer says', () => {
  const pack = { infohash: swarmId, state: 'part', wants: true };

  it('is understood: hello, packs, bye', () => {
    const hello = { t: 'hello', v: 1, peerId, packs: [pack] };
    expect(parsePeerMessage(JSON.stringify(hello))).toEqual(hello);
    expect(parsePeerMessage(JSON.stringify({ t: 'packs', packs: [pack] }))).toEqual({
      t: 'packs',
      packs: [pack],
    });
    expect(parsePeerMessage('{"t":"bye","more":1}')).toEqual({ t: 'bye' });
  });

  it('is understood: claims, as long as their runs ascend, do not overlap and name pieces that can be', () => {
    const claim = { by: peerId, seq: 3, ageMs: 20, wants: [[0, 9]], flying: [[2, 2]], done: [] };
    const said = (claims: readonly object[]) =>
      parsePeerMessage(JSON.stringify({ t: 'claims', packs: [{ infohash: swarmId, claims }] }));
    expect(said([claim])).toEqual({ t: 'claims', packs: [{ infohash: swarmId, claims: [claim] }] });
    for (const wrong of [
      { by: 'x' },
      { seq: -1 },
      { ageMs: 0.5 },
      { wants: [[5, 4]] },
      {
        flying: [
          [0, 1],
          [1, 2],
        ],
      },
      { done: [[0, 4_294_967_295]] },
      { wants: Array.from({ length: 257 }, (_, i) => [2 * i, 2 * i]) },
      { wants: 'all' },
    ]) {
      expect(said([{ ...claim, ...wrong }, claim])).toMatchObject({ packs: [{ claims: { length: 1 } }] });
    }
  });

  it('is understood: who looks for packs and how far, and who has some', () => {
    const said = (message: object) => parsePeerMessage(JSON.stringify(message));
    const seek = { t: 'seek', packs: [swarmId], hops: 1 };
    expect(said(seek)).toEqual(seek);
    for (const wrong of [{ hops: 2 }, { hops: -1 }, { hops: '1' }, { packs: swarmId }])
      expect(said({ ...seek, ...wrong })).toBeUndefined();
    expect(said({ ...seek, packs: ['x', swarmId, 7] })).toEqual(seek);
    expect(said({ ...seek, packs: Array.from({ length: 100 }, () => swarmId) })).toMatchObject({
      packs: { length: 64 },
    });
    const holders = { t: 'holders', packs: [{ infohash: swarmId, peers: [peerId] }] };
    expect(said(holders)).toEqual(holders);
    const many = { infohash: swarmId, peers: ['x', peerId, peerId, peerId] };
    expect(said({ ...holders, packs: [many, { infohash: 'x', peers: [] }, 0] })).toEqual({
      t: 'holders',
      packs: [{ infohash: swarmId, peers: [peerId, peerId] }],
    });
    expect(said({ t: 'holders' })).toBeUndefined();
  });

  it('is understood: a head, as long as it is not longer than heads may be', () => {
    const said = (head: unknown) => parsePeerMessage(JSON.stringify({ t: 'head', head }));
    expect(said('{}\n{}')).toEqual({ t: 'head', head: '{}\n{}' });
    expect(said('x'.repeat(8 * 1024))).toMatchObject({ t: 'head' });
    expect(said('x'.repeat(8 * 1024 + 1))).toBeUndefined();
    expect(said({ length: 1 })).toBeUndefined();
  });

  it('is refused where it is of another version, too long or of a wrong shape', () => {
    expect(parsePeerMessage(JSON.stringify({ t: 'hello', v: 2, peerId, packs: [] }))).toBeUndefined();
    expect(parsePeerMessage(JSON.stringify({ t: 'hello', v: 1, peerId: 'x', packs: [] }))).toBeUndefined();
    expect(parsePeerMessage(JSON.stringify({ t: 'packs', packs: {} }))).toBeUndefined();
    expect(parsePeerMessage(`{"t":"bye","x":"${'x'.repeat(65 * 1024)}"}`)).toBeUndefined();
    expect(parsePeerMessage(new ArrayBuffer(8))).toBeUndefined();
    const packs = [{ ...pack, state: 'all' }, { ...pack, infohash: 'x' }, { ...pack, wants: 1 }, null];
    expect(parsePeerMessage(JSON.stringify({ t: 'packs', packs }))).toEqual({ t: 'packs', packs: [] });
  });

  it('never throws, whatever it is', () => {
    fc.assert(fc.property(fc.json(), (text) => parsePeerMessage(text) === undefined));
  });
});

describe('what the worker says', () => {
  it('is taken as it is where the shape is right, and ignored elsewhere', () => {
    const want = { t: 'want', id: 1, digest: '0'.repeat(64), url: '/a', chunks: [0, 1], timeoutMs: 500 };
    expect(parseWorkerMessage(want)).toEqual(want);
    expect(parseWorkerMessage({ ...want, digest: 'x' })).toBeUndefined();
    expect(parseWorkerMessage({ ...want, url: 1 })).toBeUndefined();
    expect(parseWorkerMessage({ t: 'kept', digest: '0'.repeat(64), from: 0, to: -1 })).toBeUndefined();
    fc.assert(fc.property(fc.anything(), (data) => parseWorkerMessage(data) === undefined));
  });
});

describe('ids', () => {
  it('are 20 bytes, one character each, and come back as they were', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 20, maxLength: 20 }), (bytes) => {
        const hex = Buffer.from(bytes).toString('hex');
        expect(hexOfBinary(binaryOfHex(hex))).toBe(hex);
        expect(binaryOfHex(hex)).toBe(Buffer.from(bytes).toString('latin1'));
      }),
    );
    expect(hexOfBinary('\u0100'.repeat(20))).toBeUndefined();
    expect(hexOfBinary('a'.repeat(21))).toBeUndefined();
  });
});
