/** The site's settings, as the browser wants them. */

import type { TagConfig } from '../../protocol/site-config.ts';

export function rtcConfiguration({ iceServers, relayOnly }: TagConfig): RTCConfiguration {
  return {
    iceServers: iceServers.map(({ urls, ...rest }) => ({ ...rest, urls: [urls].flat() })),
    iceTransportPolicy: relayOnly ? 'relay' : 'all',
  };
}
