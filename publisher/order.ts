/**
 * Order by UTF-16 code units: the same on every machine. (`localeCompare` follows the locale, and
 * readdir's order follows the file system.)
 */
export function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
