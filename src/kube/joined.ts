/**
 * One reflector over several namespaces, of which each is listed and watched by itself: with rights in those alone nobody may list a
 * kind in all. Guarantees are those of the parts: order holds within a namespace.
 */
import { type Key, keyParts } from './object.ts';
import type { Reflector } from './reflector.ts';
import type { Handler, Store } from './store.ts';

/** Of parts by their namespace. It has synced, and has the kind served, when all of them do. */
export function joinedReflector<T>(parts: ReadonlyMap<string, Reflector<T>>): Reflector<T> {
  const all = [...parts.values()];
  const isServed = () => all.every((part) => part.isServed());
  const ready = Promise.all(all.map((part) => part.ready)).then(() => undefined);
  ready.catch(() => undefined); // who does not wait for it need not know that it was stopped
  return {
    store: joinedStore(parts),
    get hasSynced() {
      return all.every((part) => part.hasSynced);
    },
    isServed,
    ready,
    onChange(handler: Handler<T>) {
      for (const part of all) part.onChange(handler);
    },
    onServed(handler) {
      let former = isServed();
      const look = () => {
        const now = isServed();
        if (now === former) return;
        former = now;
        handler();
      };
      for (const part of all) part.onServed(look);
    },
    start() {
      for (const part of all) part.start();
    },
    stop() {
      for (const part of all) part.stop();
    },
  };
}

function joinedStore<T>(parts: ReadonlyMap<string, Reflector<T>>): Store<T> {
  const stores = () => parts.values().map(({ store }) => store);
  return {
    get size() {
      return stores().reduce((sum, { size }) => sum + size, 0);
    },
    get: (key: Key) => parts.get(keyParts(key).namespace ?? '')?.store.get(key),
    list: () => stores().flatMap((store) => store.list()),
    byIndex: (name, value) => [...stores()].flatMap((store) => store.byIndex(name, value)),
  };
}
