import { auditedFindings } from './findings/audited.ts';
import { declaredFindings } from './findings/declared.ts';
import { enforcedFindings } from './findings/enforced.ts';
import { operatedFindings } from './findings/operated.ts';

export type { FindingKind } from './findings/kind.ts';

/** The table of finding codes; docs/reference/findings.md is generated from it. Codes are API and never reused. */
export const findingKinds = {
  ...declaredFindings,
  ...enforcedFindings,
  ...operatedFindings,
  ...auditedFindings,
} as const;

export type FindingCode = keyof typeof findingKinds;
