import assert from 'node:assert/strict';
import type { CallOptions, KubeClient } from '../../src/kube/client.ts';
import { lanesOf } from '../../src/kube/lanes.ts';
import type { KubeObject } from '../../src/kube/object.ts';
import { configMap, configMaps } from './scripted-server.ts';
import { settled } from './virtual-clock.ts';

/** A server that answers when the test says so. */
class SlowServer {
  readonly sent: string[] = [];
  readonly #answers = new Map<string, PromiseWithResolvers<KubeObject>>();

  readonly client = {
    get: (_: unknown, namespace: string, name: string) => this.#send('get', `${namespace}/${name}`),
    apply: (_: unknown, { metadata }: KubeObject) => this.#send('apply', `${metadata.namespace}/${metadata.name}`),
    applyStatus: (_: unknown, { metadata }: KubeObject) =>
      this.#send('status', `${metadata.namespace}/${metadata.name}`),
    patchJson: (_: unknown, namespace: string, name: string) => this.#send('patch', `${namespace}/${name}`),
    create: (_: unknown, { metadata }: KubeObject) => this.#send('create', `${metadata.namespace}/${metadata.name}`),
    delete: (_: unknown, namespace: string, name: string) => this.#send('delete', `${namespace}/${name}`),
  } as unknown as KubeClient;

  async answer(call: string, error?: Error): Promise<void> {
    const answer = this.#answers.get(call);
    assert.ok(answer, `${call} was not sent`);
    if (error) answer.reject(error);
    else answer.resolve(configMap('one', '1'));
    await settled();
  }

  #send(verb: string, key: string): Promise<KubeObject> {
    const call = `${verb} ${key}`;
    this.sent.push(call);
    const answer = Promise.withResolvers<KubeObject>();
    this.#answers.set(call, answer);
    return answer.promise;
  }
}

const forced = { fieldManager: 'test', force: true };

function site() {
  const server = new SlowServer();
  const { first, later } = lanesOf(server.client, { few: 1, many: 3 });
  const status = (key: string, options: CallOptions = {}) => {
    const [namespace = '', name = ''] = key.split('/');
    const object = { ...configMap(name, '1'), metadata: { namespace, name } };
    return later.applyStatus(configMaps, object, { ...forced, ...options });
  };
  const sent = () => server.sent.splice(0);
  return { server, first, later, status, sent };
}

describe('the lanes of writes', () => {
  it('send so many of the later one at a time, in their order, namespaces in turn', async () => {
    const { server, status, sent } = site();
    for (const name of ['a', 'b', 'c', 'd', 'e']) void status(`plant/${name}`);
    void status('other/x');
    await settled();
    assert.deepEqual(sent(), ['status plant/a', 'status plant/b', 'status plant/c']);
    await server.answer('status plant/b');
    await server.answer('status plant/a');
    await server.answer('status plant/c');
    assert.deepEqual(sent(), ['status plant/d', 'status other/x', 'status plant/e']);
  });

  it('let few of the later one go while the first writes, which waits for nothing', async () => {
    const { server, first, status, sent } = site();
    void first.patchJson(configMaps, 'plant', 'chunk', []);
    void status('plant/a');
    void status('plant/b');
    await settled();
    void first.patchJson(configMaps, 'plant', 'index', []);
    await settled();
    assert.deepEqual(sent(), ['patch plant/chunk', 'status plant/a', 'patch plant/index']);
    await server.answer('status plant/a');
    assert.deepEqual(sent(), ['status plant/b']);
    void status('plant/c');
    void status('plant/d');
    await server.answer('patch plant/chunk');
    assert.deepEqual(sent(), [], 'the index is still under way');
    await server.answer('patch plant/index');
    assert.deepEqual(sent(), ['status plant/c', 'status plant/d']);
  });

  it('go on after a write that failed, which fails for its caller alone', async () => {
    const { server, first, status, sent } = site();
    const chunk = assert.rejects(first.patchJson(configMaps, 'plant', 'chunk', []), /chunk/);
    const one = assert.rejects(status('plant/a'), /a is refused/);
    void status('plant/b');
    await settled();
    await server.answer('status plant/a', new Error('a is refused'));
    await one;
    assert.deepEqual(sent(), ['patch plant/chunk', 'status plant/a', 'status plant/b']);
    void status('plant/c');
    await server.answer('patch plant/chunk', new Error('chunk is refused'));
    await chunk;
    assert.deepEqual(sent(), ['status plant/c']);
  });

  it('drop what is given up before its turn', async () => {
    const { server, status, sent } = site();
    for (const name of ['a', 'b', 'c']) void status(`plant/${name}`);
    const end = new AbortController();
    const given = status('plant/d', { signal: end.signal });
    void status('plant/e');
    end.abort(new Error('the term is over'));
    await assert.rejects(given, /the term is over/);
    await assert.rejects(status('plant/f', { signal: end.signal }), /the term is over/);
    sent();
    await server.answer('status plant/a');
    assert.deepEqual(sent(), ['status plant/e']);
  });

  it('hold up every kind of write, and no read', async () => {
    const { later, status, sent } = site();
    for (const name of ['a', 'b', 'c']) void status(`plant/${name}`);
    await settled();
    sent();
    void later.apply(configMaps, configMap('one', '1'), forced);
    void later.create(configMaps, configMap('one', '1'));
    void later.patchJson(configMaps, 'plant', 'one', []);
    void later.delete(configMaps, 'plant', 'one');
    void later.get(configMaps, 'plant', 'one');
    await settled();
    assert.deepEqual(sent(), ['get plant/one']);
  });
});
