import assert from 'node:assert/strict';
import type { KubeObject, ResourceType } from '../../src/kube/object.ts';
import {
  collected,
  configMap,
  configMaps,
  json,
  list,
  type ScriptedServer,
  scriptedServer,
} from './scripted-server.ts';
import { VirtualClock } from './virtual-clock.ts';

const devices: ResourceType = {
  group: 'mqttsecurity.io',
  version: 'v1alpha1',
  plural: 'mqttdevices',
  kind: 'MqttDevice',
  namespaced: true,
};
const nodes: ResourceType = { group: '', version: 'v1', plural: 'nodes', kind: 'Node', namespaced: false };
const answer = json(200, configMap('main', '7'));

describe('calls on the wire', () => {
  let server: ScriptedServer;
  beforeEach(async () => (server = await scriptedServer({ clock: new VirtualClock() })));
  afterEach(() => server.close());

  const lastAsked = () => {
    const { method, path, query, headers, body } = server.asked.at(-1)!;
    const sent: unknown = body === '' ? undefined : JSON.parse(body);
    return { method, path, query, type: headers['content-type'], sent };
  };
  const fieldValidation = 'Strict';

  it('apply states the object, with the preconditions of the call and no others', async () => {
    server.answers(answer);
    const metadata = {
      name: 'pump',
      namespace: 'plant',
      resourceVersion: 'stale',
      uid: 'old',
      labels: { a: 'b' },
      managedFields: [],
    };
    const device = { apiVersion: '', kind: '', metadata, spec: { broker: 'main' } };
    await server.client.apply(devices, device, { fieldManager: 'operator', force: true, resourceVersion: '5' });
    assert.deepEqual(lastAsked(), {
      method: 'PATCH',
      path: '/apis/mqttsecurity.io/v1alpha1/namespaces/plant/mqttdevices/pump',
      query: { fieldManager: 'operator', force: 'true', fieldValidation },
      type: 'application/apply-patch+yaml',
      sent: {
        apiVersion: 'mqttsecurity.io/v1alpha1',
        kind: 'MqttDevice',
        metadata: { name: 'pump', namespace: 'plant', labels: { a: 'b' }, resourceVersion: '5' },
        spec: { broker: 'main' },
      },
    });
  });

  it('applies a status to its subresource', async () => {
    server.answers(answer);
    const device = { apiVersion: '', kind: '', metadata: { name: 'pump', namespace: 'plant' }, status: {} };
    await server.client.applyStatus(devices, device, { fieldManager: 'operator', force: false, uid: 'u1' });
    const { path, query, sent } = lastAsked();
    assert.equal(path, '/apis/mqttsecurity.io/v1alpha1/namespaces/plant/mqttdevices/pump/status');
    assert.equal(query['force'], 'false');
    assert.equal((sent as KubeObject).metadata.uid, 'u1');
  });

  it('deletes one object, not its name', async () => {
    server.answers(json(200, { kind: 'Status', apiVersion: 'v1', status: 'Success' }));
    await server.client.delete(nodes, undefined, 'worker', {
      uid: 'u1',
      resourceVersion: '8',
      propagation: 'Foreground',
    });
    assert.deepEqual(lastAsked(), {
      method: 'DELETE',
      path: '/api/v1/nodes/worker',
      query: {},
      type: 'application/json',
      sent: {
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        preconditions: { uid: 'u1', resourceVersion: '8' },
        propagationPolicy: 'Foreground',
      },
    });
  });

  it('patches by operations', async () => {
    server.answers(answer);
    const operations = [
      { op: 'test', path: '/metadata/uid', value: 'u1' },
      { op: 'remove', path: '/metadata/finalizers/0' },
    ] as const;
    await server.client.patchJson(configMaps, 'plant', 'main', operations);
    const { query, type, sent } = lastAsked();
    assert.deepEqual(
      { query, type, sent },
      { query: { fieldValidation }, type: 'application/json-patch+json', sent: operations },
    );
  });

  it('creates in the collection', async () => {
    server.answers(json(201, configMap('main', '7')));
    await server.client.create(configMaps, configMap('main', '1'), { fieldManager: 'operator' });
    const { method, path, query } = lastAsked();
    assert.deepEqual(
      { method, path, query },
      {
        method: 'POST',
        path: '/api/v1/namespaces/plant/configmaps',
        query: { fieldManager: 'operator', fieldValidation },
      },
    );
  });

  it('refuses names that mean another path', async () => {
    for (const name of ['', '.', '..']) {
      await assert.rejects(async () => server.client.get(configMaps, 'plant', name), /is not a name/);
      await assert.rejects(async () => server.client.delete(configMaps, name, 'main'), /is not a name/);
    }
    await assert.rejects(async () => server.client.delete(configMaps, undefined, 'main'), /it has no namespace/);
    server.answers(answer);
    await server.client.get(configMaps, 'plant', '../secrets/key?a#b');
    assert.equal(lastAsked().path, '/api/v1/namespaces/plant/configmaps/..%2Fsecrets%2Fkey%3Fa%23b');
  });

  it('lists page by page, from one version to its end', async () => {
    server.answers(list('50', [configMap('a', '1')], 'more'), list('50', [configMap('b', '2')]));
    const pages = await collected(
      server.client.list(configMaps, { namespace: 'plant', labelSelector: 'a in (b, c)', resourceVersion: '40' }),
    );
    assert.deepEqual(
      pages.map(({ items, resourceVersion }) => [items.map(({ metadata }) => metadata.name), resourceVersion]),
      [
        [['a'], '50'],
        [['b'], '50'],
      ],
    );
    const [first, second] = server.asked.map(({ query }) => query);
    assert.deepEqual(first, {
      labelSelector: 'a in (b, c)',
      limit: '500',
      resourceVersion: '40',
      resourceVersionMatch: 'NotOlderThan',
    });
    assert.deepEqual(second, { labelSelector: 'a in (b, c)', limit: '500', continue: 'more' });
  });

  it('names the kind of items, which servers leave out', async () => {
    server.answers(
      json(200, { metadata: { resourceVersion: '5' }, items: [{ metadata: { name: 'a' } }] }),
      json(200, { metadata: { resourceVersion: '5' }, items: null }),
    );
    const [page] = await collected(server.client.list(configMaps));
    assert.deepEqual(page?.items, [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } }]);
    const [empty] = await collected(server.client.list(configMaps));
    assert.deepEqual(empty?.items, []);
  });

  it('asks for bookmarks and for an end of a watch', async () => {
    server.answers((response) => response.writeHead(200).end());
    const options = {
      namespace: 'plant',
      fieldSelector: 'metadata.name=main',
      resourceVersion: '7',
      timeoutSeconds: 300,
    };
    assert.deepEqual(await collected(server.client.watch(configMaps, options)), []);
    assert.deepEqual(server.asked[0]?.query, {
      watch: 'true',
      allowWatchBookmarks: 'true',
      resourceVersion: '7',
      timeoutSeconds: '300',
      fieldSelector: 'metadata.name=main',
    });
  });
});
