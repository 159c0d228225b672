/** Devices of another namespace on a broker that admits them: a place of their own in the topic tree, as long as it does. */
import assert from 'node:assert/strict';
import type { MqttClient } from 'mqtt';
import { oracleOf } from '../../../src/domain/acl/cani.ts';
import { parseManifests } from '../../../src/parse/manifests.ts';
import type { BrokerUnderTest } from '../../broker/mosquitto.ts';
import { until } from '../component.ts';
import type { Kubelet } from '../kubelet.ts';
import { deviceClient, type Endpoint, mayPublish, type Received, received, secretTexts } from './mqtt.ts';
import { output, signingRequest } from './site.ts';
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
  type Stage,
} from './stage.ts';

const home = 'landlord';
const away = 'tenant';
const admitted = { 'example.com/mqtt': 'plant' };

const sensor = {
  role: 'Device',
  rules: [
    { effect: 'Allow', actions: ['Publish'], topic: 'sensors/{device}/#' },
    { effect: 'Allow', actions: ['Subscribe'], topic: 'news/#' },
  ],
};

function objectsOf(version: string, csr: string): readonly object[] {
  const device = (namespace: string, name: string, authentication: object) =>
    ours('MqttDevice', namespace, name, {
      brokerRef: { name: 'plant', namespace: home },
      templateRefs: [{ name: 'sensor' }],
      authentication,
    });
  const byPassword = { type: 'Password', password: { generate: {} } };
  const allowedNamespaces = {
    from: 'Selector',
    selector: { matchLabels: admitted },
    topicPrefix: 'tenants/{namespace}',
  };
  return [
    namespaceNamed(home),
    namespaceNamed(away, admitted),
    ...issuers(home),
    ours('MqttBroker', home, 'plant', brokerSpec(version, { allowedNamespaces })),
    ours('AclTemplate', home, 'sensor', sensor),
    ours('AclTemplate', away, 'sensor', sensor),
    device(home, 'own', byPassword),
    device(away, 'meter', byPassword),
    device(away, 'gauge', { type: 'Certificate' }),
    ours('DeviceCertificate', away, 'gauge', { deviceRef: { name: 'gauge' }, csr }),
  ];
}

/** In the place of each identity, without the prefix of the tenant, and in the places of others. */
const topics = ['own', 'meter', 'gauge', `${away}.meter`, `${away}.gauge`].flatMap((device) =>
  ['', `tenants/${away}/`, 'tenants/other/', `${away}/`].map((prefix) => `${prefix}sensors/${device}/celsius`),
);
const probes = [...topics, 'news/today', `tenants/${away}/news/today`, 'tenants/other/news/today'];

