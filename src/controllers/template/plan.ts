/** What the status of a template shall say. Pure. */
import { preparedTemplate } from '../../domain/acl/prepared.ts';
import type { Finding } from '../../domain/finding.ts';
import type { DeclaredTemplate } from '../declared.ts';
import { messageOf } from '../device/verdict.ts';
import { condition, type ConditionDraft, type StatusDraft } from '../status.ts';

/** `devices`: how many use it. */
export function templateStatus({ meta, value }: DeclaredTemplate, devices: number): StatusDraft {
  const findings = value.ok ? preparedTemplate(value.value).findings : value.findings;
  const conditions = findings.length > 0 ? refusal(findings) : accepted;
  return { generation: meta.generation, conditions, fields: { devices } };
}

const accepted: readonly ConditionDraft[] = [
  condition('Accepted', 'True', 'Accepted', 'the object is valid'),
  condition('Ready', 'True', 'Ready', 'devices may use it'),
];

function refusal(findings: readonly Finding[]): readonly ConditionDraft[] {
  const reason = findings[0]?.reason ?? 'Invalid';
  const message = `${messageOf(findings)}; devices keep the rights that they had before`;
  return [
    condition('Accepted', 'False', reason, message),
    condition('Ready', 'False', reason, message),
    condition('Stalled', 'True', reason, message),
  ];
}
