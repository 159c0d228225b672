import assert from 'node:assert/strict';
import type { ObjectKey } from '../../src/domain/names.ts';
import type { Wake } from '../../src/controllers/context.ts';
import { routeChanges } from '../../src/controllers/routes.ts';
import type { KubeObject } from '../../src/kube/object.ts';
import { broker, certificateDevice, object, template } from './device/site.ts';
import { MemoryCluster } from './memory-cluster.ts';

const kinds = [
  'MqttBroker',
  'AclTemplate',
  'MqttDevice',
  'DeviceCertificate',
  'BrokerInstance',
  'Namespace',
  'ConfigMap',
];

/** A broker, a template, two devices of both with a certificate each; and who was woken since. */
function siteOfTwo() {
  const cluster = new MemoryCluster(kinds);
  cluster.put(broker);
  cluster.put(template);
  for (const name of ['a', 'b']) {
    cluster.put(certificateDevice(name));
    cluster.put(object('DeviceCertificate', name, { deviceRef: { name } }));
  }
  const woken: string[] = [];
  const wake = (what: string) => (key: ObjectKey) => void woken.push(`${what} ${key}`);
  const wakes: Wake = {
    ...{ broker: wake('broker'), brokerStatus: wake('brokerStatus') },
    ...{ authority: wake('authority'), device: wake('device') },
    ...{ certificate: wake('certificate'), workload: wake('workload'), template: wake('template') },
  };
  routeChanges(cluster.restarted(), wakes, 'operator');
  woken.length = 0;
  const certificatesAfter = (change: () => void): readonly string[] => {
    woken.length = 0;
    change();
    return [...new Set(woken.filter((one) => one.startsWith('certificate ')))];
  };
  return { cluster, certificatesAfter, woken };
}

type Verdict = readonly [status: string, reason: string, message?: string];

function judged(name: string, [status, reason, message = '']: Verdict, revision = 1): KubeObject {
  const condition = { type: 'ResolvedRefs', status, reason, message, lastTransitionTime: '2026-01-01T00:00:00Z' };
  return {
    ...certificateDevice(name),
    status: { observedGeneration: 1, bundleRevision: revision, conditions: [condition] },
  } as KubeObject;
}

describe('certificates are woken', () => {
  it('by a change of their device', () => {
    const { cluster, certificatesAfter } = siteOfTwo();
    assert.deepEqual(
      certificatesAfter(() => cluster.put(certificateDevice('a', { suspended: true }))),
      ['certificate plant/a'],
    );
  });

  it('by a change of their broker, all of them', () => {
    const { cluster, certificatesAfter } = siteOfTwo();
    const spec = { ...(broker as unknown as { readonly spec: object }).spec, mosquitto: { version: '2.1' } };
    assert.deepEqual(
      certificatesAfter(() => cluster.put(object('MqttBroker', 'main', spec))),
      ['certificate plant/a', 'certificate plant/b'],
    );
  });

  it('by a template or a namespace only where that changes whether the rules of their device resolve', () => {
    const { cluster, certificatesAfter } = siteOfTwo();
    const missing: Verdict = ['False', 'TemplateNotFound', 'sensor is missing'];
    const rows: readonly (readonly [KubeObject, readonly string[]])[] = [
      [judged('a', ['True', 'ResolvedRefs']), ['certificate plant/a']],
      [judged('a', ['True', 'ResolvedRefs'], 2), []],
      [judged('a', missing, 2), ['certificate plant/a']],
      [judged('a', ['False', 'TemplateNotFound', 'another is missing'], 2), ['certificate plant/a']],
      [judged('a', ['True', 'ResolvedRefs'], 2), ['certificate plant/a']],
    ];
    for (const [device, woken] of rows) {
      assert.deepEqual(
        certificatesAfter(() => cluster.put(device)),
        woken,
      );
    }
    assert.deepEqual(
      certificatesAfter(() => cluster.remove('AclTemplate', 'plant/sensor')),
      [],
    );
  });

  it('by the end of their namespace, once', () => {
    const { cluster, certificatesAfter } = siteOfTwo();
    const namespace = (phase: string) =>
      cluster.put({
        ...{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'plant' } },
        status: { phase },
      } as KubeObject);
    assert.deepEqual(
      certificatesAfter(() => namespace('Active')),
      [],
    );
    assert.deepEqual(
      certificatesAfter(() => namespace('Terminating')),
      ['certificate plant/a', 'certificate plant/b'],
    );
    assert.deepEqual(
      certificatesAfter(() => namespace('Terminating')),
      [],
    );
  });
});

describe('a certificate is woken', () => {
  it('when its device acknowledges, once', () => {
    const { cluster, certificatesAfter } = siteOfTwo();
    const report = (...identities: readonly string[]) => {
      const acknowledgements = identities.map((identity) => ({
        identity,
        fingerprint: 'ab',
        at: '2026-01-01T00:00:00Z',
      }));
      const instance = object('BrokerInstance', 'main-0', { brokerRef: { name: 'main' } });
      cluster.put({ ...instance, status: { acknowledgements } } as KubeObject);
    };
    assert.deepEqual(
      certificatesAfter(() => report('a')),
      ['certificate plant/a'],
    );
    assert.deepEqual(
      certificatesAfter(() => report('a', 'b')),
      ['certificate plant/b'],
    );
  });
});

describe('authorities are woken', () => {
  it('by a change of a ledger, which lies in the namespace of the operator and nowhere else', () => {
    const { cluster, woken } = siteOfTwo();
    const labels = {
      'app.kubernetes.io/managed-by': 'mqtt-security-operator',
      'app.kubernetes.io/component': 'ledger',
    };
    const ledger = (namespace: string) =>
      cluster.put({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'ledger-x', namespace, labels } });
    ledger('elsewhere');
    assert.deepEqual(woken, []);
    ledger('operator');
    assert.deepEqual(woken, ['authority plant/main']);
  });
});

describe('a broker is woken', () => {
  it('when a device of it is to be released, and by no other annotation', () => {
    const { cluster, woken } = siteOfTwo();
    const annotated = (annotations: object) => {
      woken.length = 0;
      const device = certificateDevice('a');
      cluster.put({ ...device, metadata: { ...device.metadata, annotations } } as KubeObject);
      return woken.filter((one) => one.startsWith('broker '));
    };
    assert.deepEqual(annotated({ note: 'x' }), []);
    const asked = { 'mqttsecurity.io/unlock-at': '2026-01-01T00:00:00Z' };
    assert.deepEqual(annotated(asked), ['broker plant/main']);
    assert.deepEqual(annotated({ ...asked, note: 'y' }), []);
  });
});
