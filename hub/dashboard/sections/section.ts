/** What every part of the page is: an element that follows the summary. */

import type { Summary } from '../../api.ts';
import { h, uniqueId, type Child } from '../dom.ts';

export interface Section {
  readonly element: HTMLElement;
  /** `now`: milliseconds since the epoch, for relative times. */
  update(summary: Summary, now: number): void;
}

export interface CardOptions {
  readonly title: string;
  /** One sentence under the title. */
  readonly note?: Child;
  /** Buttons at the title's end. */
  readonly actions?: Child;
  readonly class?: string;
}

/** A titled panel; a landmark named by its title. */
export function card(options: CardOptions, ...children: readonly Child[]): HTMLElement {
  const id = uniqueId('title');
  const note = options.note ?? null;
  return h(
    'section',
    { class: `card ${options.class ?? ''}`.trim(), 'aria-labelledby': id },
    h(
      'div',
      { class: 'card-head' },
      h('div', {}, h('h2', { id }, options.title), note === null ? null : h('p', { class: 'note' }, note)),
      options.actions ?? null,
    ),
    ...children,
  );
}

/** A number with its unit in a smaller size. */
export function figureElement(): {
  element: HTMLElement;
  set(figure: { value: string; unit: string }): void;
} {
  const value = document.createTextNode('');
  const unit = h('span', { class: 'unit' });
  const element = h('span', { class: 'figure' }, value, unit);
  return {
    element,
    set: (figure) => {
      if (value.data !== figure.value) value.data = figure.value;
      const text = figure.unit === '' ? '' : `\u00a0${figure.unit}`;
      if (unit.textContent !== text) unit.textContent = text;
    },
  };
}

/** A part of a bar: `share` of the bar's full width, 0 to 1. */
export interface BarPart {
  readonly color: 'peers' | 'origin' | 'cache' | 'counted' | 'wasted';
  readonly share: number;
}

/** A bar of parts, as decoration: the numbers always stand beside it as text. */
export function bar(parts: readonly BarPart[]): HTMLElement {
  const element = h('div', { class: 'bar', 'aria-hidden': 'true' });
  for (const { color, share } of parts) {
    if (!(share > 0)) continue;
    const part = h('span', { class: `bar-part bar-${color}` });
    part.style.width = `${Math.min(share, 1) * 100}%`;
    element.append(part);
  }
  return element;
}

/** A square of a source's colour, as in the charts; each source has its own shape as well. */
export function swatch(kind: 'peers' | 'origin' | 'cache' | 'counted' | 'wasted'): HTMLElement {
  return h('span', { class: `swatch swatch-${kind}`, 'aria-hidden': 'true' });
}
