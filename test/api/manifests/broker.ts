import type { Manifest, ManifestRow } from '../manifests.ts';
import { accepts, hasDuplicate, manifestOf, mayUpdate, outOfBounds, refuses, type Patch } from './build.ts';

const broker = manifestOf('MqttBroker', {
  mosquitto: { version: '2.1' },
  listeners: [{ name: 'mtls', port: 8883, authentication: 'Certificate' }],
  tls: { serverCertificate: { issuerRef: { name: 'servers' } } },
  clientCertificates: { issuerRef: { name: 'devices' } },
});

const mtls = { name: 'mtls', port: 8883, authentication: 'Certificate' };
const passwords = { name: 'passwords', port: 8884, authentication: 'Password' };
const ca = { name: 'devices', caRef: { kind: 'Secret', name: 'device-ca' } };
const trusting = (...trustedCas: Patch[]) => ({ clientCertificates: { trustedCas } });
const revokedBy = (revocation: Patch) => trusting({ ...ca, revocation });
const version20 = { mosquitto: { version: '2.0' } };
const managed = (patch: Patch) => broker({ workload: { managed: patch } });
const names = (count: number) => Array.from({ length: count }, (_, i) => `name-${i}`);

const everything: Patch = {
  mosquitto: { version: '2.1' },
  listeners: [
    { ...mtls, tls: { enabled: true }, protocol: 'WebSockets', maxConnections: 1000 },
    { ...passwords, tls: { enabled: false }, protocol: 'MQTT' },
  ],
  tls: {
    profile: 'Modern',
    serverCertificate: {
      issuerRef: { name: 'servers', kind: 'ClusterIssuer', group: 'cert-manager.io' },
      dnsNames: ['mqtt.example.com', '*.plant.example.com'],
      ipAddresses: ['192.0.2.1', '2001:db8::1'],
    },
  },
  clientCertificates: {
    issuerRef: { name: 'devices', kind: 'Issuer', group: 'cert-manager.io' },
    duration: '720h30m',
    renewBefore: '240h',
    trustedCas: [
      { ...ca, revocation: { type: 'SignedCrl', signerSecretRef: { name: 'device-ca' }, validitySeconds: 86400 } },
      {
        name: 'partner',
        caRef: { kind: 'ConfigMap', name: 'partner-ca', key: 'ca.pem' },
        revocation: { type: 'ExternalCrl', crlRef: { kind: 'ConfigMap', name: 'partner-ca', key: 'partner.crl' } },
      },
      {
        name: 'vendor',
        caRef: { kind: 'ConfigMap', name: 'vendor-ca' },
        revocation: {
          type: 'ExternalCrl',
          crlUrl: {
            url: 'https://pki.example.com:8443/ca.crl?form=der',
            caRef: { kind: 'ConfigMap', name: 'web-ca', key: 'web.pem' },
            refreshSeconds: 600,
          },
        },
      },
      { name: 'lab', caRef: { kind: 'ConfigMap', name: 'lab-ca' }, revocation: { type: 'None' } },
    ],
  },
  acl: {
    layout: 'PerIdentity',
    defaultTemplateRefs: [{ name: 'heartbeat', parameters: { seconds: 60, area: 'north' } }],
  },
  allowedNamespaces: {
    from: 'Selector',
    selector: { matchLabels: { 'example.com/tenant': 'true' } },
    topicPrefix: 'tenants/{namespace}',
    roles: ['Device', 'Backend'],
  },
  update: { strategy: 'Roll', windowMilliseconds: 1000 },
  workload: {
    managed: {
      image: 'registry.example.com/mosquitto:2.1.2',
      agentImage: 'registry.example.com/agent:1',
      imagePullSecrets: [{ name: 'registry' }],
      replicas: 2,
      acknowledgeNoClustering: true,
      storage: { size: '1Gi', storageClassName: 'fast' },
      resources: { requests: { cpu: '100m', memory: '64Mi' }, limits: { cpu: 1, memory: '256Mi' } },
      nodeSelector: { 'kubernetes.io/os': 'linux' },
      service: { type: 'LoadBalancer' },
    },
  },
  limits: {
    maxPacketSizeBytes: 65536,
    messageSizeLimitBytes: 65536,
    maxKeepaliveSeconds: 600,
    persistentClientExpirationSeconds: 604800,
    maxQueuedMessages: 1000,
    maxQueuedBytes: 1048576,
    maxInflightMessages: 20,
  },
  monitoring: {
    observe: 'Enabled',
    aclViolations: 'Enabled',
    deviceMetrics: 'Enabled',
    alertTopic: 'admin/alerts',
    rules: [
      { event: 'TopicUnseen', role: 'Backend', threshold: 10, windowSeconds: 600 },
      { event: 'SizeUnusual', role: 'Any', alert: 'Disabled' },
      { event: 'Silent', role: 'Device', alert: 'Enabled', windowSeconds: 600 },
      { event: 'PublishDenied', role: 'Admin', alert: 'Disabled' },
      { event: 'AuthenticationFailed', threshold: 100, windowSeconds: 60 },
    ],
  },
  lockout: { maxFailures: 5, windowSeconds: 10, blockSeconds: 60 },
};

