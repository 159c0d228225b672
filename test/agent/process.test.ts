import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { mosquittoLauncher } from '../../src/agent/process.ts';
import { systemClock } from '../../src/local/system.ts';
import type { BrokerLauncher } from '../../src/ports.ts';

describe('Mosquitto launcher', () => {
  let directory: string;
  beforeEach(() => (directory = mkdtempSync(path.join(tmpdir(), 'mqttsec-'))));
  afterEach(() => rmSync(directory, { recursive: true }));

  /** Starts a program of ours in the place of Mosquitto. */
  function launcherOf(program: string): BrokerLauncher {
    const file = path.join(directory, 'broker.mjs');
    writeFileSync(file, program);
    return mosquittoLauncher({ command: [process.execPath, file], clock: systemClock(), graceMilliseconds: 200 });
  }

  /** Starts it and waits for its first line. */
  async function started(launcher: BrokerLauncher, log: string[] = []) {
    const first = Promise.withResolvers<undefined>();
    const broker = await launcher.start(path.join(directory, 'mosquitto.conf'), (line) => {
      log.push(line);
      first.resolve(undefined);
    });
    await first.promise;
    return broker;
  }

  it('reads the version from the help text, whatever the exit code', async () => {
    const launcher = launcherOf(`console.log('mosquitto version 2.0.11\\n\\nusage'); process.exit(3);`);
    assert.equal(await launcher.version(), '2.0.11');
  });

  it('says what is wrong when there is no such program, or it is another one', async () => {
    const none = mosquittoLauncher({ command: [path.join(directory, 'none')], clock: systemClock() });
    await assert.rejects(none.version(), /^Error: read version of .*none/);
    await assert.rejects(
      none.start('/x', () => undefined),
      /^Error: start .*none: .*ENOENT/,
    );
    await assert.rejects(launcherOf(`console.log('hello')`).version(), /no version in its help text/);
  });

  it('passes on the configuration file, the log of both streams, and nothing of its own environment', async () => {
    const log: string[] = [];
    const broker = await started(
      launcherOf(`console.log(process.argv.slice(2).join(' '), Object.keys(process.env).length); console.error('b');`),
      log,
    );
    const { code, tail } = await broker.exited;
    assert.equal(code, 0);
    assert.deepEqual(log.toSorted(), [`-c ${directory}/mosquitto.conf 0`, 'b'].toSorted());
    assert.deepEqual(tail, log);
  });

  it('cuts endless lines', async () => {
    const log: string[] = [];
    const broker = await started(
      launcherOf(`process.stdout.write('x'.repeat(1e6)); console.log('y'); console.log('z')`),
      log,
    );
    await broker.exited;
    assert.deepEqual(
      log.map(({ length }) => length),
      [4096, 1],
    );
  });

  it('ends a broker that ignores SIGTERM', async () => {
    const broker = await started(
      launcherOf(`process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); console.log('on')`),
    );
    await broker.stop();
    assert.equal((await broker.exited).signal, 'SIGKILL');
  });

  it('ends what a former agent left running on the same configuration file, and nothing else', async () => {
    const launcher = launcherOf(`setInterval(() => {}, 1000); console.log('on')`);
    const left = await started(launcher);
    const other = await launcher.start(path.join(directory, 'other.conf'), () => undefined);
    const broker = await started(launcher);
    assert.equal((await left.exited).signal, 'SIGTERM');
    const isOver = await Promise.race([other.exited.then(() => true), Promise.resolve(false)]);
    assert.equal(isOver, false);
    await Promise.all([broker.stop(), other.stop()]);
  });
});
