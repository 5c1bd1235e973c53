/** What stands in the page's place while there is nothing to show: login, errors, no site, no data. */

import type { SummaryRange } from '../../api.ts';
import { rangeWords } from '../address.ts';
import { h, type Child } from '../dom.ts';

/**
 * The token goes to the hub in the query of a plain navigation; the hub answers with a cookie and takes
 * the token out of the address again. `refused`: a token was given, and it was not the right one.
 */
export function loginMessage(refused: boolean): HTMLElement {
  const input = h('input', {
    id: 'token',
    name: 'token',
    type: 'password',
    required: '',
    autocomplete: 'current-password',
    spellcheck: 'false',
    ...(refused ? { 'aria-invalid': 'true', 'aria-describedby': 'token-hint' } : {}),
  });
  return message(
    'Sign in',
    h(
      'p',
      {},
      'This hub shows its figures only to those who know its token: it is in the hub’s configuration.',
    ),
    h(
      'form',
      { method: 'get', class: 'login' },
      h('label', { for: 'token' }, 'Token'),
      h('div', { class: 'login-row' }, input, h('button', { class: 'button button-primary' }, 'Sign in')),
      refused
        ? h('p', { id: 'token-hint', class: 'problem', role: 'alert' }, 'The hub did not accept this token.')
        : null,
    ),
  );
}

/** Nothing could be loaded at all. */
export function errorMessage(reason: string, retry: () => void): HTMLElement {
  const button = h('button', { type: 'button', class: 'button button-primary' }, 'Try again');
  button.addEventListener('click', retry);
  return message('The figures could not be loaded', h('p', { role: 'alert' }, reason), h('p', {}, button));
}

export function noSitesMessage(): HTMLElement {
  return message(
    'No site yet',
    h('p', {}, 'This hub does not serve any site. Add yours to the hub’s configuration and start it again:'),
    steps(),
  );
}

/** The site is known, but no page reported in this range. */
export function noReportsMessage(range: SummaryRange): HTMLElement {
  return message(
    `No visits in the ${rangeWords(range)}`,
    h(
      'p',
      {},
      range === '30d'
        ? 'This page fills by itself as soon as the first visitor reports. Is everything in place?'
        : 'This page fills by itself as soon as a visitor reports; earlier figures are under a longer range. If the site is new:',
    ),
    steps(),
  );
}

function steps(): HTMLElement {
  return h(
    'ol',
    { class: 'steps' },
    h('li', {}, 'Publish a release: ', h('code', {}, 'npx shoal publish dist/')),
    h('li', {}, 'Put the tag into every page: ', h('code', {}, '<script src="/shoal.js" async></script>')),
    h('li', {}, 'Deploy, and check it: ', h('code', {}, 'npx shoal verify https://your-site/')),
    h('li', {}, 'Open the site in two browsers: the second gets its assets from the first.'),
  );
}

function message(title: string, ...children: readonly Child[]): HTMLElement {
  return h('section', { class: 'message card' }, h('h2', {}, title), ...children);
}
