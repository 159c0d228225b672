/** Keys with times, each set later than all before, so that those which are due are found without looking at the others. */
export interface Expiries {
  readonly has: (key: string) => boolean;
  /** `end` is no earlier than any that was set before. */
  readonly set: (key: string, end: number) => void;
  readonly delete: (key: string) => void;
  /** Takes out those whose time has come. */
  readonly due: (at: number) => readonly string[];
}

interface Entry {
  readonly key: string;
  readonly end: number;
}

const none: readonly string[] = [];
const fewEntries = 1024;

export function expiries(): Expiries {
  const entries = new Map<string, Entry>();
  // Not the first key of a Map: to find that takes the longer the more were deleted before it.
  let queue: Entry[] = [];
  let head = 0;
  const isPresent = (entry: Entry): boolean => entries.get(entry.key) === entry;
  return {
    has: (key) => entries.has(key),
    set(key, end) {
      const entry = { key, end };
      entries.set(key, entry);
      queue.push(entry);
      if (queue.length <= 2 * entries.size + fewEntries) return;
      queue = queue.slice(head).filter(isPresent);
      head = 0;
    },
    delete: (key) => void entries.delete(key),
    due(at) {
      if ((queue[head]?.end ?? Infinity) > at) return none;
      const keys: string[] = [];
      for (let entry = queue[head]; entry && entry.end <= at; entry = queue[head]) {
        head += 1;
        if (isPresent(entry) && entries.delete(entry.key)) keys.push(entry.key);
      }
      return keys;
    },
  };
}
