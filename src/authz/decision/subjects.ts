/** Who is asked about: each identity is resolved when it is first asked about, and again when that may have changed. */
import { holderOf } from '../../domain/acl/cani.ts';
import { deviceVerdicts, type VerdictEngine, whys } from '../../domain/acl/verdict.ts';
import type { EffectiveRule } from '../../domain/acl/rule.ts';
import type { Broker, CaKeys, Device, Fleet } from '../../domain/fleet.ts';
import type { ResolvedDevice } from '../../domain/resolve.ts';
import { denied, type Denial } from '../question.ts';
import { dottedProblem } from './expressible.ts';

export interface Subject {
  readonly device: Device | undefined;
  /** Why it may do nothing at all. */
  readonly denial: Denial | undefined;
  readonly engine: VerdictEngine<EffectiveRule | undefined>;
}

interface KnownSubject extends Subject {
  readonly scope: object;
  readonly claimants: readonly Device[];
  /** Milliseconds since 1970; until then time changes nothing. */
  readonly until: number;
}

export interface Subjects {
  /** Makes this the fleet that is asked about, and `broker` whose devices are meant. */
  readonly serve: (fleet: Fleet, broker: Broker) => void;
  /** Nobody as long as no fleet is served. `now` never goes back. */
  readonly subject: (identity: string, now: Date) => Subject;
}

interface ServedFleet {
  readonly fleet: Fleet;
  readonly broker: Broker;
  /** The same object as long as nothing that all devices depend on has changed. */
  readonly scope: object;
}

export function subjectsOf({ hasDottedLevels }: { readonly hasDottedLevels: boolean }): Subjects {
  const known = new Map<string, KnownSubject>();
  let served: ServedFleet | undefined;
  return {
    serve(fleet, broker) {
      const scope = served && isSameScope(served, fleet, broker) ? served.scope : {};
      if (scope !== served?.scope) known.clear();
      served = { fleet, broker, scope };
    },
    subject(identity, now) {
      const claimants = served?.fleet.devices.get(identity);
      if (!served || !claimants) {
        known.delete(identity);
        return nobody;
      }
      const former = known.get(identity);
      if (former && isCurrent(former, served.scope, claimants, now)) return former;
      const made = subjectOf(served, identity, now, hasDottedLevels);
      const subject = { ...made, scope: served.scope, claimants };
      known.set(identity, subject);
      return subject;
    },
  };
}

const nobody: Subject = {
  device: undefined,
  denial: denied('UnknownIdentity', whys.unknown),
  engine: deviceVerdicts(() => undefined, new Date(0)),
};

function isCurrent(
  { scope, claimants, until }: KnownSubject,
  present: object,
  now: readonly Device[],
  time: Date,
): boolean {
  return scope === present && (claimants === now || isSameList(claimants, now)) && time.getTime() < until;
}

const noKeys: CaKeys = new Map();

function isSameScope(former: ServedFleet, fleet: Fleet, broker: Broker): boolean {
  if (former.broker !== broker) return false;
  const { brokers, templates, namespaces, refusals, caKeys = noKeys } = former.fleet;
  return (
    isSameKeys(caKeys, fleet.caKeys ?? noKeys) &&
    isSameMap(brokers, fleet.brokers) &&
    isSameMap(templates, fleet.templates) &&
    (namespaces === fleet.namespaces || (namespaces.size === 0 && fleet.namespaces.size === 0)) &&
    refusals === fleet.refusals
  );
}

function isSameMap<V>(a: ReadonlyMap<string, V>, b: ReadonlyMap<string, V>): boolean {
  return a === b || (a.size === b.size && [...a].every(([key, value]) => b.get(key) === value));
}

function isSameKeys(a: CaKeys, b: CaKeys): boolean {
  return a === b || (a.size === b.size && [...a].every(([broker, keys]) => isSameSet(keys, b.get(broker))));
}

function isSameSet<V>(a: ReadonlySet<V>, b: ReadonlySet<V> | undefined): boolean {
  return a.size === b?.size && a.isSubsetOf(b);
}

function isSameList<V>(a: readonly V[], b: readonly V[]): boolean {
  return a.length === b.length && a.every((value, index) => b[index] === value);
}

function subjectOf(
  { fleet, broker }: ServedFleet,
  identity: string,
  now: Date,
  hasDottedLevels: boolean,
): Subject & Pick<KnownSubject, 'until'> {
  const { resolved } = holderOf(fleet, broker, identity);
  if (!resolved) return { ...nobody, until: Infinity };
  const { device } = resolved;
  const dotted = hasDottedLevels ? dottedProblem(resolved) : undefined;
  const denial = withdrawal(device, now) ?? (dotted === undefined ? undefined : denied('NotExpressible', dotted));
  return { device, denial, engine: deviceVerdicts(() => resolved, now), until: nextEnd(resolved, now) };
}

function withdrawal({ revoked, suspended, expiresAt }: Device, now: Date): Denial | undefined {
  if (revoked) return denied('Revoked', whys.revoked);
  if (suspended) return denied('Suspended', whys.suspended);
  return expiresAt && expiresAt <= now ? denied('Expired', whys.expired) : undefined;
}

function nextEnd({ device, rules }: ResolvedDevice, now: Date): number {
  const ends = [device.expiresAt, ...rules.map(({ expiresAt }) => expiresAt)].map((end) => end?.getTime() ?? Infinity);
  return Math.min(...ends.filter((end) => end > now.getTime()), Infinity);
}
