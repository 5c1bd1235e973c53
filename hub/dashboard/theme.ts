/** Light or dark: as the system says, until the reader chooses; the choice is remembered in this browser. */

import { fill, icon } from './dom.ts';

export type Theme = 'light' | 'dark';

const storageKey = 'shoal-dashboard-theme';
const moon = 'M16.5 12.3A7 7 0 0 1 7.7 3.5a7 7 0 1 0 8.8 8.8Z';
const sun =
  'M10 6.5a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7ZM10 2v2M10 16v2M2 10h2M16 10h2M4.3 4.3l1.5 1.5M14.2 14.2l1.5 1.5M4.3 15.7l1.5-1.5M14.2 5.8l1.5-1.5';

/** Applies the remembered theme, makes the button switch, and tells `changed` of every change. */
export function startTheme(button: HTMLElement, changed: () => void): void {
  const system = matchMedia('(prefers-color-scheme: dark)');
  let chosen = remembered();
  const current = (): Theme => chosen ?? (system.matches ? 'dark' : 'light');
  const apply = (): void => {
    const theme = current();
    const other = theme === 'dark' ? 'light' : 'dark';
    document.documentElement.dataset['theme'] = theme;
    button.setAttribute('aria-label', `Switch to the ${other} theme`);
    button.title = `Switch to the ${other} theme`;
    fill(button, icon(theme === 'dark' ? sun : moon));
    changed();
  };
  button.addEventListener('click', () => {
    chosen = current() === 'dark' ? 'light' : 'dark';
    remember(chosen);
    apply();
  });
  system.addEventListener('change', apply);
  apply();
}

/** Storage may be forbidden (private mode, policy): then the choice lasts as long as the page. */
function remembered(): Theme | undefined {
  try {
    const stored = localStorage.getItem(storageKey);
    return stored === 'light' || stored === 'dark' ? stored : undefined;
  } catch {
    return undefined;
  }
}

function remember(theme: Theme): void {
  try {
    localStorage.setItem(storageKey, theme);
  } catch {
    // Not remembered; the theme still changes.
  }
}
