/** Keeps a store equal to what the server has, by list and watch. */
import type { Handler, Store } from './store.ts';

export interface Reflector<T> {
  readonly store: Store<T>;
  readonly hasSynced: boolean;
  /** Resolves when the first list is in the store; rejects if it is stopped before. */
  readonly ready: Promise<void>;
  /** Handlers run in the order of registration; one that comes late is told at once of all that is there. */
  onChange(handler: Handler<T>): void;
  start(): void;
  /** At any time, from within a handler too; nothing is delivered afterwards. */
  stop(): void;
}
