import type { Load } from './page.ts';
import type { World } from './world.ts';

/** Weather that pages load in. */
export interface Scenario {
  readonly id: string;
  readonly title: string;
  /** Sets the weather up and gives so many loads. */
  readonly run: (world: World, count: number) => Promise<readonly Load[]>;
  /** Without a worker such pages do not load: their times are compared with those of good weather. */
  readonly isLostWithoutWorker?: true;
}

/** `again` and again for as long as `work` takes. */
export async function during<T>(again: () => Promise<void>, work: () => Promise<T>): Promise<T> {
  const end = new AbortController();
  const repeating = (async () => {
    while (!end.signal.aborted) await again();
  })();
  try {
    return await work();
  } finally {
    end.abort();
    await repeating;
  }
}
