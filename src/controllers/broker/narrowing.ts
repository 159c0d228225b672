/** Whether a set takes something back: then it does not wait for the others of its window. */
import { filterText } from '../../domain/acl/filter.ts';
import type { EffectiveRule } from '../../domain/acl/rule.ts';
import type { Compiled } from '../../domain/bundle/compile.ts';
import type { IdentityState, IdentityStatus } from '../../domain/bundle/compiled-identity.ts';
import { type Fleet, keyOf } from '../../domain/fleet.ts';
import type { RevocationEntry } from '../../domain/pki/certificate.ts';
import { resolveDevice } from '../../domain/resolve.ts';
import { type Shard, shardCount } from '../../domain/sharded.ts';
import type { Trust } from '../context.ts';

/** What a set is compiled from, as far as it can be narrower than another. */
export interface Rights {
  readonly fleet: Fleet;
  readonly statuses: Compiled['statuses'];
  readonly trust: Trust;
}

/** Identities whose rules are compared before it is taken for granted that one has lost some. */
const mostCompared = 64;

/** True if an identity has less than before, a CA is no longer trusted, or a certificate is taken back. */
export function isNarrower(before: Rights, after: Rights): boolean {
  if (hasNewRevocation(before.trust.revocations, after.trust.revocations)) return true;
  const trusted = new Set(after.trust.cas.map(({ keyId }) => keyId));
  if (before.trust.cas.some(({ keyId }) => !trusted.has(keyId))) return true;
  let compared = 0;
  for (const [former, present] of changedStatuses(before.statuses, after.statuses)) {
    if (isLess(former, present)) return true;
    if (former.rulesHash === present?.rulesHash) continue;
    compared += 1;
    if (compared > mostCompared || hasLostRules(rulesOf(before.fleet, former), rulesOf(after.fleet, present)))
      return true;
  }
  return false;
}

/** Costs nothing while the entries are the same list, and little while their number grows. */
function hasNewRevocation(before: readonly RevocationEntry[], after: readonly RevocationEntry[]): boolean {
  if (before === after) return false;
  if (after.length > before.length) return true;
  const known = new Set(before.map(entryText));
  return after.some((entry) => !known.has(entryText(entry)));
}

/** Entries that are in one of the two alone. */
export function listChanges(
  before: readonly RevocationEntry[],
  after: readonly RevocationEntry[],
): readonly RevocationEntry[] {
  return before === after ? [] : [...missingIn(before, after), ...missingIn(after, before)];
}

function missingIn(some: readonly RevocationEntry[], all: readonly RevocationEntry[]): readonly RevocationEntry[] {
  const known = new Set(some.map(entryText));
  return all.filter((entry) => !known.has(entryText(entry)));
}

function entryText({ caKeyId, serial }: RevocationEntry): string {
  return `${caKeyId} ${serial}`;
}

/** Identities that had something before, in those parts of the two that are not the same. */
export function* changedStatuses(
  before: Compiled['statuses'],
  after: Compiled['statuses'],
): Iterable<readonly [former: IdentityStatus, present: IdentityStatus | undefined]> {
  if (before === after) return;
  for (let index = 0; index < shardCount; index += 1) {
    const present: Shard<IdentityStatus> = after.shard(index);
    if (present === before.shard(index)) continue;
    for (const [identity, former] of before.shard(index)) yield [former, present.get(identity)];
  }
}

/** Who may be connected and do what: more, something, nothing. */
const ranks: Readonly<Record<IdentityState, number>> = {
  Active: 2,
  Suspended: 1,
  Locked: 1,
  Revoked: 0,
  Expired: 0,
  Refused: 0,
  Gone: 0,
};

function isLess(former: IdentityStatus, present: IdentityStatus | undefined): boolean {
  return ranks[present?.state ?? 'Gone'] < ranks[former.state];
}

function rulesOf(fleet: Fleet, status: IdentityStatus | undefined): readonly EffectiveRule[] {
  if (status?.state !== 'Active') return [];
  const device = fleet.devices.get(status.identity)?.find((one) => keyOf(one) === status.device);
  const resolved = device && resolveDevice(fleet, device);
  return resolved?.ok ? resolved.value.rules : [];
}

function hasLostRules(before: readonly EffectiveRule[], after: readonly EffectiveRule[]): boolean {
  const former = new Set(before.flatMap(ruleTexts));
  const present = new Set(after.flatMap(ruleTexts));
  return (
    before.some((rule) => rule.effect === 'Allow' && !ruleTexts(rule).every((text) => present.has(text))) ||
    after.some((rule) => rule.effect === 'Deny' && !ruleTexts(rule).every((text) => former.has(text)))
  );
}

/** One text for each right: with its end, for an earlier one is less. */
function ruleTexts({ effect, actions, filter, expiresAt }: EffectiveRule): readonly string[] {
  const rest = `${filterText(filter)} ${expiresAt?.getTime() ?? ''}`;
  return effect === 'Deny' ? [`Deny ${rest}`] : actions.map((action) => `Allow ${action} ${rest}`);
}
