/**
 * What a session description and an ICE candidate of another member may contain. Both come through
 * the hub and are untrusted: a forged one could aim connectivity checks at a third party, or make
 * Chrome ask for permission to reach local addresses.
 */

export interface IcePolicy {
  /** Let host candidates (local addresses, `.local` names) through. */
  readonly lan: boolean;
  /** Let nothing but relays through. */
  readonly relayOnly: boolean;
}

/** Candidates of one attempt, each way. */
export const candidateLimit = 20;

const sdpLimitBytes = 16 * 1024;
const candidateLimitBytes = 512;

/**
 * Whether a candidate attribute (RFC 8839, section 5.1) may be used: UDP, of a kind that the policy
 * allows, towards an address that another browser can have.
 */
export function allowsCandidate(candidate: string, policy: IcePolicy): boolean {
  if (candidate.length > candidateLimitBytes || /[\r\n]/.test(candidate)) return false;
  const [, , protocol, , address, port, typ, kind] = candidate.trim().split(/ +/);
  if (protocol?.toLowerCase() !== 'udp' || typ !== 'typ' || address === undefined) return false;
  if (!/^\d{1,5}$/.test(port ?? '') || Number(port) < 1 || Number(port) > 65535) return false;
  switch (kind) {
    case 'relay':
      return true;
    case 'srflx':
    case 'prflx':
      return !policy.relayOnly && !isLoopback(address);
    case 'host':
      return policy.lan && !policy.relayOnly && !isLoopback(address);
    default:
      return false;
  }
}

/**
 * The candidate without its related address (RFC 8839, section 5.1: `raddr`, `rport`): nobody needs it, and
 * it names the local address behind a public one, or the public one behind a relay.
 */
export function withoutRelated(candidate: string): string {
  return candidate.replace(/ raddr \S+ rport \d+/, ' raddr 0.0.0.0 rport 0');
}

function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.') || address.toLowerCase() === 'localhost';
}

/**
 * A peer's session description with every candidate taken out (they come one by one, filtered);
 * `undefined` when it is anything but one data channel section.
 */
export function cleanDescription(sdp: string): string | undefined {
  if (sdp.length > sdpLimitBytes || sdp.includes('\0')) return undefined;
  const lines = sdp.split(/\r\n|\n/).filter((line) => line !== '');
  if (lines[0] !== 'v=0') return undefined;
  const media = lines.filter((line) => line.startsWith('m='));
  if (media.length !== 1 || !/^m=application \d+ UDP\/DTLS\/SCTP webrtc-datachannel$/.test(media[0] ?? '')) {
    return undefined;
  }
  if (fingerprintOf(sdp) === undefined) return undefined;
  const kept = lines.filter((line) => !/^a=(?:candidate:|end-of-candidates|remote-candidates)/.test(line));
  return `${kept.join('\r\n')}\r\n`;
}

/** The DTLS certificate's fingerprint (RFC 8122): what a ban remembers besides the peer id. */
export function fingerprintOf(sdp: string): string | undefined {
  return /^a=fingerprint:(\S+ [0-9A-Fa-f:]{20,200})\r?$/m.exec(sdp)?.[1]?.toLowerCase();
}
