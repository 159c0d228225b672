import type { ManifestRow } from '../manifests.ts';
import { lifetimeRows, keyRows, requestRows, sampleRequest } from './certificate.ts';
import {
  accepts,
  hasDuplicate,
  manifestOf,
  mayNotUpdate,
  mayUpdate,
  outOfBounds,
  refuses,
  type Patch,
} from './build.ts';

const device = manifestOf('MqttDevice', { brokerRef: { name: 'plant' }, authentication: { type: 'Certificate' } });

const hash = `$7$101$${'A'.repeat(16)}$${'B'.repeat(86)}==`;
const withPassword = (password: Patch | null, more: Patch = {}) =>
  device({ authentication: { type: 'Password', password }, ...more });
const withTemplate = (template: Patch) => device({ authentication: { certificate: { template } } });
const template = 'spec.authentication.certificate.template';

const everything: Patch = {
  brokerRef: { name: 'plant', namespace: 'brokers' },
  identity: 'press-7',
  templateRefs: [{ name: 'camera', parameters: { site: 'north', channel: 3, night: false } }],
  groups: ['line-1', 'line-2'],
  authentication: {
    certificate: {
      template: {
        duration: '48h',
        renewBefore: '12h',
        privateKey: { algorithm: 'RSA', size: 3072, rotationPolicy: 'Never' },
        secretName: 'press-7-key',
        previousCertificate: { revokeAfterSeconds: 3600 },
        keystores: { pkcs12: { passwordSecretRef: { name: 'store', key: 'pin' }, profile: 'LegacyDES' } },
      },
    },
  },
  rules: [
    {
      effect: 'Allow',
      actions: ['Subscribe'],
      topic: 'visits/{device}',
      description: 'A visit.',
      expiresAt: '2030-01-31T00:00:00Z',
    },
  ],
  suspended: true,
  expiresAt: '2030-12-31T23:59:59.5+01:00',
  revoked: { reason: 'KeyCompromise', at: '2026-02-28T12:00:00Z' },
};

const identityRows: readonly ManifestRow[] = [
  ...['a', '7', 'Press_7.line@plant:1', 'a'.repeat(64)].map((identity) =>
    accepts(`the identity ${identity}`, device({ identity })),
  ),
  outOfBounds('an identity of 65 characters', device({ identity: 'a'.repeat(65) }), 'spec.identity', 'maxLength'),
  ...['-a', 'a-', 'a/b', 'a+', '#', '$SYS', 'a b', 'ä', 'a\n', '%u'].map((identity) =>
    outOfBounds(`the identity ${JSON.stringify(identity)}`, device({ identity }), 'spec.identity', 'pattern'),
  ),
  refuses(
    'a colon in the identity of a device with a password',
    withPassword({ generate: {} }, { identity: 'a:b' }),
    'spec.identity',
    "may not contain ':' when `authentication.type` is 'Password'",
  ),
  accepts('a name of 64 characters', device({}, 'a'.repeat(64))),
  refuses(
    'a name of 65 characters without an identity',
    device({}, 'a'.repeat(65)),
    '',
    'must have `spec.identity` when `metadata.name` is longer than 64 characters',
  ),
  accepts('a name of 65 characters with an identity', device({ identity: 'a' }, 'a'.repeat(65))),
];

const authenticationRows: readonly ManifestRow[] = [
  accepts('a generated password', withPassword({ generate: {}, revision: 2 })),
  accepts('a hash', withPassword({ hash })),
  accepts('a hash of type 6', withPassword({ hash: `$6$${'A'.repeat(16)}$${'B'.repeat(86)}==` })),
  accepts('a password from a Secret', withPassword({ secretRef: { name: 'pw', key: 'pw' } })),
  ...['secret', '$7$101$short$hash', `$7$0${hash.slice(3)}`, `x:${hash}`, `${hash}\n`].map((text) =>
    outOfBounds(
      `the hash ${JSON.stringify(text.slice(0, 20))}`,
      withPassword({ hash: text }),
      'spec.authentication.password.hash',
      'pattern',
    ),
  ),
  refuses(
    'type Password without a password',
    withPassword(null),
    'spec.authentication.password',
    "must be specified when `type` is 'Password'",
  ),
  accepts('a token', device({ authentication: { type: 'Token' } })),
  accepts('a token of a service account', device({ authentication: { type: 'Token' }, identity: 'system:sa:plant:a' })),
  refuses(
    'type Token with a password',
    device({ authentication: { type: 'Token', password: { hash } } }),
    'spec.authentication.password',
    "may not be specified unless `type` is 'Password'",
  ),
  refuses(
    'type Token with a certificate',
    device({ authentication: { type: 'Token', certificate: {} } }),
    'spec.authentication.certificate',
    "may not be specified unless `type` is 'Certificate'",
  ),
  refuses(
    'type Certificate with a password',
    device({ authentication: { password: { hash } } }),
    'spec.authentication.password',
    "may not be specified unless `type` is 'Password'",
  ),
  refuses(
    'type Password with a certificate',
    device({ authentication: { type: 'Password', password: { hash }, certificate: {} } }),
    'spec.authentication.certificate',
    "may not be specified unless `type` is 'Certificate'",
  ),
  ...[{}, { generate: {}, hash }, { generate: {}, secretRef: { name: 'pw' } }, { hash, secretRef: { name: 'pw' } }].map(
    (password) =>
      refuses(
        `the password sources '${Object.keys(password).join(', ')}'`,
        withPassword(password),
        'spec.authentication.password',
        'must have exactly one of `generate`, `hash` and `secretRef`',
      ),
  ),
  refuses(
    'a revision of a hash',
    withPassword({ hash, revision: 2 }),
    'spec.authentication.password.revision',
    'may not be specified unless `generate` is specified',
  ),
  ...lifetimeRows(withTemplate, template),
  ...keyRows(withTemplate, template),
  ...requestRows(withTemplate, template),
];

