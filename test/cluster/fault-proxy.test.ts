/** The fault proxy before a real server: what it logs is what happened, and its old views are views that there were. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { KubeClient } from '../../src/kube/client.ts';
import { isConflict } from '../../src/kube/errors.ts';
import type { KubeObject, ResourceType } from '../../src/kube/object.ts';
import { testClient } from './client.ts';
import { until } from './component.ts';
import { administrator, type ControlPlane } from './control-plane.ts';
import type { Phase } from './fault-proxy/fault.ts';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';
import { troubledControlPlane } from './troubled.ts';

const namespace = 'proxied';
const configMaps: ResourceType<ConfigMap> = {
  group: '',
  version: 'v1',
  plural: 'configmaps',
  kind: 'ConfigMap',
  namespaced: true,
};
const forced = { fieldManager: 'test', force: true };

interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

function stated(name: string, value: string): ConfigMap {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name }, data: { value } };
}

describe('fault proxy before a real server', function () {
  this.timeout(60_000);
  let plane: ControlPlane;
  let proxy: FaultProxy;
  let client: KubeClient;

  before(async () => {
    plane = await troubledControlPlane();
    await plane.admin.call('POST', '/api/v1/namespaces', { body: { metadata: { name: namespace } } });
  });

  beforeEach(async () => {
    const credentials = await plane.credentials(administrator);
    proxy = await startFaultProxy({ upstream: credentials, observer: credentials });
    ({ client } = testClient({ server: proxy.server }, { userAgent: 'tester' }));
  });

  afterEach(() => proxy.close());

  const present = (name: string) =>
    plane.admin.answer<ConfigMap>('GET', `/api/v1/namespaces/${namespace}/configmaps/${name}`);

  it('logs which writes changed something', async () => {
    await client.apply(configMaps, stated('logged', 'a'), forced);
    await client.apply(configMaps, stated('logged', 'a'), forced);
    await client.apply(configMaps, stated('logged', 'b'), forced);
    await client.delete(configMaps, namespace, 'logged');
    await assert.rejects(client.delete(configMaps, namespace, 'logged'));
    const changed = proxy.writes.map(
      ({ verb, status, preRV, postRV }) =>
        `${verb} ${status} ${preRV === undefined ? 'absent' : 'there'} ${preRV === postRV ? 'same' : 'other'}`,
    );
    assert.deepEqual(changed, [
      'apply 201 absent other',
      'apply 200 there same',
      'apply 200 there other',
      'delete 200 there other',
      'delete 404 absent same',
    ]);
    assert.equal(proxy.writes[0]?.bodyHash, proxy.writes[1]?.bodyHash);
    assert.equal(proxy.writes[0]?.postRV, proxy.writes[1]?.preRV);
  });

  it('serves an old view while writes go to the server, which refuses what is decided on it', async () => {
    await proxy.history.record('/api/v1/configmaps');
    const { metadata } = await client.apply<ConfigMap>(configMaps, stated('viewed', 'old'), forced);
    await client.delete(configMaps, namespace, 'viewed');
    await client.apply(configMaps, stated('viewed', 'new'), forced);
    await until(
      () =>
        proxy.history.before(
          '/api/v1/configmaps',
          (type, object) => type === 'DELETED' && object.metadata.name === 'viewed',
        ) !== undefined,
      'the deletion',
    );
    const at = proxy.history.before(
      '/api/v1/configmaps',
      (type, object) => type === 'DELETED' && object.metadata.name === 'viewed',
    );
    proxy.showView(at ?? 0n);
    const old = await client.get(configMaps, namespace, 'viewed');
    assert.equal(old.data?.['value'], 'old');
    assert.equal(old.metadata.uid, metadata.uid);
    const seen = { uid: old.metadata.uid ?? '', resourceVersion: old.metadata.resourceVersion ?? '' };
    await assert.rejects(client.delete(configMaps, namespace, 'viewed', { uid: seen.uid }), isConflict);
    await assert.rejects(client.apply(configMaps, stated('viewed', 'stale'), { ...forced, ...seen }), isConflict);
    proxy.endView();
    assert.equal((await client.get(configMaps, namespace, 'viewed')).data?.['value'], 'new');
  });

  for (const phase of ['Before', 'During', 'After'] as const satisfies readonly Phase[]) {
    it(`kills a client ${phase.toLowerCase()} its third write, at exactly that place`, async () => {
      const prefix = `killed-${phase.toLowerCase()}`;
      const call = async () => {
        child.kill('SIGKILL');
        await once(child, 'exit');
      };
      proxy.inject({
        matches: ({ verb, name }) => verb === 'apply' && name === `${prefix}-3`,
        fault: { kind: 'Call', phase, call },
      });
      const child: ChildProcess = spawn(
        process.execPath,
        [path.join(import.meta.dirname, 'serial-writer.ts'), proxy.server, namespace, prefix],
        { stdio: 'inherit' },
      );
      const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
      assert.deepEqual([code, signal], [null, 'SIGKILL']);
      const there = await Promise.all([1, 2, 3].map(async (index) => (await present(`${prefix}-${index}`)).ok));
      assert.deepEqual(there, [true, true, phase !== 'Before']);
    });
  }
});
