/** What may stand in a log line: no addresses, no URLs with queries, no peer ids. */
export type LogFields = Readonly<Record<string, string | number | boolean | null>>;

/** Where the hub's log lines go. One call is one line; `event` is a fixed word, `fields` the rest. */
export interface Logger {
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
}

/** The default: says nothing. */
export const silentLogger: Logger = { info: () => {}, warn: () => {}, error: () => {} };

/** One JSON object a line, for `write` (for instance `process.stderr.write`). */
export function jsonLogger(write: (line: string) => void, clock: () => number = Date.now): Logger {
  const line =
    (level: string) =>
    (event: string, fields?: LogFields): void =>
      write(`${JSON.stringify({ t: new Date(clock()).toISOString(), level, event, ...fields })}\n`);
  return { info: line('info'), warn: line('warn'), error: line('error') };
}

/** The text of whatever was thrown, on one line. */
export function messageOf(thrown: unknown): string {
  return (thrown instanceof Error ? thrown.message : String(thrown)).replaceAll(/\s+/g, ' ').slice(0, 300);
}
