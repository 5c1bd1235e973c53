/** A hub of one published site for a suite, and clients of its tracker; what they give is there inside of tests only. */
import { afterAll, afterEach, beforeAll } from 'vitest';
import { startHub, type HubOptions, type RunningHub } from '../../hub/index.ts';
import { publishSite, site, type PublishedSite } from './fixture.ts';
import { TrackerClient, type ClientOf } from './tracker-client.ts';

export interface HubStage {
  readonly published: PublishedSite;
  /** The first hub that runs. */
  readonly running: RunningHub;
  /** Another hub; closed at the end. */
  readonly start: (more?: Partial<HubOptions>) => Promise<RunningHub>;
  /** Resolves once the socket is open; rejects when the hub refuses it. */
  readonly connect: (name: string, more?: Partial<ClientOf>) => Promise<TrackerClient>;
}

/** With `first`, a hub runs for all tests; without, each test starts its own, and they are closed after it. */
export function hubForSuite(first?: Partial<HubOptions>): HubStage {
  let published: PublishedSite | undefined;
  let hubs: RunningHub[] = [];
  const start = async (more: Partial<HubOptions> = {}): Promise<RunningHub> => {
    const { swarmId, dir } = stage.published;
    const sites = [{ site, swarmId, source: { dir } }];
    const hub = await startHub({ port: 0, databasePath: ':memory:', sites, ...more });
    hubs.push(hub);
    return hub;
  };
  const close = async (): Promise<void> => {
    for (const hub of hubs) await hub.close();
    hubs = [];
  };
  const stage: HubStage = {
    get published() {
      return there(published);
    },
    get running() {
      return there(hubs[0]);
    },
    start,
    connect: (name, more = {}) =>
      TrackerClient.connect(name, {
        url: stage.running.url,
        infoHash: stage.published.swarmId,
        ...more,
      }),
  };
  beforeAll(async () => {
    published = await publishSite();
    if (first !== undefined) await start(first);
  });
  afterAll(async () => {
    await close();
    await published?.remove();
  });
  if (first === undefined) afterEach(close);
  return stage;
}

function there<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('not started: only for use inside of tests');
  return value;
}
