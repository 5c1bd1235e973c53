/** A k-d tree over points in space (Bentley 1975): the nearest of many points, without asking each of them. */

/** Three numbers a point, ordered so that the middle of every span splits it along one axis. */
export interface PointTree {
  readonly points: Float64Array;
  readonly order: Uint32Array;
}

/** Builds the tree. @param points three numbers each: x, y, z. */
export function pointTree(points: Float64Array): PointTree {
  const order = Uint32Array.from({ length: points.length / 3 }, (_, i) => i);
  const split = (from: number, to: number, axis: number): void => {
    if (to - from < 2) return;
    const coordinate = (i: number): number => points[i * 3 + axis] ?? 0;
    order.subarray(from, to).sort((a, b) => coordinate(a) - coordinate(b) || a - b);
    const middle = (from + to) >> 1;
    split(from, middle, (axis + 1) % 3);
    split(middle + 1, to, (axis + 1) % 3);
  };
  split(0, order.length, 0);
  return { points, order };
}

/** Straight-line distance from a place to the nearest point; infinite where the tree is empty. */
export function nearestDistance(
  { points, order }: PointTree,
  place: readonly [number, number, number],
): number {
  let best = Infinity;
  const search = (from: number, to: number, axis: 0 | 1 | 2): void => {
    if (from >= to) return;
    const middle = (from + to) >> 1;
    const at = (order[middle] ?? 0) * 3;
    const [x, y, z] = [points[at] ?? 0, points[at + 1] ?? 0, points[at + 2] ?? 0];
    best = Math.min(best, (x - place[0]) ** 2 + (y - place[1]) ** 2 + (z - place[2]) ** 2);
    const beyond = place[axis] - (points[at + axis] ?? 0);
    const next = axis === 0 ? 1 : axis === 1 ? 2 : 0;
    if (beyond < 0) search(from, middle, next);
    else search(middle + 1, to, next);
    if (beyond * beyond >= best) return;
    if (beyond < 0) search(middle + 1, to, next);
    else search(from, middle, next);
  };
  search(0, order.length, 0);
  return Math.sqrt(best);
}
