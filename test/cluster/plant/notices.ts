/**
 * Renewal as a device lives it: it is told, asks with a key of its own or fetches, comes back and says so. The issuer is
 * itself issued by a root, so that all goes over a chain.
 */
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import path from 'node:path';
import type { MqttClient } from 'mqtt';
import { renewAtAnnotation } from '../../../src/api/labels.ts';
import type { CertificateNotice } from '../../../src/domain/pki/notice.ts';
import type { BrokerUnderTest } from '../../broker/mosquitto.ts';
import { until } from '../component.ts';
import type { Kubelet } from '../kubelet.ts';
import { deviceClient, type Endpoint, mayPublish, secretTexts } from './mqtt.ts';
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

const namespace = 'noticed';

interface SeenCertificate {
  readonly status?: {
    readonly fingerprint?: string;
    readonly revision?: number;
    readonly certificate?: string;
    readonly acknowledgedAt?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly reason: string }[];
  };
}

/** Issuer `devices`, whose CA in Secret `device-ca` was issued by the one in `root-ca`. */
function chainedIssuers(): readonly object[] {
  const [servers, ca, devices] = issuers(namespace) as readonly [object, IssuedCa, object];
  const root = { ...ca, metadata: { ...ca.metadata, name: 'root-ca' }, spec: { ...ca.spec, secretName: 'root-ca' } };
  const issuer = { ...devices, metadata: { name: 'root', namespace }, spec: { ca: { secretName: 'root-ca' } } };
  const names = { commonName: 'Devices below the root', issuerRef: { name: 'root' } };
  return [servers, root, issuer, { ...ca, spec: { ...ca.spec, ...names } }, devices];
}

interface IssuedCa {
  readonly metadata: object;
  readonly spec: object;
}

/** Certificates of a chain, the leaf first. */
function chainIn(pem: string): readonly X509Certificate[] {
  return (pem.match(/-----BEGIN[^]+?-----END CERTIFICATE-----/g) ?? []).map((one) => new X509Certificate(one));
}

function device(name: string, template: object): object {
  return ours('MqttDevice', namespace, name, {
    ...{ brokerRef: { name: 'plant' }, templateRefs: [{ name: 'sensor' }] },
    authentication: { type: 'Certificate', certificate: { template } },
  });
}

/** What a device reads of its notices: the present one; undefined when there is none. */
export async function noticesOf(client: MqttClient, identity: string): Promise<() => CertificateNotice | undefined> {
  let last = '';
  client.on('message', (topic, payload) => {
    if (topic === `$mqttsec/${identity}/certificate`) last = payload.toString();
  });
  await client.subscribeAsync(`$mqttsec/${identity}/certificate`, { qos: 1 });
  return () => (last === '' ? undefined : (JSON.parse(last) as CertificateNotice));
}

export async function acknowledge(
  client: MqttClient,
  identity: string,
  fingerprint: string | undefined,
): Promise<void> {
  await client.publishAsync(`$mqttsec/${identity}/certificate/ack`, JSON.stringify({ fingerprint }), { qos: 1 });
}

