/**
 * What `shoal publish` bakes into the two scripts that a site serves: the tag (`shoal.js`) and the
 * worker (`shoal-sw.js`). Both come from the origin over TLS, like the page itself.
 */

/** An entry of `RTCConfiguration.iceServers` (W3C WebRTC, section 4.2.2). */
export interface IceServer {
  readonly urls: string | readonly string[];
  readonly username?: string;
  readonly credential?: string;
}

/** The tag's settings. All URLs may be relative to the page's origin. */
export interface TagConfig {
  /** The origin the release is signed for, e.g. `https://example.com`. */
  readonly site: string;
  /** Path below which Shoal's files live and the worker rules; starts and ends with `/`. */
  readonly base: string;
  /** URL of the worker script. */
  readonly worker: string;
  /** URL of the swarm engine, loaded only by the host page. */
  readonly engine: string;
  /** The site's swarm: 40 hex digits, derived from root 1. */
  readonly swarmId: string;
  /** The hub's base URL, ending in `/`; `null`: no hub, so neither swarm nor metrics. */
  readonly hub: string | null;
  readonly iceServers: readonly IceServer[];
  /** Offer host candidates too (asks for permission in Chrome); off by default. */
  readonly lan: boolean;
  /** Only candidates of a TURN relay, so that peers do not see each other's address. */
  readonly relayOnly: boolean;
  /** `required`: no swarm before the page has called `shoal.optIn()`. */
  readonly consent: 'implied' | 'required';
  /** Links that a page opens by itself; it accepts up to three times as many. */
  readonly links: number;
  /** Upload limit in bytes a second, over all peers; 0: unlimited. */
  readonly uploadBytesPerSecond: number;
  /** Upload limit in bytes a day (UTC), for all pages of a browser together; 0: unlimited. */
  readonly uploadBytesPerDay: number;
  /** How much of a release that peers have told of is fetched from them ahead, while nothing else is asked for; 0: nothing. */
  readonly prefetchBytesPerRelease: number;
  /** How long `shoal.ready` and `data-shoal-src` wait for worker and swarm before plain HTTP. */
  readonly readyTimeoutMs: number;
  /** Percent of visitors that load as if Shoal were not there, for comparison. */
  readonly holdoutPercent: number;
  /** The owner removes Shoal: no page registers the worker any more. Absent: `false`. */
  readonly uninstall?: true;
}

/** The worker's settings: where it is, and what it trusts. */
export interface WorkerConfig {
  readonly site: string;
  readonly base: string;
  /** The exact text of `shoal/root/1.json`: the envelope whose keys this worker trusts first. */
  readonly root: string;
  /** Releases older than this are refused, whatever a signed head says (milliseconds). */
  readonly floor: number;
  /** Cache budget for verified assets. */
  readonly cacheLimitBytes: number;
}
