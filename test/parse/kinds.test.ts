import assert from 'node:assert/strict';
import type { Broker, Device, DeviceCertificate, Template } from '../../src/domain/fleet.ts';
import { durationSeconds } from '../../src/parse/duration.ts';
import { parseManifests } from '../../src/parse/manifests.ts';
import { timeOf } from '../../src/parse/time.ts';

function parsedFleet(kind: string, spec: string, metadata = 'name: a, namespace: plant') {
  const indented = spec.replaceAll('\n', '\n  ');
  const text = `apiVersion: mqttsecurity.io/v1alpha1\nkind: ${kind}\nmetadata: {${metadata}}\nspec:\n  ${indented}\n`;
  const { fleet, findings } = parseManifests([{ name: 'f.yaml', text }]);
  assert.deepEqual(findings, []);
  return fleet;
}

const brokerOf = (spec: string): Broker => parsedFleet('MqttBroker', spec).brokers.get('plant/a')!;
const templateOf = (spec: string): Template => parsedFleet('AclTemplate', spec).templates.get('plant/a')!;
const deviceOf = (spec: string, metadata?: string): Device =>
  [...parsedFleet('MqttDevice', spec, metadata).devices.values()][0]![0]!;
const certificateOf = (spec: string): DeviceCertificate =>
  parsedFleet('DeviceCertificate', spec).certificates.get('plant/a')!;

const origin = (kind: string) => ({ kind, namespace: 'plant', name: 'a' });