const topicRule = (topic: string) => device({ rules: [{ actions: ['Subscribe'], topic }] });

const ruleRows: readonly ManifestRow[] = [
  refuses(
    'an Allow rule without actions',
    device({ rules: [{ topic: 'a' }] }),
    'spec.rules[0].actions',
    "must be specified when `effect` is 'Allow'",
  ),
  refuses(
    'a Deny rule with actions',
    device({ rules: [{ effect: 'Deny', actions: ['Publish'], topic: 'a' }] }),
    'spec.rules[0].actions',
    "may not be specified when `effect` is 'Deny'",
  ),
  accepts('a Deny rule', device({ rules: [{ effect: 'Deny', topic: 'a/#' }] })),
  refuses(
    "a topic with '#' inside",
    topicRule('a/#/b'),
    'spec.rules[0].topic',
    "must have '#' as its whole last level only",
  ),
  refuses("a topic with '+' in a level", topicRule('a+'), 'spec.rules[0].topic', "must have '+' as a whole level only"),
  refuses(
    'a variable that is part of a level',
    topicRule('x{device}'),
    'spec.rules[0].topic',
    'must have braces only around a whole level',
  ),
  outOfBounds(
    'a rule that ends on no day',
    device({ rules: [{ actions: ['Publish'], topic: 'a', expiresAt: '2030-02-31T00:00:00Z' }] }),
    'spec.rules[0].expiresAt',
    'format',
  ),
  hasDuplicate('one template twice', device({ templateRefs: [{ name: 'a' }, { name: 'a' }] }), 'spec.templateRefs[1]'),
  outOfBounds('one group twice', device({ groups: ['a', 'a'] }), 'spec.groups', 'uniqueItems'),
  outOfBounds('a group with a slash', device({ groups: ['a/b'] }), 'spec.groups[0]', 'pattern'),
  ...[{ a: 1 }, {}, ['a'], [], 1.5].map((site) =>
    outOfBounds(
      `${JSON.stringify(site)} as the value of a parameter`,
      device({ templateRefs: [{ name: 'a', parameters: { site } }] }),
      'spec.templateRefs[0].parameters',
      'type',
    ),
  ),
  ...[[], ['2030-01-31T00:00:00Z']].map((expiresAt) =>
    outOfBounds(`${JSON.stringify(expiresAt)} as a time`, device({ expiresAt }), 'spec.expiresAt', 'type'),
  ),
];

const revoked = { revoked: { reason: 'KeyCompromise' } };
const final = 'may not be changed or removed once it is set';

const updateRows: readonly ManifestRow[] = [
  mayNotUpdate(device, 'changes the broker', {
    to: { brokerRef: { name: 'other' } },
    path: 'spec.brokerRef',
    message: 'may not be changed: an identity belongs to one broker',
  }),
  mayNotUpdate(device, 'adds the namespace of the broker', {
    to: { brokerRef: { namespace: 'plant' } },
    path: 'spec.brokerRef',
    message: 'may not be changed: an identity belongs to one broker',
  }),
  mayNotUpdate(device, 'changes the identity', {
    from: { identity: 'a' },
    to: { identity: 'b' },
    path: 'spec.identity',
    message: 'may not be changed, added or removed',
  }),
  mayNotUpdate(device, 'adds an identity', {
    to: { identity: 'sample' },
    path: 'spec.identity',
    message: 'may not be changed, added or removed',
  }),
  mayNotUpdate(device, 'removes the identity', {
    from: { identity: 'a' },
    to: {},
    path: 'spec.identity',
    message: 'may not be changed, added or removed',
  }),
  mayUpdate(device, 'keeps the identity', { identity: 'a' }, { identity: 'a', groups: ['g'] }),
  mayUpdate(device, 'revokes', {}, revoked),
  mayUpdate(device, 'keeps a revocation', revoked, { ...revoked, suspended: true }),
  mayNotUpdate(device, 'removes a revocation', { from: revoked, to: {}, path: 'spec.revoked', message: final }),
  mayNotUpdate(device, 'changes the reason of a revocation', {
    from: revoked,
    to: { revoked: { reason: 'Superseded' } },
    path: 'spec.revoked',
    message: final,
  }),
  mayNotUpdate(device, 'adds a time to a revocation', {
    from: revoked,
    to: { revoked: { reason: 'KeyCompromise', at: '2026-01-01T00:00:00Z' } },
    path: 'spec.revoked',
    message: final,
  }),
  mayUpdate(device, 'suspends', {}, { suspended: true }),
  mayUpdate(device, 'ends a suspension', { suspended: true }, {}),
  mayUpdate(device, 'changes to a password', {}, { authentication: { type: 'Password', password: { generate: {} } } }),
  mayUpdate(
    device,
    'asks for another password',
    { authentication: { type: 'Password', password: { generate: {} } } },
    { authentication: { type: 'Password', password: { generate: {}, revision: 2 } } },
  ),
];

export const deviceRows: readonly ManifestRow[] = [
  accepts('the least that is needed', device()),
  accepts('everything with a certificate', device(everything)),
  accepts('everything with a request', withTemplate({ csr: sampleRequest })),
  ...identityRows,
  ...authenticationRows,
  ...ruleRows,
  ...updateRows,
];
