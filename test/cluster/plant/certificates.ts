/** Certificates for their whole life: issued by an issuer that the test plays, enforced by a real broker. */
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { MqttClient } from 'mqtt';
import type { BrokerUnderTest } from '../../broker/mosquitto.ts';
import { until } from '../component.ts';
import { administrator } from '../control-plane.ts';
import type { Kubelet } from '../kubelet.ts';
import { type Ending, watchedEnding } from './ending.ts';
import { startTestIssuer, type TestIssuer } from './issuer.ts';
import { badRequests, broker, certificate, namespace, objectsOf, type Seen, type Step } from './lifelong.ts';
import { deviceClient, type Endpoint, mayPublish, secretTexts } from './mqtt.ts';
import { output, signingRequest } from './site.ts';
import {
  becameReady,
  changed,
  endpointOf,
  found,
  kubeletFor,
  manifestOf,
  namespaceNamed,
  type Stage,
  vanished,
} from './stage.ts';

const mqttsec = path.resolve(import.meta.dirname, '../../../bin/mqttsec');
/** Of the first certificates of `short`, which cert-manager renews when two thirds are over, and of `ends`, which has no other. */
const shortSeconds = 60;

export function describeCertificates(stage: () => Stage, mosquitto: BrokerUnderTest): void {
  describe('certificates for their whole life', () => {
    let kubelet: Kubelet;
    let issuer: TestIssuer;
    let endpoint: Endpoint;
    let manifest: string;
    let lasting: MqttClient | undefined;
    let closed = false;
    let firstEnd = NaN;
    let ending: Ending | undefined;
    let endingKey: string;

    before(async () => {
      const { plane } = stage();
      await output(plane.kubectl(['apply', '-f', manifestOf(plane, [namespaceNamed(namespace)])]));
      issuer = await startTestIssuer(plane.admin, namespace);
      issuer.shorten('short', shortSeconds);
      issuer.shorten('ends', shortSeconds, 'it had its last one');
      const { key, csr } = signingRequest(plane.directory, 'ends');
      endingKey = key;
      kubelet = await kubeletFor(plane, mosquitto, [namespace]);
      manifest = manifestOf(plane, [issuer.secret('device-ca'), ...objectsOf(mosquitto.dialect, csr)]);
      await output(plane.kubectl(['apply', '-f', manifest]));
    });
    after(async () => {
      lasting?.end(true);
      await ending?.stop();
      await issuer.stop();
      await kubelet.stop();
    });

    const ready = (...objects: string[]) => becameReady(stage().plane, namespace, ...objects);
    const change = (object: string, spec: object) => changed(stage().plane, namespace, object, { spec });
    const gone = (...objects: string[]) => vanished(stage().plane, namespace, ...objects);
    const secret = (name: string) => secretTexts(stage().plane.admin, namespace, `${name}-tls`);
    const statusOf = async (object: string) =>
      (await found<Seen>(stage().plane, namespace, object))?.status ?? ({} satisfies Seen['status']);
    const said = ({ conditions }: NonNullable<Seen['status']>, type: string) => {
      const one = conditions?.find((condition) => condition.type === type);
      return one && `${one.status}/${one.reason}`;
    };
    const says = async (object: string, type: string, what: string | undefined) => {
      let last: Seen['status'];
      await until(
        async () => said((last = await statusOf(object)), type) === what,
        () => `${object} says ${type}=${String(what)}: ${JSON.stringify(last)}`,
      );
      return statusOf(object);
    };
    const cut = (client: MqttClient) => new Promise<void>((resolve) => client.once('close', () => resolve()));
    const enters = async (identity: string, credentials: Readonly<Record<string, string>>) => {
      const client = await deviceClient(endpoint, identity, credentials);
      assert.equal(await mayPublish(client, `sensors/${identity}/t`, '20'), true);
      return client;
    };
    const entersAndGoes = async (...words: Parameters<typeof enters>) => void (await enters(...words)).end(true);
    const endingOf = async (name: string, key: string) => {
      const { notAfter = '', certificate = '' } = await statusOf(`devicecertificate/${name}`);
      const credentials = { 'tls.crt': certificate, 'tls.key': key };
      const client = await enters(name, credentials);
      return watchedEnding(client, { credentials, notAfter: Date.parse(notAfter) }, async () => {
        const kinds = ['devicecertificate', 'mqttdevice'];
        const statuses = await Promise.all(kinds.map((kind) => statusOf(`${kind}/${name}`)));
        const metric = /^mqttsec_certificate_notices\{.*"lifelong".*action="Renew",overdue="true"\} \d+$/m;
        const [line = ''] = metric.exec(await stage().operator.metrics()) ?? [];
        return [...statuses.map((status, index) => `${kinds[index]} ${said(status, 'Acknowledged')}`), line];
      });
    };
    const renew = async (word: string) => {
      const env = { ...process.env, KUBECONFIG: await stage().plane.kubeconfig(administrator) };
      await promisify(execFile)(mqttsec, ['renew', word, '-n', namespace], { env });
    };
    /** Serials on the published list with their reasons, in the words of openssl. */
    const revoked = async () => {
      const map = await found<{ data: Record<string, string> }>(stage().plane, namespace, 'configmap/plant-crl-00');
      const texts = Object.values(map?.data ?? {}).map((input) =>
        execFileSync('openssl', ['crl', '-noout', '-text'], { input, encoding: 'utf8' }),
      );
      const number = (text: string) => Number(/CRL Number:\s+(\d+)/.exec(text)?.[1]);
      const [newest = ''] = texts.toSorted((a, b) => number(b) - number(a));
      const entries = newest.matchAll(/Serial Number: (\w+)[^]*?Reason Code:\s+([\w ]+)/g);
      return new Map([...entries].map(([, serial = '', reason = '']) => [bare(serial), reason.trim()]));
    };
    const bare = (serial: string) => serial.toLowerCase().replace(/^0+/, '');

    it('are issued, each device by all of its own', async () => {
      const devices = ['short', 'ends', 'renewed', 'twice'].map((name) => `mqttdevice/${name}`);
      await ready('mqttbroker/plant', ...devices);
      endpoint = await endpointOf(stage().plane, kubelet, namespace);
      firstEnd = Date.parse((await statusOf('devicecertificate/short')).notAfter ?? '');
      assert.ok(firstEnd > Date.now());
      lasting = await enters('short', await secret('short'));
      lasting.once('close', () => (closed = true));
      ending = await endingOf('ends', endingKey);
      for (const name of ['twice-a', 'twice-b']) await entersAndGoes('twice', await secret(name));
    });

    it('stay in use while no new one can be had, which is said in the words of the issuer', async () => {
      const former = await secret('renewed');
      issuer.refuse('renewed', 'no certificates today');
      await renew('renewed');
      const status = await says('devicecertificate/renewed', 'Reconciling', 'True/IssuanceFailed');
      assert.match(
        status.conditions?.find(({ type }) => type === 'Reconciling')?.message ?? '',
        /no certificates today/,
      );
      assert.deepEqual([said(status, 'Ready'), said(status, 'Issued')], ['True/Ready', 'True/Issued']);
      await entersAndGoes('renewed', former);
      issuer.refuse('renewed', undefined);
    });

    it('overlap when they are renewed, until the former one is to go: also while the operator was away', async () => {
      const { operator } = stage();
      const [former, { serialNumber = '' }] = [await secret('renewed'), await statusOf('devicecertificate/renewed')];
      await renew('renewed');
      await until(async () => (await secret('renewed'))['tls.crt'] !== former['tls.crt'], 'another certificate');
      const { revision, history } = await says('devicecertificate/renewed', 'Reconciling', undefined);
      assert.deepEqual([revision, history?.[0]?.serialNumber], [2, serialNumber]);
      await entersAndGoes('renewed', former);
      await entersAndGoes('renewed', await secret('renewed'));

      await operator.stop();
      const template = { previousCertificate: { revokeAfterSeconds: 1 } };
      await change('mqttdevice/renewed', { authentication: { certificate: { template } } });
      await operator.start();
      await until(async () => (await revoked()).get(serialNumber) === 'Superseded', 'the former one is on the list');
      await ready('mqttdevice/renewed', 'mqttbroker/plant');
      await assert.rejects(deviceClient(endpoint, 'renewed', former));
      await entersAndGoes('renewed', await secret('renewed'));
    });

    it('are held back from a suspended device, which keeps its session', async () => {
      const client = await enters('twice', await secret('twice-a'));
      const { serialNumber = '' } = await statusOf('devicecertificate/twice-a');
      await change('mqttdevice/twice', { suspended: true });
      const { revocation } = await says('mqttdevice/twice', 'Ready', 'True/Suspended');
      assert.deepEqual(stepsIn(revocation), ['begunAt', 'recordedAt', 'publishedAt', 'provedAt']);
      assert.deepEqual([revocation?.['reason'], revocation?.['certificates']], ['CertificateHold', 2]);
      assert.equal((await revoked()).get(serialNumber), 'Certificate Hold');
      assert.equal(await mayPublish(client, 'sensors/twice/t', '20'), false);
      await assert.rejects(deviceClient(endpoint, 'twice', await secret('twice-b')));

      await change('mqttdevice/twice', { suspended: false });
      const released = await says('mqttdevice/twice', 'Ready', 'True/Ready');
      assert.equal(released.revocation, undefined);
      assert.equal((await revoked()).has(serialNumber), false);
      assert.equal(await mayPublish(client, 'sensors/twice/t', '20'), true);
      client.end(true);
    });

    it('are revoked one by one, with all steps told, while the others of the device live on', async () => {
      const [former, { serialNumber = '' }] = [await secret('twice-a'), await statusOf('devicecertificate/twice-a')];
      const client = await enters('twice', former);
      const end = cut(client);
      await change('devicecertificate/twice-a', { revoked: { reason: 'KeyCompromise' } });
      await end;
      await until(
        async () => stepsIn((await statusOf('devicecertificate/twice-a')).revocation).length === 6,
        'all steps of the revocation',
      );
      const { revocation, ...status } = await statusOf('devicecertificate/twice-a');
      assert.equal(said({ ...status }, 'Ready'), 'True/Revoked');
      assert.deepEqual([revocation?.['reason'], revocation?.['certificates']], ['KeyCompromise', 1]);
      const order = stepsIn(revocation);
      // Certificate and Secret go once it is published, whatever the broker does.
      assert.ok(order.indexOf('deletedAt') > order.indexOf('publishedAt'), order.join());
      const enforced = order.filter((step) => step !== 'deletedAt');
      assert.deepEqual(enforced, ['begunAt', 'recordedAt', 'publishedAt', 'provedAt', 'disconnectedAt']);
      assert.equal((await revoked()).get(serialNumber), 'Key Compromise');
      await gone('certificate/twice-a', 'secret/twice-a-tls');
      await assert.rejects(deviceClient(endpoint, 'twice', former));
      await entersAndGoes('twice', await secret('twice-b'));
      await ready('mqttdevice/twice');
    });

    it('are asked for by the device itself, and by requests that are its own alone', async () => {
      const { plane } = stage();
      const before = await linesOf('own');
      const bad = badRequests(plane.directory);
      const objects = [...bad].map(([name, [csr]]) => certificate(`bad-${name}`, 'own', { csr }));
      const file = manifestOf(plane, objects);
      await output(plane.kubectl(['apply', '-f', file]));
      for (const [name, [, message]] of bad) {
        const status = await says(`devicecertificate/bad-${name}`, 'Accepted', 'False/CsrRefused');
        assert.match(status.conditions?.find(({ type }) => type === 'Accepted')?.message ?? '', message);
        assert.equal(said(status, 'Stalled'), 'True/CsrRefused');
      }
      for (const csr of ['no request at all', `${signingRequest(plane.directory, 'own').csr}${'A'.repeat(1 << 20)}`]) {
        const place = `/apis/mqttsecurity.io/v1alpha1/namespaces/${namespace}/devicecertificates`;
        const answer = await plane.admin.answer('POST', place, { body: certificate('worse', 'own', { csr }) });
        assert.ok(!answer.ok && answer.status === 422 && /spec\.csr/.test(answer.body.message));
      }
      assert.deepEqual(await linesOf('own'), before);
      const requests = await output(plane.kubectl(['get', 'certificaterequests', '-n', namespace, '-o', 'name']));
      assert.doesNotMatch(requests, /bad-/);
      await output(plane.kubectl(['delete', '-f', file, '--timeout=60s']));
    });

    it('follow the key of the device: another request is another certificate, a bad one changes nothing', async () => {
      const { plane } = stage();
      const first = signingRequest(plane.directory, 'own');
      const issued = async () => (await statusOf('devicecertificate/own')).certificate ?? '';
      await output(plane.kubectl(['apply', '-f', manifestOf(plane, [certificate('own', 'own', { csr: first.csr })])]));
      await ready('devicecertificate/own', 'mqttdevice/own');
      const former = await issued();
      await entersAndGoes('own', { 'tls.crt': former, 'tls.key': first.key });
      // Requests of one second have no order: cert-manager keeps no finer times.
      await delay(1_100);
      const second = signingRequest(plane.directory, 'own');
      await change('devicecertificate/own', { csr: second.csr });
      await until(async () => (await issued()) !== former, 'the certificate of the second key');
      await ready('devicecertificate/own', 'mqttdevice/own');
      const { revision, ...rest } = await statusOf('devicecertificate/own');
      assert.equal(revision, 2, JSON.stringify(rest));
      await entersAndGoes('own', { 'tls.crt': await issued(), 'tls.key': second.key });
      await change('devicecertificate/own', { csr: signingRequest(plane.directory, 'short').csr });
      await says('devicecertificate/own', 'Accepted', 'False/CsrRefused');
      await entersAndGoes('own', { 'tls.crt': await issued(), 'tls.key': second.key });
    });

    it('come as a key store where one is asked for, once its password is there', async () => {
      const { plane } = stage();
      const keystores = { pkcs12: { passwordSecretRef: { name: 'store-password', key: 'password' } } };
      await output(plane.kubectl(['apply', '-f', manifestOf(plane, [certificate('store', 'store', { keystores })])]));
      await says('devicecertificate/store', 'ResolvedRefs', 'False/SecretNotFound');
      const metadata = { name: 'store-password', namespace };
      const body = { apiVersion: 'v1', kind: 'Secret', metadata, stringData: { password: 'of the store' } };
      await plane.admin.call('POST', `/api/v1/namespaces/${namespace}/secrets`, { body });
      await ready('devicecertificate/store');
      const { data } = (await found<{ data: Record<string, string> }>(plane, namespace, 'secret/store-tls')) ?? {};
      const store = Buffer.from(data?.['keystore.p12'] ?? '', 'base64');
      const words = ['pkcs12', '-nokeys', '-clcerts', '-passin', 'pass:of the store'];
      assert.match(execFileSync('openssl', words, { input: store, encoding: 'utf8' }), /CN ?= ?store/);
    });

    it('are taken back with what they lie in when their object is deleted, or their device', async () => {
      const { plane } = stage();
      const [{ serialNumber: one = '' }, { serialNumber: other = '' }] = [
        await statusOf('devicecertificate/twice-b'),
        await statusOf('devicecertificate/renewed'),
      ];
      const [former, clients] = [
        [await secret('twice-b'), await secret('renewed')] as const,
        [await enters('twice', await secret('twice-b')), await enters('renewed', await secret('renewed'))],
      ];
      const ends = clients.map(cut);
      const words = ['devicecertificate/twice-b', 'mqttdevice/renewed', '-n', namespace, '--timeout=60s'];
      await output(plane.kubectl(['delete', ...words]));
      await Promise.all(ends);
      const list = await revoked();
      assert.deepEqual(
        [one, other].map((serial) => list.get(serial)),
        Array(2).fill('Cessation Of Operation'),
      );
      await gone('certificate/twice-b', 'secret/twice-b-tls', 'certificate/renewed', 'secret/renewed-tls');
      await gone('devicecertificate/renewed');
      await assert.rejects(deviceClient(endpoint, 'twice', former[0]));
      await assert.rejects(deviceClient(endpoint, 'renewed', former[1]));
    });

    it('end with the session that they opened when none took their place, and that was said in time', async () => {
      assert.ok(ending);
      const { closedAt, credentials, notAfter, said: heard } = ending;
      await until(
        () => closedAt() !== undefined,
        () => `the session ends: ${[...heard].join(', ')}`,
      );
      assert.ok((closedAt() ?? 0) >= notAfter, 'not before its certificate');
      const labels = `namespace="${namespace}",broker="plant",action="Renew",overdue="true"`;
      for (const one of [
        ...['devicecertificate', 'mqttdevice'].map((kind) => `${kind} False/NotAcknowledged`),
        `mqttsec_certificate_notices{${labels}} 1`,
      ]) {
        assert.ok(heard.has(one), `${one} in ${[...heard].join(', ')}`);
      }
      await assert.rejects(deviceClient(endpoint, 'ends', credentials));
      await says('devicecertificate/ends', 'Ready', 'False/IssuanceFailed');
      await says('mqttdevice/ends', 'Ready', 'False/Issuing');
    });

    it('are renewed ahead of their end, without a gap, and the session outlives the first one', async () => {
      await until(async () => (await statusOf('devicecertificate/short')).revision === 2, 'the second certificate');
      await says('devicecertificate/short', 'Ready', 'True/Ready');
      await until(() => Date.now() > firstEnd + 1000, 'the end of the first certificate');
      assert.ok(lasting);
      assert.equal(await mayPublish(lasting, 'sensors/short/t', '20'), true);
      assert.equal(closed, false);
      lasting.end(true);
      await entersAndGoes('short', await secret('short'));
    });

    it('are forecast to be renewed, in the status of the broker and in metrics', async () => {
      const { renewals = {} } = await statusOf('mqttbroker/plant');
      assert.deepEqual(Object.keys(renewals).sort(), [
        ...['mostIssuedPerHour', 'nextDay', 'nextHour', 'nextWeek', 'overdue'],
      ]);
      assert.ok((renewals['mostIssuedPerHour'] ?? 0) > 0);
      const metrics = await stage().operator.metrics();
      const labels = `namespace="${namespace}",broker="plant"`;
      assert.match(metrics, new RegExp(`^mqttsec_renewals_due\\{${labels},within="24h"\\} \\d+$`, 'm'));
      assert.match(metrics, new RegExp(`^mqttsec_renewals_overdue\\{${labels}\\} 0$`, 'm'));
    });

    it('are taken back at a broker that was made anew while their object was going', async () => {
      const { plane, operator } = stage();
      const former = await secret('store');
      const { serialNumber = '' } = await statusOf('devicecertificate/store');
      await operator.stop();
      const words = ['devicecertificate/store', 'mqttbroker/plant', '-n', namespace, '--wait=false'];
      await output(plane.kubectl(['delete', ...words]));
      await gone('mqttbroker/plant');
      await output(plane.kubectl(['apply', '-f', manifestOf(plane, [broker(mosquitto.dialect)])]));
      await operator.start();
      await gone('devicecertificate/store', 'certificate/store', 'secret/store-tls');
      await ready('mqttbroker/plant', 'mqttdevice/short');
      assert.equal((await revoked()).get(serialNumber), 'Cessation Of Operation');
      endpoint = await endpointOf(plane, kubelet, namespace);
      await assert.rejects(deviceClient(endpoint, 'store', former));
      await entersAndGoes('short', await secret('short'));
    });

    it('leave nothing but the ledger when all is deleted', async () => {
      const { plane } = stage();
      await output(plane.kubectl(['delete', '-f', manifest, '--ignore-not-found', '--timeout=60s']));
      await output(plane.kubectl(['delete', 'namespace', namespace, '--timeout=60s']));
    });

    /** What the broker is told of an identity. */
    async function linesOf(identity: string): Promise<readonly string[]> {
      const texts = await Promise.all(
        ['acl', 'identities'].map(async (part) => {
          const map = await found<{ data: Record<string, string> }>(
            ...([stage().plane, namespace, `configmap/plant-${part}-00`] as const),
          );
          return Object.values(map?.data ?? {});
        }),
      );
      const lines = texts.flat().flatMap((text) => text.split('\n'));
      return [...new Set(lines.filter((line) => line.includes(identity)))].sort();
    }
  });
}

/** The steps that a status tells of, by their times. */
function stepsIn(revocation: Step | undefined): readonly string[] {
  const steps = Object.entries(revocation ?? {}).filter(([name]) => name.endsWith('At')) as [string, string][];
  const names = ['begunAt', 'recordedAt', 'publishedAt', 'provedAt', 'disconnectedAt', 'deletedAt'];
  return steps
    .sort(([a, x], [b, y]) => Date.parse(x) - Date.parse(y) || names.indexOf(a) - names.indexOf(b))
    .map(([name]) => name);
}
