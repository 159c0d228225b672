import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type MqttClient } from 'mqtt';
import { mqttsec } from '../../cli/program.ts';
import { authority } from '../../domain/pki/authorities.ts';
import { brokers, until } from '../mosquitto.ts';
import {
  allProved,
  basicFleet,
  connected,
  deviceIn,
  kitOf,
  mayPublish,
  mosquittoWords,
  plantOf,
  proved,
  startedDev,
  statusOf,
  writtenStatus,
  type DevProcess,
  type Plant,
} from './dev-process.ts';

const device = (name: string, spec = '') => `---
apiVersion: mqttsecurity.io/v1alpha1
kind: MqttDevice
metadata: { name: ${name}, namespace: plant }
spec:
  brokerRef: { name: main }
  templateRefs: [{ name: sensor }]
  authentication: { type: Certificate, certificate: { template: {} } }
${spec}`;

const files = { ...basicFleet, 'more.yaml': device('s-2') + device('s-3') };

const closeOf = (client: MqttClient) => new Promise<void>((resolve) => void client.once('close', () => resolve()));

/** All files of a directory with their content and time. */
function snapshotOf(directory: string): Record<string, string> {
  const names = readdirSync(directory, { recursive: true, encoding: 'utf8' }).sort();
  const ours = names.filter((name) => statSync(path.join(directory, name)).isFile());
  return Object.fromEntries(
    ours.map((name) => {
      const file = path.join(directory, name);
      const hash = createHash('sha256').update(readFileSync(file)).digest('hex');
      return [name, `${hash} ${String(statSync(file).mtimeMs)}`];
    }),
  );
}

function listeningOn(port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}

/** Below the ports that the system gives to outgoing connections, so that nobody takes one meanwhile. */
async function firstOfTwoFreePorts(): Promise<number> {
  for (let port = 20_000 + (process.pid % 5_000) * 2; port < 32_000; port += 2) {
    const servers = await Promise.all([port, port + 1].map(listeningOn));
    for (const server of servers) if (server) await new Promise((resolve) => server.close(resolve));
    if (servers.every((server) => server !== undefined)) return port;
  }
  throw new Error('no two free ports below 32000');
}