export function describeTenants(stage: () => Stage, mosquitto: BrokerUnderTest): void {
  describe('devices of another namespace', () => {
    let kubelet: Kubelet;
    let endpoint: Endpoint;
    let objects: readonly object[];
    let manifest: string;
    let key: string;
    let clients: ReadonlyMap<string, MqttClient>;

    before(async () => {
      const { plane } = stage();
      const request = signingRequest(plane.directory, `${away}.gauge`);
      key = request.key;
      objects = objectsOf(mosquitto.dialect, request.csr);
      manifest = manifestOf(plane, objects);
      kubelet = await kubeletFor(plane, mosquitto, [home]);
      await output(plane.kubectl(['apply', '-f', manifest]));
    });
    after(() => kubelet.stop());

    const password = (namespace: string, name: string) =>
      secretTexts(stage().plane.admin, namespace, `${name}-password`);
    const certificate = async () => {
      const object = await found<{ status?: { certificate?: string } }>(stage().plane, away, 'devicecertificate/gauge');
      return { 'tls.crt': object?.status?.certificate ?? '', 'tls.key': key };
    };
    const connectedMeter = async () => deviceClient(endpoint, `${away}.meter`, await password(away, 'meter'));
    const connectedGauge = async () => deviceClient(endpoint, `${away}.gauge`, await certificate());
    const label = (value: string | null) =>
      changed(stage().plane, away, `namespace/${away}`, { metadata: { labels: { 'example.com/mqtt': value } } });
    const readyReason = async (name: string) => {
      type Seen = {
        readonly status?: { readonly conditions?: readonly { readonly type: string; readonly reason: string }[] };
      };
      const device = await found<Seen>(stage().plane, away, `mqttdevice/${name}`);
      return device?.status?.conditions?.find(({ type }) => type === 'Ready')?.reason;
    };

    it('are known by the name of their namespace and their own', async () => {
      const { plane } = stage();
      await becameReady(plane, home, 'mqttbroker/plant', 'mqttdevice/own');
      await becameReady(plane, away, 'mqttdevice/meter', 'mqttdevice/gauge', 'devicecertificate/gauge');
      endpoint = await endpointOf(plane, kubelet, home);
      assert.equal((await password(away, 'meter'))['username'], `${away}.meter`);
      clients = new Map([
        ['own', await deviceClient(endpoint, 'own', await password(home, 'own'))],
        [`${away}.meter`, await connectedMeter()],
        [`${away}.gauge`, await connectedGauge()],
      ]);
    });

    it('publish and receive in their place alone, as can-i says', async () => {
      const files = [{ name: 'tenants.yaml', text: objects.map((object) => JSON.stringify(object)).join('\n---\n') }];
      const oracle = oracleOf(parseManifests(files).fleet, new Date());
      assert.ok(oracle.ok);
      const allows = (identity: string, topic: string) =>
        oracle.value.verdict({ identity, action: 'publish', topic }).allowed;
      const mailboxes = new Map<string, Received>();
      for (const [identity, client] of clients) mailboxes.set(identity, await received(client));
      const observed: string[] = [];
      const expected: string[] = [];
      for (const [identity, client] of clients) {
        for (const topic of probes) {
          const may = await mayPublish(client, topic, `${identity} ${topic}`);
          observed.push(`${identity} publish ${topic}: ${may}`);
          expected.push(`${identity} publish ${topic}: ${allows(identity, topic)}`);
        }
      }
      for (const { settled } of mailboxes.values()) await settled();
      assert.deepEqual(observed, expected);
      const allowed = observed.filter((line) => line.endsWith('true'));
      assert.deepEqual(allowed, [
        'own publish sensors/own/celsius: true',
        `${away}.meter publish tenants/${away}/sensors/${away}.meter/celsius: true`,
        `${away}.gauge publish tenants/${away}/sensors/${away}.gauge/celsius: true`,
      ]);
    });

    it('lose their sessions and rights when their namespace is not admitted any more', async () => {
      const cut = [`${away}.meter`, `${away}.gauge`].map(
        (identity) => new Promise<void>((resolve) => clients.get(identity)?.once('close', () => resolve())),
      );
      await label(null);
      await Promise.all(cut);
      await until(async () => (await readyReason('meter')) === 'NotAllowed', 'meter says NotAllowed');
      await until(async () => (await readyReason('gauge')) === 'NotAllowed', 'gauge says NotAllowed');
      await assert.rejects(connectedMeter());
      const gauge = await connectedGauge().catch(() => undefined);
      if (gauge) {
        assert.equal(await mayPublish(gauge, `tenants/${away}/sensors/${away}.gauge/celsius`, '20'), false);
        gauge.end(true);
      }
      assert.equal(clients.get('own')?.connected, true);
    });

    it('work again when it is admitted again', async () => {
      await label('plant');
      await becameReady(stage().plane, away, 'mqttdevice/meter', 'mqttdevice/gauge', 'devicecertificate/gauge');
      for (const [name, connected] of [
        ['meter', connectedMeter],
        ['gauge', connectedGauge],
      ] as const) {
        const client = await connected();
        assert.equal(await mayPublish(client, `tenants/${away}/sensors/${away}.${name}/celsius`, '20'), true);
        assert.equal(await mayPublish(client, `sensors/${away}.${name}/celsius`, '20'), false);
        client.end(true);
      }
      clients.get('own')?.end(true);
    });

    it('leave nothing in the namespace of the broker when they are deleted', async () => {
      const { plane } = stage();
      await output(plane.kubectl(['delete', '-f', manifest, '--timeout=60s']));
    });
  });
}
