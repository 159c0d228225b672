/** How many certificates are to be renewed in the hours to come, beside how many were issued in one. */

export const hourMilliseconds = 3_600_000;
const weekHours = 168;
/** Within so many hours renewals are counted. */
const horizons = { nextHour: 1, nextDay: 24, nextWeek: weekHours } as const;

/** Counted at the last full hour, so that it is another one once an hour at most while nothing is issued. */
export interface RenewalForecast extends Readonly<Record<keyof typeof horizons, number>> {
  /** Were due before that hour, and are not renewed. */
  readonly overdue: number;
  /** Most that were issued in one of the hours of the last 7 days: what the issuer is known to bear. */
  readonly mostIssuedPerHour: number;
}

export interface CountedCertificate {
  readonly issuedAt: Date;
  /** Undefined for one that is not to be renewed: a newer one is there, or it was taken back. */
  readonly renewalAt: Date | undefined;
}

/** What a forecast is added up from: that of many certificates is the sum of those of their parts. */
export interface RenewalCounts {
  /** Due in each hour of the next 7 days; those before it are under `overdue`. */
  readonly due: Uint32Array;
  readonly overdue: number;
  /** Issued in each hour of the last 7 days and in the present one. */
  readonly issued: Uint32Array;
}

/** Beginning of the hour, milliseconds since the epoch. */
export function hourOf(now: Date): number {
  return Math.floor(now.getTime() / hourMilliseconds) * hourMilliseconds;
}

/** Counts as of the hour that begins at `hour` (`hourOf`). */
export function renewalCounts(certificates: Iterable<CountedCertificate>, hour: number): RenewalCounts {
  const [due, issued] = [new Uint32Array(weekHours), new Uint32Array(weekHours + 1)];
  let overdue = 0;
  const hoursTo = (time: Date) => Math.floor((time.getTime() - hour) / hourMilliseconds);
  for (const { issuedAt, renewalAt } of certificates) {
    countIn(issued, weekHours + hoursTo(issuedAt));
    if (!renewalAt) continue;
    if (renewalAt.getTime() < hour) overdue += 1;
    else countIn(due, hoursTo(renewalAt));
  }
  return { due, overdue, issued };
}

function countIn(counts: Uint32Array, index: number): void {
  const count = counts[index];
  if (count !== undefined) counts[index] = count + 1;
}

/** The forecast of all parts together, which are of the same hour. */
export function renewalForecast(parts: readonly RenewalCounts[]): RenewalForecast {
  const due = sumOf(
    parts.map((part) => part.due),
    weekHours,
  );
  const issued = sumOf(
    parts.map((part) => part.issued),
    weekHours + 1,
  );
  const within = (hours: number) => due.subarray(0, hours).reduce((sum, count) => sum + count, 0);
  return {
    overdue: parts.reduce((sum, { overdue }) => sum + overdue, 0),
    ...{ nextHour: within(horizons.nextHour), nextDay: within(horizons.nextDay), nextWeek: within(horizons.nextWeek) },
    mostIssuedPerHour: Math.max(0, ...issued),
  };
}

function sumOf(arrays: readonly Uint32Array[], length: number): Uint32Array {
  const sum = new Uint32Array(length);
  for (const one of arrays)
    for (let index = 0; index < length; index += 1) sum[index] = (sum[index] ?? 0) + (one[index] ?? 0);
  return sum;
}
