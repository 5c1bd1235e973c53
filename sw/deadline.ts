/** Deadlines for everything that waits on another realm or machine. */

/** Rejects when `promise` has not settled after `ms`. */
export function inTime<T>(promise: Promise<T>, ms: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('late')), ms);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** `fallback` when `promise` has not settled after `ms`, or rejects. */
export function within<T, F>(promise: Promise<T>, ms: number, fallback: F): Promise<T | F> {
  return inTime(promise, ms).catch(() => fallback);
}
