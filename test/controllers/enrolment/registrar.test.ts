import assert from 'node:assert/strict';
import { createFleetState } from '../../../src/controllers/fleet-state.ts';
import { clusterRegistrar } from '../../../src/controllers/enrolment/registrar.ts';
import type { Registrar } from '../../../src/enrol/registrar.ts';
import type { KubeObject } from '../../../src/kube/object.ts';
import { fakeWorld } from '../fake-world.ts';

const broker = 'plant/main';
const now = new Date('2026-06-01T00:00:00Z');

const object = (kind: string, name: string, metadata: object, rest: object) =>
  ({
    ...{ apiVersion: 'mqttsecurity.io/v1alpha1', kind },
    metadata: { namespace: 'plant', name, uid: `uid-${name}`, generation: 1, ...metadata },
    ...rest,
  }) as unknown as KubeObject;

const brokerObject = object(
  'MqttBroker',
  'main',
  {},
  {
    spec: {
      ...{ mosquitto: { version: '2.0' }, clientCertificates: { issuerRef: { name: 'devices' } } },
      ...{ listeners: [{ name: 'tls', port: 8883, authentication: 'Certificate' }] },
      tls: { serverCertificate: { secretRef: { name: 'server' } } },
    },
  },
);
const device = (uid = 'uid-1') =>
  object(
    'MqttDevice',
    'well-1',
    { uid },
    {
      spec: { brokerRef: { name: 'main' }, authentication: { type: 'Certificate' } },
    },
  );

const csr = '-----BEGIN CERTIFICATE REQUEST-----\nAA==\n-----END CERTIFICATE REQUEST-----\n';
const certificate = (change: { readonly name?: string; readonly metadata?: object; readonly status?: object } = {}) =>
  object(
    'DeviceCertificate',
    change.name ?? 'well-1',
    { annotations: { 'mqttsecurity.io/enrolled-device-uid': 'uid-1' }, ...change.metadata },
    {
      spec: { deviceRef: { name: 'well-1' }, csr },
      status: { fingerprint: 'present', history: [{ fingerprint: 'former' }], ...change.status },
    },
  );

/** The registrar where these objects are there. */
function registrarOf(objects: readonly KubeObject[]): Registrar {
  const { world, put } = fakeWorld();
  const fleet = createFleetState(world);
  for (const one of [brokerObject, ...objects]) put(one);
  const client = { create: () => assert.fail(), patchJson: () => assert.fail() };
  return clusterRegistrar({ client, broker, world, fleet, cas: () => Promise.resolve(''), now: () => now });
}

/** Whom the registrar takes the holder of a certificate for. */
async function holderOf(fingerprint: string, objects: readonly KubeObject[]): Promise<string | undefined> {
  const enrollee = await registrarOf(objects).byCertificate(fingerprint);
  return enrollee && (enrollee.refusal ?? enrollee.device);
}

describe('who shows a certificate to the enrolment of a cluster', () => {
  const rows: readonly (readonly [what: string, fingerprint: string, objects: readonly KubeObject[], who?: string])[] =
    [
      ['is its device', 'present', [device(), certificate()], 'plant/well-1'],
      ['is its device by a former one, too', 'former', [device(), certificate()], 'plant/well-1'],
      ['is nobody by one that nobody has', 'strange', [device(), certificate()]],
      [
        'is nobody by one that was taken back',
        'former',
        [
          device(),
          certificate({ status: { history: [{ fingerprint: 'former', revokedAt: '2026-05-01T00:00:00Z' }] } }),
        ],
      ],
      [
        'is nobody while its DeviceCertificate is being deleted',
        'present',
        [device(), certificate({ metadata: { deletionTimestamp: '2026-05-31T00:00:00Z' } })],
      ],
      ['is nobody where the device was made anew under its name', 'present', [device('uid-2'), certificate()]],
      ['is nobody by one that was made by hand', 'present', [device(), certificate({ metadata: { annotations: {} } })]],
      ['is nobody by one of another name', 'present', [device(), certificate({ name: 'other' })]],
      ['is nobody without its device', 'present', [certificate()]],
    ];
  for (const [what, fingerprint, objects, who] of rows) {
    it(what, async () => {
      assert.equal(await holderOf(fingerprint, objects), who);
    });
  }
});

describe('a renewal that a device asked the enrolment of a cluster for', () => {
  const rows: readonly (readonly [what: string, askedAt: string, issuedAt: string, isAsked: boolean])[] = [
    ['is waited for', '2026-05-31T23:59:50Z', '2026-05-01T00:00:00Z', true],
    ['is over when a certificate came', '2026-05-31T23:59:50Z', '2026-05-31T23:59:55Z', false],
    ['is asked for again when none came', '2026-05-31T23:58:50Z', '2026-05-01T00:00:00Z', false],
  ];
  for (const [what, askedAt, issuedAt, isAsked] of rows) {
    it(what, async () => {
      const annotations = {
        'mqttsecurity.io/enrolled-device-uid': 'uid-1',
        'mqttsecurity.io/renew-at': askedAt,
      };
      const objects = [device(), certificate({ metadata: { annotations }, status: { issuedAt } })];
      const enrollee = await registrarOf(objects).byDevice('plant/well-1');
      assert.equal(enrollee?.isRenewalAsked, isAsked);
    });
  }
});
