/** The Range header (RFC 9110, section 14.2), as a server for one range at a time understands it. */

/** Both ends included, as in Content-Range. */
export interface InclusiveRange {
  readonly first: number;
  readonly last: number;
}

/**
 * What to answer: `whole` for no range, one that cannot be understood, or several (the standard lets
 * a server ignore those); `unsatisfiable` is a 416.
 */
export type RangeWish =
  | { readonly kind: 'whole' }
  | { readonly kind: 'part'; readonly range: InclusiveRange }
  | { readonly kind: 'unsatisfiable' };

/** Reads a Range header for a body of `size` bytes. */
export function rangeWish(header: string | undefined, size: number): RangeWish {
  const match = /^bytes=(\d*)-(\d*)$/i.exec(header?.trim() ?? '');
  const [, from = '', to = ''] = match ?? [];
  if (match === null || (from === '' && to === '')) return { kind: 'whole' };
  if (from === '') return suffix(Number(to), size);
  const first = Number(from);
  if (to !== '' && Number(to) < first) return { kind: 'whole' };
  if (first >= size) return { kind: 'unsatisfiable' };
  return { kind: 'part', range: { first, last: to === '' ? size - 1 : Math.min(Number(to), size - 1) } };
}

function suffix(bytes: number, size: number): RangeWish {
  if (bytes === 0 || size === 0) return { kind: 'unsatisfiable' };
  return { kind: 'part', range: { first: Math.max(0, size - bytes), last: size - 1 } };
}
