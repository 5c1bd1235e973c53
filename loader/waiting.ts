/** `data-shoal-src`: elements whose source is set only when the worker can answer for it. */

const selector = '[data-shoal-src]';

/** URLs of what has waited. */
export const waited = new Set<string>();

/** Whether the document has such elements now. */
export function hasWaiting(): boolean {
  return document.querySelector(selector) !== null;
}

/** Gives all of them their source, and those that are added later at once. */
export function releaseWaiting(): void {
  for (const element of document.querySelectorAll<HTMLElement>(selector)) assign(element);
  new MutationObserver((records) => {
    for (const { addedNodes, target, type } of records) {
      for (const node of type === 'attributes' ? [target] : addedNodes) {
        if (!(node instanceof HTMLElement)) continue;
        if (node.matches(selector)) assign(node);
        for (const inner of node.querySelectorAll<HTMLElement>(selector)) assign(inner);
      }
    }
  }).observe(document, { subtree: true, childList: true, attributeFilter: ['data-shoal-src'] });
}

function assign(element: HTMLElement): void {
  const source = element.dataset['shoalSrc'];
  if (source === undefined) return;
  delete element.dataset['shoalSrc'];
  waited.add(new URL(source, document.baseURI).href);
  element.setAttribute(element instanceof HTMLLinkElement ? 'href' : 'src', source);
  // A media element that has looked at its sources does not look again by itself.
  const parent = element.parentElement;
  if (element instanceof HTMLSourceElement && parent instanceof HTMLMediaElement) parent.load();
}
