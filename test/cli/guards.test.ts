import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { loadAll } from 'js-yaml';
import { guardLines, guardsOf } from '../../src/cluster/guards.ts';
import type { KubeClient, ListPage } from '../../src/kube/client.ts';
import type { KubeObject, ResourceType } from '../../src/kube/object.ts';
import { refusal } from '../kube/memory-api.ts';

const folder = path.resolve(import.meta.dirname, '../../deploy/policies');
const shipped = readdirSync(folder).flatMap(
  (file) => loadAll(readFileSync(path.join(folder, file), 'utf8')) as readonly KubeObject[],
);

/** A server that has these objects. */
function serverWith(objects: readonly KubeObject[]): KubeClient {
  return {
    list: async function* (type: ResourceType) {
      await Promise.resolve();
      yield {
        items: objects.filter(({ kind }) => kind === type.kind),
        resourceVersion: '1',
      } as unknown as ListPage<KubeObject>;
    },
  } as unknown as KubeClient;
}

const issuers = 'mqtt-security-issuers';
const isBinding = ({ kind, metadata }: KubeObject) => kind.endsWith('Binding') && metadata.name === issuers;
const bindingOf = (spec: object) => shipped.map((one) => (isBinding(one) ? ({ ...one, spec } as KubeObject) : one));

describe('admission policies, as status tells of them', () => {
  it('are all in force where deploy/policies is applied, and only those are known', async () => {
    const guards = await guardsOf(serverWith(shipped));
    assert.deepEqual(guards, { isKnown: true, open: [] });
    const none = await guardsOf(serverWith([]));
    assert.ok(none.isKnown);
    const names = shipped
      .filter(({ kind }) => kind === 'ValidatingAdmissionPolicy')
      .map(({ metadata }) => metadata.name);
    assert.deepEqual(none.open.map(({ policy }) => policy).sort(), names.sort());
    assert.deepEqual(new Set(none.open.map(({ state }) => state)), new Set(['Missing']));
    const [line, ...others] = guardLines(none);
    assert.deepEqual(others, []);
    assert.match(line ?? '', /^no admission policy is installed: whoever may make CertificateRequests/);
  });

  const rows = [
    ['is not installed', shipped.filter(({ metadata }) => metadata.name !== issuers)],
    ['is bound to nothing', shipped.filter((one) => !isBinding(one))],
    ['is bound to nothing', bindingOf({ policyName: issuers, validationActions: ['Warn'] })],
    [
      'is bound in a part of the cluster only',
      bindingOf({
        ...{ policyName: issuers, validationActions: ['Deny'] },
        matchResources: { namespaceSelector: { matchLabels: { team: 'a' } } },
      }),
    ],
  ] as const;
  for (const [text, objects] of rows) {
    it(`are told of when one ${text}`, async () => {
      const [line, ...others] = guardLines(await guardsOf(serverWith(objects)));
      assert.deepEqual(others, []);
      assert.ok(line?.startsWith(`admission policy ${issuers} ${text}: whoever may make CertificateRequests`), line);
    });
  }

  it('are not said to be missing to who may not read them', async () => {
    const refusing = { next: () => Promise.reject(refusal(403, 'Forbidden')) };
    const client = { list: () => ({ [Symbol.asyncIterator]: () => refusing }) } as unknown as KubeClient;
    const guards = await guardsOf(client);
    assert.deepEqual(guards, { isKnown: false, problem: 'you may not read it' });
    assert.deepEqual(guardLines(guards), []);
  });
});