const listenerRows: readonly ManifestRow[] = [
  accepts('passwords alone without client certificates', broker({ listeners: [passwords], clientCertificates: null })),
  refuses(
    'a Certificate listener without client certificates',
    broker({ clientCertificates: null }),
    'spec.clientCertificates',
    "must be specified when a listener has `authentication` 'Certificate'",
  ),
  refuses(
    'a Certificate listener without TLS',
    broker({ listeners: [{ ...mtls, tls: { enabled: false } }] }),
    'spec.listeners[0].tls.enabled',
    "must be true when `authentication` is 'Certificate'",
  ),
  accepts('a Password listener without TLS', broker({ listeners: [mtls, { ...passwords, tls: { enabled: false } }] })),
  refuses(
    'two listeners on one port',
    broker({ listeners: [mtls, { ...passwords, port: 8883 }] }),
    'spec.listeners',
    'must have distinct `port` values',
  ),
  hasDuplicate('two listeners of one name', broker({ listeners: [mtls, { ...mtls, port: 1 }] }), 'spec.listeners[1]'),
  accepts('the highest port', broker({ listeners: [{ ...mtls, port: 65535 }] })),
  accepts('eight listeners', broker({ listeners: names(8).map((name, i) => ({ ...mtls, name, port: 8883 + i })) })),
  outOfBounds(
    'a listener name of 16 characters',
    broker({ listeners: [{ ...mtls, name: 'a'.repeat(16) }] }),
    'spec.listeners[0].name',
    'maxLength',
  ),
];

const dialectRows: readonly ManifestRow[] = [
  refuses(
    'maxConnections on 2.0 with Reload',
    broker({ ...version20, listeners: [{ ...mtls, maxConnections: 10 }] }),
    'spec.listeners',
    "may not have `maxConnections` on Mosquitto '2.0'",
  ),
  refuses(
    'maxConnections on 2.0 with Roll',
    broker({ ...version20, listeners: [{ ...mtls, maxConnections: 10 }], update: { strategy: 'Roll' } }),
    'spec.listeners',
    'each refused login raises the limit there',
  ),
  accepts('maxConnections on 2.1 with Reload', broker({ listeners: [{ ...mtls, maxConnections: 10 }] })),
  refuses(
    'WebSockets with certificates on 2.0',
    broker({ ...version20, listeners: [{ ...mtls, protocol: 'WebSockets' }] }),
    'spec.listeners',
    "may not have `protocol` 'WebSockets' with `authentication` 'Certificate' on Mosquitto '2.0'",
  ),
  accepts(
    'WebSockets with passwords on 2.0',
    broker({ ...version20, listeners: [mtls, { ...passwords, protocol: 'WebSockets' }] }),
  ),
  accepts('WebSockets with certificates on 2.1', broker({ listeners: [{ ...mtls, protocol: 'WebSockets' }] })),
  outOfBounds('another version', broker({ mosquitto: { version: '3.0' } }), 'spec.mosquitto.version', 'enum'),
  outOfBounds('a version that is a number', broker({ mosquitto: { version: 2.1 } }), 'spec.mosquitto.version', 'type'),
];

const serverRows: readonly ManifestRow[] = [
  accepts(
    'an existing server certificate',
    broker({ tls: { serverCertificate: { secretRef: { name: 'server' }, issuerRef: null } } }),
  ),
  refuses(
    'no server certificate',
    broker({ tls: { serverCertificate: { issuerRef: null } } }),
    'spec.tls.serverCertificate',
    'must have exactly one of `secretRef` and `issuerRef`',
  ),
  ...[{ issuerRef: { name: 'servers' } }, { dnsNames: ['mqtt.example.com'] }, { ipAddresses: ['192.0.2.1'] }].map(
    (extra) => {
      const [field = ''] = Object.keys(extra);
      return refuses(
        `an existing server certificate with ${field}`,
        broker({ tls: { serverCertificate: { issuerRef: null, secretRef: { name: 'server' }, ...extra } } }),
        `spec.tls.serverCertificate.${field}`,
        'may not be specified when `secretRef` is specified',
      );
    },
  ),
];

