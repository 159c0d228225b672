import type { Severity } from '../finding.ts';

/** What a finding code stands for. `title` is one line; `fix` says what to do. */
export interface FindingKind {
  readonly severity: Severity;
  readonly title: string;
  readonly fix: string;
}