describe('parse/kinds', () => {
  describe('MqttBroker', () => {
    const least = `mosquitto: {version: "2.1"}
listeners: [{name: mtls, port: 8883, authentication: Certificate}]
tls: {serverCertificate: {secretRef: {name: server}}}
clientCertificates: {issuerRef: {name: ca}}`;

    it('has its defaults', () => {
      assert.deepEqual(brokerOf(least), {
        origin: origin('MqttBroker'),
        version: '2.1',
        listeners: [{ name: 'mtls', port: 8883, authentication: 'Certificate', tls: true, protocol: 'MQTT' }],
        tls: { profile: 'Intermediate', server: { kind: 'Secret', name: 'server' } },
        clientCertificates: {
          issuer: { name: 'ca', kind: 'Issuer', group: 'cert-manager.io' },
          durationSeconds: 90 * 86_400,
          renewBeforeSeconds: 30 * 86_400,
          trustedCas: [],
        },
        acl: { layout: 'PerIdentity', defaultTemplates: [] },
        allowedNamespaces: { from: 'Same', selector: new Map(), roles: ['Device'] },
        update: { strategy: 'Reload', windowMilliseconds: 500 },
        workload: { kind: 'None' },
        limits: { maxPacketSizeBytes: 1_048_576 },
      });
    });

    it('has what is written', () => {
      const broker = brokerOf(`mosquitto: {version: "2.1"}
listeners:
- {name: mtls, port: 8883, authentication: Certificate, maxConnections: 100}
- {name: plain, port: 1883, authentication: Password, protocol: WebSockets, tls: {enabled: false}}
tls:
  profile: Modern
  serverCertificate: {issuerRef: {name: web, kind: ClusterIssuer}, dnsNames: [mqtt.example.com], ipAddresses: ["::1"]}
clientCertificates:
  issuerRef: {name: ca}
  duration: 1h30m
  renewBefore: 10m30s
  trustedCas:
  - {name: own, caRef: {kind: Secret, name: own}}
  - {name: signed, caRef: {kind: ConfigMap, name: pub}, revocation: {signerSecretRef: {name: key}, validitySeconds: 3600}}
  - {name: external, caRef: {kind: ConfigMap, name: e, key: e.pem}, revocation: {type: ExternalCrl, crlRef: {name: crl}}}
  - {name: secret, caRef: {kind: ConfigMap, name: s}, revocation: {type: ExternalCrl, crlRef: {kind: Secret, name: crl, key: k}}}
  - {name: web, caRef: {kind: ConfigMap, name: w}, revocation: {type: ExternalCrl, crlUrl: {url: "https://pki/ca.crl", caRef: {kind: Secret, name: web}}}}
  - {name: none, caRef: {kind: ConfigMap, name: n}, revocation: {type: None}}
acl: {defaultTemplateRefs: [{name: base, parameters: {n: 1}}]}
allowedNamespaces: {from: Selector, selector: {matchLabels: {team: blue}}, topicPrefix: "t/{namespace}", roles: [Backend]}
update: {strategy: Roll, windowMilliseconds: 0}
limits: {maxPacketSizeBytes: 2048, persistentClientExpirationSeconds: 7200}
lockout: {maxFailures: 3}`);
      assert.deepEqual(broker.listeners, [
        { name: 'mtls', port: 8883, authentication: 'Certificate', tls: true, protocol: 'MQTT', maxConnections: 100 },
        { name: 'plain', port: 1883, authentication: 'Password', tls: false, protocol: 'WebSockets' },
      ]);
      assert.deepEqual(broker.tls, {
        profile: 'Modern',
        server: {
          kind: 'Issuer',
          issuer: { name: 'web', kind: 'ClusterIssuer', group: 'cert-manager.io' },
          dnsNames: ['mqtt.example.com'],
          ipAddresses: ['::1'],
        },
      });
      assert.equal(broker.clientCertificates?.durationSeconds, 5400);
      assert.equal(broker.clientCertificates.renewBeforeSeconds, 630);
      assert.deepEqual(broker.clientCertificates.trustedCas, [
        {
          name: 'own',
          ca: { kind: 'Secret', name: 'own', key: 'ca.crt' },
          revocation: { type: 'SignedCrl', signerSecret: 'own', validitySeconds: 604_800 },
        },
        {
          name: 'signed',
          ca: { kind: 'ConfigMap', name: 'pub', key: 'ca.crt' },
          revocation: { type: 'SignedCrl', signerSecret: 'key', validitySeconds: 3600 },
        },
        {
          name: 'external',
          ca: { kind: 'ConfigMap', name: 'e', key: 'e.pem' },
          revocation: { type: 'ExternalCrl', crl: { kind: 'ConfigMap', name: 'crl', key: 'ca.crl' } },
        },
        {
          name: 'secret',
          ca: { kind: 'ConfigMap', name: 's', key: 'ca.crt' },
          revocation: { type: 'ExternalCrl', crl: { kind: 'Secret', name: 'crl', key: 'k' } },
        },
        {
          name: 'web',
          ca: { kind: 'ConfigMap', name: 'w', key: 'ca.crt' },
          revocation: {
            type: 'ExternalCrl',
            crl: {
              kind: 'Url',
              url: 'https://pki/ca.crl',
              refreshSeconds: 3600,
              ca: { kind: 'Secret', name: 'web', key: 'ca.crt' },
            },
          },
        },
        { name: 'none', ca: { kind: 'ConfigMap', name: 'n', key: 'ca.crt' }, revocation: { type: 'None' } },
      ]);
      assert.deepEqual(broker.acl.defaultTemplates, [{ name: 'base', parameters: new Map([['n', 1]]) }]);
      assert.deepEqual(broker.allowedNamespaces, {
        from: 'Selector',
        selector: new Map([['team', 'blue']]),
        topicPrefix: 't/{namespace}',
        roles: ['Backend'],
      });
      assert.deepEqual(broker.update, { strategy: 'Roll', windowMilliseconds: 0 });
      assert.deepEqual(broker.limits, { maxPacketSizeBytes: 2048, persistentClientExpirationSeconds: 7200 });
      assert.deepEqual(broker.lockout, { maxFailures: 3, windowSeconds: 60, blockSeconds: 900 });
    });

    const workloads: readonly (readonly [spec: string, workload: Broker['workload']])[] = [
      [
        'managed: {}',
        {
          kind: 'Managed',
          imagePullSecrets: [],
          replicas: 1,
          acknowledgeNoClustering: false,
          resources: { requests: new Map(), limits: new Map() },
          nodeSelector: new Map(),
          service: { type: 'ClusterIP' },
        },
      ],
      [
        `managed:
    image: mosquitto:2
    agentImage: agent:1
    imagePullSecrets: [{name: pull}]
    replicas: 2
    acknowledgeNoClustering: true
    storage: {size: 1Gi, storageClassName: fast}
    resources: {requests: {cpu: 1, memory: 64Mi}, limits: {memory: 128Mi}}
    nodeSelector: {zone: a}
    service: {type: LoadBalancer}`,
        {
          kind: 'Managed',
          image: 'mosquitto:2',
          agentImage: 'agent:1',
          imagePullSecrets: ['pull'],
          replicas: 2,
          acknowledgeNoClustering: true,
          storage: { size: '1Gi', storageClassName: 'fast' },
          resources: {
            requests: new Map([
              ['cpu', '1'],
              ['memory', '64Mi'],
            ]),
            limits: new Map([['memory', '128Mi']]),
          },
          nodeSelector: new Map([['zone', 'a']]),
          service: { type: 'LoadBalancer' },
        },
      ],
      ['ref: {kind: Deployment, name: mosquitto}', { kind: 'Ref', workload: 'Deployment', name: 'mosquitto' }],
      ['external: {instances: [edge-1, edge-2]}', { kind: 'External', instances: ['edge-1', 'edge-2'] }],
    ];
    for (const [spec, workload] of workloads) {
      it(`runs where ${workload.kind} says: ${spec.slice(0, 40).split('\n')[0]}`, () => {
        assert.deepEqual(brokerOf(`${least}\nworkload:\n  ${spec}`).workload, workload);
      });
    }
  });

  describe('AclTemplate', () => {
    it('has its defaults', () => {
      assert.deepEqual(templateOf('rules: [{topic: "a/{device}", actions: [Publish]}]'), {
        origin: origin('AclTemplate'),
        role: 'Device',
        allowControl: false,
        parameters: new Map(),
        required: [],
        rules: [
          {
            effect: 'Allow',
            actions: ['Publish'],
            pattern: [
              { kind: 'literal', text: 'a' },
              { kind: 'variable', name: 'device' },
            ],
            topic: 'a/{device}',
          },
        ],
      });
    });

    it('has parameters by name, whatever the name', () => {
      const template = templateOf(`parameters:
  required: [constructor]
  properties: {constructor: {type: string, minLength: 1}, level: {type: integer, enum: [1, 2], default: 2}}
rules: [{topic: "a/{param.constructor}/{param.level}", effect: Deny, description: none of it}]`);
      assert.deepEqual(
        [...template.parameters].map(([name, spec]) => [name, spec]),
        [
          ['constructor', { type: 'string', minLength: 1 }],
          ['level', { type: 'integer', enum: [1, 2], default: 2 }],
        ],
      );
      assert.deepEqual(template.required, ['constructor']);
      const [rule] = template.rules;
      assert.deepEqual([rule!.effect, rule!.actions, rule!.description], ['Deny', [], 'none of it']);
    });
  });

  describe('MqttDevice', () => {
    const least = 'brokerRef: {name: main}\nauthentication: {type: Certificate}';

    it('has its defaults', () => {
      assert.deepEqual(deviceOf(least), {
        origin: origin('MqttDevice'),
        broker: 'plant/main',
        identity: 'a',
        templates: [],
        groups: [],
        authentication: { type: 'Certificate' },
        rules: [],
        suspended: false,
      });
    });

    it('has what is written', () => {
      const device = deviceOf(`${least}
identity: Pump-1
templateRefs: [{name: t, parameters: {__proto__: x, n: 1}}]
groups: [g]
rules: [{topic: b, actions: [Subscribe], expiresAt: "2030-01-31T00:00:00+01:00"}]
suspended: true
expiresAt: 2031-01-01T00:00:00Z
revoked: {reason: KeyCompromise, at: 2026-01-01T00:00:00.5Z}`);
      assert.equal(device.identity, 'Pump-1');
      assert.deepEqual(device.templates, [
        {
          name: 't',
          parameters: new Map<string, unknown>([
            ['__proto__', 'x'],
            ['n', 1],
          ]),
        },
      ]);
      assert.deepEqual(device.groups, ['g']);
      assert.deepEqual(device.rules[0]?.expiresAt, new Date('2030-01-30T23:00:00Z'));
      assert.equal(device.suspended, true);
      assert.deepEqual(device.expiresAt, new Date('2031-01-01T00:00:00Z'));
      assert.deepEqual(device.revoked, { reason: 'KeyCompromise', at: new Date('2026-01-01T00:00:00.500Z') });
    });

    it('of another namespace than its broker has the namespace in its identity', () => {
      const device = deviceOf(
        'brokerRef: {name: main, namespace: hub}\nidentity: p\nauthentication: {type: Certificate}',
      );
      assert.equal(device.identity, 'plant.p');
      assert.equal(device.broker, 'hub/main');
    });

    it('that names its own namespace is none of another', () => {
      assert.equal(
        deviceOf('brokerRef: {name: m, namespace: plant}\nauthentication: {type: Certificate}').identity,
        'a',
      );
    });

    it('is of the default namespace when none is given', () => {
      assert.equal(deviceOf(least, 'name: a').broker, 'default/main');
    });

    it('has UID, generation and age where an API server wrote them', () => {
      const metadata = 'name: a, namespace: plant, uid: u-1, generation: 3, creationTimestamp: 2026-01-01T00:00:00Z';
      assert.deepEqual(deviceOf(least, metadata).origin, {
        ...origin('MqttDevice'),
        uid: 'u-1',
        generation: 3,
        createdAt: new Date('2026-01-01T00:00:00Z'),
      });
    });

    const authentications: Record<string, Device['authentication']> = {
      '{type: Password, password: {generate: {}}}': { type: 'Password', password: { kind: 'Generate', revision: 1 } },
      '{type: Password, password: {generate: {}, revision: 4}}': {
        type: 'Password',
        password: { kind: 'Generate', revision: 4 },
      },
      '{type: Password, password: {secretRef: {name: s}}}': {
        type: 'Password',
        password: { kind: 'Secret', secret: { kind: 'Secret', name: 's', key: 'password' } },
      },
      '{type: Certificate, certificate: {template: {}}}': {
        type: 'Certificate',
        template: {
          key: { kind: 'Generated', privateKey: { algorithm: 'ECDSA', size: 256, rotationPolicy: 'Always' } },
        },
      },
    };
    for (const [text, authentication] of Object.entries(authentications)) {
      it(text, () => {
        const device = deviceOf(`brokerRef: {name: main}\nauthentication: ${text}`);
        assert.deepEqual(device.authentication, authentication);
      });
    }
  });

  describe('DeviceCertificate', () => {
    it('has what is written', () => {
      const certificate = certificateOf(`deviceRef: {name: pump}
duration: 2h
renewBefore: 1h
privateKey: {algorithm: RSA, rotationPolicy: Never}
secretName: pump-key
previousCertificate: {revokeAfterSeconds: 60}
revoked: {reason: Superseded}`);
      assert.deepEqual(certificate, {
        origin: origin('DeviceCertificate'),
        device: 'plant/pump',
        spec: {
          durationSeconds: 7200,
          renewBeforeSeconds: 3600,
          key: { kind: 'Generated', privateKey: { algorithm: 'RSA', size: 2048, rotationPolicy: 'Never' } },
          secretName: 'pump-key',
          revokePreviousAfterSeconds: 60,
          revoked: { reason: 'Superseded' },
        },
      });
    });

    it('takes a signing request', () => {
      const pem = '-----BEGIN CERTIFICATE REQUEST-----\\nMIIB\\n-----END CERTIFICATE REQUEST-----\\n';
      const { spec } = certificateOf(`deviceRef: {name: pump}\ncsr: "${pem}"`);
      assert.deepEqual(spec, { key: { kind: 'Csr', pem: pem.replaceAll('\\n', '\n') } });
    });
  });

  it('a BrokerInstance is read and declares nothing', () => {
    const fleet = parsedFleet(
      'BrokerInstance',
      'brokerRef: {name: main}\npodUid: 2f3c6a0e-0000-4000-8000-000000000000',
    );
    assert.equal(fleet.brokers.size + fleet.templates.size + fleet.devices.size + fleet.certificates.size, 0);
  });

  describe('durations of Go', () => {
    const durations: Record<string, number | undefined> = {
      '2160h': 7_776_000,
      '1h30m': 5400,
      '1.5h': 5400,
      '.5m': 30,
      '1m1s': 61,
      '1500ms': 1,
      '0': 0,
      '0s': 0,
      '': undefined,
      '5': undefined,
      '-1h': undefined,
      '1 h': undefined,
      '1d': undefined,
      h: undefined,
      '1h1': undefined,
      '1h ': undefined,
      ['1h'.repeat(40)]: undefined,
    };
    for (const [text, seconds] of Object.entries(durations)) {
      it(`${JSON.stringify(text)} is ${seconds} s`, () => assert.equal(durationSeconds(text), seconds));
    }
  });

  describe('times of RFC 3339', () => {
    const times: Record<string, string | undefined> = {
      '2026-01-31T00:00:00Z': '2026-01-31T00:00:00.000Z',
      '2026-01-31t00:00:00.123456z': '2026-01-31T00:00:00.123Z',
      '2026-12-31T23:59:59-01:00': '2027-01-01T00:59:59.000Z',
      '2028-02-29T00:00:00Z': '2028-02-29T00:00:00.000Z',
      '2027-02-29T00:00:00Z': undefined,
      '2026-04-31T00:00:00Z': undefined,
      '2026-13-01T00:00:00Z': undefined,
      '2026-01-01T25:00:00Z': undefined,
      '2026-01-01': undefined,
      '2026-01-01T00:00:00': undefined,
      '2026-01-01 00:00:00Z': undefined,
      now: undefined,
    };
    for (const [text, time] of Object.entries(times)) {
      it(`${text} is ${time}`, () => assert.equal(timeOf(text)?.toISOString(), time));
    }
  });
});
