/** Members that have what no neighbour has are found through the neighbours, and connected to. */
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { parsePeerMessage } from '../../loader/swarm/parse-peer.ts';
import type { PeerHolders, PeerMessage, PeerSeek } from '../../protocol/peer-messages.ts';
import { inEachBrowser } from '../support/stage.ts';
import type { TestAsset, TestPack } from '../support/swarm/site.ts';
import { swarmForSuite } from '../support/swarm/stage.ts';
import { chunkBytes, type SwarmVisitor } from '../support/swarm/visitor.ts';

const MiB = 1024 * 1024;
const nothing = { state: 'none', wants: false } as const;

inEachBrowser((kind) => {
  const { visitor, addPack, wirePeer } = swarmForSuite(kind);
  let pack: TestPack;
  let asset: TestAsset;
  beforeAll(() => {
    pack = addPack([2 * MiB]);
    const [first] = pack.assets;
    if (first === undefined) throw new Error('the pack has an asset');
    asset = first;
  });

  /** Somebody who opens one link only. */
  async function withOneLink(): Promise<SwarmVisitor> {
    const page = await visitor();
    await page.start([pack], { links: 1 });
    await page.connected(1);
    return page;
  }

  const seeks = (texts: readonly string[]): readonly PeerSeek[] => ofKind(texts, 'seek');
  const answers = (texts: readonly string[]): readonly PeerHolders[] => ofKind(texts, 'holders');
  const infohash = (): string => pack.layout.infohash;

  describe('a page that wants what its neighbour does not have', () => {
    it('asks, connects to the member that is named, and has it all from there', async () => {
      const heard: string[] = [];
      const known: string[] = [];
      await wirePeer({
        packs: [],
        state: nothing,
        answers: (text) => {
          heard.push(text);
          const asked = seeks([text]).length > 0;
          return asked ? [{ t: 'holders', packs: [{ infohash: infohash(), peers: known }] }] : [];
        },
      });
      const page = await withOneLink();
      const holder = await wirePeer({ packs: [pack.wire] });
      known.push(holder.id);
      const { chunks } = await page.want(asset);
      expect(chunks).toEqual(asset.chunkDigests(chunkBytes));
      expect(seeks(heard)).toEqual([{ t: 'seek', packs: [infohash()], hops: 1 }]);
      expect(holder.met.size).toBe(1);
    });

    it('makes do with the origin when nobody knows anybody, and when those who are named do not exist', async () => {
      for (const peers of [[], ['f'.repeat(40), 'e'.repeat(40)]]) {
        const neighbour = await wirePeer({
          packs: [],
          state: nothing,
          answers: (text) =>
            seeks([text]).length > 0 ? [{ t: 'holders', packs: [{ infohash: infohash(), peers }] }] : [],
        });
        const page = await withOneLink();
        const startedMs = performance.now();
        // The origin of this test has nothing, so that its turn shows as the end.
        expect(await page.want(asset)).toMatchObject({ isNone: true });
        expect(performance.now() - startedMs).toBeLessThan(5_000);
        neighbour.close();
      }
    });
  });

  describe('a page that is asked', () => {
    it('names its other neighbours that have it, and passes the question on where none has', async () => {
      const page = await visitor();
      await page.start([pack]);
      const heard = { asker: [] as string[], far: [] as string[] };
      const asker = await wirePeer({ packs: [], state: nothing, answers: keeping(heard.asker) });
      await page.connected(1);
      const far = await wirePeer({
        packs: [],
        state: nothing,
        answers: (text) => {
          heard.far.push(text);
          return seeks([text]).map(({ packs }) => ({
            t: 'holders',
            packs: packs.map((sought) => ({ infohash: sought, peers: ['a'.repeat(40)] })),
          }));
        },
      });
      await page.connected(2);
      const question: PeerMessage = { t: 'seek', packs: [infohash()], hops: 1 };
      asker.say(question);
      await expect
        .poll(() => answers(heard.asker))
        .toEqual([{ t: 'holders', packs: [{ infohash: infohash(), peers: ['a'.repeat(40)] }] }]);
      expect(seeks(heard.far)).toEqual([{ t: 'seek', packs: [infohash()], hops: 0 }]);
      // Nobody is told what nobody has asked for.
      far.say({ t: 'holders', packs: [{ infohash: 'b'.repeat(40), peers: ['c'.repeat(40)] }] });
      const holder = await wirePeer({ packs: [pack.wire] });
      await page.connected(3);
      asker.say(question);
      await expect.poll(() => answers(heard.asker)).toHaveLength(2);
      expect(answers(heard.asker)[1]).toEqual({
        t: 'holders',
        packs: [{ infohash: infohash(), peers: [holder.id] }],
      });
    });

    it('answers a flood of questions only now and then, and stays as it is', async () => {
      const page = await visitor();
      await page.start([pack]);
      const heard: string[] = [];
      const asker = await wirePeer({ packs: [], state: nothing, answers: keeping(heard) });
      await wirePeer({ packs: [pack.wire] });
      await page.connected(2);
      for (let i = 0; i < 200; i++) asker.say({ t: 'seek', packs: [infohash()], hops: 1 });
      await sleep(1_000);
      expect(answers(heard).length).toBeGreaterThan(0);
      expect(answers(heard).length).toBeLessThan(40);
      expect(await page.report()).toMatchObject({ peers: 2, banned: 0 });
    });
  });
});

function keeping(list: string[]): (text: string) => readonly PeerMessage[] {
  return (text) => {
    list.push(text);
    return [];
  };
}

function ofKind<T extends PeerMessage['t']>(
  texts: readonly string[],
  t: T,
): Extract<PeerMessage, { t: T }>[] {
  const isOfKind = (message: PeerMessage | undefined): message is Extract<PeerMessage, { t: T }> =>
    message?.t === t;
  return texts.map(parsePeerMessage).filter(isOfKind);
}
