/** Whether this visitor's browser may take part in the swarm. */

const key = 'shoal-consent';

/** The visitor's own word, kept in localStorage; `undefined`: none yet, or storage is forbidden. */
export function storedChoice(): 'in' | 'out' | undefined {
  try {
    const value = localStorage.getItem(key);
    return value === 'in' || value === 'out' ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Remembers it, where the browser lets us. */
export function storeChoice(choice: 'in' | 'out'): void {
  try {
    localStorage.setItem(key, choice);
  } catch {
    // It then lasts as long as this page.
  }
}

/** What browsers say about a visitor's wishes beyond the standard types. */
interface WishfulNavigator {
  readonly globalPrivacyControl?: boolean;
  readonly connection?: { readonly saveData?: boolean; readonly type?: string };
}

/**
 * Whether the browser asks us to keep quiet: Global Privacy Control
 * (https://w3c.github.io/gpc/), Save-Data or a metered connection
 * (https://wicg.github.io/netinfo/).
 */
export function isQuietWanted(): boolean {
  const wishes: Navigator & WishfulNavigator = navigator;
  const { connection, globalPrivacyControl } = wishes;
  return globalPrivacyControl === true || connection?.saveData === true || connection?.type === 'cellular';
}
