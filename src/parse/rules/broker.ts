import type { MqttBroker } from '../../api/types.gen.ts';
import { lifetimeRules } from './certificate.ts';
import { isOneGiven, rulesOn, type CrossFieldRule, type RuleOn } from './table.ts';

type Spec = MqttBroker['spec'];
type Listener = Spec['listeners'][number];
type ServerCertificate = Spec['tls']['serverCertificate'];
type ClientCertificates = NonNullable<Spec['clientCertificates']>;
type Revocation = NonNullable<ClientCertificates['trustedCas']>[number]['revocation'];
type WatchRule = NonNullable<NonNullable<Spec['monitoring']>['rules']>[number];
type Workload = NonNullable<Spec['workload']>;
type Managed = NonNullable<Workload['managed']>;
type KeySet = NonNullable<Spec['tokens']>['issuers'][number]['jwks'];

const brokerRules: readonly RuleOn<Spec>[] = [
  {
    field: 'clientCertificates',
    message: "must be specified when a listener has `authentication` 'Certificate'",
    holds: ({ clientCertificates, listeners }) =>
      clientCertificates !== undefined || listeners.every(({ authentication }) => authentication !== 'Certificate'),
  },
  {
    field: 'listeners',
    message:
      "may not have `maxConnections` on Mosquitto '2.0': each refused login raises the limit there, and a reload lifts it",
    holds: ({ mosquitto, listeners }) =>
      mosquitto.version !== '2.0' || listeners.every(({ maxConnections }) => maxConnections === undefined),
  },
  {
    field: 'listeners',
    message:
      "may not have `protocol` 'WebSockets' with `authentication` 'Certificate' on Mosquitto '2.0': it ignores the revocation list until the first reload",
    holds: ({ mosquitto, listeners }) =>
      mosquitto.version !== '2.0' ||
      listeners.every(({ protocol, authentication }) => protocol !== 'WebSockets' || authentication !== 'Certificate'),
  },
  {
    field: 'acl.layout',
    message: "may not be 'Patterns' unless every trusted CA has revocation 'SignedCrl'",
    holds: ({ acl, clientCertificates }) =>
      acl.layout !== 'Patterns' ||
      (clientCertificates?.trustedCas ?? []).every(({ revocation }) => revocation.type === 'SignedCrl'),
  },
  {
    field: 'tokens',
    message: 'may not be specified when `workload` is specified: Mosquitto cannot check tokens',
    holds: ({ tokens, workload }) => tokens === undefined || workload === undefined,
  },
];

const keySetRules: readonly RuleOn<KeySet>[] = [
  {
    message: 'must have exactly one of `ref` and `url`',
    holds: ({ ref, url }) => isOneGiven(ref, url),
  },
  {
    field: 'caRef',
    message: 'may not be specified unless `url` is specified',
    holds: ({ url, caRef }) => url !== undefined || caRef === undefined,
  },
];

const watchRules: readonly RuleOn<WatchRule>[] = [
  {
    field: 'role',
    message: "must be 'Any' for 'AuthenticationFailed': nobody is known to have tried",
    holds: ({ event, role }) => event !== 'AuthenticationFailed' || role === 'Any',
  },
  {
    field: 'threshold',
    message: "must not be specified for 'Silent'",
    holds: ({ event, threshold }) => event !== 'Silent' || threshold === undefined,
  },
];

const distinctWatchesRule: RuleOn<readonly WatchRule[]> = {
  message: 'must have distinct pairs of `event` and `role`',
  holds: (rules) => new Set(rules.map(({ event, role }) => `${event} ${role}`)).size === rules.length,
};

const portRule: RuleOn<readonly Listener[]> = {
  message: 'must have distinct `port` values',
  holds: (listeners) => new Set(listeners.map(({ port }) => port)).size === listeners.length,
};

const listenerRule: RuleOn<Listener> = {
  field: 'tls.enabled',
  message: "must be true when `authentication` is 'Certificate'",
  holds: ({ authentication, tls }) => authentication !== 'Certificate' || tls.enabled,
};

const serverCertificateRules: readonly RuleOn<ServerCertificate>[] = [
  {
    message: 'must have exactly one of `secretRef` and `issuerRef`',
    holds: ({ secretRef, issuerRef }) => secretRef !== undefined || issuerRef !== undefined,
  },
  ...(['issuerRef', 'dnsNames', 'ipAddresses'] as const).map((field) => ({
    field,
    message: 'may not be specified when `secretRef` is specified',
    holds: (self: ServerCertificate) => self.secretRef === undefined || self[field] === undefined,
  })),
];

