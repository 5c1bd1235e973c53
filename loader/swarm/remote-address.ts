/** Where a peer is, as far as the browser tells. */

import { fieldsOf } from './fields.ts';

/** The other end of a connection, as its selected pair of candidates says; browsers hide some. */
export async function remoteAddressOf(connection: RTCPeerConnection): Promise<string | undefined> {
  const reports = new Map<string, unknown>();
  (await connection.getStats()).forEach((report: unknown, key) => reports.set(key, report));
  for (const report of reports.values()) {
    const pair = fieldsOf(report);
    if (pair?.['type'] !== 'candidate-pair' || pair['state'] !== 'succeeded' || pair['nominated'] !== true)
      continue;
    const address = fieldsOf(reports.get(String(pair['remoteCandidateId'])))?.['address'];
    if (typeof address === 'string') return address;
  }
  return undefined;
}
