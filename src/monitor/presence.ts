import { expiries, type Expiries } from './expiries.ts';
import { recent } from './recent.ts';

/** Who is there and who went, as far as the log tells. `at` is of the steady time, milliseconds. */
export interface Presence {
  readonly entered: (identity: string, address: string) => void;
  /** By its own doing or another's; an address that is known and another one is that of a former session. */
  readonly left: (identity: string, address: string | undefined, at: number) => void;
  /** A new broker: nobody is there. */
  readonly allLeft: (at: number) => void;
  /** Those who went so long ago as they may and did not come back; each once for each time it went. */
  readonly silent: (at: number) => readonly string[];
  /** Those of them who did not come back. */
  readonly away: () => Iterable<string>;
  readonly size: () => number;
  readonly forgotten: () => number;
}

/** `mayBeAway` says for how long an identity may, in milliseconds of which there are few different ones; undefined: for ever. */
export function presence(mostIdentities: number, mayBeAway: (identity: string) => number | undefined): Presence {
  /** Since when the ones who went are away, by how long they may be. */
  const byTime = new Map<number, Expiries>();
  const goesAway = (identity: string, at: number): void => {
    const milliseconds = mayBeAway(identity);
    if (milliseconds === undefined) return;
    const those = byTime.get(milliseconds) ?? expiries();
    byTime.set(milliseconds, those);
    those.set(identity, at);
  };
  const told = new Set<string>();
  const isNotAway = (identity: string): void => {
    told.delete(identity);
    for (const those of byTime.values()) those.delete(identity);
  };
  /** Addresses of those who are there; of the others nothing. */
  const known = recent<{ address: string | undefined }>(mostIdentities, isNotAway);
  return {
    entered(identity, address) {
      known.used(identity, () => ({ address })).address = address;
      isNotAway(identity);
    },
    left(identity, address, at) {
      const was = known.get(identity);
      if (was?.address === undefined || (address !== undefined && address !== was.address)) return;
      was.address = undefined;
      goesAway(identity, at);
    },
    allLeft(at) {
      for (const [identity, was] of known.entries()) {
        if (was.address !== undefined) goesAway(identity, at);
        was.address = undefined;
      }
    },
    silent(at) {
      const due = [...byTime].flatMap(([milliseconds, those]) => those.due(at - milliseconds));
      for (const identity of due) told.add(identity);
      return due;
    },
    away: () => told,
    size: () => known.size,
    forgotten: () => known.forgotten,
  };
}
