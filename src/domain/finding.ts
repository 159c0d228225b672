import type { FindingCode } from './findings.ts';
import type { ObjectRef } from './names.ts';
import type { Reason } from './reasons.ts';

export type Severity = 'Info' | 'Warning' | 'Error';

/** Where in a file a finding is; lines and columns count from 1. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** One thing wrong with one object. `code` is API (docs/reference/findings.md); `path` is a field such as `spec.rules[2].topic`. */
export interface Finding {
  readonly code: FindingCode;
  readonly severity: Severity;
  readonly message: string;
  readonly path: string;
  readonly object?: ObjectRef;
  readonly position?: Position;
  /** Reason of the condition that this finding turns into, where it turns into one. */
  readonly reason?: Reason;
}

/** More findings of one text than this help nobody: what reads it stops there. */
export const mostFindings = 100;

/** Either a value or the findings that refuse it. Nothing in `domain` throws for bad input. */
export type Parsed<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly findings: readonly Finding[] };

export function parsed<T>(value: T): Parsed<T> {
  return { ok: true, value };
}

export function refused(...findings: readonly Finding[]): {
  readonly ok: false;
  readonly findings: readonly Finding[];
} {
  return { ok: false, findings };
}
