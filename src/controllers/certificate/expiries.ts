import type { ObjectKey } from '../../domain/names.ts';

/** When something is over, to the second; what is due costs its own number, not that of all. */
export interface Expiries {
  readonly add: (key: ObjectKey, at: Date) => void;
  /** Takes out what is over. Times that were passed already do not come back when the clock is set back. */
  readonly due: (now: Date) => readonly ObjectKey[];
}

export function createExpiries(): Expiries {
  const bySecond = new Map<number, Set<ObjectKey>>();
  let looked = 0;

  /** Second by second, or where a clock jumped further than there are entries, entry by entry. */
  function passed(second: number): readonly number[] {
    if (second - looked > bySecond.size) return [...bySecond.keys()].filter((one) => one <= second);
    const seconds: number[] = [];
    for (let one = looked + 1; one <= second; one += 1) if (bySecond.has(one)) seconds.push(one);
    return seconds;
  }

  return {
    add(key, at) {
      const second = Math.max(Math.ceil(at.getTime() / 1000), looked + 1);
      const known = bySecond.get(second);
      if (known) known.add(key);
      else bySecond.set(second, new Set([key]));
    },
    due(now) {
      const second = Math.floor(now.getTime() / 1000);
      if (second <= looked) return [];
      const seconds = passed(second);
      const keys = seconds.flatMap((one) => [...(bySecond.get(one) ?? [])]);
      for (const one of seconds) bySecond.delete(one);
      looked = second;
      return keys;
    },
  };
}
