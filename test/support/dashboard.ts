/** What the dashboard shows in a browser. */

import type { Page } from 'puppeteer';
import { expect } from 'vitest';

export const waitMs = 15_000;

/** Waits until the page shows these words (blanks of any kind are alike); else says what it shows. */
export async function shows(page: Page, words: string): Promise<void> {
  const text = (): Promise<string> => page.evaluate(() => document.body.innerText.replaceAll(/\s+/g, ' '));
  await expect.poll(text, { timeout: waitMs, interval: 100 }).toContain(words);
}

/** The cells of the first table of the card with this title. */
export function tableRows(page: Page, title: string): Promise<string[][]> {
  return page.evaluate((wanted) => {
    const cards = [...document.querySelectorAll('.card')];
    const card = cards.find((each) => each.querySelector('h2')?.textContent === wanted);
    return [...(card?.querySelectorAll('tbody tr') ?? [])].map((row) =>
      [...row.children].map((cell) => (cell.textContent ?? '').replaceAll(/\s+/g, ' ')),
    );
  }, title);
}
