/** What the API machinery takes for granted of an API server, asked of a real one. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { KubeClient } from '../../src/kube/client.ts';
import { isConflict, isNotFound } from '../../src/kube/errors.ts';
import { type EventLoss, EventRecorder } from '../../src/kube/events.ts';
import { addition, finalized, removal } from '../../src/kube/finalizer.ts';
import { acquiredTerm } from '../../src/kube/lease.ts';
import type { KubeObject, ResourceType } from '../../src/kube/object.ts';
import { done } from '../../src/kube/outcome.ts';
import type { Api } from './api.ts';
import { realClock, realRandom, testClient } from './client.ts';
import { administrator } from './control-plane.ts';
import { troubledControlPlane } from './troubled.ts';

const configMaps: ResourceType = {
  group: '',
  version: 'v1',
  plural: 'configmaps',
  kind: 'ConfigMap',
  namespaced: true,
};
const namespace = 'machinery';
const ours = 'example.org/ours';

describe('API machinery on a real server', function () {
  this.timeout(60_000);
  let client: KubeClient;
  let admin: Api;

  before(async () => {
    const plane = await troubledControlPlane();
    admin = plane.admin;
    await admin.call('POST', '/api/v1/namespaces', { body: { metadata: { name: namespace } } });
    ({ client } = testClient(await plane.credentials(administrator), { userAgent: 'machinery' }));
  });

  function made(name: string, finalizers?: readonly string[]): Promise<KubeObject> {
    const metadata = { namespace, name, ...(finalizers && { finalizers }) };
    return client.create(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata });
  }

  function present(name: string): Promise<KubeObject> {
    return client.get(configMaps, namespace, name);
  }

  describe('finalizers', () => {
    const step = (object: KubeObject, order: string[] = []) =>
      finalized({
        ...{ client, type: configMaps, object, finalizer: ours },
        apply: () => (order.push('apply'), Promise.resolve(done)),
        cleanUp: () => (order.push('clean up'), Promise.resolve()),
      });

    it('go through their four states', async () => {
      const order: string[] = [];
      await step(await made('life', ['other.example.org/theirs']), order);
      assert.deepEqual((await present('life')).metadata.finalizers, ['other.example.org/theirs', ours]);
      await step(await present('life'), order);
      await client.delete(configMaps, namespace, 'life');
      await step(await present('life'), order);
      assert.deepEqual((await present('life')).metadata.finalizers, ['other.example.org/theirs']);
      await step(await present('life'), order);
      assert.deepEqual(order, ['apply', 'clean up']);
      await client.patchJson(configMaps, namespace, 'life', removal(await present('life'), 'other.example.org/theirs'));
      await assert.rejects(present('life'), isNotFound);
      await step({ ...(await made('life', [ours])) }, order);
    });

    it('are added where there is no list, and only there', async () => {
      const old = await made('first');
      await client.patchJson(configMaps, namespace, 'first', addition(old, 'other.example.org/theirs'));
      await assert.rejects(client.patchJson(configMaps, namespace, 'first', addition(old, ours)), isConflict);
      assert.deepEqual((await present('first')).metadata.finalizers, ['other.example.org/theirs']);
    });

    it('are never taken from where others have moved in', async () => {
      const old = await made('shifted', [ours]);
      const moved = [{ op: 'add', path: '/metadata/finalizers/0', value: 'other.example.org/theirs' }] as const;
      await client.patchJson(configMaps, namespace, 'shifted', moved);
      await assert.rejects(client.patchJson(configMaps, namespace, 'shifted', removal(old, ours)), isConflict);
      assert.deepEqual((await present('shifted')).metadata.finalizers, ['other.example.org/theirs', ours]);
    });

    it('are not added to another object of the same name', async () => {
      const old = await made('again');
      await client.delete(configMaps, namespace, 'again');
      await made('again');
      await assert.rejects(client.patchJson(configMaps, namespace, 'again', addition(old, ours)), isConflict);
      assert.equal((await present('again')).metadata.finalizers, undefined);
    });
  });

  describe('events', () => {
    it('are taken by the server, first alone and then as a series', async () => {
      const losses: EventLoss[] = [];
      let now = Date.now();
      const recorder = new EventRecorder({
        ...{ client, reportingController: 'example.org/operator', reportingInstance: 'operator-0' },
        clock: { ...realClock, now: () => new Date(now) },
        newSuffix: () => randomUUID().replaceAll('-', '').slice(0, 16),
        onLoss: (loss, error) => losses.push(`${loss} ${String(error)}` as EventLoss),
      });
      const regarding = await made('told');
      const draft = { type: 'Warning', reason: 'Refused', action: 'Load', note: 'ä'.repeat(2000), regarding } as const;
      recorder.record(draft);
      await recorder.flush();
      recorder.record(draft);
      recorder.record(draft);
      now += 60_000;
      await recorder.flush();
      assert.deepEqual(losses, []);
      const path = `/apis/events.k8s.io/v1/namespaces/${namespace}/events`;
      const { items } = await admin.call<{ items: (KubeObject & { series?: { count: number }; note: string })[] }>(
        'GET',
        path,
      );
      assert.deepEqual(
        items.map(({ series }) => series?.count),
        [3],
      );
      assert.match(items[0]?.metadata.name ?? '', /^told\.[0-9a-f]{16}$/);
    });
  });

  describe('a lease', () => {
    const identity = 'one';
    const election = () => ({
      ...{ client, namespace, name: 'leader', identity, clock: realClock, random: realRandom },
      ...{
        monotonic: () => performance.now(),
        durations: { leaseSeconds: 3, renewDeadlineSeconds: 2, retrySeconds: 0.1 },
      },
    });
    const spec = async () => {
      const lease = await admin.call<{ spec: Record<string, unknown> }>(
        'GET',
        `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/leader`,
      );
      return lease.spec;
    };

    it('is made, renewed, freed and taken again', async () => {
      const first = await acquiredTerm(election(), new AbortController().signal);
      const begun = await spec();
      assert.deepEqual(
        [begun['holderIdentity'], begun['leaseTransitions'], begun['leaseDurationSeconds']],
        [identity, 1, 3],
      );
      while ((await spec())['renewTime'] === begun['renewTime']) first.fence();
      await first.release();
      assert.equal((await spec())['holderIdentity'], '');
      const second = await acquiredTerm({ ...election(), identity: 'two' }, new AbortController().signal);
      assert.equal(second.epoch, 2);
      await second.release();
    });

    it('that was deleted ends the term, for a stale version makes no new one', async () => {
      const term = await acquiredTerm(election(), new AbortController().signal);
      await admin.call('DELETE', `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/leader`);
      if (!term.lost.aborted) await new Promise((resolve) => term.lost.addEventListener('abort', resolve));
      assert.match(String(term.lost.reason), /it was deleted/);
      await assert.rejects(spec(), /404/);
    });

    it('is given to one of many who take it at once', async () => {
      const abort = new AbortController();
      const candidates = Array.from({ length: 8 }, (_, index) =>
        acquiredTerm({ ...election(), identity: `racer-${index}` }, abort.signal),
      );
      const winner = await Promise.race(candidates);
      assert.equal(winner.epoch, 1);
      await new Promise((resolve) => setTimeout(resolve, 500));
      abort.abort(new Error('enough'));
      const ends = await Promise.allSettled(candidates);
      assert.equal(ends.filter(({ status }) => status === 'fulfilled').length, 1);
      await winner.release();
    });
  });

  describe('an apply', () => {
    const stated = (name: string) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { namespace, name },
      data: { a: 'b' },
    });
    const forced = { fieldManager: 'test', force: true };

    it('of a version is refused when the object has another', async () => {
      const { resourceVersion = '' } = (await made('versioned')).metadata;
      await client.apply(configMaps, stated('versioned'), { ...forced, resourceVersion });
      await assert.rejects(client.apply(configMaps, stated('versioned'), { ...forced, resourceVersion }), isConflict);
    });

    it('of a version makes an object anew that was deleted, unless its UID is named too', async () => {
      const { uid = '', resourceVersion = '' } = (await made('gone')).metadata;
      await client.delete(configMaps, namespace, 'gone');
      await assert.rejects(client.apply(configMaps, stated('gone'), { ...forced, uid, resourceVersion }), isConflict);
      await client.apply(configMaps, stated('gone'), { ...forced, resourceVersion });
    });
  });
});
