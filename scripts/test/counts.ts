/** What runs of mocha counted, and what a second run of a file makes of it. */
import { existsSync, readFileSync } from 'node:fs';

export interface Failure {
  readonly test: string;
  /** From the root of the repository; empty for a hook of the whole run. */
  readonly file: string;
  /** The stack of the error, with its message. */
  readonly text: string;
  /** Nothing was seen to be wrong: what the test waited for did not come in time. */
  readonly ranOutOfTime: boolean;
}

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly failures: readonly Failure[];
}

export const noCounts: Counts = { passed: 0, failed: 0, skipped: 0, failures: [] };

/** A run that ended before it counted: one failure, so that no crash looks like a pass. */
export const crash: Counts = { ...noCounts, failed: 1 };

/** What scripts/mocha-reporter.cjs wrote of a run; undefined where it came to no count. */
export function countsIn(file: string): Counts | undefined {
  const [line] = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
  return line ? (JSON.parse(line) as Counts) : undefined;
}

export function sumOf(counts: readonly Counts[]): Counts {
  return counts.reduce(
    (sum, { passed, failed, skipped, failures }) => ({
      passed: sum.passed + passed,
      failed: sum.failed + failed,
      skipped: sum.skipped + skipped,
      failures: [...sum.failures, ...failures],
    }),
    noCounts,
  );
}

/** More files that ran out of time in one run are no accident. */
const mostLateFiles = 3;

/**
 * The files to run once more: those in which every failure is of time that ran out, unless they are many. A test that saw
 * something wrong has failed, however rarely it does.
 */
export function lateFiles({ failures }: Counts): readonly string[] {
  const files = [...new Set(failures.map(({ file }) => file))].filter((file) =>
    failures.every((failure) => failure.file !== file || (failure.ranOutOfTime && file !== '')),
  );
  return files.length <= mostLateFiles ? files : [];
}

/** The counts of `first` in which the failures of `file` are those of its second run; a failure that is gone is a pass. */
export function countsAfterSecondRun(first: Counts, file: string, second: Counts): Counts {
  const late = first.failures.filter((failure) => failure.file === file).length;
  return {
    passed: first.passed + Math.max(0, late - second.failed),
    failed: first.failed - late + second.failed,
    skipped: first.skipped,
    failures: [...first.failures.filter((failure) => failure.file !== file), ...second.failures],
  };
}

/** Lines kept of a failure: its message and the place in the test. The whole stands where the tier ran. */
const keptLines = 30;

/** The failures, so that the end of a long log says what to look for. */
export function failuresText(failures: readonly Failure[]): string {
  const textOf = ({ test, file, text }: Failure): string =>
    `\nfailed: ${test}\n  in ${file}\n  ${text.split('\n').slice(0, keptLines).join('\n  ')}`;
  return failures.map(textOf).join('\n');
}
