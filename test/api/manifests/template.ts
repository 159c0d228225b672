import type { ManifestRow } from '../manifests.ts';
import { accepts, hasDuplicate, manifestOf, mayUpdate, outOfBounds, refuses, type Patch } from './build.ts';

const template = manifestOf('AclTemplate', {
  rules: [{ actions: ['Publish'], topic: 'devices/{device}/telemetry' }],
});

const everything: Patch = {
  description: 'Cameras of one site.',
  role: 'Admin',
  allowControl: true,
  parameters: {
    properties: {
      site: {
        type: 'string',
        description: 'Where it hangs.',
        enum: ['north', 'south'],
        minLength: 1,
        maxLength: 16,
        default: 'north',
      },
      channel: { type: 'integer', minimum: 0, maximum: 9, default: 0 },
      night: { type: 'boolean', default: true },
    },
    required: ['site'],
  },
  rules: [
    {
      effect: 'Allow',
      actions: ['Publish', 'Subscribe'],
      topic: 'sites/{param.site}/{device}/#',
      description: 'Its own tree.',
    },
    { effect: 'Deny', topic: 'sites/+/{device}/firmware' },
  ],
};

const rule = (patch: Patch) => template({ rules: [patch] });
const onTopic = (topic: string) => rule({ actions: ['Subscribe'], topic });
const parameter = (patch: Patch) => template({ parameters: { properties: { value: patch } } });
const at = 'spec.parameters.properties';

const ruleRows: readonly ManifestRow[] = [
  refuses(
    'an Allow rule without actions',
    rule({ topic: 'a' }),
    'spec.rules[0].actions',
    "must be specified when `effect` is 'Allow'",
  ),
  refuses(
    'a Deny rule with actions',
    rule({ effect: 'Deny', actions: ['Publish'], topic: 'a' }),
    'spec.rules[0].actions',
    "may not be specified when `effect` is 'Deny'",
  ),
  accepts('a Deny rule without actions', rule({ effect: 'Deny', topic: 'a' })),
  outOfBounds(
    'the same action twice',
    rule({ actions: ['Publish', 'Publish'], topic: 'a' }),
    'spec.rules[0].actions',
    'uniqueItems',
  ),
  outOfBounds('no rules', template({ rules: [] }), 'spec.rules', 'minItems'),
  accepts(
    '64 rules',
    template({ rules: Array.from({ length: 64 }, (_, i) => ({ actions: ['Subscribe'], topic: `a/${i}` })) }),
  ),
  outOfBounds(
    '65 rules',
    template({ rules: Array.from({ length: 65 }, (_, i) => ({ actions: ['Subscribe'], topic: `a/${i}` })) }),
    'spec.rules',
    'maxItems',
  ),
];

const topicRows: readonly ManifestRow[] = [
  ...[
    '#',
    '+',
    'a/#',
    '+/a/+/#',
    '/',
    'a//b',
    '/a',
    '$SYS/broker/load/#',
    'with space/ä/🌍',
    '{device}',
    '{group}/{namespace}/{param.site-1_x}',
    'a/{device}/#',
  ].map((topic) => accepts(`the topic ${topic}`, onTopic(topic))),
  accepts('a topic of 1,024 characters', onTopic('ä'.repeat(1024))),
  outOfBounds('a topic of 1,025 characters', onTopic('a'.repeat(1025)), 'spec.rules[0].topic', 'maxLength'),
  outOfBounds('an empty topic', onTopic(''), 'spec.rules[0].topic', 'minLength'),
  ...['a\nb', 'a\tb', 'a\u0000b', 'a\rb', 'a\u007fb', 'a\u0085b', ' a', 'a '].map((topic) =>
    outOfBounds(`the topic ${JSON.stringify(topic)}`, onTopic(topic), 'spec.rules[0].topic', 'pattern'),
  ),
  ...['a#', '#/a', 'a/#/b', 'a/b#'].map((topic) =>
    refuses(`the topic ${topic}`, onTopic(topic), 'spec.rules[0].topic', "must have '#' as its whole last level only"),
  ),
  ...['a+', '+a/b', 'a/+b', '++'].map((topic) =>
    refuses(`the topic ${topic}`, onTopic(topic), 'spec.rules[0].topic', "must have '+' as a whole level only"),
  ),
  ...[
    'x{device}',
    '{device}x/a',
    '{',
    'a/}',
    '{Device}',
    '{param.}',
    '{param.1}',
    '{user}',
    '{device}{group}',
    '{{device}}',
    '{param.a/b}',
  ].map((topic) =>
    refuses(`the topic ${topic}`, onTopic(topic), 'spec.rules[0].topic', 'must have braces only around a whole level'),
  ),
];

