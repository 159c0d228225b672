/** How far our clock is from that of the API server, by the `Date` of its answers (RFC 9110 section 6.6.1). */

/** An answer, with the times of our clock between which the server made it, in milliseconds since 1970. */
export interface DatedAnswer {
  readonly date: string | undefined;
  readonly sentAt: number;
  readonly receivedAt: number;
}

export interface ClockSkew {
  readonly note: (answer: DatedAnswer) => void;
  /**
   * Milliseconds by which our clock is ahead at least, or behind where it is negative, as the last answer shows; 0 while
   * it may be right. An answer that took its time shows less, never too much.
   */
  readonly milliseconds: () => number;
}

/** A `Date` has no fractions of a second. */
const resolutionMilliseconds = 1000;

export function createClockSkew(): ClockSkew {
  let skew = 0;
  return {
    note({ date, sentAt, receivedAt }) {
      const at = Date.parse(date ?? '');
      // Our clock was set while we waited.
      if (Number.isNaN(at) || receivedAt < sentAt) return;
      const ahead = sentAt - (at + resolutionMilliseconds);
      const behind = receivedAt - at;
      skew = ahead > 0 ? ahead : Math.min(behind, 0);
    },
    milliseconds: () => skew,
  };
}
