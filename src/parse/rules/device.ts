import type { BrokerInstance, MqttDevice } from '../../api/types.gen.ts';
import { certificateRules, revokedRule } from './certificate.ts';
import { immutable, isOneGiven, rulesOn, type CrossFieldRule, type RuleOn } from './table.ts';
import { aclRules } from './template.ts';

type Spec = MqttDevice['spec'];
type Authentication = Spec['authentication'];
type Password = NonNullable<Authentication['password']>;

const objectRule: RuleOn<Pick<MqttDevice, 'metadata' | 'spec'>> = {
  message: 'must have `spec.identity` when `metadata.name` is longer than 64 characters',
  holds: ({ metadata, spec }) => spec.identity !== undefined || metadata.name.length <= 64,
};

const identityRules: readonly RuleOn<Spec>[] = [
  {
    field: 'identity',
    message: 'may not be changed, added or removed: another identity is another device',
    holds: (self, old) => old === undefined || self.identity === old.identity,
  },
  {
    field: 'identity',
    message: "may not contain ':' when `authentication.type` is 'Password'",
    holds: ({ authentication, identity }) => authentication.type !== 'Password' || !identity?.includes(':'),
  },
];

const authenticationRules: readonly RuleOn<Authentication>[] = [
  {
    field: 'password',
    message: "must be specified when `type` is 'Password'",
    holds: ({ type, password }) => type !== 'Password' || password !== undefined,
  },
  {
    field: 'password',
    message: "may not be specified unless `type` is 'Password'",
    holds: ({ type, password }) => type === 'Password' || password === undefined,
  },
  {
    field: 'certificate',
    message: "may not be specified unless `type` is 'Certificate'",
    holds: ({ type, certificate }) => type === 'Certificate' || certificate === undefined,
  },
];

const passwordRules: readonly RuleOn<Password>[] = [
  {
    message: 'must have exactly one of `generate`, `hash` and `secretRef`',
    holds: ({ generate, hash, secretRef }) => isOneGiven(generate, hash, secretRef),
  },
  {
    field: 'revision',
    message: 'may not be specified unless `generate` is specified',
    holds: ({ generate, revision }) => generate !== undefined || revision === undefined,
  },
];

export const mqttDeviceRules: readonly CrossFieldRule[] = [
  ...rulesOn('MqttDevice', '', [objectRule]),
  ...rulesOn('MqttDevice', 'spec', identityRules),
  ...rulesOn('MqttDevice', 'spec', [revokedRule]),
  ...rulesOn('MqttDevice', 'spec.brokerRef', [immutable('may not be changed: an identity belongs to one broker')]),
  ...rulesOn('MqttDevice', 'spec.authentication', authenticationRules),
  ...rulesOn('MqttDevice', 'spec.authentication.password', passwordRules),
  ...certificateRules('MqttDevice', 'spec.authentication.certificate.template'),
  ...aclRules('MqttDevice', 'spec.rules'),
];

const podRule: RuleOn<BrokerInstance['spec']> = {
  field: 'podUid',
  message: 'may not be changed: another pod is another instance',
  holds: (self, old) => old === undefined || self.podUid === old.podUid,
};

export const brokerInstanceRules: readonly CrossFieldRule[] = [
  ...rulesOn('BrokerInstance', 'spec', [podRule]),
  ...rulesOn('BrokerInstance', 'spec.brokerRef', [immutable('may not be changed: an instance belongs to one broker')]),
];
