/**
 * From `kubectl apply` to proven at the broker: the sample fleet in a real control plane, certificates from cert-manager,
 * agents and Mosquitto as processes with the account that a pod has, the operator with the rights that it ships with.
 */
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import type { MqttClient } from 'mqtt';
import { managedSelector } from '../../src/api/labels.ts';
import { brokers } from '../broker/mosquitto.ts';
import type { Api } from './api.ts';
import { until } from './component.ts';
import type { ControlPlane } from './control-plane.ts';
import { type Kubelet, startKubelet } from './kubelet.ts';
import { operatorNamespace, startOperator, type TestOperator } from './operator.ts';
import { describeCertificates } from './plant/certificates.ts';
import { describeLife } from './plant/life.ts';
import { describeLists } from './plant/lists.ts';
import { describeNotices } from './plant/notices.ts';
import { describeOutposts } from './plant/outposts.ts';
import { describeReferredRolls } from './plant/rolls-referred.ts';
import { describeRolls } from './plant/rolls.ts';
import { describeSuccessors } from './plant/successors.ts';
import { describeTenants } from './plant/tenants.ts';
import { certified, comparedWithCanI, deviceClients } from './plant/fleet-clients.ts';
import { deviceClient, type Endpoint, secretTexts } from './plant/mqtt.ts';
import { listed, namespace, notReady, operatedControlPlane, output, type Sample, sampleFor } from './plant/site.ts';

const [anyBroker] = brokers;

