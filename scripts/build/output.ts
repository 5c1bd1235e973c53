import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';

/**
 * A folder of built files. A file is replaced in one step, and only when its bytes changed, so that
 * whatever serves the folder never reads half a file; `finish` removes what this build did not write.
 */
export class Output {
  readonly folder: string;
  readonly #written = new Map<string, number>();

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Writes one file; `path` is relative to the folder. */
  async write(path: string, content: string | Uint8Array): Promise<void> {
    const file = join(this.folder, path);
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    this.#written.set(path, bytes.byteLength);
    if (await holds(file, bytes)) return;
    await mkdir(dirname(file), { recursive: true });
    const temporary = `${file}.${process.pid}.tmp`;
    await writeFile(temporary, bytes, { mode: isProgram(bytes) ? 0o755 : 0o644 });
    await rename(temporary, file);
  }

  /** Removes files of earlier builds, and resolves to what this one wrote: path and size in bytes. */
  async finish(): Promise<ReadonlyMap<string, number>> {
    const entries = await readdir(this.folder, { recursive: true, withFileTypes: true });
    for (const entry of entries) {
      const path = relative(this.folder, join(entry.parentPath, entry.name));
      if (entry.isFile() && !this.#written.has(path) && !path.endsWith('.tmp')) {
        await rm(join(this.folder, path), { force: true });
      }
    }
    return this.#written;
  }
}

/** Files that begin with `#!` are made to be run. */
function isProgram(bytes: Uint8Array): boolean {
  return bytes[0] === 0x23 && bytes[1] === 0x21;
}

async function holds(file: string, bytes: Uint8Array): Promise<boolean> {
  try {
    return (await readFile(file)).equals(bytes);
  } catch {
    return false;
  }
}
