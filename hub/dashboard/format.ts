/**
 * Numbers and times as the dashboard writes them: one locale (the page's own, English), decimal units,
 * three significant digits, and a dash where there is nothing to say. Pure: the present is an argument.
 */

const locale = 'en';
const noBreakSpace = '\u00a0';

/** What stands where a figure is not known. */
export const unknownFigure = '–';

/** A figure in two parts, so that the unit can be set smaller than the number. */
export interface Figure {
  readonly value: string;
  readonly unit: string;
}

const byteUnits = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;

/** Bytes in decimal units (1 kB = 1000 B), three significant digits: `1.24`, `MB`. */
export function bytesFigure(bytes: number): Figure {
  if (!Number.isFinite(bytes)) return { value: unknownFigure, unit: '' };
  let value = Math.abs(bytes);
  let step = 0;
  while (threeDigits(value) >= 1000 && step < byteUnits.length - 1) {
    value /= 1000;
    step += 1;
  }
  const digits = step === 0 || value === 0 ? 0 : value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  const sign = bytes < 0 ? '−' : '';
  return { value: sign + grouped(value, digits), unit: byteUnits[step] ?? 'B' };
}

/** {@link bytesFigure} as one text that does not break: `1.24 MB`. */
export function formatBytes(bytes: number): string {
  const { value, unit } = bytesFigure(bytes);
  return unit === '' ? value : value + noBreakSpace + unit;
}

/** Bytes at an axis: no more digits than the number has. */
export function formatAxisBytes(bytes: number): string {
  let value = bytes;
  let step = 0;
  while (value >= 1000 && step < byteUnits.length - 1) {
    value /= 1000;
    step += 1;
  }
  return `${trimmed(value)}${noBreakSpace}${byteUnits[step] ?? 'B'}`;
}

/** A count at an axis; nothing between whole numbers. */
export function formatAxisCount(count: number): string {
  return Number.isInteger(count) ? formatCount(count) : '';
}

/**
 * A ratio in percent, one decimal. Never rounded up to 100 nor down to 0: `99.9 %` is not everything,
 * and something is not nothing. `null` or not a number: unknown.
 */
export function formatPercent(ratio: number | null): string {
  const { value, unit } = percentFigure(ratio);
  return unit === '' ? value : value + noBreakSpace + unit;
}

/** {@link formatPercent} in two parts. */
export function percentFigure(ratio: number | null): Figure {
  if (ratio === null || !Number.isFinite(ratio)) return { value: unknownFigure, unit: '' };
  const percent = ratio * 100;
  if (percent > 0 && percent < 0.1) return { value: '< 0.1', unit: '%' };
  if (percent > 99.9 && percent < 100) return { value: '99.9', unit: '%' };
  if (percent === 0 || percent === 100) return { value: grouped(percent, 0), unit: '%' };
  return { value: grouped(percent, 1), unit: '%' };
}

/** A count: all digits up to a million, then three significant ones: `12,403`, `1.24 M`. */
export function formatCount(count: number): string {
  if (!Number.isFinite(count)) return unknownFigure;
  if (Math.abs(count) < 1_000_000) return grouped(count, 0);
  return new Intl.NumberFormat(locale, { notation: 'compact', maximumSignificantDigits: 3 }).format(count);
}

/** `1 visitor`, `12,403 visitors`. */
export function formatCounted(count: number, one: string, many: string): string {
  return `${formatCount(count)}${noBreakSpace}${count === 1 ? one : many}`;
}

/**
 * An amount of money. `currency`: an ISO 4217 code; anything else is written behind the number. Amounts
 * below one get up to four decimals, so that a price per GB such as 0.0085 stays readable.
 */
export function formatMoney(amount: number, currency: string): string {
  if (!Number.isFinite(amount)) return unknownFigure;
  const small = amount !== 0 && Math.abs(amount) < 1;
  const digits = Math.abs(amount) >= 10_000 ? 0 : 2;
  const format = { minimumFractionDigits: digits, maximumFractionDigits: small ? 4 : digits };
  if (!/^[A-Za-z]{3}$/.test(currency)) {
    const plain = new Intl.NumberFormat(locale, format).format(amount);
    return currency === '' ? plain : plain + noBreakSpace + currency;
  }
  return new Intl.NumberFormat(locale, {
    ...format,
    style: 'currency',
    currency: currency.toUpperCase(),
    currencyDisplay: 'narrowSymbol',
  }).format(amount);
}

/** A span of time in milliseconds: `840 ms`, `1.24 s`, `12.4 s`, `3 min`. `null`: unknown. */
export function formatDuration(ms: number | null): string {
  if (ms === null || !Number.isFinite(ms)) return unknownFigure;
  if (ms < 999.5) return `${grouped(ms, 0)}${noBreakSpace}ms`;
  const seconds = ms / 1000;
  if (seconds < 119.5) return `${grouped(seconds, seconds < 9.995 ? 2 : 1)}${noBreakSpace}s`;
  return `${grouped(seconds / 60, 0)}${noBreakSpace}min`;
}

const agoSteps = [
  { unit: 'day', ms: 86_400_000 },
  { unit: 'hour', ms: 3_600_000 },
  { unit: 'minute', ms: 60_000 },
] as const;

/** How long ago `time` was at `now` (both milliseconds since the epoch): `just now`, `5 minutes ago`. */
export function formatAgo(time: number, now: number): string {
  const ago = now - time;
  for (const { unit, ms } of agoSteps) {
    if (ago < ms) continue;
    return new Intl.RelativeTimeFormat(locale, { numeric: 'always' }).format(-Math.floor(ago / ms), unit);
  }
  return 'just now';
}

/** A moment (milliseconds since the epoch) in the reader's time zone: `21 Nov 2025, 14:05`. */
export function formatMoment(time: number): string {
  return new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' }).format(time);
}

/** A bucket of a chart that spans `spanMs`: `14:00–14:15`, with the day in front where several are in sight. */
export function formatBucket(from: number, to: number, spanMs: number): string {
  const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  const times = `${clock.format(from)}–${clock.format(to)}`;
  if (spanMs <= 2 * 3_600_000) return times;
  const day = new Intl.DateTimeFormat('en-GB', { weekday: 'short', day: 'numeric', month: 'short' });
  return to - from >= 86_400_000 ? day.format(from) : `${day.format(from)}, ${times}`;
}

/** The first eight digits of a digest. */
export function formatDigest(hex: string): string {
  return hex.slice(0, 8);
}

function grouped(value: number, digits: number): string {
  return new Intl.NumberFormat(locale, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(value);
}

function trimmed(value: number): string {
  return new Intl.NumberFormat(locale, { maximumFractionDigits: 2 }).format(value);
}

/** The value as three significant digits will show it: 999.6 shows as 1000, so it needs the next unit. */
function threeDigits(value: number): number {
  return value >= 99.95 ? Math.round(value) : value;
}
