/** A namespace and its ledger that are put back from a backup, while the broker is ahead of it. */
import assert from 'node:assert/strict';
import type { KubeObject } from '../../src/kube/object.ts';
import { brokers } from '../broker/mosquitto.ts';
import { mergePatch } from './api.ts';
import { until } from './component.ts';
import type { ControlPlane } from './control-plane.ts';
import type { Kubelet } from './kubelet.ts';
import { startOperator, type TestOperator } from './operator.ts';
import { deviceClient, type Endpoint, secretTexts } from './plant/mqtt.ts';
import { listed, operatedControlPlane, output } from './plant/site.ts';
import {
  becameReady,
  brokerSpec,
  changed,
  endpointOf,
  found,
  issuers,
  kubeletFor,
  manifestOf,
  namespaceNamed,
  ours,
} from './plant/stage.ts';
import { guideTexts, type Reader, readerOf } from './reader.ts';

/** As in docs/guides/restore.md, whose commands are typed here. */
const namespace = 'plant';
const [putLedgersBack = '', dropIndex = '', handIn = '', dropHandedIn = '', backUp = ''] = guideTexts(
  'restore.md',
  'sh',
);

/** There are no containers: the file is read where the volume of the pod lies. The operator is a process that the test ends. */
const functions = (directory: string) => `kubectl() {
  case "$*" in
    'exec -n plant plant-0 -c mosquitto -- cat /run/mqttsec/agent/current/revocations')
      cat '${directory}'/*/agent/current/revocations ;;
    exec* | scale*) [[ "$*" = 'scale deployment mqtt-security-operator -n mqtt-security-system --replicas='[02] ]] ;;
    *) command kubectl "$@" ;;
  esac
}`;

const [mosquitto] = brokers;

function device(name: string): object {
  return ours('MqttDevice', namespace, name, {
    brokerRef: { name: 'plant' },
    templateRefs: [{ name: 'sensor' }],
    authentication: { type: 'Certificate', certificate: { template: {} } },
  });
}

type Stored = KubeObject & { readonly data?: object; readonly type?: string };

