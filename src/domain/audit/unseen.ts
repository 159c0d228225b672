/** Devices that nobody saw although somebody was looking. */
import type { Finding } from '../finding.ts';
import { keyOf } from '../fleet.ts';
import type { ResolvedDevice } from '../resolve.ts';
import { type Day, dayOf, daysBefore, type Sightings } from './sightings.ts';

/** All that is known of one broker; several instances are looked at together. */
interface Watched {
  readonly isComplete: boolean;
  /** From here on every instance was watched. */
  readonly since: Day;
  /** Until here every instance was. */
  readonly until: Day;
  readonly lastSeen: ReadonlyMap<string, Day>;
}

/**
 * Devices of brokers with sightings that did not come for `days`. A device may come to any instance, so all of them must
 * have been watched for so long, without forgetting anybody. Nothing is said of one that is suspended.
 */
export function unseenDevices(
  holders: readonly ResolvedDevice[],
  { sightings, days }: { readonly sightings: readonly Sightings[]; readonly days: number },
  now: Date,
): readonly Finding[] {
  const watched = watchedBrokers(sightings);
  const limit = daysBefore(dayOf(now), days);
  return holders.flatMap(({ device, broker }): readonly Finding[] => {
    const known = watched.get(keyOf(broker));
    if (!known?.isComplete || known.since > limit || known.until <= limit || device.suspended) return [];
    const last = known.lastSeen.get(device.identity);
    if (last !== undefined && last > limit) return [];
    const seen = last === undefined ? `not once since ${known.since}` : `last on ${last}`;
    const message = `${device.identity} was seen ${seen}`;
    return [{ code: 'MQS254', severity: 'Warning', object: device.origin, path: '', message }];
  });
}

/** Of which brokers it is too early, or not enough is known, to say who did not come; with the reason. */
export function unwatchedBrokers(
  { sightings, days }: { readonly sightings: readonly Sightings[]; readonly days: number },
  now: Date,
): readonly string[] {
  const limit = daysBefore(dayOf(now), days);
  return [...watchedBrokers(sightings)].flatMap(([broker, { isComplete, since, until }]) => {
    if (!isComplete) return [`${broker}: more identities came than an agent remembers`];
    if (since > limit) return [`${broker}: it has been watched since ${since} only`];
    return until <= limit ? [`${broker}: it was watched until ${until} only`] : [];
  });
}

function watchedBrokers(sightings: readonly Sightings[]): ReadonlyMap<string, Watched> {
  const watched = new Map<string, Watched>();
  for (const { broker, isComplete, since, until, lastSeen } of sightings) {
    const known = watched.get(broker);
    if (!known) {
      watched.set(broker, { isComplete, since, until, lastSeen });
      continue;
    }
    const all = new Map(known.lastSeen);
    for (const [identity, day] of lastSeen) if (day > (all.get(identity) ?? '')) all.set(identity, day);
    watched.set(broker, {
      isComplete: known.isComplete && isComplete,
      since: since > known.since ? since : known.since,
      until: until < known.until ? until : known.until,
      lastSeen: all,
    });
  }
  return watched;
}
