/** How long `shoal publish` takes. */
import { randomFillSync } from 'node:crypto';
import { mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PublishReport } from '../publisher/index.ts';
import { bench } from './bench.ts';
import type { Measured } from './result.ts';
import { newProject, type BenchSite } from './site.ts';
import { median, medianAndSpread } from './statistics.ts';

const smallFileBytes = 4_096;
const filesPerFolder = 500;

/** A folder to publish. */
interface Folder {
  readonly name: string;
  readonly files: number;
  readonly fileBytes: number;
}

interface Times {
  readonly firstMs: number;
  /** Nothing has changed. */
  readonly againMs: number;
  /** One file has. */
  readonly changedMs: number;
  readonly hashedAgain: number;
  readonly hashedChanged: number;
}

export const publishing = bench({
  name: 'publish',
  title: 'Publishing a folder',
  options: {
    runs: { default: 3, min: 1, max: 20, help: 'how often each folder is published' },
    few: {
      default: 1_000,
      min: 1,
      max: 5_000,
      help: `small files (${smallFileBytes} bytes) in the first folder`,
    },
    many: { default: 10_000, min: 1, max: 20_000, help: 'small files in the second folder' },
    wide: { default: 10_000, min: 1, max: 20_000, help: 'files of 1 GiB together, in the fourth folder' },
    large: { default: 512, min: 1, max: 2_000, help: 'MiB of the one file in the third folder' },
  },
  run: async ({ runs, few, many, large, wide }, say): Promise<Measured> => {
    const folders: readonly Folder[] = [
      { name: `${few} files of ${smallFileBytes} bytes`, files: few, fileBytes: smallFileBytes },
      { name: `${many} files of ${smallFileBytes} bytes`, files: many, fileBytes: smallFileBytes },
      { name: `one file of ${large} MiB`, files: 1, fileBytes: large * 1024 * 1024 },
      { name: `${wide} files, 1 GiB together`, files: wide, fileBytes: Math.floor(1024 ** 3 / wide) },
    ];
    const times = new Map<Folder, Times[]>(folders.map((folder) => [folder, []]));
    for (let run = 0; run < runs; run++) {
      for (const [folder, measured] of times) {
        measured.push(await publishOnce(folder));
        say(`run ${run + 1} of ${runs}, ${folder.name}: first ${measured.at(-1)?.firstMs.toFixed(0)} ms`);
      }
    }
    return {
      tables: [tableOf(times, runs)],
      notes: [
        'A call of the library in a running Node: the command line adds its own start. Content is random, just written, and so ' +
          'in the page cache. "One changed" writes one file anew; the large file is then hashed as a whole.',
      ],
      samples: [...times].flatMap(([{ name }, measured]) =>
        measured.map((sample, run) => ({ name, run, ...sample })),
      ),
      browser: '',
    };
  },
});

async function publishOnce(folder: Folder): Promise<Times> {
  const site = await newProject({}, {});
  try {
    for (let i = 0; i < folder.files; i++) await writeRandom(site, i, folder);
    const first = await timed(site, 'published');
    const again = await timed(site, 'unchanged');
    await writeRandom(site, 0, folder);
    const changed = await timed(site, 'published');
    return {
      firstMs: first.ms,
      againMs: again.ms,
      changedMs: changed.ms,
      hashedAgain: again.report.hashedFiles,
      hashedChanged: changed.report.hashedFiles,
    };
  } finally {
    site.remove();
  }
}

async function writeRandom({ dir }: BenchSite, index: number, { fileBytes }: Folder): Promise<void> {
  const folder = join(dir, `part-${Math.floor(index / filesPerFolder)}`);
  await mkdir(folder, { recursive: true });
  const path = join(folder, `file-${index}.bin`);
  if (fileBytes <= smallFileBytes) return writeFile(path, randomFillSync(Buffer.alloc(fileBytes)));
  const file = await open(path, 'w');
  try {
    const block = Buffer.alloc(Math.min(fileBytes, 1024 * 1024));
    for (let left = fileBytes; left > 0; left -= block.length) {
      await file.write(randomFillSync(block), 0, Math.min(left, block.length));
    }
  } finally {
    await file.close();
  }
}

async function timed(
  site: BenchSite,
  expected: PublishReport['status'],
): Promise<{ readonly ms: number; readonly report: PublishReport }> {
  const startMs = performance.now();
  const report = await site.publish();
  const ms = performance.now() - startMs;
  if (report.status !== expected)
    throw new Error(
      `publish said ${report.status} instead of ${expected}; written: ${report.written.join(', ')}`,
    );
  return { ms, report };
}

function tableOf(times: ReadonlyMap<Folder, readonly Times[]>, runs: number): Measured['tables'][number] {
  const seconds = (measured: readonly Times[], of: (sample: Times) => number): string =>
    medianAndSpread(
      measured.map((sample) => of(sample) / 1000),
      2,
    );
  return {
    title: `Seconds, median of ${runs} runs (smallest - largest)`,
    columns: ['', 'first', 'again, unchanged', 'files hashed again', 'one changed', 'MB/s at first'],
    rows: [...times].map(([{ name, files, fileBytes }, measured]) => [
      name,
      seconds(measured, ({ firstMs }) => firstMs),
      seconds(measured, ({ againMs }) => againMs),
      String(Math.max(...measured.map(({ hashedAgain }) => hashedAgain))),
      seconds(measured, ({ changedMs }) => changedMs),
      ((files * fileBytes) / 1e3 / median(measured.map(({ firstMs }) => firstMs))).toFixed(0),
    ]),
  };
}
