/** What this visitor has said about the swarm. */

const key = 'shoal-consent';

/** Kept in localStorage; `undefined`: none yet, or storage is forbidden. */
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