describe('a backup that is put back while a broker is ahead of it', function () {
  this.timeout(240_000);
  let plane: ControlPlane;
  let operator: TestOperator;
  let kubelet: Kubelet;
  let endpoint: Endpoint;
  let reader: Reader;
  let backup: readonly Stored[];
  let revoked: Readonly<Record<string, string>>;

  before(async () => {
    assert.ok(mosquitto);
    plane = await operatedControlPlane();
    operator = await startOperator(plane, { isElected: false });
    kubelet = await kubeletFor(plane, mosquitto, [namespace]);
    const template = ours('AclTemplate', namespace, 'sensor', {
      role: 'Device',
      rules: [{ effect: 'Allow', actions: ['Publish'], topic: 'sensors/{device}/#' }],
    });
    const objects = [namespaceNamed(namespace), ...issuers(namespace), template, device('s1'), device('s2')];
    const broker = ours('MqttBroker', namespace, 'plant', brokerSpec(mosquitto.dialect));
    await output(plane.kubectl(['apply', '-f', manifestOf(plane, [...objects, broker])]));
    await becameReady(plane, namespace, 'mqttbroker/plant', 'mqttdevice/s1', 'mqttdevice/s2');
    endpoint = await endpointOf(plane, kubelet, namespace);
    reader = await readerOf(plane, functions((await kubelet.ready(namespace, 'plant-0')).directory));
  });
  after(async () => {
    await kubelet.stop();
    await operator.close();
    await plane.stop();
    assert.deepEqual(plane.unexpectedErrorLines(), []);
  });

  const place = ({ kind, metadata }: KubeObject, name = `/${metadata.name}`) =>
    `/api/v1/namespaces/${metadata.namespace ?? ''}/${kind.toLowerCase()}s${name}`;

  async function stored(component: 'bundle' | 'ledger'): Promise<readonly Stored[]> {
    const labels = ['-l', `app.kubernetes.io/component=${component}`];
    return (await listed(plane, 'configmaps,secrets', ['-A', ...labels])) as readonly Stored[];
  }

  async function putBack(): Promise<void> {
    await reader.typed(putLedgersBack);
    for (const object of await stored('bundle')) await plane.admin.call('DELETE', place(object));
    for (const { metadata, ...rest } of backup) {
      const { name, labels, ownerReferences } = metadata;
      const body = { ...rest, metadata: { name, labels, ownerReferences } };
      await plane.admin.call('POST', place({ ...rest, metadata }, ''), { body });
    }
    // The device comes back as it was before it was revoked.
    for (const plural of ['mqttdevices', 'devicecertificates']) {
      const object = `/apis/mqttsecurity.io/v1alpha1/namespaces/${namespace}/${plural}/s1`;
      await plane.admin.call('PATCH', object, { body: { metadata: { finalizers: null } }, contentType: mergePatch });
      await plane.admin.answer('DELETE', object);
    }
    await until(async () => (await found(plane, namespace, 'mqttdevice/s1')) === undefined, 's1 is gone');
    await output(plane.kubectl(['apply', '-f', manifestOf(plane, [device('s1')])]));
  }

  const conditionOf = async (type: string) => {
    const broker = await found(plane, namespace, 'mqttbroker/plant');
    return broker?.status?.conditions?.find((one) => one.type === type);
  };

  it('is refused by the broker, which goes on with what it has, and the operator says what would be lost', async () => {
    await reader.typed(backUp);
    backup = await stored('bundle');
    revoked = await secretTexts(plane.admin, namespace, 's1-tls');
    await changed(plane, namespace, 'mqttdevice/s1', { spec: { revoked: { reason: 'KeyCompromise' } } });
    await becameReady(plane, namespace, 'mqttdevice/s1', 'mqttbroker/plant');
    await assert.rejects(deviceClient(endpoint, 's1', revoked));
    await operator.stop();
    await putBack();
    await operator.start();
    await until(async () => (await conditionOf('Programmed'))?.reason === 'Refused', 'the broker refuses the set');
    assert.match(
      (await conditionOf('Programmed'))?.message ?? '',
      /RevocationsKept: no longer revoked: serial \w+ of s1/,
    );
    await assert.rejects(deviceClient(endpoint, 's1', revoked), 'it is still off');
    const session = await deviceClient(endpoint, 's2', await secretTexts(plane.admin, namespace, 's2-tls'));
    session.end(true);
    await until(async () => {
      const { items } = await plane.admin.call<{ items: readonly { reason: string }[] }>(
        'GET',
        `/apis/events.k8s.io/v1/namespaces/${namespace}/events`,
        { query: { fieldSelector: 'regarding.name=plant' } },
      );
      return items.some(({ reason }) => reason === 'Refused');
    }, 'an Event says so');
  });

  it('is made whole with what the broker knows, and all goes on', async () => {
    await reader.typed(handIn);
    await becameReady(plane, namespace, 'mqttbroker/plant', 'mqttdevice/s1', 'mqttdevice/s2');
    await assert.rejects(deviceClient(endpoint, 's1', revoked), 'the former certificate stays revoked');
    const session = await deviceClient(endpoint, 's1', await secretTexts(plane.admin, namespace, 's1-tls'));
    session.end(true);
    await reader.typed(dropHandedIn);
  });

  /** As nothing can prove what was in it: its entries are gone, and the list that was signed with them. */
  const damaged = async () => {
    await operator.stop();
    const objects = (await stored('ledger')).filter(({ metadata: { name } }) => /-(ledger|crl)-/.test(name));
    assert.ok(objects.length > 1);
    for (const object of objects) await plane.admin.call('DELETE', place(object));
    await operator.start();
    await until(async () => (await conditionOf('ResolvedRefs'))?.reason === 'LedgerDamaged', 'it is damaged');
  };
  const isWholeAgain = async () => {
    await becameReady(plane, namespace, 'mqttbroker/plant', 'mqttdevice/s1', 'mqttdevice/s2');
    await assert.rejects(deviceClient(endpoint, 's1', revoked), 'what was revoked is revoked');
  };

  it('makes a damaged ledger whole, though it is an older one', async () => {
    await damaged();
    await operator.stop();
    await reader.typed(putLedgersBack);
    await operator.start();
    await isWholeAgain();
  });

  it('is not needed where a broker knows what was in the ledger', async () => {
    await damaged();
    await reader.typed(handIn);
    const message = (await conditionOf('ResolvedRefs'))?.message ?? '';
    const [, keyId] = /ledger-([0-9a-f]+)\)/.exec(message) ?? [];
    assert.ok(keyId !== undefined, message);
    await reader.typed(dropIndex.replace('CAKEY', keyId));
    await isWholeAgain();
  });
});
