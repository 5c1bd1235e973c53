/** What Shoal told a page, from its first word on. */
import type { Page } from 'puppeteer';
import type { ShoalDelivered, ShoalFailure } from '../../loader/api.ts';

declare global {
  interface Window {
    toldByShoal?: { readonly delivered: ShoalDelivered[]; readonly failures: ShoalFailure[] };
  }
}

/** Starts to record; call it before the page loads anything. */
export async function recordDeliveries(page: Page): Promise<void> {
  await page.evaluateOnNewDocument(() => {
    const told: NonNullable<Window['toldByShoal']> = { delivered: [], failures: [] };
    window.toldByShoal = told;
    window.addEventListener('shoal:loaded', () => {
      window.shoal?.addEventListener('delivered', ({ detail }) => told.delivered.push(detail));
      window.shoal?.addEventListener('failure', ({ detail }) => told.failures.push(detail));
    });
  });
}

/** Everything that was told so far. */
export async function deliveries(page: Page): Promise<NonNullable<Window['toldByShoal']>> {
  return page.evaluate(() => window.toldByShoal ?? { delivered: [], failures: [] });
}

/** The answered requests that cost the origin most, and all failures: for whoever wonders where a share went. */
export async function lossesOf(page: Page): Promise<string> {
  const { delivered, failures } = await deliveries(page);
  const lost = delivered
    .filter(({ httpBytes, discardedBytes }) => httpBytes + discardedBytes > 0)
    .sort((a, b) => b.httpBytes + b.discardedBytes - a.httpBytes - a.discardedBytes)
    .slice(0, 20)
    .map(
      ({ path, httpBytes, swarmBytes, discardedBytes, ms }) =>
        `${path}: ${httpBytes} from the origin, ${swarmBytes} from peers, ${discardedBytes} discarded, ${Math.round(ms)} ms`,
    );
  return [...lost, ...failures.map(({ code, detail }) => `${code}: ${detail}`)].join('\n');
}
