/** The page of figures: all sections in their order. */

import type { LiveTick, Summary, SummaryRange } from '../api.ts';
import { rangeWords } from './address.ts';
import { forgetPalette } from './charts/palette.ts';
import { createRangeSwitch } from './controls.ts';
import { fill, h, setText } from './dom.ts';
import { hasReports } from './figures.ts';
import { createLosers, createSavers } from './sections/assets.ts';
import { createComparison } from './sections/comparison.ts';
import { createFailures } from './sections/failures.ts';
import { createLoadTimes } from './sections/load-times.ts';
import { noReportsMessage } from './sections/messages.ts';
import { createOrigin } from './sections/origin.ts';
import { createOverview } from './sections/overview.ts';
import { createReleases } from './sections/releases.ts';
import { createTraffic } from './sections/traffic.ts';

export interface Report {
  readonly element: HTMLElement;
  readonly update: (summary: Summary, now: number) => void;
  readonly tick: (tick: LiveTick) => void;
  /** The theme has changed. */
  readonly redraw: () => void;
}

export function createReport(chooseRange: (range: SummaryRange) => void): Report {
  const overview = createOverview();
  const traffic = createTraffic();
  const rest = [
    createOrigin(),
    createLoadTimes(),
    createReleases(),
    createSavers(),
    createLosers(),
    createFailures(),
    createComparison(),
  ];
  const [origin, loadTimes, releases, savers, losers, failures, comparison] = rest.map(
    (section) => section.element,
  );
  const sections = h(
    'div',
    { class: 'sections' },
    overview.element,
    traffic.element,
    h('div', { class: 'pair' }, origin ?? null, loadTimes ?? null),
    comparison ?? null,
    releases ?? null,
    h('div', { class: 'pair' }, savers ?? null, losers ?? null),
    failures ?? null,
  );

  const ranges = createRangeSwitch(chooseRange);
  const heading = h('p', { class: 'toolbar-title' });
  const place = h('div');
  let emptyRange: SummaryRange | undefined;

  return {
    element: h('div', {}, h('div', { class: 'toolbar' }, heading, ranges.element), place),
    update: (summary, now) => {
      ranges.set(summary.range);
      setText(heading, capitalized(rangeWords(summary.range)));
      if (!hasReports(summary)) {
        if (emptyRange !== summary.range) fill(place, noReportsMessage(summary.range));
        emptyRange = summary.range;
        return;
      }
      emptyRange = undefined;
      if (place.firstChild !== sections) fill(place, sections);
      for (const section of [overview, traffic, ...rest]) section.update(summary, now);
    },
    tick: overview.tick,
    redraw: () => {
      forgetPalette();
      overview.redraw();
      traffic.redraw();
    },
  };
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
