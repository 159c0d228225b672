import { tokenBucket } from '../domain/token-bucket.ts';
import { shownText } from '../monitor/text.ts';
import type { Clock } from '../ports.ts';

/** The way of the broker's log into the log of the agent. */
export interface LogRelay {
  readonly pass: (line: string) => void;
  /** Lines that were not passed on because they were too many. */
  readonly leftOut: () => number;
}

/** So many lines at once, and then so many in a second: some clients can make the broker log as fast as it can. */
const rate = { burst: 2_000, perSecond: 200 } as const;
const longestLine = 4_096;

/** Lines of the debug log, of which each packet makes one or more; nobody but the monitor has a use for them. */
const traces = [
  'Received ',
  'Sending ',
  'Denied PUBLISH from ',
  'Dropped too large PUBLISH from ',
  'No will message specified.',
  'Will message specified (',
  '\t',
];

/** Passes on at a bounded rate, and says how many lines were left out before it goes on. */
export function logRelay(clock: Pick<Clock, 'now'>, onLog: (line: string) => void): LogRelay {
  const bucket = tokenBucket(rate);
  let [leftOut, untold] = [0, 0];
  return {
    pass(line) {
      if (!bucket.take(clock.now().getTime())) {
        leftOut += 1;
        untold += 1;
        return;
      }
      if (untold > 0) onLog(`${untold} lines left out`);
      untold = 0;
      // Clients choose part of it, and people read it at terminals.
      onLog(shownText(line, longestLine));
    },
    leftOut: () => leftOut,
  };
}

/** True for a line that tells of one packet, and is not for people. */
export function isTrace(line: string): boolean {
  const time = /^\d{1,20}: /.exec(line)?.[0] ?? '';
  return traces.some((words) => line.startsWith(words, time.length));
}