const lifetime = (duration: string, renewBefore: string) => broker({ clientCertificates: { duration, renewBefore } });

const clientRows: readonly ManifestRow[] = [
  accepts('the shortest lifetime', lifetime('1h', '5m')),
  accepts('the longest lifetime', lifetime('87600h', '720h')),
  accepts('a lifetime in seconds', lifetime('7200s', '1h59m59s')),
  refuses('a lifetime below an hour', lifetime('59m', '5m'), 'spec.clientCertificates.duration', 'must be at least 1h'),
  refuses(
    'a lifetime above ten years',
    lifetime('87600h1s', '5m'),
    'spec.clientCertificates.duration',
    'must be at most 87600h',
  ),
  refuses(
    'a renewal later than five minutes before the end',
    lifetime('1h', '4m59s'),
    'spec.clientCertificates.renewBefore',
    'must be at least 5m',
  ),
  refuses(
    'a renewal at the very begin',
    lifetime('60m', '1h'),
    'spec.clientCertificates.renewBefore',
    'must be shorter than `duration`',
  ),
  refuses(
    'a lifetime shorter than the default renewal',
    broker({ clientCertificates: { duration: '720h' } }),
    'spec.clientCertificates.renewBefore',
    'must be shorter than `duration`',
  ),
  accepts('one trusted CA with defaults', broker(trusting(ca))),
  hasDuplicate('two trusted CAs of one name', broker(trusting(ca, ca)), 'spec.clientCertificates.trustedCas[1]'),
  accepts('an external list', broker(revokedBy({ type: 'ExternalCrl', crlRef: { name: 'crl' } }))),
  refuses(
    'an external list that is nowhere',
    broker(revokedBy({ type: 'ExternalCrl' })),
    'spec.clientCertificates.trustedCas[0].revocation.crlRef',
    "must be specified when `type` is 'ExternalCrl', unless `crlUrl` is",
  ),
  accepts('a list on a web server', broker(revokedBy({ type: 'ExternalCrl', crlUrl: { url: 'http://pki/ca.crl' } }))),
  refuses(
    'a list in two places',
    broker(revokedBy({ type: 'ExternalCrl', crlRef: { name: 'crl' }, crlUrl: { url: 'http://pki/ca.crl' } })),
    'spec.clientCertificates.trustedCas[0].revocation.crlUrl',
    'may not be specified when `crlRef` is specified',
  ),
  refuses(
    'a list on a web server for a CA without revocation',
    broker(revokedBy({ type: 'None', crlUrl: { url: 'http://pki/ca.crl' } })),
    'spec.clientCertificates.trustedCas[0].revocation.crlUrl',
    "may not be specified unless `type` is 'ExternalCrl'",
  ),
  refuses(
    'a list for a CA without revocation',
    broker(revokedBy({ type: 'None', crlRef: { name: 'crl' } })),
    'spec.clientCertificates.trustedCas[0].revocation.crlRef',
    "may not be specified unless `type` is 'ExternalCrl'",
  ),
  ...[{ signerSecretRef: { name: 'signer' } }, { validitySeconds: 86400 }].map((extra) => {
    const [field = ''] = Object.keys(extra);
    return refuses(
      `${field} for a CA without revocation`,
      broker(revokedBy({ type: 'None', ...extra })),
      `spec.clientCertificates.trustedCas[0].revocation.${field}`,
      "may not be specified unless `type` is 'SignedCrl'",
    );
  }),
  accepts('layout Patterns with the CA of the issuer', broker({ acl: { layout: 'Patterns' } })),
  accepts('layout Patterns with a signed list', broker({ acl: { layout: 'Patterns' }, ...trusting(ca) })),
  accepts(
    'layout Patterns with passwords alone',
    broker({ acl: { layout: 'Patterns' }, listeners: [passwords], clientCertificates: null }),
  ),
  refuses(
    'layout Patterns with a CA that has no signed list',
    broker({ acl: { layout: 'Patterns' }, ...trusting(ca, { ...ca, name: 'lab', revocation: { type: 'None' } }) }),
    'spec.acl.layout',
    "may not be 'Patterns' unless every trusted CA has revocation 'SignedCrl'",
  ),
];

