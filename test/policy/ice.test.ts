import { describe, expect, it } from 'vitest';
import { allowsCandidate, cleanDescription, fingerprintOf, withoutRelated } from '../../policy/ice.ts';

const lan = { lan: true, relayOnly: false };
const wide = { lan: false, relayOnly: false };
const relay = { lan: true, relayOnly: true };

const host = 'candidate:1 1 udp 2122260223 192.168.1.7 54321 typ host generation 0 ufrag abcd';
const mdns = 'candidate:1 1 udp 2122260223 6a1b2c3d-0000-4000-8000-123456789abc.local 54321 typ host';
const srflx = 'candidate:2 1 udp 1686052607 203.0.113.5 54321 typ srflx raddr 0.0.0.0 rport 0';
const relayed = 'candidate:3 1 udp 41885439 198.51.100.9 3478 typ relay raddr 203.0.113.5 rport 54321';
const tcp = 'candidate:4 1 tcp 1518280447 192.168.1.7 9 typ host tcptype active';

const fingerprint =
  'a=fingerprint:sha-256 11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00';
const sdp = [
  'v=0',
  'o=- 1 2 IN IP4 127.0.0.1',
  's=-',
  't=0 0',
  'a=group:BUNDLE 0',
  'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
  'c=IN IP4 0.0.0.0',
  'a=ice-ufrag:abcd',
  'a=ice-pwd:abcdefghijklmnopqrstuvwx',
  fingerprint,
  'a=setup:actpass',
  'a=mid:0',
  'a=sctp-port:5000',
  '',
].join('\r\n');

describe('a candidate', () => {
  it('[J3] says nothing of the address behind it', () => {
    const local = srflx.replace('raddr 0.0.0.0 rport 0', 'raddr 192.168.1.7 rport 54321 generation 0');
    expect(withoutRelated(local)).toBe(`${srflx} generation 0`);
    expect(withoutRelated(relayed)).not.toContain('203.0.113.5');
    expect(withoutRelated(host)).toBe(host);
  });

  it('of the own network, or named .local, passes only where the site allows it', () => {
    for (const candidate of [host, mdns]) {
      expect(allowsCandidate(candidate, wide)).toBe(false);
      expect(allowsCandidate(candidate, lan)).toBe(true);
      expect(allowsCandidate(candidate, relay)).toBe(false);
    }
  });

  it('that a STUN server saw passes unless only relays may', () => {
    expect(allowsCandidate(srflx, wide)).toBe(true);
    expect(allowsCandidate(srflx, relay)).toBe(false);
    expect(allowsCandidate(relayed, relay)).toBe(true);
  });

  it('for TCP, towards loopback, of an unknown kind or with a forged port never passes', () => {
    expect(allowsCandidate(tcp, lan)).toBe(false);
    for (const address of ['127.0.0.1', '::1', 'localhost']) {
      expect(allowsCandidate(host.replace('192.168.1.7', address), lan)).toBe(false);
    }
    expect(allowsCandidate(host.replace('typ host', 'typ evil'), lan)).toBe(false);
    expect(allowsCandidate(host.replace('54321', '0'), lan)).toBe(false);
    expect(allowsCandidate(host.replace('54321', '65536'), lan)).toBe(false);
  });

  it('cannot smuggle a second line in, nor be of any length', () => {
    expect(allowsCandidate(`${host}\r\na=candidate:9 1 udp 1 10.0.0.1 80 typ relay`, lan)).toBe(false);
    expect(allowsCandidate(`${host}${' x'.repeat(500)}`, lan)).toBe(false);
    expect(allowsCandidate('', lan)).toBe(false);
  });
});

describe('a session description', () => {
  it('of one data channel section passes, without the candidates inside it', () => {
    const many = Array.from({ length: 1000 }, () => `a=${host}`)
      .join('\r\n')
      .slice(0, 8_000);
    expect(cleanDescription(sdp)).toBe(sdp);
    expect(cleanDescription(`${sdp}a=${host}\r\na=end-of-candidates\r\n`)).toBe(sdp);
    expect(cleanDescription(`${sdp}${many}\r\n`)).toBe(sdp);
  });

  it('with media, with more sections, without a certificate or too long is refused', () => {
    expect(cleanDescription(sdp.replace('m=application', 'm=audio'))).toBeUndefined();
    expect(cleanDescription(`${sdp}m=video 9 UDP/TLS/RTP/SAVPF 96\r\n`)).toBeUndefined();
    expect(cleanDescription(sdp.replace(fingerprint, 'a=x'))).toBeUndefined();
    expect(cleanDescription(sdp + 'a=x:y\r\n'.repeat(5_000))).toBeUndefined();
    expect(cleanDescription('')).toBeUndefined();
  });

  it('names the certificate that a ban remembers', () => {
    expect(fingerprintOf(sdp)).toBe(fingerprint.slice('a=fingerprint:'.length).toLowerCase());
    expect(fingerprintOf('v=0\r\n')).toBeUndefined();
  });
});