for (const broker of brokers) {
  describe(`mqttsec dev on ${broker.name}`, function () {
    this.timeout(60_000);
    const words = mosquittoWords(broker.dialect);
    const clients: MqttClient[] = [];
    let plant: Plant;
    let dev: DevProcess;
    const connect = async (identity: string) => {
      const client = await connected(kitOf(plant, identity));
      client.on('error', () => undefined);
      clients.push(client);
      return client;
    };

    beforeEach(async () => {
      plant = plantOf(files);
      dev = startedDev(plant.directory, words);
      await allProved(plant, dev);
    });
    afterEach(async () => {
      for (const client of clients.splice(0)) client.end(true);
      await dev.stop();
      plant.remove();
    });

    it('brings a fleet up, proves it, and tells so', async () => {
      const status = statusOf(plant);
      assert.equal(status?.running, true);
      assert.equal(status.mosquittoVersion, broker.version);
      assert.deepEqual(
        status.devices.map(({ identity, programmed, reason }) => [identity, programmed, reason]),
        ['p-1', 's-1', 's-2', 's-3'].map((identity) => [identity, true, 'Ready']),
      );
      assert.match(
        mqttsec(['status', plant.directory]).out,
        /^s-1 +Device +Certificate +\d{4}-\d\d-\d\d .* True +Ready$/m,
      );
      for (const identity of ['s-1', 'p-1']) {
        const client = await connect(identity);
        assert.equal(await mayPublish(client, `sensors/${identity}/t`), true);
        assert.equal(await mayPublish(client, 'sensors/s-2/t'), false);
      }
    });

    it('takes over an edited rule without dropping a session', async () => {
      const client = await connect('s-1');
      assert.equal(await mayPublish(client, 'extra/s-1'), false);
      plant.edit(
        'template.yaml',
        (text) => `${text}    - { effect: Allow, actions: [Publish], topic: 'extra/{device}' }\n`,
      );
      await until(async () => mayPublish(client, 'extra/s-1'), 'the new rule is in force');
      assert.equal(client.connected, true);
    });

    it('starts anew for a listener that is added, and tells where it is', async () => {
      const more = '    - { name: more, port: 8885, authentication: Password }\n';
      plant.edit('broker.yaml', (text) => text.replace('  tls:', `${more}  tls:`));
      await until(() => /^listening more 127\.0\.0\.1:\d+ Password$/m.test(dev.out()), 'it is told');
      await allProved(plant, dev);
      assert.deepEqual(
        dev.out().match(/^listening \w+/gm),
        ['certificates', 'passwords', 'more'].map((name) => `listening ${name}`),
      );
    });

    it('keeps the last good set after a mistake, and says where it is', async () => {
      const client = await connect('s-1');
      const before = writtenStatus(plant)?.bundle;
      plant.edit('template.yaml', (text) => text.replace('role: Device', 'role: [Device'));
      await until(() => /template\.yaml:\d+:\d+ Error MQS002 /.test(dev.err()), 'the mistake is reported');
      assert.deepEqual(writtenStatus(plant)?.bundle, before);
      assert.equal(await mayPublish(client, 'sensors/s-1/t'), true);
      assert.equal(mqttsec(['status', '--state', plant.state]).code, 1);
    });

    it('blocks one bad object and nothing else', async () => {
      const old = device('s-2').replace('spec:', 'spec:\n  frobnicate: 1');
      plant.edit('more.yaml', () => old + device('s-3') + device('s-4'));
      await proved(plant, 's-4', 'Ready');
      await proved(plant, 's-2', 'Invalid');
      assert.equal(await mayPublish(await connect('s-4'), 'sensors/s-4/t'), true);
      assert.equal(await mayPublish(await connect('s-2'), 'sensors/s-2/t'), true);
    });

    it('cuts the session of a revoked device, keeps it out, and leaves its neighbour alone', async () => {
      const [victim, neighbour] = [await connect('s-1'), await connect('s-2')];
      const closed = closeOf(victim);
      const { code, out } = mqttsec(['revoke', 's-1', '--reason', 'KeyCompromise', '--state', plant.state]);
      assert.deepEqual(
        [code, out],
        [0, "MqttDevice plant/s-1 is revoked (KeyCompromise): the running 'mqttsec dev' cuts its session now\n"],
      );
      await closed;
      await proved(plant, 's-1', 'Revoked');
      const { reason, certificates, ...steps } = deviceIn(writtenStatus(plant), 's-1')?.revocation ?? {};
      assert.deepEqual([reason, certificates], ['KeyCompromise', 1]);
      assert.deepEqual(Object.keys(steps).sort(), [
        ...['begunAt', 'deletedAt', 'disconnectedAt', 'provedAt', 'publishedAt', 'recordedAt'],
      ]);
      assert.equal(neighbour.connected, true);
      assert.equal(await mayPublish(neighbour, 'sensors/s-2/t'), true);
      await assert.rejects(connected(path.join(plant.directory, '.kit-s-1')));
      assert.match(
        mqttsec(['bundle', 's-1', '--state', plant.state, '--out', '/nonexistent/x']).err,
        /no certificate was issued to it \(Revoked\)/,
      );
    });

    it('revokes what a deleted device held, and what a revoked one was given in its manifest', async () => {
      const [deleted, revoked] = [await connect('s-2'), await connect('s-3')];
      const closed = [deleted, revoked].map(closeOf);
      plant.edit('more.yaml', () => device('s-3', '  revoked: { reason: CessationOfOperation }\n'));
      await Promise.all(closed);
      for (const identity of ['s-2', 's-3'])
        await assert.rejects(connected(path.join(plant.directory, `.kit-${identity}`)));
      // Taking the field out again gives nothing back.
      plant.edit('more.yaml', () => device('s-3'));
      await until(() => writtenStatus(plant)?.findings.some(({ code }) => code === 'MQS121') === true, 'it is told');
      await proved(plant, 's-3', 'Revoked');
    });

    it('goes on without lists where a manifest says so, although something was revoked', async () => {
      plant.edit('more.yaml', () => device('s-2') + device('s-3', '  revoked: { reason: CessationOfOperation }\n'));
      await proved(plant, 's-3', 'Revoked');
      const { pem } = authority('former').issuer;
      const ca = {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'former', namespace: 'plant' },
        data: { 'ca.crt': pem },
      };
      writeFileSync(path.join(plant.directory, 'former.yaml'), JSON.stringify(ca));
      const trusted = '{ name: former, caRef: { kind: ConfigMap, name: former }, revocation: { type: None } }';
      plant.edit('broker.yaml', (text) => `${text}    trustedCas: [${trusted}]\n`);
      await until(() => writtenStatus(plant)?.findings.some(({ code }) => code === 'MQS053') === true, 'it is told');
      await allProved(plant, dev);
      assert.equal(await mayPublish(await connect('s-2'), 'sensors/s-2/t'), true);
    });

    it('denies a suspended device everything, keeps its session, and gives it back', async () => {
      const client = await connect('s-2');
      plant.edit('more.yaml', () => device('s-2', '  suspended: true\n') + device('s-3'));
      await proved(plant, 's-2', 'Suspended');
      const { reason, ...steps } = deviceIn(writtenStatus(plant), 's-2')?.revocation ?? {};
      assert.equal(reason, 'CertificateHold');
      assert.ok('provedAt' in steps && !('disconnectedAt' in steps));
      assert.equal(await mayPublish(client, 'sensors/s-2/t'), false);
      assert.equal(client.connected, true);
      await assert.rejects(connected(path.join(plant.directory, '.kit-s-2')));
      plant.edit('more.yaml', () => device('s-2') + device('s-3'));
      await proved(plant, 's-2', 'Ready');
      assert.equal(deviceIn(writtenStatus(plant), 's-2')?.revocation, undefined);
      assert.equal(await mayPublish(client, 'sensors/s-2/t'), true);
      assert.equal(await mayPublish(await connect('s-2'), 'sensors/s-2/t'), true);
    });

    it('renews a certificate when asked; the former one stays good', async () => {
      const former = await connect('s-1');
      const before = readFileSync(path.join(plant.directory, '.kit-s-1/client.crt'), 'utf8');
      assert.equal(mqttsec(['renew', 's-1', '--state', plant.state]).code, 0);
      const file = path.join(plant.state, 'certificates/plant/s-1/tls.crt');
      await until(() => readFileSync(file, 'utf8') !== before, 'there is a new certificate');
      await allProved(plant, dev);
      assert.equal(former.connected, true);
      assert.equal(await mayPublish(await connect('s-1'), 'sensors/s-1/t'), true);
    });

    it('ends the overlap of a renewed certificate when the manifest says so, and keeps the new one', async () => {
      const former = await connect('s-2');
      const kit = path.join(plant.directory, '.kit-s-2');
      assert.equal(mqttsec(['renew', 's-2', '--state', plant.state]).code, 0);
      const history = () => {
        const text = readFileSync(path.join(plant.state, 'certificates/plant/s-2/history.json'), 'utf8');
        return JSON.parse(text) as readonly unknown[];
      };
      await until(() => history().length === 2, 'there is a new certificate');
      await allProved(plant, dev);
      (await connected(kit)).end(true);
      const closed = closeOf(await connected(kit));
      const template = 'template: { previousCertificate: { revokeAfterSeconds: 1 } }';
      plant.edit('more.yaml', () => device('s-2').replace('template: {}', template) + device('s-3'));
      await closed;
      await assert.rejects(connected(kit));
      assert.equal(former.connected, false);
      assert.equal(await mayPublish(await connect('s-2'), 'sensors/s-2/t'), true);
      assert.ok((writtenStatus(plant)?.renewals?.nextWeek ?? -1) >= 0);
    });

    it('writes and reloads nothing at rest, and comes back into the same state', async () => {
      const identity = await connect('s-1');
      const [status, before] = [writtenStatus(plant), snapshotOf(plant.state)];
      const log = dev.out();
      plant.edit('more.yaml', (text) => text);
      writeFileSync(path.join(plant.directory, 'notes.txt'), 'nobody reads this');
      // Long enough for anything that would be done about these: nothing tells that nothing was done.
      await delay(500);
      const quiet = (files: Record<string, string>) =>
        Object.fromEntries(Object.entries(files).filter(([name]) => !/^(broker|data)\//.test(name)));
      assert.deepEqual(quiet(snapshotOf(plant.state)), quiet(before));
      assert.equal(dev.out(), log);
      identity.end(true);
      assert.equal(await dev.stop(), 0);
      dev = startedDev(plant.directory, words);
      await until(() => /revision \d+ Proved/.test(dev.out()), 'the set is proved again', 30);
      await allProved(plant, dev);
      assert.deepEqual(writtenStatus(plant)?.listeners, status?.listeners);
      assert.deepEqual(writtenStatus(plant)?.bundle, status?.bundle);
      const kept = (files: Record<string, string>) =>
        Object.fromEntries(
          Object.entries(files).filter(([name]) =>
            /^(ca|server|certificates|passwords|ledger|crl|bundle|records)\/|ports/.test(name),
          ),
        );
      assert.deepEqual(kept(snapshotOf(plant.state)), kept(before));
      const client = await connected(path.join(plant.directory, '.kit-s-1'));
      clients.push(client);
      assert.equal(await mayPublish(client, 'sensors/s-1/t'), true);
    });

    it('comes back after it was killed, on the same ports, with the broker that was left behind ended', async () => {
      const before = writtenStatus(plant);
      const orphan = JSON.parse(readFileSync(path.join(plant.state, 'broker.json'), 'utf8')) as { pid: number };
      process.kill(dev.pid, 'SIGKILL');
      await dev.exited;
      dev = startedDev(plant.directory, words);
      await until(() => /revision \d+ Proved/.test(dev.out()), 'the set is proved again', 30);
      assert.throws(() => process.kill(orphan.pid, 0), { code: 'ESRCH' });
      assert.deepEqual(writtenStatus(plant)?.listeners, before?.listeners);
      assert.deepEqual(writtenStatus(plant)?.bundle, before?.bundle);
    });

    const endings: Record<string, () => void> = {
      'its terminal is closed': () => void process.kill(dev.pid, 'SIGHUP'),
      'nobody reads its output any more': () => {
        dev.closeOutput();
        plant.edit('more.yaml', (text) => text + device('s-9'));
      },
    };
    for (const [name, end] of Object.entries(endings)) {
      it(`leaves no broker behind when ${name}`, async () => {
        const left = JSON.parse(readFileSync(path.join(plant.state, 'broker.json'), 'utf8')) as { pid: number };
        process.kill(left.pid, 0);
        end();
        await dev.exited;
        assert.throws(() => process.kill(left.pid, 0), { code: 'ESRCH' });
        dev = startedDev(plant.directory, words);
        await until(() => /revision \d+ Proved/.test(dev.out()), 'the set is proved again', 30);
      });
    }

    it('comes back in the middle of a mistake with the last good set', async () => {
      await dev.stop();
      plant.edit('template.yaml', (text) => text.replace('role: Device', 'role: [Device'));
      dev = startedDev(plant.directory, words);
      await until(() => /revision 1 Proved/.test(dev.out()), 'the set is proved again', 30);
      assert.equal(await mayPublish(await connect('s-1'), 'sensors/s-1/t'), true);
      assert.match(dev.err(), /template\.yaml:\d+:\d+ Error MQS002 /);
    });

    it('does not share its state with a second one', () => {
      const run = mqttsec(['dev', plant.directory, ...words, '--once']);
      assert.equal(run.code, 2);
      assert.match(run.err, /^mqttsec: lock .*: 'mqttsec dev' with process id \d+ uses this state directory$/m);
    });
  });

  describe(`mqttsec dev --once on ${broker.name}`, function () {
    this.timeout(60_000);
    const words = mosquittoWords(broker.dialect);
    let plant: Plant;
    beforeEach(() => {
      plant = plantOf(files);
    });
    afterEach(() => plant.remove());
    const once = (...more: string[]) => mqttsec(['dev', plant.directory, '--once', ...words, ...more]);

    it('proves, prints the status and stops', () => {
      const { code, out, err } = once();
      assert.equal(code, 0, err);
      assert.match(out, /^MqttBroker plant\/main on Mosquitto \S+: revision 1, revision 1 proved /);
      assert.match(out, /^s-1 +Device +Certificate +\S+ \S+ +True +Ready$/m);
      const other = /the manifest says Mosquitto 2\.0, 2\.1 runs/.test(err);
      assert.equal(other, broker.dialect === '2.1', err);
      assert.equal(statusOf(plant)?.running, false);
    });

    it('ends with 1 when an object is refused, though everything else is proved', () => {
      plant.edit('more.yaml', (text) => text.replace('spec:', 'spec:\n  frobnicate: 1'));
      const { code, out, err } = once();
      assert.equal(code, 1);
      assert.match(out, /revision 1 proved/);
      assert.match(err, /more\.yaml:6:\d+ Error MQS003 /);
    });

    it('tells its broker apart from that of a run with the same relative path elsewhere', () => {
      const { code, err } = mqttsec(['dev', '.', '--once', ...words], { cwd: plant.directory });
      assert.equal(code, 0, err);
      const conf = readFileSync(path.join(plant.state, 'broker/current/mosquitto.conf'), 'utf8');
      const paths = conf.match(/\S*\.mqttsec\S*/g) ?? [];
      assert.ok(paths.length >= 6, conf);
      for (const one of paths) assert.ok(one.startsWith(plant.state), one);
    });

    it('takes the ports that it is told, and refuses one in use', async () => {
      const port = await firstOfTwoFreePorts();
      const server = await listeningOn(port);
      assert.ok(server);
      const run = once('--port', String(port));
      assert.equal(run.code, 2);
      assert.match(
        run.err,
        new RegExp(`^mqttsec: open port ${String(port)} of listener certificates on 127.0.0.1: it is in use`, 'm'),
      );
      await new Promise((resolve) => server.close(resolve));
      assert.equal(once('--port', String(port)).code, 0);
      assert.deepEqual(
        writtenStatus(plant)?.listeners.map((listener) => listener.port),
        [port, port + 1],
      );
    });

    it('refuses a state directory of another layout and leaves it as it is', () => {
      once();
      writeFileSync(path.join(plant.state, 'version'), '2\n');
      const before = snapshotOf(plant.state);
      const { code, err } = once();
      assert.equal(code, 2);
      assert.match(err, /^mqttsec: open state .*version:1: layout version "2" is not 1/m);
      assert.deepEqual(snapshotOf(plant.state), before);
    });
  });
}

describe('mqttsec dev that cannot begin', () => {
  it('says what to install when there is no Mosquitto', () => {
    const plant = plantOf(files);
    const { code, err } = mqttsec(['dev', plant.directory, '--mosquitto', '/nonexistent/mosquitto', '--once']);
    assert.equal(code, 2);
    assert.equal(err, 'mqttsec: start /nonexistent/mosquitto: there is no such program\n');
    assert.deepEqual(readdirSync(plant.directory).sort(), Object.keys(files).sort());
    plant.remove();
  });

  const unusable: Record<string, [files: Record<string, string>, message: RegExp]> = {
    'an empty directory': [{}, /MQS001 directory holds no .*\nmqttsec: choose broker: .* no valid MqttBroker$/m],
    'no broker': [
      { 'devices.yaml': basicFleet['devices.yaml'] ?? '' },
      /^mqttsec: choose broker: the manifests declare no valid MqttBroker$/m,
    ],
    'several brokers': [
      { ...files, 'other.yaml': (basicFleet['broker.yaml'] ?? '').replace('name: main', 'name: other') },
      /^mqttsec: choose broker: there are several; give one of plant\/main, plant\/other with --broker$/m,
    ],
  };
  for (const [name, [given, message]] of Object.entries(unusable)) {
    it(`says so about ${name}, and writes nothing`, () => {
      const plant = plantOf(given);
      const { code, err } = mqttsec(['dev', plant.directory, '--once']);
      assert.equal(code, 2);
      assert.match(err, message);
      assert.deepEqual(readdirSync(plant.directory).sort(), Object.keys(given).sort());
      plant.remove();
    });
  }
});
