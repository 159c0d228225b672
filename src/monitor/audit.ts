import type { Notice } from './notice.ts';

/** Whose log it was. */
export interface AuditOrigin {
  /** `NAMESPACE/NAME` of the broker. */
  readonly broker: string;
  /** Pod or external instance. */
  readonly instance: string;
}

/**
 * One line of JSON without an end of line, in the form of `schemas/audit-event.json`. Whatever clients called themselves is
 * cut and holds nothing that ends a line or acts upon a terminal; all but plain ASCII is escaped.
 */
export function auditLine(notice: Notice, origin?: AuditOrigin): string {
  const { kind, at, until, ...rest } = notice;
  const event = { version: 1, time: at, event: kind, ...origin, ...rest, ...(until && { until }) };
  return plainJson(event);
}

/** JSON in one line of plain ASCII: nothing in it ends a line or acts upon a terminal. */
export function plainJson(value: object): string {
  return JSON.stringify(value).replace(/[^ -~]/g, escaped);
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