describe('the sample fleet in a cluster', function () {
  this.timeout(240_000);
  let plane: ControlPlane;
  let operator: TestOperator;

  before(async () => {
    plane = await operatedControlPlane();
    // An Event of a namespace that is going is refused.
    operator = await startOperator(plane, { expected: [/^refused with 403: create events\.events\.k8s\.io$/] });
  });
  after(async () => {
    await operator.close();
    await plane.stop();
    assert.deepEqual(plane.unexpectedErrorLines(), []);
  });

  for (const mosquitto of brokers) {
    describe(`on Mosquitto ${mosquitto.version}`, () => {
      let kubelet: Kubelet;
      let admin: Api;
      let fleet: Sample;
      let endpoint: Endpoint;
      let clients: ReadonlyMap<string, MqttClient>;

      before(async () => {
        ({ admin } = plane);
        fleet = sampleFor(plane, mosquitto.dialect);
        kubelet = await startKubelet(plane, { namespaces: [namespace], mosquitto, agentArguments: agentWords });
        await output(plane.kubectl(['apply', '-f', fleet.directory]));
      });
      after(() => kubelet.stop());

      const agentWords = (address: string) => [
        ...['--bind-address', address],
        ...['--plugin-directory', mosquitto.pluginDirectory],
      ];

      it('ends with every object Ready', async () => {
        const wait = ['wait', '--for=condition=Ready', '--all', '-n', namespace, '--timeout=120s'];
        const { code } = await plane.kubectl([...wait, 'mqttbroker,mqttdevice,devicecertificate,acltemplate']);
        const objects = await listed(plane, 'mqtt-security');
        assert.deepEqual(notReady(objects), []);
        assert.equal(code, 0);
        assert.equal(objects.filter(({ kind }) => kind === 'MqttDevice').length, 12);
        assert.equal(objects.filter(({ kind }) => kind === 'BrokerInstance').length, 1);
      });

      it('has certificates of cert-manager, in the names of the identities', async () => {
        const ca = new X509Certificate((await secretTexts(admin, namespace, 'device-ca'))['tls.crt'] ?? '');
        const devices = await certified(plane, fleet);
        assert.equal(devices.length, 8);
        for (const { identity, secret } of devices) {
          const certificate = new X509Certificate(secret['tls.crt'] ?? '');
          assert.equal(certificate.subject, `CN=${identity}`);
          assert.ok(certificate.verify(ca.publicKey), identity);
        }
      });

      it('reads well as a table', async () => {
        const table = await output(plane.kubectl(['get', 'mqtt-security', '-n', namespace]));
        const row = (start: string) => table.split('\n').find((line) => line.startsWith(start)) ?? '';
        assert.match(row('mqttdevice.mqttsecurity.io/thermo-hall-1'), /True\s+plant\s+thermo-hall-1/);
        assert.match(row('mqttbroker.mqttsecurity.io/plant'), new RegExp(`True\\s+${mosquitto.dialect}\\s+11`));
        assert.match(row('brokerinstance.mqttsecurity.io/plant-0'), /True\s+plant\s+\d+/);
      });

      it('lets its devices in, by certificate and by password', async () => {
        const pod = await kubelet.ready(namespace, 'plant-0');
        const { 'tls.crt': ca = '' } = await secretTexts(admin, namespace, 'server-ca');
        endpoint = { host: pod.address, certificatePort: 8883, passwordPort: 8884, ca };
        clients = await deviceClients(plane, fleet, endpoint);
        assert.equal(clients.size, 9);
      });

      it('lets them publish and receive exactly what can-i says', async () => {
        const { differences, delivered } = await comparedWithCanI(fleet.directory, clients);
        assert.deepEqual(differences, []);
        assert.ok(delivered > 50, `only ${delivered} messages were let through`);
      });

      it('ends the session of a device that is revoked, and takes its certificate and Secret away', async () => {
        const client = clients.get('thermo-hall-2');
        assert.ok(client);
        const secret = await secretTexts(admin, namespace, 'thermo-hall-2-tls');
        const closed = new Promise<void>((resolve) => client.once('close', () => resolve()));
        const patch = JSON.stringify({ spec: { revoked: { reason: 'KeyCompromise' } } });
        await output(
          plane.kubectl(['patch', 'mqttdevice', 'thermo-hall-2', '-n', namespace, '--type=merge', '-p', patch]),
        );
        await closed;
        await output(
          plane.kubectl([
            'wait',
            '--for=condition=Ready',
            'mqttdevice/thermo-hall-2',
            '-n',
            namespace,
            '--timeout=60s',
          ]),
        );
        await assert.rejects(deviceClient(endpoint, 'thermo-hall-2', secret));
        const device = (await listed(plane, 'mqttdevice', ['-n', namespace])).find(
          ({ metadata }) => metadata.name === 'thermo-hall-2',
        );
        assert.equal(device?.status?.conditions?.find(({ type }) => type === 'Ready')?.reason, 'Revoked');
        await until(async () => {
          const left = await plane.kubectl([
            'get',
            'certificate/thermo-hall-2',
            'secret/thermo-hall-2-tls',
            '-n',
            namespace,
          ]);
          return left.stdout === '' && left.stderr.includes('NotFound');
        }, 'certificate and Secret of the revoked device are gone');
        assert.ok([...clients].every(([identity, { connected }]) => connected || identity === 'thermo-hall-2'));
      });

      it('writes nothing when nothing changes, not even after a restart', async () => {
        await operator.quiet(6_000);
        const statuses = () => statusesIn(plane);
        const [before, former] = [operator.writes().length, await statuses()];
        await operator.stop();
        await operator.start();
        await operator.quiet(6_000);
        assert.deepEqual(await statuses(), former);
        const later = operator.writes().slice(before);
        assert.deepEqual(
          later.map(({ verb, plural, name }) => `${verb} ${plural} ${name}`),
          [],
        );
      });

      it('leaves nothing but the ledger when all is deleted', async () => {
        for (const client of clients.values()) client.end(true);
        await output(plane.kubectl(['delete', '-f', fleet.directory, '--timeout=120s']));
        const kinds = 'configmaps,secrets,certificates,certificaterequests,statefulsets,services,roles,serviceaccounts';
        const left = await listed(plane, kinds, ['-A', '-l', managedSelector]);
        const ledger = left.filter(({ metadata }) => metadata.namespace === operatorNamespace);
        assert.deepEqual(
          left.filter((object) => !ledger.includes(object)).map(({ kind, metadata }) => `${kind}/${metadata.name}`),
          [],
        );
        assert.ok(ledger.length > 0);
        assert.ok(ledger.every(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name.startsWith('ledger-')));
      });
    });
  }

  for (const describeMore of [describeLife, describeCertificates, describeTenants, describeOutposts, describeNotices]) {
    if (anyBroker) describeMore(() => ({ plane, operator }), anyBroker);
  }

  for (const mosquitto of brokers) {
    describeRolls(() => ({ plane, operator }), mosquitto);
    describeSuccessors(() => ({ plane, operator }), mosquitto);
  }
  const lastBroker = brokers.at(-1);
  for (const describeMore of [describeReferredRolls, describeLists]) {
    if (lastBroker) describeMore(() => ({ plane, operator }), lastBroker);
  }

  describe('afterwards', () => {
    it('the operator has used all rights that it has, and no others', async () => {
      assert.deepEqual(await operator.rights(), { missing: [], surplus: [] });
    });
  });
});

/** What is said of each of our objects in the namespace of the fleet. */
async function statusesIn(plane: ControlPlane): Promise<readonly (readonly [name: string, status: unknown])[]> {
  const kinds = 'mqttbrokers,mqttdevices,acltemplates,devicecertificates,brokerinstances';
  const objects = await listed(plane, kinds, ['-n', namespace]);
  return objects.map(({ kind, metadata, status }) => [`${kind}/${metadata.name}`, status]);
}
