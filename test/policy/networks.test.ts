import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isCrowded, linksPerNetwork, networkOf } from '../../policy/networks.ts';

describe('the network of an address', () => {
  it.each([
    ['203.0.113.7', '203.0.113.0/24'],
    ['::ffff:203.0.113.7', '203.0.113.0/24'],
    ['2001:db8:12:3456::9', '2001:db8:12::/48'],
    ['2001:DB8::1', '2001:db8:0::/48'],
    ['2a00:1:2:3:4:5:6:7', '2a00:1:2::/48'],
  ])('%s is in %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });

  it.each([
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '169.254.1.1',
    '172.31.0.1',
    '192.168.1.1',
    '::1',
    'fd00::2',
    'fe80::1',
    '1.2.3',
    '1.2.3.256',
    '2001:db8',
    '2001:db8::1::2',
    '3f9e1c2a-7d.local',
    '',
  ])('%s tells nothing', (address) => {
    expect(networkOf(address)).toBeUndefined();
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.ipV6(), fc.ipV4()), (text) => void networkOf(text)));
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(':', '::', 'f', '0', '.')),
        (parts) => void networkOf(parts.join('')),
      ),
    );
  });
});

describe('a crowd of one network', () => {
  it('is let in up to the limit, whoever else is there', () => {
    const crowd = Array.from({ length: linksPerNetwork - 1 }, () => '203.0.113.0/24');
    expect(isCrowded('203.0.113.0/24', [...crowd, '198.51.100.0/24', undefined])).toBe(false);
    expect(isCrowded('203.0.113.0/24', [...crowd, '203.0.113.0/24'])).toBe(true);
    expect(isCrowded('198.51.100.0/24', [...crowd, '203.0.113.0/24'])).toBe(false);
  });
});
