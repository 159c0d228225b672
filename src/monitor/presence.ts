import { expiries } from './expiries.ts';
import { recent } from './recent.ts';

/** Who is there and who went, as far as the log tells. `at` is of the steady time, milliseconds. */
export interface Presence {
  readonly entered: (identity: string, address: string) => void;
  /** By its own doing or another's; an address that is known and another one is that of a former session. */
  readonly left: (identity: string, address: string | undefined, at: number) => void;
  /** A new broker: nobody is there. */
  readonly allLeft: (at: number) => void;
  /** Those who went so long ago and did not come back; each once for each time it went. */
  readonly silent: (at: number, milliseconds: number) => readonly string[];
  readonly size: () => number;
  readonly forgotten: () => number;
}

export function presence(mostIdentities: number): Presence {
  /** Since when the ones who went are away. */
  const away = expiries();
  /** Addresses of those who are there; of the others nothing. */
  const known = recent<{ address: string | undefined }>(mostIdentities, away.delete);
  return {
    entered(identity, address) {
      known.used(identity, () => ({ address })).address = address;
      away.delete(identity);
    },
    left(identity, address, at) {
      const was = known.get(identity);
      if (was?.address === undefined || (address !== undefined && address !== was.address)) return;
      was.address = undefined;
      away.set(identity, at);
    },
    allLeft(at) {
      for (const [identity, was] of known.entries()) {
        if (was.address !== undefined) away.set(identity, at);
        was.address = undefined;
      }
    },
    silent: (at, milliseconds) => away.due(at - milliseconds),
    size: () => known.size,
    forgotten: () => known.forgotten,
  };
}
