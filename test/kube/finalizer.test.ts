import assert from 'node:assert/strict';
import type { KubeClient } from '../../src/kube/client.ts';
import { addition, finalized, finalizerState, removal } from '../../src/kube/finalizer.ts';
import type { KubeObject, ResourceType } from '../../src/kube/object.ts';
import { done, type Outcome } from '../../src/kube/outcome.ts';
import { refusal } from './memory-api.ts';

const ours = 'example.org/clean';
const things: ResourceType = { group: 'example.org', version: 'v1', plural: 'things', kind: 'Thing', namespaced: true };

function thing(finalizers?: readonly string[], deletionTimestamp?: string): KubeObject {
  const times = deletionTimestamp === undefined ? {} : { deletionTimestamp };
  const list = finalizers === undefined ? {} : { finalizers };
  return {
    apiVersion: 'example.org/v1',
    kind: 'Thing',
    metadata: { namespace: 'plant', name: 'one', uid: 'u-1', resourceVersion: '7', ...list, ...times },
  };
}

const deleted = '2026-01-01T00:00:00Z';
const state = {
  Add: thing(),
  Apply: thing([ours]),
  CleanUp: thing([ours], deleted),
  Gone: thing([], deleted),
} as const;

/** Runs it once; gives what was done in order, and with what. */
async function run(object: KubeObject, { cleanUp, patch }: { cleanUp?: Error; patch?: Error } = {}) {
  const order: string[] = [];
  const patchJson = ((_, namespace, name, operations) => {
    const finalizers = (operations.at(-1) as { readonly value?: unknown }).value;
    order.push(`patch ${namespace}/${name} ${JSON.stringify(finalizers)}`);
    return patch ? Promise.reject(patch) : Promise.resolve(object);
  }) as KubeClient['patchJson'];
  const later: Outcome = { kind: 'RequeueAt', at: new Date(0) };
  const outcome = finalized({
    client: { patchJson },
    type: things,
    object,
    finalizer: ours,
    apply: () => (order.push('apply'), Promise.resolve(later)),
    cleanUp: () => (order.push('clean up'), cleanUp ? Promise.reject(cleanUp) : Promise.resolve()),
  });
  return { order, outcome: await outcome.catch((error: unknown) => error), later };
}

describe('finalizer', () => {
  for (const [name, object] of Object.entries(state)) {
    it(`knows the state ${name}`, () => assert.equal(finalizerState(object, ours), name));
  }

  it('sees through the finalizers of others', () => {
    assert.equal(finalizerState(thing(['other/one']), ours), 'Add');
    assert.equal(finalizerState(thing(['other/one', ours]), ours), 'Apply');
    assert.equal(finalizerState(thing(['other/one'], deleted), ours), 'Gone');
  });

  it('adds itself before anything is made, and ends the run', async () => {
    const { order, outcome } = await run(state.Add);
    assert.deepEqual(order, [`patch plant/one ["${ours}"]`]);
    assert.deepEqual(outcome, done);
  });

  it('applies when it is there, with the outcome of that', async () => {
    const { order, outcome, later } = await run(state.Apply);
    assert.deepEqual(order, ['apply']);
    assert.equal(outcome, later);
  });

  it('cleans up, and only then lets the object go', async () => {
    assert.deepEqual((await run(state.CleanUp)).order, ['clean up', 'patch plant/one []']);
  });

  it('stays when cleaning up failed', async () => {
    const error = new Error('revoke: no');
    const { order, outcome } = await run(state.CleanUp, { cleanUp: error });
    assert.deepEqual(order, ['clean up']);
    assert.equal(outcome, error);
  });

  it('does nothing to what others keep', async () => {
    assert.deepEqual((await run(state.Gone)).order, []);
  });

  it('takes an object that is gone as done, and any other refusal as a failure', async () => {
    assert.deepEqual((await run(state.CleanUp, { patch: refusal(404, 'NotFound') })).outcome, done);
    const refused = refusal(409, 'Conflict');
    assert.equal((await run(state.Add, { patch: refused })).outcome, refused);
    assert.equal((await run(state.CleanUp, { patch: refused })).outcome, refused);
  });

  const seen = { op: 'replace', path: '/metadata/resourceVersion', value: '7' };
  const list = (...value: readonly string[]) => ({ op: 'add', path: '/metadata/finalizers', value });

  it('is added to the version that was seen', () => {
    assert.deepEqual(addition(thing(), ours), [seen, list(ours)]);
    assert.deepEqual(addition(thing(['other/one']), ours), [seen, list('other/one', ours)]);
  });

  it('is taken from the version that was seen', () => {
    assert.deepEqual(removal(thing(['other/one', ours], deleted), ours), [seen, list('other/one')]);
    assert.deepEqual(removal(thing([ours], deleted), ours), [seen, list()]);
  });
});
