import type { Finding } from '../finding.ts';
import type { Template } from '../fleet.ts';
import type { ObjectRef } from '../names.ts';
import { highestLimits, limitProblem, type RuleLimits } from './limits.ts';
import type { Rule, RuleOrigin, TopicPattern } from './rule.ts';

/** A rule with what is the same for everybody who has it. */
export interface PreparedRule {
  readonly rule: Rule;
  readonly origin: RuleOrigin;
  /** The rule is there once for each group of the device. */
  readonly perGroup: boolean;
  /** The pattern, where an Allow depends on nothing but the identity. */
  readonly shared?: TopicPattern;
}

/** Rules that were checked, or what refuses them. */
export interface PreparedRules {
  readonly rules: readonly PreparedRule[];
  readonly findings: readonly Finding[];
}

const preparedTemplates = new WeakMap<Template, PreparedRules>();

/** The rules of a template, within the limits of its role. The same object for the same template. */
export function preparedTemplate(template: Template): PreparedRules {
  const known = preparedTemplates.get(template);
  if (known) return known;
  const prepared = preparedRules(template.origin, template.rules, highestLimits([template]));
  preparedTemplates.set(template, prepared);
  return prepared;
}

/** The rules of `spec.rules` of an object, within these limits. */
export function preparedRules(
  { kind, namespace, name }: ObjectRef,
  rules: readonly Rule[],
  limits: RuleLimits,
): PreparedRules {
  const object = { kind, namespace, name };
  return {
    rules: rules.map((rule, index) => preparedRule(object, rule, index)),
    findings: rules.flatMap((rule, index) => overBroad(object, rule, index, limits)),
  };
}

function preparedRule(object: ObjectRef, rule: Rule, index: number): PreparedRule {
  const { topic, description, pattern, effect, expiresAt } = rule;
  const variables = pattern.filter(({ kind }) => kind === 'variable' || kind === 'parameter');
  const isShared = variables.every((level) => level.kind === 'variable' && level.name === 'device');
  return {
    rule,
    origin: description === undefined ? { object, index, topic } : { object, index, topic, description },
    perGroup: variables.some((level) => level.kind === 'variable' && level.name === 'group'),
    ...(isShared && effect === 'Allow' && !expiresAt && { shared: pattern }),
  };
}

function overBroad(object: ObjectRef, rule: Rule, index: number, limits: RuleLimits): Finding[] {
  const problem = limitProblem(rule, limits);
  if (problem === undefined) return [];
  const what = [rule.effect, ...rule.actions].join(' ');
  const message = `rule ${index}, ${what} "${rule.topic}", is not for role ${limits.role}: ${problem}`;
  return [
    { code: 'MQS041', severity: 'Error', reason: 'OverBroad', object, path: `spec.rules[${index}].topic`, message },
  ];
}
