const rfc3339 = /^(\d{4})-(\d\d)-(\d\d)T\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;

/** The instant of an RFC 3339 time (section 5.6), to the millisecond; undefined for all else, such as February 30th. */
export function timeOf(text: string): Date | undefined {
  const [match, year, month, day] = rfc3339.exec(text.toUpperCase()) ?? [];
  if (match === undefined) return undefined;
  // Date takes the 31st of a shorter month for the first of the next.
  if (Number(day) > new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate()) return undefined;
  const time = new Date(match);
  return Number.isNaN(time.getTime()) ? undefined : time;
}
