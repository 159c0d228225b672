import { patternOf } from '../domain/acl/pattern.ts';
import type { Rule, RuleAction } from '../domain/acl/rule.ts';
import type { Finding } from '../domain/finding.ts';
import { problemFinding } from './envelope.ts';
import { timeOf } from './time.ts';

/** A rule as templates and devices write it. */
interface RuleManifest {
  readonly effect?: 'Allow' | 'Deny';
  readonly actions?: readonly RuleAction[];
  readonly topic: string;
  readonly description?: string;
  readonly expiresAt?: string;
}

/** The rules of `spec.rules`, with a finding for each whose topic is no filter or whose time is no time. */
export function rulesOf(manifests: readonly RuleManifest[]): {
  readonly rules: readonly Rule[];
  readonly findings: readonly Finding[];
} {
  if (manifests.length === 0) return noRules;
  const rules: Rule[] = [];
  const findings: Finding[] = [];
  for (const [index, manifest] of manifests.entries()) {
    const rule = ruleOf(manifest, index);
    if ('code' in rule) findings.push(rule);
    else rules.push(rule);
  }
  return { rules, findings };
}

const noRules = { rules: [], findings: [] } as const;

function ruleOf(
  { effect = 'Allow', actions = [], topic, description, expiresAt }: RuleManifest,
  index: number,
): Rule | Finding {
  const path = ['spec', 'rules', index] as const;
  const pattern = patternOf(topic);
  if (!pattern.ok)
    return problemFinding('MQS013', [...path, 'topic'], `\`spec.rules[${index}].topic\` ${pattern.problem}`);
  const end = expiresAt === undefined ? undefined : timeOf(expiresAt);
  if (expiresAt !== undefined && !end)
    return problemFinding(
      'MQS003',
      [...path, 'expiresAt'],
      `\`spec.rules[${index}].expiresAt\` is not an RFC 3339 time`,
    );
  return {
    effect,
    actions,
    pattern: pattern.value,
    topic,
    ...(description !== undefined && { description }),
    ...(end && { expiresAt: end }),
  };
}