export function describeNotices(stage: () => Stage, mosquitto: BrokerUnderTest): void {
  describe('a device that is asked to renew', () => {
    let kubelet: Kubelet;
    let endpoint: Endpoint;
    let directory: string;
    const clients: MqttClient[] = [];

    before(async () => {
      const { plane } = stage();
      directory = mkdtempSync(path.join(plane.directory, 'noticed-'));
      const template = {
        role: 'Device',
        rules: [{ effect: 'Allow', actions: ['Publish'], topic: 'sensors/{device}/#' }],
      };
      const objects = [
        namespaceNamed(namespace),
        ...chainedIssuers(),
        ours('MqttBroker', namespace, 'plant', brokerSpec(mosquitto.dialect)),
        ours('AclTemplate', namespace, 'sensor', template),
      ];
      await output(plane.kubectl(['apply', '-f', manifestOf(plane, objects)]));
      kubelet = await kubeletFor(plane, mosquitto, [namespace]);
    });
    after(async () => {
      for (const client of clients) client.end(true);
      await kubelet.stop();
    });

    const declare = (name: string, template: object) =>
      output(stage().plane.kubectl(['apply', '-f', manifestOf(stage().plane, [device(name, template)])]));
    const certificateOf = async (name: string) =>
      (await found<SeenCertificate>(stage().plane, namespace, `devicecertificate/${name}`))?.status ?? {};
    const acknowledgement = async (name: string) => {
      const { conditions } = await certificateOf(name);
      const condition = conditions?.find(({ type }) => type === 'Acknowledged');
      return condition && `${condition.status}/${condition.reason}`;
    };
    const deviceReason = async (name: string) => {
      const { status } = (await found(stage().plane, namespace, `mqttdevice/${name}`)) ?? {};
      return status?.conditions?.find(({ type }) => type === 'Ready')?.reason;
    };
    const renewed = (name: string) =>
      output(
        stage().plane.kubectl([
          ...['annotate', `devicecertificate/${name}`, '-n', namespace, '--overwrite'],
          `${renewAtAnnotation}=${new Date().toISOString()}`,
        ]),
      );
    const connected = async (name: string, credentials: Readonly<Record<string, string>>) => {
      const client = await deviceClient(endpoint, name, credentials);
      clients.push(client);
      return client;
    };
    const reads = async (notice: () => CertificateNotice | undefined, action: string): Promise<CertificateNotice> => {
      let read = notice();
      await until(
        () => (read = notice())?.action === action,
        () => `the notice is ${action}: ${JSON.stringify(read)}`,
      );
      assert.ok(read);
      return read;
    };
    const ceases = (notice: () => CertificateNotice | undefined) =>
      until(
        () => notice() === undefined,
        () => `it is cleared: ${JSON.stringify(notice())}`,
      );

    it('is handed the chain up to the root that its broker trusts, by which its certificate counts', async () => {
      const { key, csr } = signingRequest(directory, 'valve');
      await declare('valve', { csr });
      await becameReady(stage().plane, namespace, 'mqttdevice/valve', 'devicecertificate/valve', 'mqttbroker/plant');
      endpoint = await endpointOf(stage().plane, kubelet, namespace);
      const certificate = (await certificateOf('valve')).certificate ?? '';
      const [leaf, issuer, ...others] = chainIn(certificate);
      const { 'tls.crt': ca = '' } = await secretTexts(stage().plane.admin, namespace, 'root-ca');
      const root = new X509Certificate(ca);
      assert.ok(leaf && issuer && others.length === 0);
      assert.deepEqual([leaf.verify(issuer.publicKey), issuer.verify(root.publicKey)], [true, true]);
      assert.deepEqual([leaf.subject, issuer.fingerprint256 === root.fingerprint256], ['CN=valve', false]);
      const client = await connected('valve', { 'tls.crt': certificate, 'tls.key': key });
      assert.equal(await mayPublish(client, 'sensors/valve/t', '20'), true);
      const closed = new Promise<void>((resolve) => client.once('close', () => resolve()));
      await changed(stage().plane, namespace, 'mqttdevice/valve', { spec: { revoked: { reason: 'KeyCompromise' } } });
      await closed;
      await until(async () => (await deviceReason('valve')) === 'Revoked', 'that is proved');
      await assert.rejects(deviceClient(endpoint, 'valve', { 'tls.crt': certificate, 'tls.key': key }));
    });

    it('makes another key, has its request signed, comes back with the certificate and says so', async () => {
      const first = signingRequest(directory, 'pump');
      await declare('pump', { csr: first.csr });
      await becameReady(stage().plane, namespace, 'mqttdevice/pump', 'devicecertificate/pump');
      endpoint = await endpointOf(stage().plane, kubelet, namespace);
      const original = await certificateOf('pump');
      const client = await connected('pump', { 'tls.crt': original.certificate ?? '', 'tls.key': first.key });
      const notice = await noticesOf(client, 'pump');
      assert.equal(await acknowledgement('pump'), undefined);

      await renewed('pump');
      const asked = await reads(notice, 'Renew');
      assert.deepEqual(asked.request, {
        commonName: 'pump',
        sendTo: { kind: 'MqttDevice', namespace, name: 'pump', field: 'spec.authentication.certificate.template.csr' },
      });
      await until(async () => (await acknowledgement('pump')) === 'False/AwaitingAcknowledgement', 'it is said');

      const second = signingRequest(directory, 'pump');
      await declare('pump', { csr: second.csr });
      const offered = await reads(notice, 'Fetch');
      const source = { kind: 'DeviceCertificate', namespace, name: 'pump', field: 'status.certificate' };
      assert.deepEqual(offered.certificate?.source, source);
      const { certificate = '', fingerprint, revision } = await certificateOf('pump');
      assert.equal(offered.certificate.fingerprint, fingerprint);
      assert.equal(revision, 3);

      const again = await connected('pump', { 'tls.crt': certificate, 'tls.key': second.key });
      const present = await noticesOf(again, 'pump');
      await reads(present, 'Fetch');
      await acknowledge(again, 'pump', fingerprint);
      await ceases(present);
      const { acknowledgedAt } = await certificateOf('pump');
      assert.ok(acknowledgedAt);
      await until(async () => (await acknowledgement('pump')) === 'True/Acknowledged', 'it is said');
      const last = await connected('pump', { 'tls.crt': certificate, 'tls.key': second.key });
      const late = await noticesOf(last, 'pump');
      // What was kept for it comes before this is answered.
      assert.equal(await mayPublish(last, 'sensors/pump/t', '20'), true);
      assert.equal(late(), undefined);
    });

    it('fetches what was made for it from its Secret', async () => {
      await declare('fan', {});
      await becameReady(stage().plane, namespace, 'mqttdevice/fan', 'devicecertificate/fan');
      const secret = () => secretTexts(stage().plane.admin, namespace, 'fan-tls');
      const client = await connected('fan', await secret());
      const notice = await noticesOf(client, 'fan');
      await renewed('fan');
      const asked = await reads(notice, 'Fetch');
      assert.deepEqual(asked.certificate?.source, { kind: 'Secret', namespace, name: 'fan-tls', field: 'tls.crt' });
      assert.equal(asked.request, undefined);
      const again = await connected('fan', await secret());
      const present = await noticesOf(again, 'fan');
      await acknowledge(again, 'fan', asked.certificate.fingerprint);
      await ceases(present);
      assert.equal(await acknowledgement('fan'), 'True/Acknowledged');
    });
  });
}
