import assert from 'node:assert/strict';
import { joinedReflector } from '../../src/kube/joined.ts';
import type { Reflector } from '../../src/kube/reflector.ts';
import { createStore, type Handler } from '../../src/kube/store.ts';

interface Part {
  readonly reflector: Reflector<string>;
  readonly put: (name: string, value: string) => void;
  readonly sync: () => void;
  readonly serve: (isServed: boolean) => void;
  readonly calls: string[];
}

/** A reflector of one namespace whose server is the test; values are found by their first letter. */
function part(namespace: string): Part {
  const { store, contents } = createStore<string>({ letter: (value) => [value.slice(0, 1)] });
  const handlers: Handler<string>[] = [];
  const served: (() => void)[] = [];
  const ready = Promise.withResolvers<undefined>();
  const calls: string[] = [];
  let hasSynced = false;
  let isServed = true;
  return {
    calls,
    put(name, value) {
      const old = store.get(`${namespace}/${name}`);
      contents.set(`${namespace}/${name}`, { value, uid: name, resourceVersion: '1' });
      for (const handler of handlers) handler(old, value, { lowPriority: false });
    },
    sync() {
      hasSynced = true;
      ready.resolve(undefined);
    },
    serve(now) {
      isServed = now;
      for (const handler of served) handler();
    },
    reflector: {
      ...{ store, ready: ready.promise, isServed: () => isServed },
      get hasSynced() {
        return hasSynced;
      },
      onChange: (handler) => void handlers.push(handler),
      onServed: (handler) => void served.push(handler),
      start: () => void calls.push('start'),
      stop: () => void calls.push('stop'),
    },
  };
}

describe('a reflector over several namespaces', () => {
  let plant: Part;
  let yard: Part;
  let joined: Reflector<string>;

  beforeEach(() => {
    [plant, yard] = [part('plant'), part('yard')];
    joined = joinedReflector(new Map([['plant', plant.reflector] as const, ['yard', yard.reflector] as const]));
  });

  it('finds what is in any of them, by key and by index, and nothing elsewhere', () => {
    plant.put('a', 'apple');
    yard.put('a', 'anise');
    yard.put('b', 'bean');
    const { store } = joined;
    assert.deepEqual([store.get('plant/a'), store.get('yard/a'), store.get('yard/b')], ['apple', 'anise', 'bean']);
    assert.deepEqual(
      [store.get('plant/b'), store.get('elsewhere/a'), store.get('a')],
      [undefined, undefined, undefined],
    );
    assert.deepEqual([...store.list()], ['apple', 'anise', 'bean']);
    assert.deepEqual(store.byIndex('letter', 'a'), ['apple', 'anise']);
    assert.equal(store.size, 3);
    assert.throws(() => store.byIndex('colour', 'red'));
  });

  it('tells of changes in each', () => {
    const told: string[] = [];
    joined.onChange((old, next) => told.push(`${old ?? ''} → ${next ?? ''}`));
    plant.put('a', 'apple');
    yard.put('a', 'anise');
    plant.put('a', 'avocado');
    assert.deepEqual(told, [' → apple', ' → anise', 'apple → avocado']);
  });

  it('is ready when all are', async () => {
    let isReady = false;
    const waiting = joined.ready.then(() => (isReady = true));
    plant.sync();
    await plant.reflector.ready;
    await new Promise(setImmediate);
    assert.deepEqual([isReady, joined.hasSynced], [false, false]);
    yard.sync();
    await waiting;
    assert.equal(joined.hasSynced, true);
  });

  it('has the kind served where each has, and says once when that changes', () => {
    const told: boolean[] = [];
    joined.onServed(() => told.push(joined.isServed()));
    plant.serve(false);
    yard.serve(false);
    plant.serve(true);
    yard.serve(true);
    assert.deepEqual(told, [false, true]);
  });

  it('starts and stops all', () => {
    joined.start();
    joined.stop();
    assert.deepEqual([plant.calls, yard.calls], Array(2).fill(['start', 'stop']));
  });
});
