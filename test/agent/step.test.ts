import assert from 'node:assert/strict';
import { backoffMilliseconds, nextStep, type Step, type StepFacts } from '../../src/agent/step.ts';

const now = 1000;
const idle: StepFacts = {
  now,
  wantedAt: undefined,
  restoreAt: undefined,
  refreshAt: undefined,
  followUpAt: undefined,
  reportAt: undefined,
  lookAt: undefined,
};

const cases: readonly [what: string, facts: Partial<StepFacts>, step: Step][] = [
  ['nothing to do', {}, { kind: 'Wait', until: Infinity }],
  ['a new bundle', { wantedAt: now }, { kind: 'Enforce' }],
  [
    'a bundle that failed waits, and the last good set is put back',
    { wantedAt: now + 1, restoreAt: now },
    { kind: 'Restore' },
  ],
  [
    'a new bundle goes before all else',
    { wantedAt: now, restoreAt: 0, refreshAt: 0, followUpAt: 0 },
    { kind: 'Enforce' },
  ],
  ['something ended', { refreshAt: now, followUpAt: now }, { kind: 'Refresh' }],
  ['sessions to end', { followUpAt: now, reportAt: now }, { kind: 'FollowUp' }],
  ['a report to send again', { reportAt: now, lookAt: now }, { kind: 'Report' }],
  ['a look at what is in force', { lookAt: now }, { kind: 'Look' }],
  ['waits for what is due first', { wantedAt: now + 9, refreshAt: now + 5 }, { kind: 'Wait', until: now + 5 }],
];

describe('next step of the agent', () => {
  for (const [what, facts, step] of cases) {
    it(what, () => assert.deepEqual(nextStep({ ...idle, ...facts }), step));
  }
});

describe('backoff', () => {
  it('is none after the first failure, then doubles up to a minute', () => {
    const seconds = [1, 2, 3, 4, 8, 9, 100].map((failures) => backoffMilliseconds(failures) / 1000);
    assert.deepEqual(seconds, [0, 1, 2, 4, 60, 60, 60]);
  });
});
