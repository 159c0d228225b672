import assert from 'node:assert/strict';
import { instanceLook } from '../../../src/controllers/workload/liveness.ts';
import type { Broker } from '../../../src/domain/fleet.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { microTime } from '../../../src/kube/time.ts';
import { refusal } from '../../kube/memory-api.ts';
import { VirtualClock } from '../../kube/virtual-clock.ts';

interface Lease {
  readonly metadata: { readonly name: string; readonly resourceVersion: string };
  readonly spec: { readonly leaseDurationSeconds?: number; readonly renewTime: string };
}

/** Leases that tests renew, and one who looks at them. */
function site(instances: readonly string[] = ['a']) {
  const clock = new VirtualClock();
  const leases = new Map<string, Lease>();
  const reads: string[] = [];
  let version = 0;
  const get = (_: unknown, namespace: string, name: string) => {
    reads.push(`${namespace}/${name}`);
    const lease = leases.get(name);
    return lease ? Promise.resolve(lease) : Promise.reject(refusal(404, 'NotFound'));
  };
  const look = instanceLook({ client: { get } as unknown as Pick<KubeClient, 'get'>, clock });
  const origin = { kind: 'MqttBroker', namespace: 'plant', name: 'plant' };
  const broker = { origin, workload: { kind: 'External', instances } } as unknown as Broker;
  return {
    ...{ clock, reads },
    /** As a machine does whose clock is ahead by so many seconds. */
    renew: (name: string, aheadSeconds = 0, leaseDurationSeconds = 40) => {
      version += 1;
      const renewTime = microTime(new Date(clock.now().getTime() + aheadSeconds * 1000));
      leases.set(name, {
        metadata: { name, resourceVersion: String(version) },
        spec: { leaseDurationSeconds, renewTime },
      });
    },
    /** Names that live, and after how many seconds to look again. */
    look: async (of: Partial<Broker> = {}) => {
      const { live, lookAt } = await look({ ...broker, ...of }, new AbortController().signal);
      return [live.join(' '), lookAt && (lookAt.getTime() - clock.now().getTime()) / 1000];
    },
  };
}

describe('instances outside of the cluster', () => {
  it('live while their Lease is renewed', async () => {
    const { clock, look, renew } = site(['b', 'a']);
    assert.deepEqual(await look(), ['', 15]);
    await clock.advance(15_000);
    renew('a');
    assert.deepEqual(await look(), ['a', 15]);
    await clock.advance(10_000);
    renew('b');
    assert.deepEqual(await look(), ['b a', 30]);
    await clock.advance(30_000);
    assert.deepEqual(await look(), ['b', 10]);
  });

  it('are not asked for again before something can have changed', async () => {
    const { clock, look, renew, reads } = site();
    renew('a');
    await look();
    await clock.advance(39_000);
    await look();
    assert.deepEqual(reads, ['plant/a']);
    await clock.advance(1_000);
    assert.deepEqual(await look(), ['', 15]);
    await look();
    assert.equal(reads.length, 2);
    await clock.advance(2_000);
    renew('a');
    assert.deepEqual(await look(), ['a', 40]);
  });

  for (const [what, ahead] of [
    ['behind', -7200],
    ['ahead', 7200],
  ] as const) {
    it(`live from the second look on when their clock is ${what}`, async () => {
      const { clock, look, renew } = site();
      renew('a', ahead);
      assert.deepEqual(await look(), ['', 15]);
      await clock.advance(15_000);
      renew('a', ahead);
      assert.deepEqual(await look(), ['a', 40]);
      await clock.advance(40_000);
      assert.deepEqual(await look(), ['', 15]);
    });
  }

  it('are believed for five minutes at most', async () => {
    const { look, renew } = site();
    renew('a', 0, 86_400);
    assert.deepEqual(await look(), ['a', 300]);
  });

  it('are of external brokers only', async () => {
    const { look, reads } = site();
    assert.deepEqual(await look({ workload: { kind: 'None' } }), ['', undefined]);
    assert.deepEqual(reads, []);
  });
});
