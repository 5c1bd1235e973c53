/** Telling a person how far long work is: a bar on a terminal, plain lines elsewhere. */

import { SingleBar } from 'cli-progress';

/** Work that is measured in bytes. */
export interface Progress {
  /** Starts a stretch of work of so many bytes. */
  begin(what: string, totalBytes: number): void;
  /** So many more bytes are done. */
  add(bytes: number): void;
  end(): void;
}

/** Says nothing: for `--json` and for programs. */
export const silentProgress: Progress = {
  begin: () => undefined,
  add: () => undefined,
  end: () => undefined,
};

/** Less than this is done before anybody can read the bar. */
const shortBytes = 32 * 1024 * 1024;

/** Writes to `stream`, which should be stderr, so that stdout holds results only. */
export function progressOn(stream: NodeJS.WriteStream): Progress {
  return stream.isTTY ? barOn(stream) : linesOn(stream);
}

function barOn(stream: NodeJS.WriteStream): Progress {
  let bar: SingleBar | undefined;
  return {
    begin: (what, totalBytes) => {
      if (totalBytes < shortBytes) return;
      bar = new SingleBar({
        stream,
        format: `${what} [{bar}] {percentage}% of ${formatBytes(totalBytes)}, {eta} s left`,
        hideCursor: true,
        clearOnComplete: true,
        barCompleteChar: '=',
        barIncompleteChar: ' ',
      });
      bar.start(totalBytes, 0);
    },
    add: (bytes) => bar?.increment(bytes),
    end: () => {
      bar?.stop();
      bar = undefined;
    },
  };
}

/** A line at each quarter: enough for a log. */
function linesOn(stream: NodeJS.WriteStream): Progress {
  let what = '';
  let total = 0;
  let done = 0;
  let quarters = 0;
  return {
    begin: (name, totalBytes) => {
      what = name;
      total = totalBytes < shortBytes ? 0 : totalBytes;
      done = 0;
      quarters = 0;
      if (total > 0) stream.write(`${what}: ${formatBytes(total)}\n`);
    },
    add: (bytes) => {
      done += bytes;
      const reached = total === 0 ? 0 : Math.floor((4 * done) / total);
      if (reached > quarters && reached < 4) stream.write(`${what}: ${reached * 25}%\n`);
      quarters = Math.max(quarters, reached);
    },
    end: () => undefined,
  };
}

/** `12.3 MB`: decimal units, as everywhere in Shoal. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit] ?? ''}`;
}
