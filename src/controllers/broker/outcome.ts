/** Which devices have to look at their broker again. */
import { isChangedSince, isKnownSince, isSameRights } from '../../domain/bundle/changes.ts';
import type { IdentityStatus } from '../../domain/bundle/compiled-identity.ts';
import type { ObjectKey } from '../../domain/names.ts';
import { shardCount } from '../../domain/sharded.ts';
import type { BrokerState } from '../context.ts';

type Outcome = Pick<BrokerState, 'compiled' | 'proved' | 'changes' | 'expectedInstances' | 'refusal' | 'problem'>;

/**
 * True when every expected instance has proved what is compiled for the identity now, and nothing else was published for
 * it since; no instance proves nothing.
 */
export function isProved({ compiled, proved, changes, expectedInstances }: Outcome, identity: string): boolean {
  const wanted = compiled.statuses.get(identity);
  if (!wanted || expectedInstances === 0 || proved.length < expectedInstances) return false;
  return proved.every(
    ({ statuses, revision }) =>
      isKnownSince(changes, revision) &&
      !isChangedSince(changes, revision, identity) &&
      isSameRights(statuses?.get(identity), wanted),
  );
}

/**
 * Devices whose outcome is another one than before: what is compiled for them, or that it is proved now. What was proved
 * stays so while an instance restarts, so the loss of a proof alone changes nothing; and what keeps a proof away concerns
 * those alone that wait for one. Shards that are the same objects cost nothing.
 */
export function changedDevices(
  before: Outcome | undefined,
  after: Outcome,
  isWaiting: (device: ObjectKey) => boolean,
): ReadonlySet<ObjectKey> {
  const changed = new Set<ObjectKey>();
  for (const identity of suspects(before, after)) {
    const [former, present] = [before?.compiled.statuses.get(identity), after.compiled.statuses.get(identity)];
    if (before && isSameStatus(former, present) && !isNews(before, after, identity, isWaiting)) continue;
    for (const status of [former, present]) if (status?.device !== undefined) changed.add(status.device);
  }
  return changed;
}

/** Something is to be said of an identity that is compiled as before. */
function isNews(before: Outcome, after: Outcome, identity: string, isWaiting: (device: ObjectKey) => boolean): boolean {
  const [was, is] = [isProved(before, identity), isProved(after, identity)];
  if (is || was) return !was;
  const device = after.compiled.statuses.get(identity)?.device;
  return device !== undefined && !isSameMood(before, after) && isWaiting(device);
}

function* suspects(before: Outcome | undefined, after: Outcome): Iterable<string> {
  const [former, present] = [before ? sourcesOf(before) : [], sourcesOf(after)];
  const isAll = !before || former.length !== present.length || !isSameMood(before, after);
  if (!isAll && present.every((source, i) => source === former[i])) return;
  for (let index = 0; index < shardCount; index += 1) {
    if (!isAll && present.every((source, i) => source?.shard(index) === former[i]?.shard(index))) continue;
    yield* before?.compiled.statuses.shard(index).keys() ?? [];
    for (const identity of after.compiled.statuses.shard(index).keys()) {
      if (!before?.compiled.statuses.has(identity)) yield identity;
    }
  }
}

function sourcesOf({ compiled, proved, changes }: Outcome) {
  return [compiled.statuses, changes.changedIn, ...proved.map(({ statuses }) => statuses)];
}

/** What all devices that wait for a proof are told, and whether there can be one. */
function isSameMood(a: Outcome, b: Outcome): boolean {
  return (
    a.refusal === b.refusal &&
    a.problem?.message === b.problem?.message &&
    a.expectedInstances === b.expectedInstances &&
    isAnyKnown(a) === isAnyKnown(b)
  );
}

/** Whether all changes are known since what the instances have proved. */
function isAnyKnown({ proved, changes }: Outcome): boolean {
  return proved.every(({ revision }) => isKnownSince(changes, revision));
}

function isSameStatus(a: IdentityStatus | undefined, b: IdentityStatus | undefined): boolean {
  if (a === b) return true;
  if (!a || !b) return false;
  return (
    isSameRights(a, b) &&
    a.until?.getTime() === b.until?.getTime() &&
    a.findings.length === b.findings.length &&
    a.findings.every(({ code, message }, i) => code === b.findings[i]?.code && message === b.findings[i].message)
  );
}
