/**
 * Goes in front of the shipped worker script: numbers each call to the platform that the worker waits for, and lets one of
 * them go wrong as a page says. Its clock runs faster, so that deadlines are soon over.
 */

/** What one call does: it rejects (or throws, where it gives no promise), it never settles, or after all deadlines of its step. */
export type FaultKind = 'rejects' | 'never' | 'late';

/** What a page says to it. */
export type FaultOrder =
  /** Counts calls from now on; the one with the number `at` goes wrong. */
  | { readonly fault: 'arm'; readonly at: number; readonly kind: FaultKind; readonly speed: number }
  /** Nothing goes wrong any more. Answered with {@link FaultReport}. */
  | { readonly fault: 'report' };

/** The names of the calls since it was armed, in their order. */
export interface FaultReport {
  readonly calls: readonly string[];
}

const realTimeout = globalThis.setTimeout.bind(globalThis);
const realReply: unknown = Reflect.get(MessagePort.prototype, 'postMessage');
const realNow = performance.now.bind(performance);
/** Longer than whatever the worker prepares with, shorter than its patience with an origin. */
const lateMs = 5_000;
let speed = 1;
let originMs = realNow();
let originVirtualMs = originMs;
let armed: Extract<FaultOrder, { fault: 'arm' }> | undefined;
let calls: string[] = [];

performance.now = (): number => originVirtualMs + (realNow() - originMs) * speed;
Reflect.set(globalThis, 'setTimeout', (work: () => void, ms = 0) => realTimeout(work, ms / speed));

function setSpeed(factor: number): void {
  originVirtualMs = performance.now();
  originMs = realNow();
  speed = factor;
}

/** Whether this call is the one. */
function isHit(name: string): FaultKind | undefined {
  if (armed === undefined) return undefined;
  calls.push(name);
  return calls.length === armed.at ? armed.kind : undefined;
}

type Method = (this: unknown, ...args: unknown[]) => unknown;

function isMethod(value: unknown): value is Method {
  return typeof value === 'function';
}

/** Puts itself before a method; `isOurs`: whether a call counts. */
function wrap(
  target: object,
  name: string,
  label: string,
  isOurs: (first: unknown) => boolean = () => true,
): void {
  const real: unknown = Reflect.get(target, name);
  if (!isMethod(real)) throw new Error(`there is no ${label}`);
  Reflect.set(target, name, function (this: unknown, ...args: unknown[]): unknown {
    if (!isOurs(args[0])) return real.apply(this, args);
    const kind = isHit(label);
    const promise = (): Promise<unknown> => Promise.resolve(real.apply(this, args));
    switch (kind) {
      case undefined:
        return real.apply(this, args);
      case 'rejects':
        return Promise.reject(new DOMException(`${label} goes wrong`, 'InvalidStateError'));
      case 'never':
        return new Promise(() => undefined);
      case 'late':
        return new Promise((resolve) => setTimeout(resolve, lateMs)).then(promise);
    }
  });
}

/** For methods that give no promise: all that they can do is to throw. */
function wrapPlain(target: object, name: string, label: string): void {
  const real: unknown = Reflect.get(target, name);
  if (!isMethod(real)) throw new Error(`there is no ${label}`);
  Reflect.set(target, name, function (this: unknown, ...args: unknown[]): unknown {
    if (isHit(label) !== undefined) throw new DOMException(`${label} goes wrong`, 'DataCloneError');
    return real.apply(this, args);
  });
}

function prototypeOf(name: string): object {
  const type: unknown = Reflect.get(globalThis, name);
  const prototype: unknown = isMethod(type) ? type.prototype : undefined;
  if (typeof prototype !== 'object' || prototype === null) throw new Error(`there is no ${name}`);
  return prototype;
}

// The browser's own request is the origin's own answer: nothing of ours.
wrap(globalThis, 'fetch', 'fetch', (input) => typeof input === 'string');
for (const name of ['open', 'match', 'delete', 'keys'])
  wrap(prototypeOf('CacheStorage'), name, `caches.${name}`);
for (const name of ['match', 'put', 'delete', 'keys']) wrap(prototypeOf('Cache'), name, `cache.${name}`);
for (const name of ['arrayBuffer', 'blob']) wrap(prototypeOf('Response'), name, `response.${name}`);
wrap(prototypeOf('Blob'), 'arrayBuffer', 'blob.arrayBuffer');
wrap(prototypeOf('ReadableStreamDefaultReader'), 'read', 'reader.read');
wrap(prototypeOf('SubtleCrypto'), 'digest', 'digest');
for (const name of ['get', 'matchAll']) wrap(prototypeOf('Clients'), name, `clients.${name}`);
wrapPlain(prototypeOf('Client'), 'postMessage', 'client.postMessage');
wrapPlain(prototypeOf('MessagePort'), 'postMessage', 'port.postMessage');

addEventListener('message', (event: MessageEvent<unknown>) => {
  const { data, ports } = event;
  if (!isOrder(data)) return;
  event.stopImmediatePropagation();
  const report: FaultReport = { calls };
  armed = data.fault === 'arm' ? data : undefined;
  if (data.fault === 'arm') calls = [];
  setSpeed(data.fault === 'arm' ? data.speed : 1);
  if (isMethod(realReply)) realReply.call(ports[0], report);
});

function isOrder(data: unknown): data is FaultOrder {
  return typeof data === 'object' && data !== null && 'fault' in data;
}
