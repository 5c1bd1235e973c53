/** What stands under a time axis, in the reader's time zone. Pure but for that zone. */

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });

const dayMs = 86_400_000;

/**
 * A label for each split (milliseconds since the epoch), `incrementMs` apart: the time of day, and the
 * day instead where one begins; days only, once they are a day apart or several days are in sight.
 */
export function timeLabels(splits: readonly number[], incrementMs: number, spanMs: number): string[] {
  const daysOnly = incrementMs >= dayMs || spanMs > 3 * dayMs;
  return splits.map((split) => {
    if (!isMidnight(split)) return daysOnly ? '' : clock.format(split);
    return day.format(split);
  });
}

function isMidnight(time: number): boolean {
  const date = new Date(time);
  return date.getHours() === 0 && date.getMinutes() === 0;
}
