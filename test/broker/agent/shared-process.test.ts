import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { connected } from '../../../src/agent/client.ts';
import { supervisedLauncher } from '../../../src/agent/shared-process.ts';
import { supervisorScript } from '../../../src/domain/broker/supervisor.ts';
import { systemClock } from '../../../src/local/system.ts';
import type { BrokerLauncher } from '../../../src/ports.ts';
import { bundleOf } from '../../agent/site.ts';
import { brokers, type BrokerUnderTest, freePorts, scratchDirectory, until } from '../mosquitto.ts';
import { newPlant, startAgent } from './plant.ts';

const alive = new Set<ChildProcess>();

/** The container of Mosquitto. */
function supervisor({ command }: BrokerUnderTest, directory: string): ChildProcess {
  const words = ['-c', supervisorScript, 'supervisor', directory, ...command];
  const child = spawn('/bin/sh', words, {
    stdio: 'ignore',
    env: { PATH: process.env['PATH'] },
  });
  alive.add(child);
  child.once('exit', () => alive.delete(child));
  return child;
}

function exitOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.once('exit', (code) => resolve(code)));
}

function launcherIn(directory: string, signal = new AbortController().signal): BrokerLauncher {
  return supervisedLauncher({ directory, clock: systemClock(), signal });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** A broker that says something at each reload, and a configuration for it. */
async function place(): Promise<{ readonly directory: string; readonly conf: string; readonly port: number }> {
  const directory = path.join(scratchDirectory(), 'broker');
  const [port = 0] = await freePorts(1);
  const conf = path.join(path.dirname(directory), 'mosquitto.conf');
  writeFileSync(conf, `listener ${port} 127.0.0.1\nallow_anonymous true\nlog_type all\nlog_dest stderr\n`);
  return { directory, conf, port };
}

/** Waits for a first CONNACK: before it a SIGHUP may kill the broker on any version. */
async function serves(port: number): Promise<void> {
  await until(async () => {
    const endpoint = { kind: 'Network', host: '127.0.0.1', port, webSockets: false } as const;
    const outcome = await connected(endpoint, { clientId: 'first' }, 5_000);
    if (outcome.kind === 'Connected') await outcome.session.close();
    return outcome.kind === 'Connected';
  }, 'it serves clients');
}

for (const broker of brokers) {
  describe(`${broker.name} in a container beside the agent's`, () => {
    afterEach(async () => {
      await Promise.all(
        [...alive].map((child) => {
          const ended = exitOf(child);
          child.kill('SIGTERM');
          return ended;
        }),
      );
    });

    it('tells its version, starts, reloads and stops, and starts nothing by itself', async () => {
      const { directory, conf, port } = await place();
      const launcher = launcherIn(directory);
      const version = launcher.version();
      const child = supervisor(broker, directory);
      assert.equal(await version, broker.version);
      const log: string[] = [];
      const running = await launcher.start(conf, (line) => log.push(line));
      await serves(port);
      running.reload();
      await until(() => log.some((line) => /Reloading config/.test(line)), 'it reloads');
      await running.stop();
      const { code, signal, tail } = await running.exited;
      assert.deepEqual({ code, signal }, { code: 0, signal: null });
      assert.match(tail.at(-1) ?? '', /terminating/);
      assert.ok(!isAlive(running.pid));
      const again = await launcher.start(conf, () => undefined);
      const ended = exitOf(child);
      child.kill('SIGTERM');
      assert.equal(await ended, 0);
      assert.ok(!isAlive(again.pid), 'a container that ends takes the broker with it');
      await again.exited;
    });

    it('tells how a broker ended that was killed, or whose configuration is wrong', async () => {
      const { directory, conf } = await place();
      supervisor(broker, directory);
      const launcher = launcherIn(directory);
      const killed = await launcher.start(conf, () => undefined);
      process.kill(killed.pid, 'SIGKILL');
      const { code, signal } = await killed.exited;
      assert.deepEqual({ code, signal }, { code: null, signal: 'SIGKILL' });
      writeFileSync(conf, 'no_such_option true\n');
      const failed = await (await launcher.start(conf, () => undefined)).exited;
      assert.notEqual(failed.code, 0);
      assert.match(failed.tail.join('\n'), /no_such_option/);
    });

    it('notices that the container was killed, and starts in the next one', async () => {
      const { directory, conf } = await place();
      const first = supervisor(broker, directory);
      const launcher = launcherIn(directory);
      const running = await launcher.start(conf, () => undefined);
      first.kill('SIGKILL');
      process.kill(running.pid, 'SIGKILL');
      const starting = running.exited.then(() => launcher.start(conf, () => undefined));
      supervisor(broker, directory);
      const next = await starting;
      assert.ok(isAlive(next.pid));
      await next.stop();
    });

    it('starts nothing for an agent that is gone, and gives up when the agent is told to end', async () => {
      const { directory, conf } = await place();
      const stop = new AbortController();
      const waiting = launcherIn(directory, stop.signal).start(conf, () => undefined);
      stop.abort();
      await assert.rejects(waiting, { name: 'AbortError' });
      mkdirSync(directory, { recursive: true });
      supervisor(broker, directory);
      await launcherIn(directory).version();
      const gone = spawn('true');
      await exitOf(gone);
      writeFileSync(path.join(directory, 'start.new'), `1 ${String(gone.pid)} ${conf}\n`);
      renameSync(path.join(directory, 'start.new'), path.join(directory, 'start'));
      await until(
        () => readFileSync(path.join(directory, 'taken'), { encoding: 'utf8', flag: 'a+' }) !== '',
        'it is taken',
      );
      const mine = await launcherIn(directory).start(conf, () => undefined);
      assert.equal(readFileSync(path.join(directory, 'running'), 'utf8').trim().split(' ')[1], String(mine.pid));
      await mine.stop();
    });

    it('cuts a log that grows too long, and goes on reading it', async () => {
      const { directory, conf, port } = await place();
      supervisor(broker, directory);
      const log: string[] = [];
      const running = await launcherIn(directory).start(conf, (line) => log.push(line));
      const file = path.join(directory, 'log');
      await serves(port);
      writeFileSync(file, 'x'.repeat(99).concat('\n').repeat(20_000), { flag: 'a' });
      await until(() => statSync(file).size === 0, 'the log is cut');
      running.reload();
      await until(() => log.some((line) => /Reloading config/.test(line)), 'the next line is read');
      assert.equal(log.filter((line) => line.startsWith('xxx')).length, 20_000);
      await running.stop();
    });

    it('serves a whole agent, and the next one after it, whose predecessor left the broker running', async () => {
      const plant = await newPlant(broker);
      const directory = path.join(path.dirname(plant.directory), 'broker');
      supervisor(broker, directory);
      const launcher = launcherIn(directory);
      const pids: number[] = [];
      const noted: BrokerLauncher = {
        version: () => launcher.version(),
        async start(file, onLog) {
          const running = await launcher.start(file, onLog);
          pids.push(running.pid);
          // Nobody stops it: the agent is gone in no time.
          return pids.length === 1 ? { ...running, stop: () => Promise.resolve() } : running;
        },
      };
      const first = startAgent(plant, { launcher: noted });
      first.give(bundleOf(plant.site, { revision: 1, devices: [] }));
      await first.loaded(1);
      await first.stop();
      assert.ok(isAlive(pids[0] ?? 0), 'the broker goes on while no agent is there');
      const second = startAgent(plant, { launcher: noted });
      second.give(bundleOf(plant.site, { revision: 2, devices: [] }));
      await second.loaded(2);
      assert.ok(!isAlive(pids[0] ?? 0), 'the new agent has one of its own');
      process.kill(pids[1] ?? 0, 'SIGKILL');
      await until(
        () => second.count('Started') === 2 && second.events.at(-1)?.kind !== 'Exited',
        'it is started again',
      );
      await until(() => second.count('Proof') >= 2, 'it is proved again');
      await second.stop();
      assert.ok(!isAlive(pids.at(-1) ?? 0));
    });
  });
}
