/**
 * From `kubectl apply` to proven at the broker: the sample fleet in a real control plane, certificates from cert-manager,
 * agents and Mosquitto as processes with the account that a pod has, the operator with the rights that it ships with.
 */
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import type { MqttClient } from 'mqtt';
import { managedSelector } from '../../src/api/labels.ts';
import { oracleOf } from '../../src/domain/acl/cani.ts';
import { readManifests } from '../../src/local/manifests.ts';
import { parseManifests } from '../../src/parse/manifests.ts';
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
import { describeRolls } from './plant/rolls.ts';
import { describeSuccessors } from './plant/successors.ts';
import { describeTenants } from './plant/tenants.ts';
import { deviceClient, type Endpoint, mayPublish, type Received, received, secretTexts } from './plant/mqtt.ts';
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
        const all = new Map<string, MqttClient>();
        for (const { identity, secret } of await certified(plane, fleet)) {
          all.set(identity, await deviceClient(endpoint, identity, secret));
        }
        const password = await secretTexts(admin, namespace, 'thermo-cold-store-password');
        all.set('thermo-cold-store', await deviceClient(endpoint, 'thermo-cold-store', password));
        clients = all;
        assert.equal(clients.size, 9);
      });

      it('lets them publish and receive exactly what can-i says', async () => {
        const oracle = oracleOf(parseManifests((await readManifests([fleet.directory])).files).fleet, new Date());
        assert.ok(oracle.ok);
        const allows = (identity: string, action: 'publish' | 'receive', topic: string) =>
          oracle.value.verdict({ identity, action, topic }).allowed;
        const mailboxes = new Map<string, Received>();
        for (const [identity, client] of clients) mailboxes.set(identity, await received(client));
        const differences: string[] = [];
        const sent: { readonly topic: string; readonly payload: string }[] = [];
        for (const [identity, client] of clients) {
          for (const topic of probeTopics([...clients.keys()])) {
            const payload = `${identity} ${topic}`;
            const may = await mayPublish(client, topic, payload);
            if (may) sent.push({ topic, payload });
            if (may !== allows(identity, 'publish', topic)) differences.push(`${identity} publish ${topic}: ${may}`);
          }
        }
        for (const [identity, { payloads, settled }] of mailboxes) {
          await settled();
          for (const { topic, payload } of sent) {
            const got = payloads.has(payload);
            if (got !== allows(identity, 'receive', topic)) differences.push(`${identity} receive ${topic}: ${got}`);
          }
        }
        assert.deepEqual(differences, []);
        assert.ok(sent.length > 50, `only ${sent.length} messages were let through`);
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

  for (const describeMore of [
    describeLife,
    describeCertificates,
    describeTenants,
    describeOutposts,
    describeRolls,
    describeNotices,
  ]) {
    if (anyBroker) describeMore(() => ({ plane, operator }), anyBroker);
  }

  for (const mosquitto of brokers) describeSuccessors(() => ({ plane, operator }), mosquitto);
  const lastBroker = brokers.at(-1);
  if (lastBroker) describeLists(() => ({ plane, operator }), lastBroker);

  describe('afterwards', () => {
    it('the operator has used all rights that it has, and no others', async () => {
      assert.deepEqual(await operator.rights(), { missing: [], surplus: [] });
    });
  });
});

interface Certified {
  readonly identity: string;
  /** Certificate and key, under the names that they have in a Secret. */
  readonly secret: Readonly<Record<string, string>>;
}

/** Devices that have a certificate: in a Secret, or of their own key in the status of the DeviceCertificate. */
async function certified(plane: ControlPlane, { cameraKey }: Sample): Promise<readonly Certified[]> {
  const certificates = await listed(plane, 'devicecertificates', ['-n', namespace]);
  const devices = await listed(plane, 'mqttdevices', ['-n', namespace]);
  const identities = new Map(devices.map(({ metadata, status }) => [metadata.name, status?.identity ?? metadata.name]));
  const issued = certificates.filter(({ status }) =>
    status?.conditions?.some((condition) => condition.type === 'Issued' && condition.status === 'True'),
  );
  return Promise.all(
    issued.map(async ({ metadata: { name }, status }) => {
      const own = status?.certificate;
      const secret =
        own === undefined
          ? await secretTexts(plane.admin, namespace, `${name}-tls`)
          : { 'tls.crt': own, 'tls.key': cameraKey };
      return { identity: identities.get(name) ?? name, secret };
    }),
  );
}

/** Topics of every kind that the templates speak of, for each identity, and some that nobody is granted. */
function probeTopics(identities: readonly string[]): readonly string[] {
  const own = identities.flatMap((identity) => [
    `plant/devices/${identity}/telemetry/celsius`,
    `plant/devices/${identity}/status`,
    `plant/devices/${identity}/commands/firmware`,
    `plant/devices/${identity}/commands/reset`,
    `plant/groups/hall-1/presence/${identity}`,
    `plant/sites/gate/cameras/${identity}/events/motion`,
    `spBv1.0/presses/NDATA/${identity}`,
    `spBv1.0/presses/DCMD/${identity}/motor`,
    `analytics/${identity}/report`,
  ]);
  return [
    ...own,
    'plant/groups/hall-1/broadcast/news',
    'spBv1.0/STATE/scada',
    'admin/notes',
    'plant',
    'other/topic',
    '$SYS/broker/uptime',
  ];
}

/** What is said of each of our objects in the namespace of the fleet. */
async function statusesIn(plane: ControlPlane): Promise<readonly (readonly [name: string, status: unknown])[]> {
  const kinds = 'mqttbrokers,mqttdevices,acltemplates,devicecertificates,brokerinstances';
  const objects = await listed(plane, kinds, ['-n', namespace]);
  return objects.map(({ kind, metadata, status }) => [`${kind}/${metadata.name}`, status]);
}
