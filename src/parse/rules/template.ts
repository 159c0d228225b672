import type { AclTemplate } from '../../api/types.gen.ts';
import type { Kind } from '../../domain/names.ts';
import { rulesOn, type CrossFieldRule, type RuleOn } from './table.ts';

type Spec = AclTemplate['spec'];
type AclRule = Spec['rules'][number];
type Parameters = NonNullable<Spec['parameters']['properties']>;
type Parameter = Parameters[string];

const variable = /^[{](device|group|namespace|param[.][A-Za-z][A-Za-z0-9_-]{0,62})[}]$/;

const topicRules: readonly RuleOn<string>[] = [
  {
    message: "must have '#' as its whole last level only",
    holds: (topic) => !topic.includes('#') || /^([^#]*\/)?#$/.test(topic),
  },
  { message: "must have '+' as a whole level only", holds: (topic) => !/[^/][+]|[+][^/]/.test(topic) },
  {
    message: "must have braces only around a whole level: '{device}', '{group}', '{namespace}' or '{param.NAME}'",
    holds: (topic) => topic.split('/').every((level) => !/[{}]/.test(level) || variable.test(level)),
  },
];

const actionRules: readonly RuleOn<Pick<AclRule, 'effect' | 'actions'>>[] = [
  {
    field: 'actions',
    message: "must be specified when `effect` is 'Allow'",
    holds: ({ effect, actions }) => effect === 'Deny' || actions !== undefined,
  },
  {
    field: 'actions',
    message: "may not be specified when `effect` is 'Deny'",
    holds: ({ effect, actions }) => effect !== 'Deny' || actions === undefined,
  },
];

/** Rules on a list of topic rules, of a template or of a device. */
export function aclRules(kind: Kind, at: string): readonly CrossFieldRule[] {
  return [...rulesOn(kind, `${at}[*]`, actionRules), ...rulesOn(kind, `${at}[*].topic`, topicRules)];
}

const parameterRules: readonly RuleOn<Parameter>[] = [
  ...(['minLength', 'maxLength'] as const).map((field) => ({
    field,
    message: "may not be specified unless `type` is 'string'",
    holds: (parameter: Parameter) => parameter.type === 'string' || parameter[field] === undefined,
  })),
  ...(['minimum', 'maximum'] as const).map((field) => ({
    field,
    message: "may not be specified unless `type` is 'integer'",
    holds: (parameter: Parameter) => parameter.type === 'integer' || parameter[field] === undefined,
  })),
  {
    field: 'enum',
    message: "may not be specified when `type` is 'boolean'",
    holds: (parameter) => parameter.type !== 'boolean' || parameter.enum === undefined,
  },
  {
    field: 'minLength',
    message: 'may not be greater than `maxLength`',
    holds: ({ minLength = 0, maxLength = Infinity }) => minLength <= maxLength,
  },
  {
    field: 'minimum',
    message: 'may not be greater than `maximum`',
    holds: ({ minimum = -Infinity, maximum = Infinity }) => minimum <= maximum,
  },
];

const parameterNameRule: RuleOn<Parameters> = {
  message: "must have names that are a letter followed by at most 62 letters, digits, '_' and '-'",
  holds: (parameters) => Object.keys(parameters).every((name) => /^[A-Za-z][A-Za-z0-9_-]{0,62}$/.test(name)),
};

const requiredRule: RuleOn<Spec['parameters']> = {
  field: 'required',
  message: 'must name parameters that are in `properties`',
  holds: ({ properties = {}, required = [] }) => required.every((name) => Object.hasOwn(properties, name)),
};

const controlRule: RuleOn<Spec> = {
  field: 'allowControl',
  message: "may not be true unless `role` is 'Admin'",
  holds: ({ role, allowControl }) => role === 'Admin' || !allowControl,
};

export const aclTemplateRules: readonly CrossFieldRule[] = [
  ...rulesOn('AclTemplate', 'spec', [controlRule]),
  ...rulesOn('AclTemplate', 'spec.parameters', [requiredRule]),
  ...rulesOn('AclTemplate', 'spec.parameters.properties', [parameterNameRule]),
  ...rulesOn('AclTemplate', 'spec.parameters.properties.*', parameterRules),
  ...aclRules('AclTemplate', 'spec.rules'),
];
