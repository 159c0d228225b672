/**
 * How far the beginning of what we sign lies back, milliseconds: 10 minutes. A broker whose clock is behind would refuse
 * a certificate, and with a CRL every client (facts 2.2).
 */
export const backdateMilliseconds = 10 * 60_000;

/**
 * How far off the clock of who signs may be, milliseconds. A list from the future refuses every client, one from the past
 * runs out before its time (threat T9).
 */
export const mostSkewMilliseconds = 60_000;

const form = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

/** RFC 3339 in UTC, the fraction of the second cut off: `2026-01-01T00:00:00Z`. X.509 knows nothing finer. */
export function secondsText(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`;
}

/** The time that `secondsText` wrote. Undefined for any other form and for what no calendar has: `Date` would roll 30 February over. */
export function timeOfSecondsText(text: string): Date | undefined {
  if (!form.test(text)) return undefined;
  const time = new Date(text);
  return time.getUTCDate() === Number(text.slice(8, 10)) ? time : undefined;
}
