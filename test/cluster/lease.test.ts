import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { until } from './component.ts';
import { administrator, type ControlPlane, startControlPlane } from './control-plane.ts';
import { type FaultProxy, startFaultProxy, type WriteRecord } from './fault-proxy.ts';

const namespace = 'election';
const rounds = 4;
/** More than two leases of 2 s. */
const pauseMilliseconds = 4500;

interface Candidate {
  readonly name: string;
  readonly process: ChildProcess;
  readonly events: { readonly event: 'Acquired' | 'Lost'; readonly epoch: number }[];
}

function started(name: string, proxy: FaultProxy): Candidate {
  const program = path.join(import.meta.dirname, 'lease-candidate.ts');
  const child = spawn(process.execPath, [program, proxy.server, namespace, name], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const events: Candidate['events'] = [];
  createInterface({ input: child.stdout }).on('line', (line) =>
    events.push(JSON.parse(line) as Candidate['events'][number]),
  );
  return { name, process: child, events };
}

function isLeading({ events }: Candidate): boolean {
  return events.at(-1)?.event === 'Acquired';
}

/** The epochs of the writes that landed, in the order in which they came. */
function landedEpochs(writes: readonly WriteRecord[]): readonly number[] {
  const landed = writes.filter(({ plural, status }) => plural === 'configmaps' && status !== undefined && status < 300);
  return landed.map(({ name = '' }) => Number(name.split('-')[1]));
}

describe('leader election on a real server', function () {
  this.timeout(120_000);
  let plane: ControlPlane;
  let proxy: FaultProxy;
  let candidates: readonly Candidate[] = [];

  before(async () => {
    plane = await startControlPlane(); // its own, for it complains of clients that break off
    await plane.admin.call('POST', '/api/v1/namespaces', { body: { metadata: { name: namespace } } });
    proxy = await startFaultProxy({ upstream: await plane.credentials(administrator) });
    candidates = ['ada', 'bob'].map((name) => started(name, proxy));
  });

  after(async () => {
    for (const { process: child } of candidates) child.kill('SIGKILL');
    await proxy.close();
    await plane.stop();
  });

  it('lets no write of an old leader land that was stopped for two leases and goes on', async () => {
    const pausedEpochs: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      await until(() => candidates.some(isLeading), 'a leader');
      const leader = candidates.find(isLeading);
      const other = candidates.find((candidate) => candidate !== leader);
      assert.ok(leader && other);
      const { epoch } = leader.events.at(-1) ?? assert.fail();
      await until(() => landedEpochs(proxy.writes).includes(epoch), 'a write of the leader');
      leader.process.kill('SIGSTOP');
      pausedEpochs.push(epoch);
      await delay(pauseMilliseconds);
      assert.ok(
        landedEpochs(proxy.writes).some((landed) => landed > epoch),
        'the other leads and writes',
      );
      leader.process.kill('SIGCONT');
      await until(
        () => leader.events.some((event) => event.event === 'Lost' && event.epoch === epoch),
        'the end of the old term',
      );
    }
    const epochs = landedEpochs(proxy.writes);
    assert.deepEqual(
      epochs,
      epochs.toSorted((a, b) => a - b),
      'a write of an older term came after one of a newer',
    );
    assert.equal(new Set(pausedEpochs).size, rounds);
    assert.ok(epochs.length > 100);
  });
});
