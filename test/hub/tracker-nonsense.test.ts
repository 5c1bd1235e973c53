/** Messages that are none: on a hub that listens, over real sockets. */

import { describe, expect, it } from 'vitest';
import { hexToBinary } from '../../hub/tracker/binary.ts';
import { expectService } from './honest-pair.ts';
import { frame, rawSocket } from './raw-socket.ts';
import { hubForSuite } from './stage.ts';
import { offerIdOf } from './tracker-client.ts';

const stage = hubForSuite();
const { start, connect } = stage;

describe('messages that are none', () => {
  it('[I11] `offers: [null]`, and 200 changes of shape in each field: answered, and the hub lives', async () => {
    await start();
    const message = {
      action: 'announce',
      info_hash: 'x'.repeat(20),
      peer_id: 'y'.repeat(20),
      to_peer_id: 'z'.repeat(20),
      offer_id: 'o'.repeat(20),
      event: 'started',
      numwant: 5,
      left: 1,
      shoal: 1,
      offers: [{ offer_id: 'o'.repeat(20), offer: { type: 'offer', sdp: 'v=0' } }],
      answer: { type: 'answer', sdp: 'v=0' },
      signal: { kind: 'offer', sdp: 'v=0' },
    };
    const mutants = Object.keys(message).flatMap((field) =>
      ['announce', 'signal', 'scrape'].map((action) =>
        [...shapes, undefined].map((shape) => ({
          ...message,
          ...(field !== 'answer' && { answer: undefined }),
          action,
          info_hash: hexToBinary(stage.published.swarmId),
          [field]: shape,
        })),
      ),
    );
    for (const [i, batch] of mutants.entries()) {
      const client = await connect(`mutant ${i}`);
      for (const mutant of batch) client.say(mutant);
      client.announce({ offers: [null] });
      await client.settled();
      await client.leave();
    }
    await expectService(stage.running.url, stage.published.swarmId);
  });

  it('[I16] an SDP of 50 MiB ends the connection at 64 KiB, also in small parts', async () => {
    await start();
    const client = await connect('big');
    const closed = client.closed();
    client.announce({
      offers: [{ offer_id: offerIdOf('big'), offer: { type: 'offer', sdp: 'x'.repeat(50 * 2 ** 20) } }],
    });
    expect(await closed).toBe(1009);
    const socket = await rawSocket(stage.running.port);
    const ended = new Promise((resolve) => socket.once('close', resolve));
    socket.write(frame(1, Buffer.alloc(1_000, 'x'), false));
    for (let part = 0; part < 50; part++) socket.write(frame(0, Buffer.alloc(1_000, 'x'), false));
    socket.write(frame(0, Buffer.alloc(20_000, 'x'), false));
    await ended;
    await expectService(stage.running.url, stage.published.swarmId);
  });

  it('a declared length of exabytes, thousands of tiny parts, and text that is no UTF-8 end the connection', async () => {
    await start();
    const exabytes = Buffer.concat([Buffer.from([0x81, 0xff, 0x40, 0, 0, 0, 0, 0, 0, 0]), Buffer.alloc(4)]);
    const parts = Array.from({ length: 5_000 }, () => frame(0, Buffer.from('x'), false));
    const attacks = [
      [exabytes],
      [frame(1, Buffer.from('x'), false), ...parts],
      [frame(1, Buffer.from([0xff, 0xfe]))],
    ];
    for (const attack of attacks) {
      const socket = await rawSocket(stage.running.port);
      const ended = new Promise((resolve) => socket.once('close', resolve));
      socket.write(Buffer.concat(attack));
      socket.resume();
      await ended;
    }
    await expectService(stage.running.url, stage.published.swarmId);
  });
});

function nested(depth: number): unknown {
  return depth === 0 ? [] : [nested(depth - 1)];
}

/** Two hundred things that a field is not. */
const shapes: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  0.5,
  1e308,
  2 ** 53,
  '',
  'x',
  'ü€😀',
  '\u0000'.repeat(20),
  '\u0100'.repeat(20),
  '__proto__',
  'constructor',
  [],
  [null],
  [[]],
  [{}],
  {},
  { length: 1 },
  { toString: 1 },
  { valueOf: null },
  { offer: null },
  { offer_id: null, offer: {} },
  { type: 'offer' },
  { kind: 'answer' },
  { kind: 'candidate', candidate: 1, mid: 1 },
  ...Array.from({ length: 40 }, (_, i) => 'x'.repeat(i)),
  ...Array.from({ length: 40 }, (_, i) => Array.from({ length: i }, () => null)),
  ...Array.from({ length: 40 }, (_, i) => nested(i)),
  ...Array.from({ length: 52 }, (_, i) => ({ [String.fromCharCode(60 + i)]: i })),
];
