/** What each failure code means for an owner, and what to do about it. */

/** How worried to be: said in words, never by colour alone. */
export type Severity = 'act' | 'watch' | 'handled';

export interface Advice {
  readonly title: string;
  readonly severity: Severity;
  readonly meaning: string;
  readonly todo: string;
}

export const severityWords: Readonly<Record<Severity, string>> = {
  act: 'Look into it',
  watch: 'Normal in small numbers',
  handled: 'Handled, nothing to do',
};

const advice: ReadonlyMap<string, Advice> = new Map([
  [
    'manifest',
    {
      title: 'Signed document refused',
      severity: 'act',
      meaning:
        'A visitor’s worker did not accept the head, release or root document that your origin served: its signature, age or form was wrong. Those visitors get plain HTTP.',
      todo: 'Run “shoal verify” with your site’s address. If it fails, publish again, and make sure that no CDN or proxy rewrites or keeps old copies of what is below shoal/.',
    },
  ],
  [
    'origin-mismatch',
    {
      title: 'Origin differs from the release',
      severity: 'act',
      meaning:
        'Your origin sent other bytes than the release names. Visitors got the origin’s bytes; they were neither kept nor shared.',
      todo: 'Mostly a deployment without “shoal publish”, or a proxy that minifies or injects. Run “shoal verify” with your site’s address: it names the files.',
    },
  ],
  [
    'origin-error',
    {
      title: 'Origin failed',
      severity: 'act',
      meaning: 'Your origin answered a request for a published asset with an error, or not at all.',
      todo: 'Look into the origin’s log, and check that every file of the release is deployed.',
    },
  ],
  [
    'swarm-timeout',
    {
      title: 'Peer too slow',
      severity: 'watch',
      meaning:
        'A peer did not deliver in time, and HTTP answered instead. Visitors leave in the middle; some of this is normal.',
      todo: 'Nothing, unless it is more than a few percent of the requests: then look at the connection failures first.',
    },
  ],
  [
    'swarm-no-benefit',
    {
      title: 'Swarm left off',
      severity: 'watch',
      meaning:
        'For a visitor peers took at least twice as long as your origin. Their browser leaves peers alone for assets of that size, and tries again after a day or more.',
      todo: 'Nothing, unless it is many of your visitors: then share fewer assets, or see whether the upload limit is too low.',
    },
  ],
  [
    'swarm-bad-bytes',
    {
      title: 'Peer sent wrong bytes',
      severity: 'handled',
      meaning:
        'A peer sent bytes that do not match the signed digest. They were thrown away before any page saw them.',
      todo: 'Nothing: such peers are banned. Many at once mean that somebody is trying to disturb the swarm; your visitors still get the right bytes.',
    },
  ],
  [
    'peer-banned',
    {
      title: 'Peer banned',
      severity: 'handled',
      meaning: 'A visitor’s page dropped a peer for good, because it sent wrong bytes or wasted too many.',
      todo: 'Nothing: this is the protection at work.',
    },
  ],
  [
    'connection',
    {
      title: 'No connection to a peer',
      severity: 'watch',
      meaning:
        'Two visitors could not reach each other; strict firewalls and address translation are the usual cause.',
      todo: 'If the offload ratio suffers, configure a STUN server, or a TURN server for visitors who need a relay.',
    },
  ],
  [
    'storage',
    {
      title: 'Could not be kept',
      severity: 'watch',
      meaning:
        'A browser had no room, or forbids storage (private mode). The visitor got the asset, but cannot share it.',
      todo: 'Nothing in small numbers. If it is frequent, publish fewer large assets or lower the cache limit.',
    },
  ],
  [
    'worker',
    {
      title: 'Worker failed',
      severity: 'act',
      meaning:
        'The service worker could not handle a request, and the browser fetched it from your origin by itself.',
      todo: 'Open your site with the browser’s console and look for messages of shoal-sw.js; update Shoal if a newer version is there.',
    },
  ],
]);

/** Advice for any code; one that this version does not know gets a sentence that says so. */
export function adviceFor(code: string): Advice {
  return (
    advice.get(code) ?? {
      title: code,
      severity: 'watch',
      meaning: 'This dashboard does not know this failure.',
      todo: 'Reload the page; the hub may be newer than the dashboard.',
    }
  );
}

/** The codes with advice of their own. */
export const advisedCodes: readonly string[] = [...advice.keys()];