const admitting = (allowedNamespaces: Patch) => broker({ allowedNamespaces });
const selector = { matchLabels: { tenant: 'yes' } };
const topicPrefix = 'tenants/{namespace}';

const namespaceRows: readonly ManifestRow[] = [
  accepts('all namespaces', admitting({ from: 'All', topicPrefix })),
  accepts('selected namespaces', admitting({ from: 'Selector', selector, topicPrefix })),
  refuses(
    'Selector without a selector',
    admitting({ from: 'Selector', topicPrefix }),
    'spec.allowedNamespaces.selector',
    "must be specified when `from` is 'Selector'",
  ),
  refuses(
    'All with a selector',
    admitting({ from: 'All', selector, topicPrefix }),
    'spec.allowedNamespaces.selector',
    "may not be specified unless `from` is 'Selector'",
  ),
  refuses(
    'All without a prefix',
    admitting({ from: 'All' }),
    'spec.allowedNamespaces.topicPrefix',
    "must be specified when `from` is not 'Same'",
  ),
  refuses(
    'Same with a prefix',
    admitting({ topicPrefix }),
    'spec.allowedNamespaces.topicPrefix',
    "may not be specified when `from` is 'Same'",
  ),
  accepts('a prefix that is the namespace', admitting({ from: 'All', topicPrefix: '{namespace}' })),
  accepts('a prefix around the namespace', admitting({ from: 'All', topicPrefix: 'a/b/{namespace}/c' })),
  ...[
    'tenants',
    '{namespace}/{namespace}',
    'tenants/+/{namespace}',
    'a/{namespace}/#',
    '$share/{namespace}',
    '/{namespace}',
    '{namespace}/',
    'x{namespace}',
    '{device}/{namespace}',
  ].map((prefix) =>
    refuses(
      `the prefix ${prefix}`,
      admitting({ from: 'All', topicPrefix: prefix }),
      'spec.allowedNamespaces.topicPrefix',
      "must be literal topic levels and exactly one level '{namespace}'",
    ),
  ),
];

const workloadRows: readonly ManifestRow[] = [
  accepts('a workload of its own', broker({ workload: { ref: { kind: 'StatefulSet', name: 'mosquitto' } } })),
  accepts('external instances', broker({ workload: { external: { instances: names(16) } } })),
  accepts('a managed workload with defaults', managed({})),
  accepts('a managed workload that is off', managed({ replicas: 0 })),
  refuses(
    'no kind of workload',
    broker({ workload: {} }),
    'spec.workload',
    'must have exactly one of `managed`, `ref` and `external`',
  ),
  refuses(
    'two kinds of workload',
    broker({ workload: { managed: {}, external: { instances: ['a'] } } }),
    'spec.workload',
    'must have exactly one of `managed`, `ref` and `external`',
  ),
  refuses(
    'silent replicas',
    managed({ replicas: 2 }),
    'spec.workload.managed.acknowledgeNoClustering',
    'must be true when `replicas` is greater than 1',
  ),
  accepts('acknowledged replicas', managed({ replicas: 16, acknowledgeNoClustering: true })),
  outOfBounds(
    'a size that is no quantity',
    managed({ storage: { size: 'big' } }),
    'spec.workload.managed.storage.size',
    'pattern',
  ),
];

const limitRows: readonly ManifestRow[] = [
  accepts('sessions that last an hour', broker({ limits: { persistentClientExpirationSeconds: 3600 } })),
  refuses(
    'sessions that last one and a half hours',
    broker({ limits: { persistentClientExpirationSeconds: 5400 } }),
    'spec.limits.persistentClientExpirationSeconds',
    'must be a multiple of 3600',
  ),
  accepts('a payload limit as large as the packet limit', broker({ limits: { messageSizeLimitBytes: 1048576 } })),
  refuses(
    'a payload limit above the packet limit',
    broker({ limits: { messageSizeLimitBytes: 1048577 } }),
    'spec.limits.messageSizeLimitBytes',
    'may not be greater than `maxPacketSizeBytes`',
  ),
  mayUpdate(broker, 'changes listeners and version', {}, { mosquitto: { version: '2.0' }, listeners: [passwords] }),
];

const watches = (...rules: readonly Patch[]): Manifest => broker({ monitoring: { rules } });

