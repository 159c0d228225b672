import assert from 'node:assert/strict';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { request as httpsRequest } from 'node:https';
import path from 'node:path';
import mqtt, { type MqttClient } from 'mqtt';
import { mqttsec } from '../../cli/program.ts';
import { bodyOf, certificatesInBody } from '../../enrol/client.ts';
import { requestOf } from '../../enrol/site.ts';
import { brokers, until } from '../mosquitto.ts';
import {
  allProved,
  basicFleet,
  deviceIn,
  type DevProcess,
  mayPublish,
  mosquittoWords,
  type Plant,
  plantOf,
  proved,
  startedDev,
  writtenStatus,
} from './dev-process.ts';

const device = (name: string, authentication: string) => `---
apiVersion: mqttsecurity.io/v1alpha1
kind: MqttDevice
metadata: { name: ${name}, namespace: plant }
spec:
  brokerRef: { name: main }
  templateRefs: [{ name: sensor }]
  authentication: ${authentication}
`;
const files = {
  ...basicFleet,
  'pumps.yaml': device('pump-1', '{ type: Certificate }') + device('pump-2', '{ type: Certificate }'),
};

interface Credentials {
  readonly pem: string;
  readonly keyPem: string;
}

interface Enrolment {
  readonly status: number;
  readonly certificate: string;
}

