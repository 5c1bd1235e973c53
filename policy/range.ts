/** The Range header (RFC 9110, section 14). */

/** What a Range header asks of a body of a known size. Half-open: `to` is not included. */
export type RangeRequest =
  | { readonly kind: 'whole' }
  | { readonly kind: 'part'; readonly from: number; readonly to: number; readonly open: boolean }
  | { readonly kind: 'unsatisfiable' };

const whole: RangeRequest = { kind: 'whole' };

/**
 * Reads a Range header. Malformed ones, other units and several ranges at once are ignored, as the
 * RFC allows (section 14.2): the answer is the whole body, never a wrong part.
 */
export function parseRange(header: string | null, size: number): RangeRequest {
  const match = header === null ? null : /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header.trim());
  if (match === null) return whole;
  const [, first = '', last = ''] = match;
  if (first === '' && last === '') return whole;
  if (first === '') {
    const length = Math.min(Number(last), size);
    if (Number(last) === 0) return { kind: 'unsatisfiable' };
    // The last bytes of an empty body are all of it, and no Content-Range could say so (section 14.1.2).
    return length === 0 ? whole : { kind: 'part', from: size - length, to: size, open: true };
  }
  if (last !== '' && Number(last) < Number(first)) return whole;
  if (Number(first) >= size) return { kind: 'unsatisfiable' };
  return {
    kind: 'part',
    from: Number(first),
    to: last === '' ? size : Math.min(Number(last) + 1, size),
    open: last === '',
  };
}

/** Chunk indexes as runs of neighbours: `[first, last]` each, so that one range request covers a run. */
export function runsOf(chunks: readonly number[]): { readonly first: number; readonly last: number }[] {
  const runs: { first: number; last: number }[] = [];
  for (const chunk of chunks) {
    const run = runs.at(-1);
    if (run?.last === chunk - 1) run.last = chunk;
    else runs.push({ first: chunk, last: chunk });
  }
  return runs;
}
