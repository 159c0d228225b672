import assert from 'node:assert/strict';
import { createPublisher } from '../../../src/controllers/bundle/publisher.ts';
import { bundleSite } from '../../../src/controllers/bundle/site.ts';
import type { Meta } from '../../../src/controllers/declared.ts';
import { chunkOf, contentOf } from '../../../src/domain/bundle/chunks.ts';
import { type PartName, partNames } from '../../../src/domain/bundle/content.ts';
import type { SetContent } from '../../../src/domain/bundle/set.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import type { KubeObject } from '../../../src/kube/object.ts';
import { MemoryApi } from '../../kube/memory-api.ts';
import { settled } from '../../kube/virtual-clock.ts';
import { fakeWorld } from '../fake-world.ts';

function meta(namespace: string): Meta {
  const rest = { resourceVersion: '1', generation: 1, isDeleting: false, finalizers: [], annotations: {} };
  return { namespace, name: 'main', uid: `uid-${namespace}`, ...rest };
}

function contentWith(aclChunks: number): SetContent<PartName> {
  const texts = (part: PartName) => Array.from({ length: part === 'acl' ? aclChunks : 1 }, (_, i) => `${part} ${i}\n`);
  const chunks = partNames.map((part) => [part, texts(part).map(chunkOf)]);
  return contentOf(Object.fromEntries(chunks) as Record<PartName, never>);
}

/** A publisher whose objects are made when the test says so. */
function site() {
  const api = new MemoryApi();
  const held: { readonly namespace: string; readonly answer: () => void }[] = [];
  const create = async (...args: Parameters<KubeClient['create']>): Promise<KubeObject> => {
    const { namespace = '' } = args[1].metadata;
    await new Promise<void>((answer) => held.push({ namespace, answer }));
    return api.client.create(...args);
  };
  const client = { ...api.client, create } as unknown as KubeClient;
  const publisher = createPublisher({ client, configMaps: fakeWorld().world.configMaps });
  const underWay = (namespace: string) => held.filter((one) => one.namespace === namespace);
  return {
    publish: (namespace: string, aclChunks: number, givesWay = true) =>
      publisher.publish(bundleSite(meta(namespace)), contentWith(aclChunks), { givesWay }),
    underWay: (namespace: string) => underWay(namespace).length,
    answer: async (namespace: string): Promise<void> => {
      for (const one of underWay(namespace)) {
        held.splice(held.indexOf(one), 1);
        one.answer();
      }
      await settled();
    },
  };
}

describe('a publisher of several sets', () => {
  it('writes a large one object by object while a small one of another namespace is written', async () => {
    const { publish, underWay, answer } = site();
    const large = publish('plant', 20);
    await settled();
    const small = publish('tenant', 1);
    await settled();
    assert.deepEqual([underWay('plant'), underWay('tenant')], [4, 4]);
    await answer('plant');
    assert.equal(underWay('plant'), 1);
    for (const left of [4, 4, 1]) {
      assert.equal(underWay('tenant'), left, 'the index comes last');
      assert.equal(underWay('plant'), 1);
      await answer('tenant');
    }
    await small;
    await answer('plant');
    assert.equal(underWay('plant'), 4);
    while (underWay('plant') > 0) await answer('plant');
    assert.equal((await large).kind, 'Published');
  });

  it('keeps nothing back that takes something back', async () => {
    const { publish, underWay, answer } = site();
    void publish('plant', 20, false);
    void publish('tenant', 1);
    await settled();
    await answer('plant');
    assert.equal(underWay('plant'), 4);
  });
});
