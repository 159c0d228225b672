/** Which brokers trust the same CA, whatever they call it. */
import type { CaKeys } from '../domain/fleet.ts';
import type { ObjectKey } from '../domain/names.ts';
import type { CaKeyId } from '../domain/pki/certificate.ts';

/** The key ids that a broker shares with another one of its namespace, by broker; others have no say in `trustTheSame`. */
export function sharedCaKeys(known: CaKeys): CaKeys {
  const holders = new Map<string, ObjectKey[]>();
  for (const [broker, keys] of known) {
    for (const keyId of keys) {
      const place = placeOf(broker, keyId);
      holders.set(place, [...(holders.get(place) ?? []), broker]);
    }
  }
  const shared = new Map<ObjectKey, ReadonlySet<CaKeyId>>();
  for (const [broker, keys] of known) {
    const own = [...keys].filter((keyId) => (holders.get(placeOf(broker, keyId))?.length ?? 0) > 1);
    if (own.length > 0) shared.set(broker, new Set(own));
  }
  return shared;
}

function placeOf(broker: ObjectKey, keyId: CaKeyId): string {
  return `${broker.slice(0, broker.indexOf('/'))}/${keyId}`;
}

/** Brokers that share other keys than before. */
export function changedSharers(former: CaKeys, present: CaKeys): readonly ObjectKey[] {
  const brokers = new Set([...former.keys(), ...present.keys()]);
  const textOf = (keys: CaKeys, broker: ObjectKey) => [...(keys.get(broker) ?? [])].sort().join(' ');
  return [...brokers].filter((broker) => textOf(former, broker) !== textOf(present, broker));
}