const revocationRules: readonly RuleOn<Revocation>[] = [
  ...(['signerSecretRef', 'validitySeconds'] as const).map((field) => ({
    field,
    message: "may not be specified unless `type` is 'SignedCrl'",
    holds: (self: Revocation) => self.type === 'SignedCrl' || self[field] === undefined,
  })),
  {
    field: 'crlRef',
    message: "may not be specified unless `type` is 'ExternalCrl'",
    holds: ({ type, crlRef }) => type === 'ExternalCrl' || crlRef === undefined,
  },
  {
    field: 'crlRef',
    message: "must be specified when `type` is 'ExternalCrl', unless `crlUrl` is",
    holds: ({ type, crlRef, crlUrl }) => type !== 'ExternalCrl' || crlRef !== undefined || crlUrl !== undefined,
  },
  {
    field: 'crlUrl',
    message: "may not be specified unless `type` is 'ExternalCrl'",
    holds: ({ type, crlUrl }) => type === 'ExternalCrl' || crlUrl === undefined,
  },
  {
    field: 'crlUrl',
    message: 'may not be specified when `crlRef` is specified',
    holds: ({ crlRef, crlUrl }) => crlRef === undefined || crlUrl === undefined,
  },
];

const namespaceRules: readonly RuleOn<Spec['allowedNamespaces']>[] = [
  {
    field: 'selector',
    message: "must be specified when `from` is 'Selector'",
    holds: ({ from, selector }) => from !== 'Selector' || selector !== undefined,
  },
  {
    field: 'selector',
    message: "may not be specified unless `from` is 'Selector'",
    holds: ({ from, selector }) => from === 'Selector' || selector === undefined,
  },
  {
    field: 'topicPrefix',
    message: "must be specified when `from` is not 'Same'",
    holds: ({ from, topicPrefix }) => from === 'Same' || topicPrefix !== undefined,
  },
  {
    field: 'topicPrefix',
    message: "may not be specified when `from` is 'Same'",
    holds: ({ from, topicPrefix }) => from !== 'Same' || topicPrefix === undefined,
  },
];

const topicPrefixRule: RuleOn<string> = {
  message: "must be literal topic levels and exactly one level '{namespace}', such as 'tenants/{namespace}'",
  holds: (prefix) => {
    const levels = prefix.split('/').filter((level) => level !== '{namespace}');
    const isLiteral = levels.every((level) => /^[^+#{}]+$/.test(level));
    return isLiteral && !prefix.startsWith('$') && levels.length === prefix.split('/').length - 1;
  },
};

const workloadRule: RuleOn<Workload> = {
  message: 'must have exactly one of `managed`, `ref` and `external`',
  holds: ({ managed, ref, external }) => isOneGiven(managed, ref, external),
};

const replicasRule: RuleOn<Managed> = {
  field: 'acknowledgeNoClustering',
  message: 'must be true when `replicas` is greater than 1: replicas of Mosquitto share no sessions and no messages',
  holds: ({ replicas, acknowledgeNoClustering }) => replicas <= 1 || acknowledgeNoClustering,
};

const limitsRule: RuleOn<Spec['limits']> = {
  field: 'messageSizeLimitBytes',
  message: 'may not be greater than `maxPacketSizeBytes`',
  holds: ({ messageSizeLimitBytes = 0, maxPacketSizeBytes }) => messageSizeLimitBytes <= maxPacketSizeBytes,
};

const expirationRule: RuleOn<number> = {
  message: 'must be a multiple of 3600',
  holds: (seconds) => seconds % 3600 === 0,
};

export const mqttBrokerRules: readonly CrossFieldRule[] = [
  ...rulesOn('MqttBroker', 'spec', brokerRules),
  ...rulesOn('MqttBroker', 'spec.listeners', [portRule]),
  ...rulesOn('MqttBroker', 'spec.listeners[*]', [listenerRule]),
  ...rulesOn('MqttBroker', 'spec.tls.serverCertificate', serverCertificateRules),
  ...lifetimeRules('MqttBroker', 'spec.clientCertificates'),
  ...rulesOn('MqttBroker', 'spec.clientCertificates.trustedCas[*].revocation', revocationRules),
  ...rulesOn('MqttBroker', 'spec.allowedNamespaces', namespaceRules),
  ...rulesOn('MqttBroker', 'spec.allowedNamespaces.topicPrefix', [topicPrefixRule]),
  ...rulesOn('MqttBroker', 'spec.workload', [workloadRule]),
  ...rulesOn('MqttBroker', 'spec.workload.managed', [replicasRule]),
  ...rulesOn('MqttBroker', 'spec.monitoring.rules', [distinctWatchesRule]),
  ...rulesOn('MqttBroker', 'spec.monitoring.rules[*]', watchRules),
  ...rulesOn('MqttBroker', 'spec.tokens.issuers[*].jwks', keySetRules),
  ...rulesOn('MqttBroker', 'spec.limits', [limitsRule]),
  ...rulesOn('MqttBroker', 'spec.limits.persistentClientExpirationSeconds', [expirationRule]),
];
