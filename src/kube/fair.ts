import { Fifo } from './fifo.ts';
import { type Key, keyParts } from './object.ts';

/** Keys in the order they came, namespaces in turn: 1,000 keys of one do not delay the one key of another. */
export class FairKeys {
  readonly #lanes = new Map<string, Fifo<Key>>();
  /** The namespaces that have keys, each once. */
  readonly #turns = new Fifo<string>();

  push(key: Key): void {
    const namespace = keyParts(key).namespace ?? '';
    const lane = this.#lanes.get(namespace) ?? this.#opened(namespace);
    lane.push(key);
  }

  shift(): Key | undefined {
    const namespace = this.#turns.shift();
    if (namespace === undefined) return undefined;
    const lane = this.#lanes.get(namespace);
    const key = lane?.shift();
    if (lane && lane.size > 0) this.#turns.push(namespace);
    else this.#lanes.delete(namespace);
    return key;
  }

  #opened(namespace: string): Fifo<Key> {
    const lane = new Fifo<Key>();
    this.#lanes.set(namespace, lane);
    this.#turns.push(namespace);
    return lane;
  }
}
