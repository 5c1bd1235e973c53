import assert from 'node:assert/strict';
import { expect } from 'vitest';
import { offerIdOf, TrackerClient } from './tracker-client.ts';

const sdp = 'v=0\r\n'.repeat(100);

/** Two members that call each other until told to stop; every call must be answered within its deadline. */
export class HonestPair {
  readonly waitsMs: number[] = [];
  readonly #one: TrackerClient;
  readonly #two: TrackerClient;
  readonly #isStock: boolean;
  #stopped = false;
  #running: Promise<void> = Promise.resolve();

  private constructor(one: TrackerClient, two: TrackerClient, isStock: boolean) {
    this.#one = one;
    this.#two = two;
    this.#isStock = isStock;
  }

  /** `isStock`: they know no signals, only offers in an announce. */
  static async start(url: string, infoHash: string, isStock: boolean): Promise<HonestPair> {
    const connect = (name: string): Promise<TrackerClient> =>
      TrackerClient.connect(`honest ${name} ${isStock ? 'stock' : ''}`, { url, infoHash });
    const pair = new HonestPair(await connect('one'), await connect('two'), isStock);
    for (const client of [pair.#one, pair.#two]) {
      client.announce(isStock ? {} : { shoal: 1 });
      await client.settled();
    }
    pair.#running = pair.#callOn();
    return pair;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
    await this.#one.leave();
    await this.#two.leave();
  }

  async #callOn(): Promise<void> {
    for (let call = 0; !this.#stopped; call++) {
      const startedMs = performance.now();
      await within(5_000, this.#isStock ? this.#callAsStock(call) : this.#call(call));
      this.waitsMs.push(performance.now() - startedMs);
      // Within the limits of an honest client: fifty messages a second, one announce a second.
      await new Promise((resolve) => setTimeout(resolve, this.#isStock ? 1_050 : 100));
    }
  }

  async #call(call: number): Promise<void> {
    const [one, two] = [this.#one, this.#two];
    const attempt = `call ${call}`;
    const candidate = { kind: 'candidate', candidate: 'candidate:1 1 udp', mid: '0' };
    const signalOf = async (client: TrackerClient, from: TrackerClient): Promise<unknown> =>
      (await client.nextWith({ action: 'signal', peer_id: from.peerId, offer_id: offerIdOf(attempt) }))[
        'signal'
      ];
    one.signal(two, attempt, { kind: 'offer', sdp });
    assert.deepEqual(await signalOf(two, one), { kind: 'offer', sdp });
    two.signal(one, attempt, { kind: 'answer', sdp });
    two.signal(one, attempt, candidate);
    assert.deepEqual(await signalOf(one, two), { kind: 'answer', sdp });
    assert.deepEqual(await signalOf(one, two), candidate);
    one.signal(two, attempt, candidate);
    assert.deepEqual(await signalOf(two, one), candidate);
  }

  async #callAsStock(call: number): Promise<void> {
    const offer_id = offerIdOf(`call ${call}`);
    this.#one.announce({ numwant: 1, offers: [{ offer_id, offer: { type: 'offer', sdp } }] });
    const { peer_id } = await this.#two.nextWith({ offer_id });
    const answer = { type: 'answer', sdp };
    this.#two.announce({ to_peer_id: peer_id, offer_id, answer });
    assert.deepEqual((await this.#one.nextWith({ offer_id }))['answer'], answer);
  }
}

async function within(limitMs: number, work: Promise<void>): Promise<void> {
  const late = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error(`an honest call took more than ${limitMs} ms`)), limitMs).unref();
  });
  await Promise.race([work, late]);
}

/** An honest pair still finds each other. */
export async function expectService(url: string, infoHash: string): Promise<void> {
  const connect = (name: string): Promise<TrackerClient> => TrackerClient.connect(name, { url, infoHash });
  const [one, two] = [await connect('honest one'), await connect('honest two')];
  one.announce({ shoal: 1 });
  await one.settled();
  two.announce({ shoal: 1 });
  await two.settled();
  two.signal(one, 'still works', { kind: 'offer', sdp: 'v=0' });
  expect(await one.nextWith({ action: 'signal' })).toMatchObject({ peer_id: two.peerId });
  await one.leave();
  await two.leave();
}
