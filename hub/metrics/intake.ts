/** What happens to a beacon: believed within reason, or refused with a reason. */

import type { AssetTally, Beacon } from '../../protocol/beacon.ts';
import type { KnownRelease } from '../releases.ts';
import type { Site, Sites } from '../sites.ts';
import { parseBeacon } from './beacon-schema.ts';
import type { Metrics } from './metrics.ts';
import type { NamedTally, RejectReason, Verdict } from './verdict.ts';

/** A page load that claims its release so many times over the network is not believed, and beyond the second number refused. */
const likelyDownloads = 3;
const possibleDownloads = 20;
/** No page uploads faster: a gigabit a second. */
const uploadBytesPerMs = 125_000;
/** How long a page may have been there before its first report. */
const firstReportMs = 60_000;

/** Who sent a body. */
export interface Sender {
  /** The page's, from the header; `null`: no browser. */
  readonly origin: string | null;
  /** Range of addresses; `undefined`: not known, or everybody's (a proxy's). */
  readonly range: string | undefined;
}

/** Judges one body, already parsed as JSON, and records it. */
export async function takeBeacon(
  metrics: Metrics,
  sites: Sites,
  body: unknown,
  sender: Sender,
): Promise<Verdict> {
  const parsed = parseBeacon(body);
  if ('problem' in parsed) return rejected('shape', parsed.problem);
  const { beacon } = parsed;
  const { origin } = sender;
  const site = sites.get(beacon.site);
  if (site === undefined) return rejected('site', 'site: this hub does not serve it');
  if (!site.allows(origin)) return rejected('origin', `pages of ${origin} may not report for ${beacon.site}`);
  if (metrics.isOverloaded) return rejected('overload', 'the database does not keep up; nothing was stored');
  return judge(metrics, site, beacon, sender.range);
}

async function judge(
  metrics: Metrics,
  site: Site,
  beacon: Beacon,
  range: string | undefined,
): Promise<Verdict> {
  const release = beacon.release === null ? undefined : await site.releases.get(beacon.release);
  if (release === undefined && (beacon.release !== null || beacon.assets.length > 0)) {
    return rejected('release', 'release: the site has no such release');
  }
  const tallies = nameTallies(release, beacon.assets);
  if (tallies === undefined) return rejected('asset', 'assets: the release has no asset of this number');
  // The site may have been fetched in between, so this is the last step before recording.
  if (!metrics.isNew(beacon.id)) return { kind: 'duplicate' };
  const { page, isNew, silentMs } = metrics.meet(site.site, beacon.session, range);
  page.networkBytes += networkBytes(tallies);
  const downloads = release === undefined ? 0 : page.networkBytes / release.totalBytes;
  if (downloads > possibleDownloads) {
    return rejected('implausible', 'assets: one page load cannot have received so much');
  }
  const uploadLimit = uploadBytesPerMs * (isNew ? firstReportMs : silentMs + 1_000);
  if (downloads > likelyDownloads || beacon.uploadedBytes > uploadLimit) page.isOutlier = true;
  if (page.isOutlier) {
    metrics.setAside(site.site, networkBytes(tallies));
    return { kind: 'outlier' };
  }
  const { timed } = page;
  const isFirst = { load: !timed.load, classes: !timed.classes };
  timed.load ||= beacon.loadMs !== undefined;
  timed.classes ||= beacon.classMs !== undefined;
  metrics.record(site.site, { beacon, release, tallies, isFirst, isVisit: beacon.sequence === 0 && isNew });
  return { kind: 'stored' };
}

/** `undefined` when a number is not in the release. */
function nameTallies(
  release: KnownRelease | undefined,
  tallies: readonly AssetTally[],
): NamedTally[] | undefined {
  const named: NamedTally[] = [];
  for (const tally of tallies) {
    const asset = release?.assets[tally.asset];
    if (asset === undefined) return undefined;
    named.push({ path: asset.path, tally: clamp(tally, asset.sizeBytes) });
  }
  return named;
}

/** No request yields more than the asset; what was wasted on it may be a few times as much. */
function clamp(tally: AssetTally, sizeBytes: number): AssetTally {
  const limit = sizeBytes * Math.max(1, tally.requests);
  return {
    ...tally,
    httpBytes: Math.min(tally.httpBytes, limit),
    swarmBytes: Math.min(tally.swarmBytes, limit),
    cacheBytes: Math.min(tally.cacheBytes, limit),
    discardedBytes: Math.min(tally.discardedBytes, 4 * limit),
    rejectedBytes: Math.min(tally.rejectedBytes, 4 * limit),
  };
}

function networkBytes(tallies: readonly NamedTally[]): number {
  return tallies.reduce((sum, { tally }) => sum + tally.httpBytes + tally.swarmBytes, 0);
}

function rejected(reason: RejectReason, message: string): Verdict {
  return { kind: 'rejected', reason, message };
}
