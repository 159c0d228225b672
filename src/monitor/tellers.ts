import type { Counted, Rules } from './settings.ts';
import { teller, type Teller } from './teller.ts';

/** Rules for all, and those of certain identities in their place. */
export interface RuleBook extends Rules {
  readonly rulesOf?: (identity: string) => Rules | undefined;
}

/** Those who count, by kind and rule: identities with the same rule have one together. */
export interface Tellers {
  /** Undefined where that is not told. */
  readonly of: (kind: Counted, identity: string | undefined) => Teller | undefined;
  readonly all: () => Iterable<Teller>;
}

export function tellersBy(book: RuleBook, mostIdentities: number): Tellers {
  const known = new Map<string, Teller>();
  return {
    of(kind, identity) {
      const rule = rulesFor(book, identity).rules[kind];
      if (!rule) return undefined;
      const key = `${kind} ${rule.threshold} ${rule.windowSeconds}`;
      const one = known.get(key) ?? teller(kind, rule, mostIdentities);
      known.set(key, one);
      return one;
    },
    all: () => known.values(),
  };
}

export function rulesFor(book: RuleBook, identity: string | undefined): Rules {
  return (identity === undefined ? undefined : book.rulesOf?.(identity)) ?? book;
}
