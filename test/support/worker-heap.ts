/** What a visitor's worker holds in memory: Chromium only. */
import { type BrowserContext, type CDPSession, TargetType } from 'puppeteer';
import * as v from 'valibot';

/** Attached to the worker that runs now; keeps it alive. */
export interface WorkerHeap {
  /** Bytes that are still in use after a collection: objects, and what buffers hold beside them. */
  usedBytes(): Promise<number>;
  /** Bytes of its objects and texts: without compiled code, which grows for a while with what runs often. */
  heldBytes(): Promise<number>;
  readonly detach: () => Promise<void>;
}

/** Of https://source.chromium.org/chromium/chromium/src/+/main:v8/src/profiler/heap-snapshot-generator.cc */
const Snapshot = v.object({
  snapshot: v.object({
    meta: v.object({
      node_fields: v.array(v.string()),
      node_types: v.looseTuple([v.array(v.string())]),
    }),
  }),
  nodes: v.array(v.number()),
});

export async function workerHeap(context: BrowserContext): Promise<WorkerHeap> {
  const target = context
    .browser()
    .targets()
    .find((each) => each.type() === TargetType.SERVICE_WORKER && each.browserContext() === context);
  if (target === undefined) throw new Error('there is no worker');
  const session: CDPSession = await target.createCDPSession();
  return {
    usedBytes: async () => {
      await session.send('HeapProfiler.collectGarbage');
      const { usedSize, backingStorageSize } = await session.send('Runtime.getHeapUsage');
      return usedSize + backingStorageSize;
    },
    heldBytes: async () => {
      const parts: string[] = [];
      const take = ({ chunk }: { readonly chunk: string }): unknown => parts.push(chunk);
      session.on('HeapProfiler.addHeapSnapshotChunk', take);
      await session.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
      session.off('HeapProfiler.addHeapSnapshotChunk', take);
      return heldBytesIn(parts.join(''));
    },
    detach: () => session.detach(),
  };
}

function heldBytesIn(text: string): number {
  const { snapshot, nodes } = v.parse(Snapshot, JSON.parse(text));
  const { node_fields: fields, node_types: types } = snapshot.meta;
  const [type, size] = [fields.indexOf('type'), fields.indexOf('self_size')];
  const code = types[0].indexOf('code');
  let bytes = 0;
  for (let at = 0; at < nodes.length; at += fields.length) {
    if (nodes[at + type] !== code) bytes += nodes[at + size] ?? 0;
  }
  return bytes;
}
