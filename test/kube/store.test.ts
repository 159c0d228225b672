import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createStore } from '../../src/kube/store.ts';

interface Device {
  readonly name: string;
  readonly brokers: readonly string[];
}

const names = ['a', 'b', 'c', 'd', '__proto__'];
const brokers = ['main', 'spare', 'constructor'];
const device = fc.record({ name: fc.constantFrom(...names), brokers: fc.uniqueArray(fc.constantFrom(...brokers)) });
const byName = (one: Device, other: Device) => one.name.localeCompare(other.name);

describe('a store', () => {
  it('finds by key and by index what was put in and not taken out', () => {
    const step = fc.record({ device, isRemoval: fc.boolean() });
    const property = fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const { store, contents } = createStore<Device>({ broker: (value) => value.brokers });
      const model = new Map<string, Device>();
      for (const { device: value, isRemoval } of steps) {
        if (isRemoval) contents.remove(value.name);
        else contents.set(value.name, { value, uid: '', resourceVersion: '' });
        if (isRemoval) model.delete(value.name);
        else model.set(value.name, value);
      }
      assert.equal(store.size, model.size);
      assert.deepEqual([...store.list()].sort(byName), [...model.values()].sort(byName));
      for (const name of names) assert.equal(store.get(name), model.get(name));
      for (const broker of brokers) {
        const expected = [...model.values()].filter((value) => value.brokers.includes(broker));
        assert.deepEqual(store.byIndex('broker', broker).toSorted(byName), expected.sort(byName));
      }
    });
    fc.assert(property, { numRuns: 300 });
  });

  it('shows a swapped list whole', () => {
    const writable = createStore<Device>({ broker: (value) => value.brokers });
    const next = writable.empty();
    next.set('a', { value: { name: 'a', brokers: ['main'] }, uid: '', resourceVersion: '' });
    assert.equal(writable.store.size, 0);
    writable.swap(next);
    assert.deepEqual(writable.store.byIndex('broker', 'main'), [{ name: 'a', brokers: ['main'] }]);
  });

  it('has no index but those it was given', () => {
    assert.throws(() => createStore<Device>().store.byIndex('toString', 'a'), /it has no index "toString"/);
  });
});
