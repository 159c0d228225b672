import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  type Counts,
  countsAfterSecondRun,
  countsIn,
  crash,
  type Failure,
  lateFiles,
} from '../../scripts/test/counts.ts';

const root = path.resolve(import.meta.dirname, '../..');

function failureIn(file: string, ranOutOfTime: boolean): Failure {
  return { test: `a test of ${file}`, file, text: 'Error', ranOutOfTime };
}

function countsWith(...failures: readonly Failure[]): Counts {
  return { passed: 10, failed: failures.length, skipped: 0, failures };
}

describe('the second run of test files', () => {
  const late = (file: string): Failure => failureIn(file, true);
  const wrong = (file: string): Failure => failureIn(file, false);
  for (const [what, failures, files] of [
    ['nothing that passed', [], []],
    ['a file that ran out of time', [late('a')], ['a']],
    ['it once, however many of its tests did', [late('a'), late('a'), late('b')], ['a', 'b']],
    ['no file in which something was wrong', [wrong('a'), late('b')], ['b']],
    ['no file in which something was wrong, too', [late('a'), wrong('a')], []],
    ['no hook of the whole run', [late('')], []],
    ['none of many', [late('a'), late('b'), late('c'), late('d')], []],
  ] as const) {
    it(`takes ${what}`, () => assert.deepEqual(lateFiles(countsWith(...failures)), files));
  }

  for (const [what, second, expected] of [
    ['that passes', countsWith(), { passed: 12, failed: 1 }],
    ['that fails again', countsWith(late('a')), { passed: 11, failed: 2 }],
    ['that finds something wrong', countsWith(wrong('a')), { passed: 11, failed: 2 }],
    ['that ends before it counts', crash, { passed: 11, failed: 2 }],
  ] as const) {
    it(`counts one ${what}`, () => {
      const { passed, failed } = countsAfterSecondRun(countsWith(late('a'), late('a'), wrong('b')), 'a', second);
      assert.deepEqual({ passed, failed }, expected);
    });
  }
});

describe('the counts of a run', () => {
  let directory: string;
  beforeEach(() => (directory = mkdtempSync(path.join(tmpdir(), 'mqttsec-counts-'))));
  afterEach(() => rmSync(directory, { recursive: true }));

  it('say of each failure whether its time ran out', () => {
    const file = path.join(directory, 'given.test.mjs');
    writeFileSync(
      file,
      `it('passes', () => undefined);
       it('hangs', () => new Promise(() => undefined)).timeout(20);
       it('waits', () => { throw new Error('waited 30 s for: what does not come'); });
       it('is wrong', () => { throw new Error('a client was let in, and waited 30 s for: nothing'); });`,
    );
    const counts = path.join(directory, 'counts');
    spawnSync(process.execPath, ['node_modules/mocha/bin/mocha.js', file], {
      cwd: root,
      env: { ...process.env, MQTTSEC_TEST_COUNTS: counts },
    });
    const { passed, failed, failures = [] } = countsIn(counts) ?? {};
    assert.deepEqual({ passed, failed }, { passed: 1, failed: 3 });
    assert.deepEqual(
      failures.map(({ test, ranOutOfTime }) => [test, ranOutOfTime]),
      [
        ['hangs', true],
        ['waits', true],
        ['is wrong', false],
      ],
    );
    assert.ok(failures.every((failure) => path.resolve(root, failure.file) === file));
  });

  it('are none where a run ended before', () => {
    assert.equal(countsIn(path.join(directory, 'counts')), undefined);
  });
});