for (const broker of brokers) {
  describe(`enrolment in mqttsec dev on ${broker.name}`, function () {
    this.timeout(90_000);
    let plant: Plant;
    let dev: DevProcess;
    const clients: MqttClient[] = [];
    const words = [...mosquittoWords(broker.dialect), '--enrol-port=0'];

    beforeEach(async () => {
      plant = plantOf(files);
      dev = startedDev(plant.directory, words);
      await allProved(plant, dev);
      await until(() => portOf() !== 0, 'the port for enrolment is told', 20);
    });
    afterEach(async () => {
      for (const client of clients.splice(0)) client.end(true);
      await dev.stop();
      plant.remove();
    });

    const portOf = () => Number(/^enrolling at https:\/\/127\.0\.0\.1:(\d+)$/m.exec(dev.out())?.[1] ?? 0);
    const ca = () => readFileSync(path.join(plant.state, 'ca/tls.crt'), 'utf8');

    function claim(name: string, options: readonly string[] = []): string {
      const run = mqttsec(['enrol', 'claim', name, '--state', plant.state, ...options]);
      assert.equal(run.code, 0, run.err);
      return run.out.trim();
    }

    function asked(operation: string, csr: string, by: string | Credentials): Promise<Enrolment> {
      return new Promise((resolve, reject) => {
        const asking = httpsRequest({
          ...{ host: '127.0.0.1', port: portOf(), path: `/.well-known/est/${operation}`, method: 'POST' },
          ...{ ca: ca(), agent: false, headers: { 'content-type': 'application/pkcs10' } },
          ...(typeof by === 'string' ? { auth: by } : { cert: by.pem, key: by.keyPem }),
        });
        asking.once('error', reject).once('response', (response) => {
          let text = '';
          response.setEncoding('latin1').on('data', (chunk: string) => (text += chunk));
          response.once('end', () => {
            const read = certificatesInBody(text);
            resolve({ status: response.statusCode ?? 0, certificate: (read.ok && read.value[0]) || '' });
          });
        });
        asking.end(bodyOf(csr));
      });
    }

    /** Asks until it is answered with a certificate, as a device does. */
    async function enrolled(operation: string, name: string, by: string | Credentials): Promise<Credentials> {
      const { csr, key: keyPem } = requestOf(name);
      let pem = '';
      const isDone = async () => {
        const { status, certificate } = await asked(operation, csr, by);
        assert.ok([200, 202].includes(status), String(status));
        pem = certificate;
        return status === 200;
      };
      await until(isDone, `${name} has a certificate`, 30);
      assert.ok(new X509Certificate(pem).checkPrivateKey(createPrivateKey(keyPem)));
      return { pem, keyPem };
    }

    async function connected(clientId: string, { pem, keyPem }: Credentials): Promise<MqttClient> {
      const port = writtenStatus(plant)?.listeners.find(({ name }) => name === 'certificates')?.port ?? 0;
      const settings = { host: '127.0.0.1', port, protocol: 'mqtts', protocolVersion: 5, clientId } as const;
      const client = mqtt.connect({ ...settings, reconnectPeriod: 0, ca: ca(), cert: pem, key: keyPem });
      clients.push(client);
      return new Promise((resolve, reject) => {
        client.once('connect', () => resolve(client));
        client.on('error', reject);
        client.once('close', () => reject(new Error('the broker closed the connection')));
      });
    }

    const events = () =>
      readFileSync(path.join(plant.state, 'enrolments.jsonl'), 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>);

    it('leads from a claim to a certificate, a publish, the next certificate, and out', async () => {
      const first = await enrolled('simpleenroll', 'pump-1', claim('pump-1'));
      const client = await connected('pump-1', first);
      assert.equal(await mayPublish(client, 'sensors/pump-1/t'), true);
      assert.equal(await mayPublish(client, 'sensors/pump-2/t'), false);
      const second = await enrolled('simplereenroll', 'pump-1', first);
      // Commands write there: a revocation at the same moment would be lost.
      assert.equal(existsSync(path.join(plant.state, 'records/plant/pump-1')), false);
      assert.notEqual(new X509Certificate(second.pem).serialNumber, new X509Certificate(first.pem).serialNumber);
      const later = await connected('pump-1', second);
      assert.equal(await mayPublish(later, 'sensors/pump-1/t'), true);
      const isCut = new Promise<void>((resolve) => void later.once('close', () => resolve()));
      assert.equal(mqttsec(['revoke', 'pump-1', '--reason', 'KeyCompromise', '--state', plant.state]).code, 0);
      await isCut;
      await proved(plant, 'pump-1', 'Revoked');
      for (const former of [first, second]) {
        await assert.rejects(connected('pump-1', former));
        assert.equal((await asked('simplereenroll', requestOf('pump-1').csr, former)).status, 401);
      }
      const told = events().map(({ operation, outcome, reason }) => [operation, outcome, reason]);
      assert.deepEqual(told.at(-1), ['simplereenroll', 'Refused', 'CertificateUnknown']);
    });

    it('refuses claims that are used, of others, or for what a manifest decides', async () => {
      const used = claim('pump-1');
      await enrolled('simpleenroll', 'pump-1', used);
      const { csr } = requestOf('pump-1');
      const rows: readonly (readonly [what: string, status: number, reason: string, by: string, csr: string])[] = [
        ['used', 401, 'ClaimUsed', used, csr],
        ['of another device', 403, 'RequestRefused', claim('pump-2'), csr],
        ['from elsewhere', 401, 'ClaimFromElsewhere', claim('pump-1', ['--from', '10.0.0.0/8']), csr],
      ];
      for (const [what, status, reason, by, request] of rows) {
        assert.equal((await asked('simpleenroll', request, by)).status, status, what);
        await until(() => events().at(-1)?.['reason'] === reason, `${what}: the log has ${reason}`, 10);
      }
      for (const name of ['s-1', 'p-1']) {
        const run = mqttsec(['enrol', 'claim', name, '--state', plant.state]);
        assert.deepEqual([run.code, run.out], [2, '']);
        assert.match(run.err, new RegExp(`^mqttsec: claim for plant/${name}: it has a password, or its manifest`));
      }
      const template = (text: string) =>
        text.replace('{ type: Certificate }', '{ type: Certificate, certificate: { template: {} } }');
      const open = claim('pump-1');
      plant.edit('pumps.yaml', template);
      await until(() => deviceIn(writtenStatus(plant), 'pump-1')?.enrols === undefined, 'its key is made here', 20);
      assert.equal((await asked('simpleenroll', csr, open)).status, 401);
      await until(() => events().at(-1)?.['reason'] === 'KeyNotOfDevice', 'the log has KeyNotOfDevice', 10);
    });

    it('goes on after a start: certificates stay, and what was enrolled renews', async () => {
      const first = await enrolled('simpleenroll', 'pump-1', claim('pump-1'));
      await dev.stop();
      const lineage = path.join(plant.state, 'certificates/plant/pump-1/tls.crt');
      assert.equal(readFileSync(lineage, 'utf8'), first.pem);
      dev = startedDev(plant.directory, words);
      await until(() => portOf() !== 0, 'the port for enrolment is told again', 30);
      assert.equal(readFileSync(lineage, 'utf8'), first.pem);
      const second = await enrolled('simplereenroll', 'pump-1', first);
      assert.equal(await mayPublish(await connected('pump-1', second), 'sensors/pump-1/t'), true);
    });

    it('takes the certificates back of a device that is no longer declared, and its claims are worth nothing', async () => {
      const first = await enrolled('simpleenroll', 'pump-1', claim('pump-1'));
      const open = claim('pump-1');
      writeFileSync(path.join(plant.directory, 'pumps.yaml'), device('pump-2', '{ type: Certificate }'));
      await until(() => !writtenStatus(plant)?.devices.some(({ identity }) => identity === 'pump-1'), 'it is gone', 20);
      await until(
        () =>
          connected('pump-1', first).then(
            () => false,
            () => true,
          ),
        'it is refused',
        20,
      );
      assert.equal((await asked('simpleenroll', requestOf('pump-1').csr, open)).status, 401);
      assert.equal((await asked('simplereenroll', requestOf('pump-1').csr, first)).status, 401);
    });
  });
}
