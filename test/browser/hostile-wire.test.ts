/** A scripted peer that breaks the wire protocol byte by byte, against a real page's engine over real WebRTC. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { inEachBrowser } from '../support/stage.ts';
import type { TestAsset, TestPack } from '../support/swarm/site.ts';
import { swarmForSuite } from '../support/swarm/stage.ts';
import { chunkBytes, type SwarmVisitor } from '../support/swarm/visitor.ts';
import { fuzzers } from '../support/wire-peer/fuzz.ts';
import { polluter, rejecter, says, unasked, wanting } from '../support/wire-peer/lies.ts';
import { extensions, handshake, id, message, uint32 } from '../support/wire-peer/messages.ts';
import type { Script } from '../support/wire-peer/wire.ts';

const MiB = 1024 * 1024;

inEachBrowser((kind) => {
  const { visitor, addPack, wirePeer } = swarmForSuite(kind);
  let pack: TestPack;
  let asset: TestAsset;
  beforeAll(() => {
    pack = addPack([4 * MiB]);
    const [first] = pack.assets;
    if (first === undefined) throw new Error('the pack has an asset');
    asset = first;
  });

  /** Somebody who is connected to so many. */
  async function victimOf(peers: number): Promise<SwarmVisitor> {
    const victim = await visitor();
    await victim.start([pack]);
    await victim.connected(peers);
    return victim;
  }

  /** Somebody who has everything. */
  async function seeder(): Promise<SwarmVisitor> {
    const victim = await visitor();
    await victim.keep(asset);
    await victim.start([pack]);
    return victim;
  }

  /** Lets scripted peers come to the victim one after the other, and expects each to be thrown out for good. */
  async function expectBanned(
    victim: SwarmVisitor,
    cases: Readonly<Record<string, Script>>,
    state: { readonly state: 'whole' | 'none'; readonly wants: boolean },
  ): Promise<void> {
    let banned = 0;
    for (const [name, script] of Object.entries(cases)) {
      const bad = await wirePeer({ packs: [pack.wire], script, state });
      await bad.dialOnly();
      banned++;
      const attempt = async (): Promise<number> => {
        if (state.state === 'whole') await victim.want(asset, { timeoutMs: 1_000 });
        return (await victim.report()).banned;
      };
      await expect.poll(attempt, { message: name, timeout: 5_000 }).toBe(banned);
      await expect.poll(() => bad.lost, { message: name, timeout: 5_000 }).toBe(1);
      bad.close();
    }
    expect((await victim.report()).peers).toBe(0);
  }

  describe('a scripted peer', () => {
    it('that is honest delivers everything, and is never asked for metadata', async () => {
      const peer = await wirePeer({ packs: [pack.wire] });
      const victim = await victimOf(1);
      const { chunks } = await victim.want(asset);
      expect(chunks).toEqual(asset.chunkDigests(chunkBytes));
      expect(peer.wires.flatMap(({ heard }) => heard).filter(({ kind: k }) => k === id.extended)).toEqual([]);
    });

    it('that pollutes costs its victim one piece', async () => {
      const pollution = polluter();
      const { script } = pollution;
      const bad = await wirePeer({ packs: [pack.wire], script });
      const victim = await victimOf(1);
      const { bytes, isNone } = await victim.want(asset);
      expect({ isNone, bytes }).toEqual({ isNone: true, bytes: 0 });
      expect(await victim.report()).toMatchObject({ peers: 0, banned: 1 });
      await expect.poll(() => bad.lost).toBe(1);
      expect(pollution.wrongBytes).toBe(pack.wire.pieceBytes);
      expect(await victim.rejectedBytes()).toBe(pack.wire.pieceBytes);
    });
  });

  it('[H4, H9, H11, H15] is thrown out at its first message that breaks the wire, or what was agreed on it', async () => {
    const victim = await visitor();
    await victim.start([pack]);
    const pieces = pack.wire.bytes.length / pack.wire.pieceBytes;
    const cases = {
      'a message of 2 GiB - 1 byte': says(uint32(0x7fffffff), Buffer.of(id.piece)),
      'a message of negative length': says(uint32(0x80000000), Buffer.of(id.piece)),
      'a bitfield of 32 MiB': says(uint32(1 + 32 * MiB), Buffer.of(id.bitfield)),
      'a bitfield that is a byte too long': says(message(id.bitfield, Buffer.alloc(pieces / 8 + 1))),
      '`have` of piece 4294967295': says(message(id.have, 0xffffffff)),
      'an extension message that is a bomb': says(message(id.extended, Buffer.alloc(100_000, 'd1:a'))),
      'everything, and then every request rejected': rejecter,
      'blocks that nobody asked for': unasked,
      'endless small talk': says(...Array.from({ length: 3_000 }, () => message(id.unchoke))),
    };
    await expectBanned(victim, cases, { state: 'whole', wants: false });
  });

  it('[H10, H16] is thrown out when it asks for what there is not, or for too much', async () => {
    const victim = await seeder();
    const pieces = pack.wire.bytes.length / pack.wire.pieceBytes;
    const asks = (...requests: readonly Uint8Array[]): Script => ({
      ...wanting,
      told: (wire) => wire.send(message(id.interested), ...requests),
    });
    const thousand = Buffer.concat(Array.from({ length: 1_000 }, () => message(id.request, 0, 0, 16_384)));
    const cases = {
      '50,000 queued requests': asks(...Array.from({ length: 50 }, () => thousand)),
      'a piece that there is not': asks(message(id.request, pieces, 0, 16_384)),
      '128 KiB + 1 byte': asks(message(id.request, 0, 0, 128 * 1024 + 1)),
    };
    await expectBanned(victim, cases, { state: 'none', wants: true });
  });

  it('[H16] requests beyond the end of a piece get no block, and those within do', async () => {
    await seeder();
    const blocks: Buffer[] = [];
    const asks: Script = {
      ...wanting,
      unchoked: (wire) => {
        if (wire.heard.filter(({ kind: k }) => k === id.unchoke).length > 1) return;
        const ranges = [
          [0, 65_536 - 100, 16_384],
          [1, 0xfffffff0, 16_384],
          [2, 65_536, 1],
          [3, 100, 1_000],
        ] as const;
        for (const [piece, offset, length] of ranges) wire.send(message(id.request, piece, offset, length));
      },
      received: (_, bytes) => blocks.push(bytes),
    };
    const peer = await wirePeer({
      packs: [pack.wire],
      script: asks,
      state: { state: 'none', wants: true },
    });
    await peer.dialOnly();
    await expect.poll(() => blocks.length, { timeout: 5_000 }).toBeGreaterThan(0);
    await sleep(300);
    const at = 3 * pack.wire.pieceBytes + 100;
    const right = pack.wire.bytes.subarray(at, at + 1_000);
    expect(blocks.map((block) => block.equals(right))).toEqual([true]);
    expect(peer.lost).toBe(0);
  });

  it('[H12] metadata that a peer offers, or pushes, is neither asked for nor used', async () => {
    const offer = Buffer.from('d1:md11:ut_metadatai7ee13:metadata_sizei9000000ee');
    const pushed = Buffer.from('d8:msg_typei1e5:piecei0e10:total_sizei64ee');
    const script: Script = {
      greet: (wire) => {
        wire.send(handshake(pack.layout.infohash, wire.self, extensions), message(id.haveAll));
        wire.send(message(id.extended, Buffer.concat([Buffer.of(0), offer])));
        wire.send(message(id.extended, Buffer.concat([Buffer.of(1), pushed, randomBytes(64)])));
      },
    };
    const peer = await wirePeer({ packs: [pack.wire], script });
    const victim = await victimOf(1);
    expect((await victim.want(asset)).chunks).toEqual(asset.chunkDigests(chunkBytes));
    const said = peer.wires.flatMap(({ heard }) => heard).filter(({ kind: k }) => k === id.extended);
    expect(said.length).toBeGreaterThan(0);
    // Extension 7 would be its metadata; 0 is our own handshake.
    expect(said.filter(({ body }) => body[0] === 7)).toEqual([]);
  });

  it('[H15] any bytes at all: nothing is thrown, and an honest peer goes on delivering', async () => {
    const honest = await wirePeer({ packs: [pack.wire] });
    const victim = await victimOf(1);
    const [self = ''] = honest.connected;
    await victim.want(asset, { chunks: [0] });
    let met = 0;
    // A page takes up no more than 20 offers in a short time.
    for (const script of fuzzers(kind === 'chromium' ? 1 : 2, 15)) {
      const bad = await wirePeer({ packs: [pack.wire], script });
      if (await bad.dial(self, 1_500)) met++;
      await sleep(50);
      bad.close();
    }
    expect(met).toBeGreaterThan(10);
    expect((await victim.want(asset)).chunks).toEqual(asset.chunkDigests(chunkBytes));
    expect(victim.problems()).toEqual([]);
  });
});
