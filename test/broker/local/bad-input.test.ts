import assert from 'node:assert/strict';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type MqttClient } from 'mqtt';
import { badInputs, filesOf } from '../../cli/bad-input.ts';
import { fleet, mqttsec } from '../../cli/program.ts';
import { brokers, until } from '../mosquitto.ts';
import {
  allProved,
  connected,
  kitOf,
  mayPublish,
  mosquittoWords,
  plantOf,
  startedDev,
  writtenStatus,
  type DevProcess,
  type Plant,
} from './dev-process.ts';

/** Puts these files in the place of all others. */
function write({ directory }: Plant, files: Readonly<Record<string, string | Uint8Array>>): void {
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(directory, name), text);
  const others = readdirSync(directory).filter((name) => !name.startsWith('.') && !(name in files));
  for (const name of others) rmSync(path.join(directory, name));
}

const [broker] = brokers;
if (broker) {
  describe(`a running mqttsec dev and bad input, on ${broker.name}`, function () {
    this.timeout(60_000);
    let plant: Plant;
    let dev: DevProcess;
    const clients: MqttClient[] = [];

    before(async () => {
      plant = plantOf(fleet);
      dev = startedDev(plant.directory, mosquittoWords(broker.dialect));
      await allProved(plant, dev);
      for (const identity of ['s-1', 'p-1']) clients.push(await connected(kitOf(plant, identity)));
    });
    after(async () => {
      for (const client of clients) client.end(true);
      await dev.stop();
      plant.remove();
    });

    /** What came on standard error since `start`. */
    async function says(start: number, line: RegExp): Promise<void> {
      const said = () => dev.err().slice(start);
      await until(
        () => line.test(said()),
        () => `${String(line)} in\n${said()}`,
        20,
      );
    }

    /** How many there are in the status; what is good to know is none. */
    const problems = () => writtenStatus(plant)?.findings.filter(({ severity }) => severity !== 'Info').length ?? 0;

    async function rightsAreAsBefore(): Promise<void> {
      for (const [client, identity] of [
        [clients[0], 's-1'],
        [clients[1], 'p-1'],
      ] as const) {
        assert.ok(client?.connected, `${identity} is connected`);
        assert.equal(await mayPublish(client, `sensors/${identity}/t`), true);
        assert.equal(await mayPublish(client, 'sensors/other/t'), false);
      }
    }

    it('says in its status what is wrong, and where', async () => {
      const { files, line } = badInputs['an unknown field'] ?? {};
      write(plant, { ...fleet, ...(files as typeof fleet) });
      await until(() => problems() > 0, 'it is in the status');
      const { code, out } = mqttsec(['status', plant.directory]);
      assert.equal(code, 1);
      assert.match(out, line ?? /$^/);
      write(plant, fleet);
      await until(() => problems() === 0, 'it is no longer in the status');
    });

    for (const [name, bad] of Object.entries(badInputs)) {
      it(`keeps its last good set: ${name}`, async () => {
        const before = writtenStatus(plant);
        let start = dev.err().length;
        write(plant, filesOf(bad));
        await says(start, bad.line);
        await until(() => problems() > 0, 'it is in the status');
        assert.deepEqual(writtenStatus(plant)?.bundle, before?.bundle);
        await rightsAreAsBefore();
        start = dev.err().length;
        write(plant, fleet);
        await says(start, /^nothing is wrong any more$/m);
        await until(() => problems() === 0, 'it is no longer in the status');
        assert.deepEqual(writtenStatus(plant)?.bundle, before?.bundle);
        await rightsAreAsBefore();
      });
    }
  });
}

const cannotBegin = Object.entries(badInputs).filter(([, { files }]) => 'broker.yaml' in files);

describe('mqttsec dev that is given bad input from the start', () => {
  for (const [name, bad] of cannotBegin) {
    it(`ends with 2 and writes nothing where that leaves no broker: ${name}`, () => {
      const plant = plantOf(filesOf(bad));
      const { code, err } = mqttsec(['dev', plant.directory, '--once']);
      assert.equal(code, 2, err);
      assert.match(err, bad.line);
      assert.deepEqual(readdirSync(plant.directory).sort(), Object.keys(filesOf(bad)).sort());
      plant.remove();
    });
  }
});
