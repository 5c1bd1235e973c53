/** When the summary is asked for again: soon after something happened, now and then in any case, never twice at once. */

/** At most one summary in this time, however much happens. */
const apartMs = 3_000;
/** And one at least, since the window moves on. */
const atLeastEveryMs = 30_000;
/** How long to look away while an answer is still on its way. */
const busyMs = 1_000;

export interface Refresher {
  /** At once: the reader has chosen something else. */
  readonly now: () => Promise<void>;
  /** Something has happened. Not dropped when it comes too early: it may be the last for a long time. */
  readonly soon: () => void;
}

/** `ask` must not reject. While nobody looks (hidden tab) nothing is asked. */
export function createRefresher(ask: () => Promise<void>): Refresher {
  let askedAt = 0;
  let asking = 0;
  let planned: ReturnType<typeof setTimeout> | undefined;

  const now = async (): Promise<void> => {
    clearTimeout(planned);
    planned = undefined;
    askedAt = Date.now();
    asking += 1;
    await ask();
    asking -= 1;
  };
  const soon = (): void => {
    if (planned !== undefined || document.hidden) return;
    const waitMs = Math.max(asking > 0 ? busyMs : 0, askedAt + apartMs - Date.now());
    planned = setTimeout(() => {
      planned = undefined;
      if (asking > 0) soon();
      else void now();
    }, waitMs);
  };
  setInterval(() => {
    if (Date.now() - askedAt >= atLeastEveryMs) soon();
  }, 5_000);
  document.addEventListener('visibilitychange', soon);
  return { now, soon };
}
