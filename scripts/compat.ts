/**
 * Says what crds/ breaks of the kinds as they were released last.
 * Usage: compat.ts [--lock]; with --lock, as the last step of a release, it keeps what crds/ has now as released.
 * Exit code 1: something breaks that is not meant, or the lock is not of the newest release.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { breaksBetween } from './compat/breaking.ts';
import { compatibilityProblems, intended } from './compat/intended.ts';
import { kindsIn, lockFile, lockText, newestRelease, readLock } from './compat/released.ts';

const root = path.resolve(import.meta.dirname, '..');
const release = newestRelease(readFileSync(path.join(root, 'CHANGELOG.md'), 'utf8'));
const kinds = kindsIn('crds');
if (process.argv.includes('--lock')) {
  writeFileSync(path.join(root, lockFile), lockText({ release, kinds }));
  console.log(`compat: ${lockFile} has the kinds of release ${release}; now empty scripts/compat/intended.ts`);
} else {
  const lock = readLock();
  const isOfNewest = lock.release === release;
  const problems = [
    ...(isOfNewest
      ? []
      : [`${lockFile} is of release ${lock.release}, and the newest is ${release}: run compat.ts --lock`]),
    ...compatibilityProblems(breaksBetween(lock.kinds, kinds), intended),
  ];
  for (const problem of problems) console.error(`compat: ${problem}`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
