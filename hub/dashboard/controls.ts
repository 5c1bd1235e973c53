/** What the reader sets: the site and the range. Native inputs, so that keyboard and screen reader know them. */

import type { SummaryRange } from '../api.ts';
import { ranges } from './address.ts';
import { fill, h } from './dom.ts';

/** A site's name without its scheme; a choice where the hub has more than one. */
export function fillSitePicker(
  place: HTMLElement,
  sites: readonly string[],
  chosen: string | undefined,
  choose: (site: string) => void,
): void {
  if (chosen === undefined) {
    fill(place);
    return;
  }
  if (sites.length < 2) {
    fill(place, h('p', { class: 'site-name' }, shortName(chosen)));
    return;
  }
  const options = sites.map((site) => {
    const option = h('option', { value: site }, shortName(site));
    option.selected = site === chosen;
    return option;
  });
  const select = h('select', { 'aria-label': 'Site' }, ...options);
  select.addEventListener('change', () => choose(select.value));
  fill(place, select);
}

export interface RangeSwitch {
  readonly element: HTMLElement;
  set(range: SummaryRange): void;
}

export function createRangeSwitch(choose: (range: SummaryRange) => void): RangeSwitch {
  const choices = ranges.map(({ range, label, words }) => {
    const input = h('input', { type: 'radio', name: 'range', value: range, 'aria-label': words });
    input.addEventListener('change', () => choose(range));
    return { range, input, element: h('label', { class: 'range' }, input, h('span', {}, label)) };
  });
  return {
    element: h(
      'fieldset',
      { class: 'ranges' },
      h('legend', { class: 'visually-hidden' }, 'Time range'),
      ...choices.map((choice) => choice.element),
    ),
    set: (range) => {
      for (const choice of choices) choice.input.checked = choice.range === range;
    },
  };
}

function shortName(site: string): string {
  return site.replace(/^https?:\/\//, '');
}
