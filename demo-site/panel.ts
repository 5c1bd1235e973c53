/** The corner that says where the bytes came from, with the visitor's own say in it. */
import { element } from './parts.ts';
import type { Shoal } from './shoal.ts';
import type { Arrival, SourceFeed, Totals } from './sources.ts';

const refreshMs = 400;
const feedLength = 5;

export function showSources(shoal: Shoal | undefined, feed: SourceFeed): void {
  if (matchMedia('(max-width: 1099px)').matches) element('sources', HTMLDetailsElement).open = false;
  const refresh = (): void => showTotals(shoal, feed.totals());
  setInterval(refresh, refreshMs);
  refresh();
  feed.watch(showArrival);
  if (shoal === undefined) return;
  wireSharing(shoal);
  shoal.addEventListener('state', refresh);
}

function showTotals(shoal: Shoal | undefined, totals: Totals): void {
  const { origin, peers, cache } = totals;
  const all = origin + peers + cache;
  const panel = element('sources', HTMLElement);
  for (const source of ['origin', 'peers', 'cache'] as const) {
    panel.style.setProperty(`--${source}-share`, String(all === 0 ? 0 : totals[source] / all));
    element(`bytes-${source}`, HTMLElement).textContent = bytesText(totals[source]);
  }
  element('bytes-given', HTMLElement).textContent = bytesText(totals.given);
  element('peer-count', HTMLElement).textContent = String(totals.connected);
  const network = origin + peers;
  const percent = network === 0 ? 0 : Math.floor((100 * peers) / network);
  element('sources-short', HTMLElement).textContent =
    all === 0
      ? 'nothing yet'
      : network === 0
        ? 'all from this browser’s cache'
        : `${percent} % from other visitors`;
  element('sources-note', HTMLElement).textContent = explain(shoal);
}

function explain(shoal: Shoal | undefined): string {
  if (shoal === undefined)
    return 'Shoal is not on this page: files come from the server. Counted here are those that the page itself asked for.';
  if (shoal.optedOut) return 'You do not take part: files come from the server and from your own cache.';
  switch (shoal.stats().mode) {
    case 'on':
      return 'Others give to you, and you give what you already have.';
    case 'http-only':
      return 'Files come from the server for now; your cache still helps.';
    default:
      return 'Files come from the server until Shoal is ready.';
  }
}

/** The newest few that came by themselves; a hundred tiles at once are one line. */
function showArrival({ path, source, bytes }: Arrival): void {
  const feed = element('feed', HTMLOListElement);
  const name = feedName(path);
  const newest = feed.firstElementChild;
  const key = `${name} ${source}`;
  const isSame = newest instanceof HTMLElement && newest.dataset['key'] === key;
  const line = isSame ? newest : document.createElement('li');
  const count = isSame ? Number(line.dataset['count']) + 1 : 1;
  const sum = isSame ? Number(line.dataset['bytes']) + bytes : bytes;
  Object.assign(line.dataset, { key, count, bytes: sum });
  line.className = source;
  const label = document.createElement('span');
  label.textContent = count > 1 ? `${count} × ${name}` : name;
  const size = document.createElement('b');
  size.textContent = bytesText(sum);
  line.replaceChildren(label, size);
  if (!isSame) feed.prepend(line);
  while (feed.childElementCount > feedLength) feed.lastElementChild?.remove();
}

function feedName(path: string): string {
  if (path.startsWith('waterlines/') || path.includes('NaturalEarthII/')) return 'map tiles';
  if (path.startsWith('cesium/Workers/')) return 'the globe’s workers';
  return path.slice(path.lastIndexOf('/') + 1) || 'this page';
}

function wireSharing(shoal: Shoal): void {
  const sharing = element('sharing', HTMLInputElement);
  sharing.checked = !shoal.optedOut;
  sharing.disabled = false;
  sharing.addEventListener('change', () => {
    sharing.disabled = true;
    const change = sharing.checked ? shoal.optIn() : shoal.optOut();
    void change.finally(() => {
      sharing.disabled = false;
      sharing.checked = !shoal.optedOut;
    });
  });
}

/** Decimal units, as servers' bills have them. */
export function bytesText(bytes: number): string {
  if (bytes < 1e6) return `${Math.round(bytes / 1e3)} kB`;
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 2 : 1)} MB`;
}
