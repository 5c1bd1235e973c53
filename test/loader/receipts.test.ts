import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limitRequests } from '../../loader/swarm/limit-requests.ts';
import { parseReceipt, receiptText } from '../../protocol/receipts.ts';

describe('receipts', () => {
  it('come out as they went in', () => {
    const bytes = fc.nat(2 ** 31 - 1);
    fc.assert(
      fc.property(bytes, fc.double({ min: 0, max: 1e11, noNaN: true }), (count, receivedMs) => {
        const receipt = parseReceipt(receiptText({ bytes: count, receivedMs }));
        expect(receipt?.bytes).toBe(count);
        expect(receipt?.receivedMs).toBeCloseTo(receivedMs, 0);
      }),
    );
  });

  it('are nothing else', () => {
    for (const text of [
      '',
      '1',
      '1 ',
      ' 1 2',
      '-1 2',
      '1 -2',
      '1e9 2',
      '1 2.34',
      '0x1 2',
      '1 2 3',
      `${'9'.repeat(16)} 1`,
    ]) {
      expect(parseReceipt(text), text).toBeUndefined();
    }
    fc.assert(
      fc.property(fc.string(), (text) => {
        const receipt = parseReceipt(text);
        if (receipt !== undefined)
          expect(Number.isSafeInteger(receipt.bytes) && Number.isFinite(receipt.receivedMs)).toBe(true);
      }),
    );
  });
});

describe('requests at once', () => {
  const wire = (reqq: unknown) => ({ peerExtendedHandshake: { reqq, m: 1 }, requests: [1, 2, 3] });

  it('are as many as the peer and our own window allow', () => {
    const limited = wire(8);
    let mayAsk = 2;
    limitRequests(limited, () => mayAsk);
    expect(limited.peerExtendedHandshake).toEqual({ reqq: 5, m: 1 });
    mayAsk = 100;
    expect(limited.peerExtendedHandshake.reqq).toBe(8);
    limited.peerExtendedHandshake = { reqq: 50, m: 2 };
    expect(limited.peerExtendedHandshake).toEqual({ reqq: 50, m: 2 });
  });

  it('are never none: that would be no limit', () => {
    for (const said of [0, -3, 'many', undefined]) {
      const limited = { ...wire(said), requests: [] };
      limitRequests(limited, () => 0);
      expect(limited.peerExtendedHandshake.reqq).toBe(1);
    }
  });
});
