import assert from 'node:assert/strict';
import { signsIn } from '../../../src/controllers/authorization/signs.ts';
import type { ReflectorReport } from '../../../src/kube/report.ts';

describe('up to when a reflector has told everything', () => {
  const asked: ReflectorReport = { event: 'Asked' };
  const listed: ReflectorReport = { event: 'Listed', objects: 1, changes: 0 };
  const ended: ReflectorReport = { event: 'WatchEnded', events: 0 };
  const failed: ReflectorReport = { event: 'Failed', error: new Error('away'), retryMilliseconds: 200 };

  /** Times with reports, then the times that were signed. */
  const rows: readonly (readonly [string, readonly (readonly [number, ReflectorReport])[], readonly number[]])[] = [
    [
      'a list, when it was asked for',
      [
        [100, asked],
        [40_100, listed],
      ],
      [100],
    ],
    [
      'a list after one that failed, when it was asked for again',
      [
        [100, asked],
        [5000, failed],
        [5200, asked],
        [6000, listed],
      ],
      [5200],
    ],
    [
      'a watch that the server ended before its time, until then',
      [
        [100, asked],
        [7000, ended],
      ],
      [7000],
    ],
    [
      'a watch whose end was read late, as long as it was to last',
      [
        [100, asked],
        [600_000, ended],
      ],
      [15_100],
    ],
    [
      'a watch that failed, nothing',
      [
        [100, asked],
        [7000, failed],
      ],
      [],
    ],
  ];
  for (const [what, reports, wanted] of rows) {
    it(`is, by ${what}`, () => {
      let now = 0;
      const times: number[] = [];
      const report = signsIn({
        ...{ sign: (time) => times.push(time), monotonic: () => now, watchMilliseconds: 15_000 },
      });
      for (const [time, one] of reports) {
        now = time;
        report(one);
      }
      assert.deepEqual(times, wanted);
    });
  }
});
