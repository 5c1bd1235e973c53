/** The list of the page's files that the build wrote, and whether what arrives is what was published. */
import { withDeadline } from './parts.ts';

/** Site path to what was published. */
export type AssetList = ReadonlyMap<string, { readonly bytes: number; readonly sha256: string }>;

const fetchDeadlineMs = 120_000;
const fetchesAtOnce = 6;

export async function readAssetList(): Promise<AssetList> {
  const list: unknown = await (await fetchWhole('demo-assets.json')).json();
  return new Map(
    Object.entries(list ?? {}).map(([path, entry]: [string, unknown]) => {
      const fields = new Map<string, unknown>(Object.entries(entry ?? {}));
      return [path, { bytes: Number(fields.get('bytes')), sha256: String(fields.get('sha256')) }];
    }),
  );
}

/** A file's response. @throws Error that names the file when it did not come */
export async function fetchWhole(path: string): Promise<Response> {
  const response = await withDeadline(fetch(path), fetchDeadlineMs, path);
  if (!response.ok) throw new Error(`${path} came with status ${response.status}`);
  return response;
}

/** Digests that a worker computes, so that 34 MB do not stop the page. */
export class Digester {
  readonly #waiting = new Map<number, (hex: string) => void>();
  #worker: Worker | undefined;
  #asked = 0;

  /** SHA-256 of a file as it arrives here, hex. @throws Error that names the file */
  async digest(path: string): Promise<string> {
    const response = await fetchWhole(path);
    const bytes = await withDeadline(response.arrayBuffer(), fetchDeadlineMs, path);
    const id = this.#asked++;
    const answer = new Promise<string>((resolve) => this.#waiting.set(id, resolve));
    this.#worker ??= this.#start();
    this.#worker.postMessage({ id, bytes }, [bytes]);
    return withDeadline(answer, fetchDeadlineMs, `the digest of ${path}`);
  }

  /** All of them, a few at once. @param onDigest called after each */
  async digestAll(
    paths: readonly string[],
    onDigest: (path: string, hex: string) => void,
  ): Promise<Record<string, string>> {
    const digests: Record<string, string> = {};
    const queue = paths.values();
    const work = async (): Promise<void> => {
      for (const path of queue) {
        const hex = await this.digest(path);
        digests[path] = hex;
        onDigest(path, hex);
      }
    };
    await Promise.all(Array.from({ length: fetchesAtOnce }, work));
    return digests;
  }

  /** Only now, so that the worker's own script can wait for Shoal like every other file. */
  #start(): Worker {
    const worker = new Worker(new URL('js/digest-worker.js', document.baseURI), { type: 'module' });
    worker.addEventListener('message', ({ data }: MessageEvent<{ id: number; hex: string }>) => {
      this.#waiting.get(data.id)?.(data.hex);
      this.#waiting.delete(data.id);
    });
    return worker;
  }
}
