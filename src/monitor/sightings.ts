import { type Day, dayOf, daysBefore, type Sightings } from '../domain/audit/sightings.ts';
import type { BrokerEvent } from './event.ts';
import { recent } from './recent.ts';

/** Remembers by day who was at one broker. It knows no time but the one that it is given. */
export interface SightingLog {
  readonly note: (event: BrokerEvent, now: Date) => void;
  /** Takes up what a former agent of the same instance remembered. */
  readonly restore: (former: Sightings, now: Date) => void;
  /** As of now; who is there now was there today, and nobody was there on a day to come. */
  readonly sightings: (now: Date) => Omit<Sightings, 'broker' | 'instance'>;
  /** True if it is another than when `sightings` was last asked. */
  readonly isNew: (now: Date) => boolean;
}

interface Visitor {
  day: Day;
  isThere: boolean;
}

/** A former agent wrote each day: what happened in a longer gap nobody knows, nor how long a day was on which the clock was set. */
const mostDaysApart = 1;

/** `isListed`: whether this is an identity of the broker. Of at most so many identities something is kept. */
export function sightingLog(
  isListed: (identity: string) => boolean,
  began: Date,
  mostIdentities = 200_000,
): SightingLog {
  const visitors = recent<Visitor>(mostIdentities);
  let since = dayOf(began);
  let wasComplete = true;
  let isChanged = true;
  let asked = '';
  /** Of the last look at the clock. */
  let latest = since;
  /** Days that nobody lived through were not watched: a machine without a clock of its own begins in 1970. */
  const today = (now: Date): Day => {
    const day = dayOf(now);
    const isSet = day > daysBefore(latest, -mostDaysApart) || day < daysBefore(latest, mostDaysApart);
    if (isSet) since = day;
    isChanged ||= isSet;
    latest = day;
    return day;
  };
  const see = (identity: string, day: Day): Visitor => {
    const visitor = visitors.used(identity, () => ({ day: '', isThere: false }));
    if (day > visitor.day) {
      visitor.day = day;
      isChanged = true;
    }
    return visitor;
  };
  /** Whoever goes was there on the day on which it goes. */
  const leave = (visitor: Visitor | undefined, day: Day): void => {
    if (!visitor?.isThere) return;
    visitor.isThere = false;
    if (day <= visitor.day) return;
    isChanged = true;
    visitor.day = day;
  };
  return {
    note(event, now) {
      const day = today(now);
      if (event.kind === 'Entered') {
        const { identity, clientId } = event;
        if (identity === clientId && isListed(identity)) see(identity, day).isThere = true;
      } else if (event.kind === 'Left' || event.kind === 'Takeover') leave(visitors.get(event.clientId), day);
      else if ((event.kind === 'Oversize' || event.kind === 'Flood') && event.isEnd)
        leave(visitors.get(event.clientId), day);
      else if (event.kind === 'Started') for (const [, visitor] of visitors.entries()) leave(visitor, day);
    },
    restore(former, now) {
      const day = today(now);
      for (const [identity, seen] of former.lastSeen) see(identity, seen);
      const [earliest, last] = [daysBefore(day, mostDaysApart), daysBefore(day, -mostDaysApart)];
      if (former.until >= earliest && former.until <= last && former.since < since) since = former.since;
      wasComplete &&= former.isComplete;
      isChanged = true;
    },
    sightings(now) {
      const until = today(now);
      const lastSeen = new Map<string, Day>();
      for (const [identity, visitor] of visitors.entries()) {
        if (visitor.isThere || visitor.day > until) visitor.day = until;
        lastSeen.set(identity, visitor.day);
      }
      isChanged = false;
      asked = until;
      return { since, until, isComplete: wasComplete && visitors.forgotten === 0, lastSeen };
    },
    isNew: (now) => today(now) !== asked || isChanged,
  };
}
