import type { Severity } from './finding.ts';

/** What a finding code stands for. `title` is one line; `fix` says what to do. */
export interface FindingKind {
  readonly severity: Severity;
  readonly title: string;
  readonly fix: string;
}

/** The table of finding codes; docs/reference/findings.md is generated from it. Codes are API and never reused. */
export const findingKinds = {
  MQS001: {
    severity: 'Error',
    title: 'Input cannot be read',
    fix: 'Check that the file exists, is readable, is UTF-8 YAML or JSON and is at most 8 MiB.',
  },
  MQS002: {
    severity: 'Error',
    title: 'YAML is malformed',
    fix: 'Correct the syntax at the line and column that are named.',
  },
  MQS003: {
    severity: 'Error',
    title: 'Schema is violated',
    fix: 'Compare the field with docs/reference/kinds.md or `kubectl explain`.',
  },
} as const satisfies Record<`MQS${string}`, FindingKind>;

export type FindingCode = keyof typeof findingKinds;
