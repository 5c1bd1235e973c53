/**
 * Building elements. Text goes in as text nodes only, so nothing that a server or a visitor wrote is ever
 * read as markup; there is no way in here to set HTML or an inline style from a string.
 */

export type Child = Node | string | null;

/** An element with attributes and children: `h('p', { class: 'note' }, 'text')`. `null` children are left out. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...present(children));
  return element;
}

/** Replaces all children. */
export function fill(element: Element, ...children: readonly Child[]): void {
  element.replaceChildren(...present(children));
}

/** Sets the text only where it changed, so that a selection or a screen reader is not disturbed. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** An element of the page's own HTML; its absence is a defect of the page. */
export function byId(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`index.html has no element with the id "${id}"`);
  return element;
}

const svgNamespace = 'http://www.w3.org/2000/svg';

/** A 20 x 20 icon from one path, hidden from assistive technology: the text beside it says the same. */
export function icon(path: string): SVGElement {
  const svg = document.createElementNS(svgNamespace, 'svg');
  const attributes = { viewBox: '0 0 20 20', class: 'icon', 'aria-hidden': 'true', focusable: 'false' };
  for (const [name, value] of Object.entries(attributes)) svg.setAttribute(name, value);
  const shape = document.createElementNS(svgNamespace, 'path');
  shape.setAttribute('d', path);
  svg.append(shape);
  return svg;
}

/** Unique ids for `aria-labelledby` and `aria-controls`. */
export function uniqueId(prefix: string): string {
  lastId += 1;
  return `${prefix}-${lastId}`;
}
let lastId = 0;

function present(children: readonly Child[]): (Node | string)[] {
  return children.filter((child) => child !== null);
}
