/** What a fetch of a page gets. */
import type { Page } from 'puppeteer';

export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly url: string;
  readonly redirected: boolean;
  readonly headers: Readonly<Record<string, string>>;
  readonly length: number;
  readonly sha256: string;
}

export function ask(page: Page, path: string, init: RequestInit = {}): Promise<Answer> {
  return page.evaluate(
    async (address, options) => {
      const response = await fetch(address, options);
      const { status, type, url, redirected } = response;
      const body = await response.arrayBuffer();
      const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', body));
      return {
        status,
        type,
        url,
        redirected,
        headers: Object.fromEntries(response.headers),
        length: body.byteLength,
        sha256: Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join(''),
      };
    },
    path,
    init,
  );
}
