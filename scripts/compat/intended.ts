import type { Break } from './breaking.ts';

/** A break that is meant, since the last release. */
export interface Intended extends Break {
  /** What users have to do, as CHANGELOG.md says it; or why nobody has to do anything. */
  readonly because: string;
}

/** Emptied when a release is locked. One that does not happen is a problem. */
export const intended: readonly Intended[] = [];

/** Breaks that are not meant, and meant ones that do not happen, one line for each. */
export function compatibilityProblems(breaks: readonly Break[], meant: readonly Intended[]): readonly string[] {
  const isSame = (one: Break, other: Break) => one.at === other.at && one.what === other.what;
  return [
    ...breaks
      .filter((one) => !meant.some((other) => isSame(one, other)))
      .map(({ at, what }) => `${at}: ${what}; take it back, or say in scripts/compat/intended.ts why it is meant`),
    ...meant
      .filter((one) => !breaks.some((other) => isSame(one, other)))
      .map(({ at, what }) => `${at}: not so any more, so take it out of scripts/compat/intended.ts: ${what}`),
  ];
}
