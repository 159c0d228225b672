import type { BrokerEvent } from '../monitor/event.ts';
import type { Admission } from './kick.ts';
import { ownNamePrefix } from './overlay.ts';

/**
 * Who enters by a connection that the broker accepted before its last reload. A client may complete TLS, wait, and send its
 * CONNECT a minute later (facts 9.1): Mosquitto looks at the certificate when it is shown and never again, so that one
 * revoked meanwhile still opens a session, after the sessions of its identity were ended.
 */
export interface Latecomers {
  /** To be given all that the broker logs. */
  readonly note: (event: BrokerEvent) => void;
  /** Identities that entered so since they were last settled, as far as that can be wrong. */
  readonly among: (admission: Admission, now: Date) => ReadonlySet<string>;
  /** Their sessions were ended; others stay. */
  readonly settle: (identities: ReadonlySet<string>) => void;
}

/** A broker has fewer connections at one time; who is forgotten counts as a latecomer where that can be wrong. */
const mostAddresses = 65_536;

interface Entry {
  /** The connection was accepted before the last reload; undefined where it is not known when. */
  readonly isLate: boolean | undefined;
}

/** `onLate` is told that there may be one. */
export function latecomers(onLate: () => void): Latecomers {
  /** Connections without a session, by address: whether they were accepted before the last reload. */
  const waiting = new Map<string, { isLate: boolean }>();
  const entered = new Map<string, Entry>();
  const note = (event: BrokerEvent): void => {
    if (event.kind === 'Reloaded') for (const connection of waiting.values()) connection.isLate = true;
    else if (event.kind === 'Accepted') {
      if (waiting.size >= mostAddresses) waiting.clear();
      waiting.set(event.address, { isLate: false });
    } else if (event.kind === 'Entered') {
      const { isLate } = waiting.get(event.address) ?? { isLate: undefined };
      waiting.delete(event.address);
      if (isLate === false || event.identity.startsWith(ownNamePrefix)) return;
      entered.set(event.identity, { isLate });
      onLate();
    }
  };
  return {
    note,
    among(admission, now) {
      if (entered.size === 0) return new Set();
      const suspects = suspectsOf(admission, now);
      const found = [...entered].filter(([identity, entry]) => suspects(identity, entry)).map(([identity]) => identity);
      for (const identity of [...entered.keys()]) if (!found.includes(identity)) entered.delete(identity);
      return new Set(found);
    },
    settle(identities) {
      for (const identity of identities) entered.delete(identity);
    },
  };
}

/** One who is listed with nothing revoked did no wrong by being slow, and a password is looked at with the CONNECT. */
function suspectsOf({ identities, revocations }: Admission, now: Date): (identity: string, entry: Entry) => boolean {
  const revoked = new Set(
    revocations
      .filter(({ reason, notAfter }) => reason !== 'CertificateHold' && notAfter > now)
      .map(({ identity }) => identity),
  );
  return (identity, { isLate }) => {
    const listed = identities.get(identity);
    const canBeWrong = isLate ?? listed?.authentication !== 'Password';
    return canBeWrong && (listed === undefined || revoked.has(identity));
  };
}
