/** The dashboard: asks the hub for its sites, shows the figures of one, and keeps them up to date. */

import 'uplot/dist/uPlot.min.css';
import type { Summary, SummaryRange } from '../api.ts';
import { readSelection, writeSelection } from './address.ts';
import { fetchSites, fetchSummary, type Answer } from './client.ts';
import { fillSitePicker } from './controls.ts';
import { byId, fill, setText } from './dom.ts';
import { firstRange } from './figures.ts';
import { formatMoment } from './format.ts';
import { showLiveState } from './live-badge.ts';
import { followLive } from './live.ts';
import { createRefresher } from './refresher.ts';
import { createReport } from './report.ts';
import { errorMessage, loginMessage, noSitesMessage } from './sections/messages.ts';
import { startTheme } from './theme.ts';

const page = byId('page');
const notice = byId('notice');
const badge = byId('live');

const tokenWasGiven = new URLSearchParams(location.search).has('token');
const wanted = readSelection(location.search);
let site: string | undefined;
let range: SummaryRange | undefined = wanted.range;
let shownAt: number | undefined;
/** Rises with every question, so that an answer that comes late is known as such. */
let question = 0;
let stopLive = (): void => {};

const report = createReport((chosen) => {
  range = chosen;
  void refresher.now();
});
const refresher = createRefresher(refresh);

// A token has done its work by now, and must not stay in the address, the history or a screenshot.
if (tokenWasGiven) history.replaceState(null, '', writeSelection(wanted));
startTheme(byId('theme'), report.redraw);
await start();

async function start(): Promise<void> {
  page.setAttribute('aria-busy', 'true');
  const sites = understood(await fetchSites());
  if (sites === undefined) return;
  const names = sites.sites.map((entry) => entry.site);
  const first = names.find((name) => name === wanted.site) ?? names[0];
  if (first === undefined) {
    showInstead(noSitesMessage());
    return;
  }
  await choose(first, names);
}

async function choose(chosen: string, names: readonly string[]): Promise<void> {
  site = chosen;
  shownAt = undefined;
  fillSitePicker(byId('site'), names, chosen, (next) => void choose(next, names));
  stopLive();
  stopLive = followLive(chosen, {
    tick: (tick) => {
      report.tick(tick);
      refresher.soon();
    },
    state: (state) => {
      showLiveState(badge, state);
      if (state !== 'connecting') refresher.soon();
    },
  });
  await refresher.now();
}

async function refresh(): Promise<void> {
  if (site === undefined) return;
  question += 1;
  const mine = question;
  const answer = await summaryOf(site);
  if (mine !== question) return;
  const summary = understood(answer);
  if (summary !== undefined) show(summary);
}

/** The chosen range; before one is chosen, the one that fits. */
async function summaryOf(of: string): Promise<Answer<Summary>> {
  if (range !== undefined) return fetchSummary(of, range);
  const day = await fetchSummary(of, '24h');
  if (day.kind !== 'ok') return day;
  const fitting = firstRange(day.value);
  return fitting === '24h' ? day : fetchSummary(of, fitting);
}

function show(summary: Summary): void {
  range = summary.range;
  shownAt = Date.now();
  history.replaceState(null, '', writeSelection({ site: summary.site, range: summary.range }));
  document.title = `${summary.site.replace(/^https?:\/\//, '')} · Shoal`;
  notice.hidden = true;
  // Charts measure their place when they are filled, so the page stands first.
  if (page.firstChild !== report.element) fill(page, report.element);
  report.update(summary, shownAt);
  page.setAttribute('aria-busy', 'false');
}

/** The answer's value; else what went wrong is shown, beside earlier figures where there are some. */
function understood<Value>(answer: Answer<Value>): Value | undefined {
  switch (answer.kind) {
    case 'ok':
      return answer.value;
    case 'login':
      stopLive();
      site = undefined;
      showInstead(loginMessage(tokenWasGiven));
      return undefined;
    case 'failed':
      if (shownAt === undefined) {
        showInstead(
          errorMessage(answer.message, () => void (site === undefined ? start() : refresher.now())),
        );
      } else {
        setText(notice, `${answer.message} Trying again; the figures are of ${formatMoment(shownAt)}.`);
        notice.hidden = false;
      }
      return undefined;
  }
}

function showInstead(message: HTMLElement): void {
  if (site === undefined) showLiveState(badge, undefined);
  notice.hidden = true;
  fill(page, message);
  page.setAttribute('aria-busy', 'false');
}
