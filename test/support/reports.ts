/** What a page reports to the hub, recorded as it is sent. */
import type { Page } from 'puppeteer';

declare global {
  interface Window {
    /** Texts of the reports that the page has sent. */
    sentReports?: string[];
  }
}

/** Starts to record; call it before the page loads anything. `hub`: another hub, to which the reports go instead. */
export async function recordReports(page: Page, hub?: string): Promise<void> {
  await page.evaluateOnNewDocument((elsewhere) => {
    const sent: string[] = [];
    window.sentReports = sent;
    const beacon = navigator.sendBeacon.bind(navigator);
    navigator.sendBeacon = (url, data) => {
      if (typeof data === 'string') sent.push(data);
      return beacon(elsewhere === undefined ? url : `${elsewhere}beacon`, data);
    };
  }, hub);
}

/** All so far, once there is one that says this. */
export async function reportTexts(page: Page, word = ''): Promise<readonly string[]> {
  const isThere = (text: string): boolean | undefined =>
    window.sentReports?.some((each) => each.includes(text));
  await page.waitForFunction(isThere, { timeout: 15_000 }, word);
  return page.evaluate(() => window.sentReports ?? []);
}

export function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
