import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { mqttsec, sample } from '../cli/program.ts';
import { brokers, freePorts, scratchDirectory } from './mosquitto.ts';
import {
  allProved,
  basicFleet,
  type DevProcess,
  kitOf,
  mosquittoWords,
  type Plant,
  plantOf,
  proved,
  startedDev,
} from './local/dev-process.ts';

interface Report {
  readonly passed: boolean;
  readonly points: readonly {
    readonly name: string;
    readonly verdict: string;
    readonly reason: string;
    readonly attempts: readonly object[];
  }[];
}

const sampleFiles = () =>
  Object.fromEntries(readdirSync(sample).map((name) => [name, readFileSync(path.join(sample, name))]));

for (const { name, dialect } of brokers) {
  describe(`mqttsec verify, on ${name}`, function () {
    this.timeout(60_000);
    let plant: Plant;
    let dev: DevProcess;
    const kits = new Map<string, string>();
    const kit = (identity: string): string => kits.get(identity) ?? assert.fail(`no kit of ${identity}`);

    before(async () => {
      plant = plantOf(sampleFiles());
      dev = startedDev(plant.directory, mosquittoWords(dialect));
      await allProved(plant, dev);
      for (const identity of ['thermo-hall-1', 'thermo-hall-2', 'analytics', 'thermo-cold-store', 'thermo-yard']) {
        kits.set(identity, kitOf(plant, identity));
      }
      mqttsec(['revoke', 'thermo-yard', '--reason', 'KeyCompromise', '--yes', '--state', plant.state]);
      await proved(plant, 'thermo-yard', 'Revoked');
    });
    after(async () => {
      await dev.stop();
      plant.remove();
    });

    const verdicts = (words: readonly string[]) => {
      const { code, out, err } = mqttsec(['verify', ...words, '--timeout', '20', '-o', 'json']);
      assert.notEqual(code, 2, err);
      const { points, passed } = JSON.parse(out) as Report;
      assert.equal(code, passed ? 0 : 1);
      const of = (verdict: string) => points.filter((point) => point.verdict === verdict);
      return { code, failed: of('Fail'), untried: of('NotApplicable').map((point) => point.name), points };
    };

    it('passes the sample fleet in local mode, every point of it', () => {
      const { failed, untried } = verdicts([plant.directory, '--refused', kit('thermo-yard')]);
      assert.deepEqual(failed, []);
      assert.deepEqual(untried, []);
    });

    it('passes with connection kits as it does in local mode, but for the certificate that ended', async () => {
      const words = ['thermo-hall-1', 'analytics', 'thermo-cold-store'].flatMap((one) => ['--kit', kit(one)]);
      const [plainPort = 0] = await freePorts(1);
      const { failed, untried } = verdicts([
        plant.directory,
        ...words,
        ...['--refused', kit('thermo-yard'), '--plain-port', String(plainPort)],
      ]);
      assert.deepEqual(failed, []);
      assert.deepEqual(untried, ['ExpiredCertificateRefused']);
    });

    it('tries less with one identity and no manifests, and says what is missing', () => {
      const one = kit('thermo-hall-1');
      const { broker } = JSON.parse(readFileSync(path.join(one, 'connection.json'), 'utf8')) as {
        broker: { host: string; port: number };
      };
      const files = ['--ca', 'ca.crt', '--cert', 'client.crt', '--key', 'client.key'].map((word) =>
        word.startsWith('--') ? word : path.join(one, word),
      );
      const { failed, untried } = verdicts([
        ...['--broker', `${broker.host}:${String(broker.port)}`, '--plain-port', '0'],
        ...files,
      ]);
      assert.deepEqual(failed, []);
      assert.deepEqual(untried, [
        ...['ExpiredCertificateRefused', 'RevokedCertificateRefused', 'WrongPasswordRefused', 'OwnTopicsAllowed'],
        ...['ReceiveLimited', 'NoCrossReach', 'WillLimited', 'TakeoverImpossible'],
      ]);
    });

    it('fails, exit code 1, where somebody is let in who should not be', () => {
      const { code, failed } = verdicts(['--kit', kit('thermo-hall-1'), '--refused', kit('thermo-hall-2')]);
      assert.equal(code, 1);
      assert.deepEqual(
        failed.map((point) => point.name),
        ['RevokedCertificateRefused'],
      );
    });

    it('writes JUnit', () => {
      const { code, out } = mqttsec(['verify', plant.directory, '--timeout', '20', '-o', 'junit']);
      assert.equal(code, 0, out);
      assert.match(out, /^<testsuites tests="\d+" failures="0"/m);
    });

    it('ends with exit code 2 where there is no broker, or it is not said which', async () => {
      const [port = 0] = await freePorts(1);
      const nobody = mqttsec(['verify', '--broker', `127.0.0.1:${String(port)}`]);
      assert.equal(nobody.code, 2);
      assert.match(nobody.err, /^mqttsec: connect to broker: connect ECONNREFUSED/);
      const rows: readonly (readonly [readonly string[], RegExp])[] = [
        [[], /give --broker HOST:PORT, --kit DIR or --state DIR/],
        [['--broker', 'nowhere'], /'nowhere' is not HOST:PORT/],
        [['--broker', 'a:1', '--kit', 'b'], /only one of/],
        [['--broker', 'a:1', '--cert', 'c'], /--cert and --key belong together/],
        [['--broker', 'a:1', '--username', 'c'], /--username needs --password-file/],
        [['--kit', plant.directory], /connection\.json: it is not there/],
        [['--timeout', '0'], /no number of seconds/],
      ];
      for (const [words, message] of rows) {
        const { code, err } = mqttsec(['verify', ...words], { cwd: '/' });
        assert.equal(code, 2, words.join(' '));
        assert.match(err, message);
      }
    });

    it('says so where dev does not run any more', async () => {
      const other = plantOf(basicFleet);
      try {
        const once = startedDev(other.directory, ['--once', ...mosquittoWords(dialect)]);
        assert.equal(await once.exited, 0, once.err());
        const { code, err } = mqttsec(['verify', '--state', other.state]);
        assert.equal(code, 2);
        assert.match(err, /^mqttsec: connect to broker: 'mqttsec dev' does not run/);
      } finally {
        other.remove();
      }
    });

    it('refuses a kit that is none', () => {
      const place = scratchDirectory();
      for (const text of [
        '[]',
        '{"broker":{"host":"h"}}',
        '{"broker":{"host":"h","port":1,"tls":true},"clientId":"x"}',
      ]) {
        writeFileSync(path.join(place, 'connection.json'), text);
        const { code, err } = mqttsec(['verify', '--kit', place]);
        assert.equal(code, 2, text);
        assert.match(err, /^mqttsec: read kit /);
      }
    });
  });
}