const parameterRows: readonly ManifestRow[] = [
  accepts('a string parameter', parameter({ type: 'string', minLength: 4, maxLength: 4, enum: ['none'] })),
  accepts('an integer parameter', parameter({ type: 'integer', minimum: -1, maximum: -1, enum: [-1] })),
  accepts(
    'the largest integers',
    parameter({ type: 'integer', minimum: -9007199254740991, maximum: 9007199254740991 }),
  ),
  ...['minLength', 'maxLength'].map((field) =>
    refuses(
      `${field} of an integer`,
      parameter({ type: 'integer', [field]: 1 }),
      at,
      "may not be specified unless `type` is 'string'",
    ),
  ),
  ...['minimum', 'maximum'].map((field) =>
    refuses(
      `${field} of a string`,
      parameter({ type: 'string', [field]: 1 }),
      at,
      "may not be specified unless `type` is 'integer'",
    ),
  ),
  refuses(
    'values of a boolean',
    parameter({ type: 'boolean', enum: ['true'] }),
    at,
    "may not be specified when `type` is 'boolean'",
  ),
  refuses(
    'lengths that cross',
    parameter({ type: 'string', minLength: 3, maxLength: 2 }),
    at,
    'may not be greater than `maxLength`',
  ),
  refuses(
    'limits that cross',
    parameter({ type: 'integer', minimum: 3, maximum: 2 }),
    at,
    'may not be greater than `maximum`',
  ),
  outOfBounds('a list as default', parameter({ type: 'string', default: ['a'] }), at, 'type'),
  outOfBounds('a pattern', parameter({ type: 'string', pattern: '.*' }), at, 'additionalProperties'),
  outOfBounds('a reference', parameter({ type: 'string', $ref: '#' }), at, 'additionalProperties'),
  ...['1st', '_proto', 'a b', 'a.b', ''].map((name) =>
    refuses(
      `the parameter name '${name}'`,
      template({ parameters: { properties: { [name]: { type: 'string' } } } }),
      at,
      'must have names that are a letter followed by',
    ),
  ),
  accepts(
    'a parameter named constructor',
    template({ parameters: { properties: { constructor: { type: 'string' } }, required: ['constructor'] } }),
  ),
  refuses(
    'a required parameter that is not declared',
    template({ parameters: { required: ['site'] } }),
    'spec.parameters.required',
    'must name parameters that are in `properties`',
  ),
  refuses(
    'a required parameter named as an inherited property',
    template({ parameters: { properties: {}, required: ['toString'] } }),
    'spec.parameters.required',
    'must name parameters that are in `properties`',
  ),
  hasDuplicate(
    'a parameter required twice',
    template({ parameters: { properties: { a: { type: 'string' } }, required: ['a', 'a'] } }),
    'spec.parameters.required',
  ),
];

export const templateRows: readonly ManifestRow[] = [
  accepts('the least that is needed', template()),
  accepts('everything', template(everything)),
  ...['Device', 'Backend', 'Admin'].map((role) => accepts(`role ${role}`, template({ role }))),
  ...['Device', 'Backend'].map((role) =>
    refuses(
      `control for role ${role}`,
      template({ role, allowControl: true }),
      'spec.allowControl',
      "may not be true unless `role` is 'Admin'",
    ),
  ),
  mayUpdate(template, 'changes the role', {}, { role: 'Backend' }),
  ...ruleRows,
  ...topicRows,
  ...parameterRows,
];
