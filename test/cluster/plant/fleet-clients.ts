/** Clients of the sample fleet, with the credentials that its devices were given, and what they can do. */
import assert from 'node:assert/strict';
import type { MqttClient } from 'mqtt';
import { oracleOf } from '../../../src/domain/acl/cani.ts';
import { readManifests } from '../../../src/local/manifests.ts';
import { parseManifests } from '../../../src/parse/manifests.ts';
import type { ControlPlane } from '../control-plane.ts';
import { deviceClient, type Endpoint, mayPublish, type Received, received, secretTexts } from './mqtt.ts';
import { listed, namespace, type Sample } from './site.ts';

export interface Certified {
  readonly identity: string;
  /** Certificate and key, under the names that they have in a Secret. */
  readonly secret: Readonly<Record<string, string>>;
}

/** Devices that have a certificate: in a Secret, or of their own key in the status of the DeviceCertificate. */
export async function certified(plane: ControlPlane, { cameraKey }: Sample): Promise<readonly Certified[]> {
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

/** All devices that have a certificate, and one with a password, by identity. */
export async function deviceClients(
  plane: ControlPlane,
  fleet: Sample,
  endpoint: Endpoint,
): Promise<ReadonlyMap<string, MqttClient>> {
  const clients = new Map<string, MqttClient>();
  for (const { identity, secret } of await certified(plane, fleet)) {
    clients.set(identity, await deviceClient(endpoint, identity, secret));
  }
  const password = await secretTexts(plane.admin, namespace, 'thermo-cold-store-password');
  clients.set('thermo-cold-store', await deviceClient(endpoint, 'thermo-cold-store', password));
  return clients;
}

/** Tries what each client may publish and receive on many topics: where that is not what can-i says of the manifests. */
export async function comparedWithCanI(
  directory: string,
  clients: ReadonlyMap<string, MqttClient>,
): Promise<{ readonly differences: readonly string[]; readonly delivered: number }> {
  const oracle = oracleOf(parseManifests((await readManifests([directory])).files).fleet, new Date());
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
  return { differences, delivered: sent.length };
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
