import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  startFraming,
  stepFraming,
  type Framing,
  type MessageCounts,
  type Violation,
} from '../../policy/framing.ts';

const pieces = 100;
const handshake = new Uint8Array(68);

/** A wire message: length prefix, id, body. */
function message(id: number, body: readonly number[] | Uint8Array = []): Uint8Array {
  return Uint8Array.from([...uint32(1 + body.length), id, ...body]);
}

function uint32(value: number): number[] {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff);
}

function request(piece: number, offset = 0, length = 16_384): Uint8Array {
  return message(6, [...uint32(piece), ...uint32(offset), ...uint32(length)]);
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

function run(chunks: readonly Uint8Array[]): MessageCounts & { readonly violation: Violation | undefined } {
  let state: Framing = startFraming;
  const sum = { requests: 0, blocks: 0, rejects: 0, others: 0 };
  for (const chunk of chunks) {
    const step = stepFraming(state, chunk, pieces);
    if (step.violation !== undefined) return { ...sum, violation: step.violation };
    ({ state } = step);
    sum.requests += state.counts.requests;
    sum.blocks += state.counts.blocks;
    sum.rejects += state.counts.rejects;
    sum.others += state.counts.others;
  }
  return { ...sum, violation: undefined };
}

const ordinary = [
  handshake,
  message(5, new Uint8Array(13)),
  message(20, new Uint8Array(200)),
  new Uint8Array(4), // keep-alive
  message(2),
  message(1),
  request(3),
  request(99),
  message(4, uint32(99)),
  message(7, new Uint8Array(8 + 16_384)),
  message(16, new Uint8Array(12)),
  request(0),
];

const ordinaryCounts = { requests: 3, blocks: 1, rejects: 1, others: 6, violation: undefined };

describe('the framing guard', () => {
  it('lets an ordinary conversation through and counts requests and answers, however it is cut', () => {
    const whole = concat(ordinary);
    expect(run([whole])).toEqual(ordinaryCounts);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 60 }), (sizes) => {
        const chunks: Uint8Array[] = [];
        let at = 0;
        for (const size of sizes) {
          chunks.push(whole.subarray(at, at + size));
          at += size;
        }
        chunks.push(whole.subarray(at));
        expect(run(chunks)).toEqual(ordinaryCounts);
      }),
      { numRuns: 300 },
    );
  });

  it('stops a message of 2 GiB, or of a negative length, at its header', () => {
    for (const length of [0x7fffffff, 0x80000000, 0xffffffff, 128 * 1024 + 10]) {
      expect(run([handshake, Uint8Array.from(uint32(length))]).violation).toBe('message-too-long');
    }
    expect(
      run([handshake, Uint8Array.from([...uint32(128 * 1024 + 9), 7, 0, 0, 0, 0])]).violation,
    ).toBeUndefined();
  });

  it('stops a bitfield that is not of the torrent', () => {
    for (const bytes of [0, 12, 14, 100_000]) {
      expect(run([handshake, message(5, new Uint8Array(bytes))]).violation).toBe('wrong-bitfield');
    }
  });

  it('stops messages about pieces that there are none of', () => {
    expect(run([handshake, message(4, uint32(100))]).violation).toBe('unknown-piece');
    expect(run([handshake, message(4, uint32(0xffffffff))]).violation).toBe('unknown-piece');
    expect(run([handshake, request(100)]).violation).toBe('unknown-piece');
    expect(run([handshake, message(7, [...uint32(100), ...uint32(0), 1])]).violation).toBe('unknown-piece');
  });

  it('stops requests for more than 128 KiB, and messages of a wrong length', () => {
    expect(run([handshake, request(0, 0, 128 * 1024)]).violation).toBeUndefined();
    expect(run([handshake, request(0, 0, 128 * 1024 + 1)]).violation).toBe('block-too-long');
    expect(run([handshake, message(6, new Uint8Array(13))]).violation).toBe('wrong-length');
    expect(run([handshake, message(0, [1])]).violation).toBe('wrong-length');
    expect(run([handshake, message(7, [0, 0])]).violation).toBe('wrong-length');
    expect(run([handshake, message(20, new Uint8Array(5_000))]).violation).toBe('message-too-long');
  });

  it('never keeps more than a header of any stream', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 30 }), (chunks) => {
        let state: Framing = startFraming;
        for (const chunk of chunks) {
          const step = stepFraming(state, chunk, pieces);
          if (step.violation !== undefined) return;
          ({ state } = step);
          expect(state.head.length).toBeLessThanOrEqual(17);
          expect(state.remaining).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });
});