const monitoringRows: readonly ManifestRow[] = [
  accepts('two rules of one event', watches({ event: 'Flood', role: 'Admin' }, { event: 'Flood', role: 'Device' })),
  refuses(
    'two rules for one event and role',
    watches({ event: 'Flood' }, { event: 'Flood', role: 'Any', threshold: 3 }),
    'spec.monitoring.rules',
    'must have distinct pairs of `event` and `role`',
  ),
  refuses(
    'a rule for failed logins of a role',
    watches({ event: 'AuthenticationFailed', role: 'Admin' }),
    'spec.monitoring.rules[0].role',
    "must be 'Any' for 'AuthenticationFailed': nobody is known to have tried",
  ),
  refuses(
    'a threshold of silence',
    watches({ event: 'Silent', threshold: 2 }),
    'spec.monitoring.rules[0].threshold',
    "must not be specified for 'Silent'",
  ),
  ...['$SYS/alerts', 'admin/+', '#', 'admin//alerts', '/alerts', 'admin/alerts\n', 'a b', ''].map((alertTopic) =>
    outOfBounds(
      `alerts on topic ${JSON.stringify(alertTopic)}`,
      broker({ monitoring: { alertTopic } }),
      'spec.monitoring.alertTopic',
      'pattern',
    ),
  ),
];

const jwks = { ref: { kind: 'ConfigMap', name: 'issuer-keys' } };
const issuer = { issuer: 'https://issuer.example.com', audience: 'plant', jwks };
const tokens = (...issuers: Patch[]) => ({ tokens: { issuers } });

const allOfTokens: Patch = {
  issuers: [
    {
      ...issuer,
      jwks: { ref: { kind: 'Secret', name: 'issuer-keys', key: 'keys' }, refreshSeconds: 60 },
      algorithms: ['RS256', 'EdDSA'],
      identityClaim: 'device_id',
      requiredClaims: [{ name: 'scope', value: 'mqtt' }],
      maxLifetimeSeconds: 3600,
      clockSkewSeconds: 0,
    },
    {
      ...issuer,
      issuer: 'https://login.example.com/tenant',
      jwks: {
        url: 'https://login.example.com:8443/keys?v=1',
        caRef: { kind: 'ConfigMap', name: 'web-ca', key: 'web.pem' },
        refreshSeconds: 86400,
      },
    },
  ],
};

const tokenRows: readonly ManifestRow[] = [
  accepts('everything of tokens', broker({ tokens: allOfTokens })),
  refuses(
    'tokens where Mosquitto runs',
    broker({ ...tokens(issuer), workload: { external: { instances: ['a'] } } }),
    'spec.tokens',
    'may not be specified when `workload` is specified: Mosquitto cannot check tokens',
  ),
  hasDuplicate('two issuers of one name', broker(tokens(issuer, issuer)), 'spec.tokens.issuers[1]'),
  ...[{}, { ...jwks, url: 'https://issuer/keys' }].map((both) =>
    refuses(
      `keys of an issuer from ${Object.keys(both).length === 0 ? 'nowhere' : 'two places'}`,
      broker(tokens({ ...issuer, jwks: both })),
      'spec.tokens.issuers[0].jwks',
      'must have exactly one of `ref` and `url`',
    ),
  ),
  refuses(
    'a CA where nothing is downloaded',
    broker(tokens({ ...issuer, jwks: { ...jwks, caRef: { kind: 'Secret', name: 'ca' } } })),
    'spec.tokens.issuers[0].jwks.caRef',
    'may not be specified unless `url` is specified',
  ),
  ...['none', 'HS256', 'rs256'].map((algorithm) =>
    outOfBounds(
      `tokens by algorithm ${algorithm}`,
      broker(tokens({ ...issuer, algorithms: [algorithm] })),
      'spec.tokens.issuers[0].algorithms[0]',
      'enum',
    ),
  ),
  ...['http://issuer/keys', 'https://user@issuer/keys', 'file:///keys'].map((url) =>
    outOfBounds(
      `keys of an issuer at ${url}`,
      broker(tokens({ ...issuer, jwks: { url } })),
      'spec.tokens.issuers[0].jwks.url',
      'pattern',
    ),
  ),
];

export const brokerRows: readonly ManifestRow[] = [
  accepts('the least that is needed', broker()),
  accepts('everything', broker(everything)),
  ...listenerRows,
  ...dialectRows,
  ...serverRows,
  ...clientRows,
  ...namespaceRows,
  ...workloadRows,
  ...limitRows,
  ...monitoringRows,
  ...tokenRows,
];
