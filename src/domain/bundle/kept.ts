/** What a device keeps that cannot be compiled now because of a mistake: the rights that are published for it. */
import { parseAcl } from '../acl/file-parser.ts';
import { type AclFile, type AclLine, type AclUser, aclLines, implicitPatterns } from '../acl/file.ts';
import { filterOf } from '../acl/filter.ts';
import { patternOf } from '../acl/pattern.ts';
import type { EffectiveRule, RuleAction } from '../acl/rule.ts';
import { parsePasswords } from '../broker/passwords.ts';
import type { AuthenticationType, Device, Fleet } from '../fleet.ts';
import { type Parsed, parsed } from '../finding.ts';
import type { ObjectKey, ObjectRef } from '../names.ts';
import { soundRules } from '../resolve.ts';
import { parseIdentities } from './identities.ts';

/** The rights of an identity as they are published, and the device that they are of. */
export interface KeptIdentity {
  readonly device: ObjectKey;
  readonly uid: string | undefined;
  /**
   * The device as it was when the set was compiled; undefined where it may have been edited since. Of one that says
   * something else of its rules now, no more is kept than what it still asks for.
   */
  readonly basis: Device | undefined;
  readonly rules: readonly EffectiveRule[];
  readonly until: Date | undefined;
  readonly authentication: AuthenticationType;
  readonly passwordHash: string | undefined;
}

/** To whom an identity belonged when the set was compiled. */
export interface Holder {
  readonly identity: string;
  readonly ref: ObjectRef;
  readonly device: ObjectKey;
  readonly uid: string | undefined;
  readonly basis: Device | undefined;
}

/** Parts of a published set, whole. */
export interface PublishedRights {
  readonly acl: string;
  readonly identities: string;
  readonly passwords: string;
}

/** What is published for these holders, by identity; for one that is not in the set there is nothing. Refused with what cannot be read. */
export function keptIdentities(
  { acl, identities, passwords }: PublishedRights,
  holders: readonly Holder[],
): Parsed<ReadonlyMap<string, KeptIdentity>> {
  const [file, listed, hashes] = [parseAcl(acl), parseIdentities(identities), parsePasswords(passwords)];
  if (!file.ok) return file;
  if (!listed.ok) return listed;
  if (!hashes.ok) return hashes;
  const users = new Map(file.value.users.map((user) => [user.name, user]));
  const kept = new Map<string, KeptIdentity>();
  for (const { identity, ref, device, uid, basis } of holders) {
    const line = listed.value.get(identity);
    if (!line) continue;
    const user = users.get(identity);
    const rules = rulesIn(file.value, user, identity, ref);
    const { authentication } = line;
    const passwordHash = hashes.value.get(identity);
    kept.set(identity, { device, uid, basis, rules, until: user?.until, authentication, passwordHash });
  }
  return parsed(kept);
}

/** Those of its own block, and of the patterns, which are for everyone. */
function rulesIn(
  { patterns }: AclFile,
  user: AclUser | undefined,
  identity: string,
  object: ObjectRef,
): EffectiveRule[] {
  const implicit = new Set(implicitPatterns.map(({ topic }) => topic));
  const shared = patterns.filter(({ topic }) => !implicit.has(topic));
  return [
    ...(user?.lines ?? []).flatMap((line) => ruleOf(line, line.topic, object)),
    ...shared.flatMap((line) => sharedRuleOf(line, identity, object)),
  ];
}

const actionsOf: Readonly<Record<AclLine['access'], readonly RuleAction[]>> = {
  read: ['Subscribe'],
  write: ['Publish'],
  readwrite: ['Publish', 'Subscribe'],
  deny: [],
};

/** The file was read by the parser of the gate, so that every topic in it is a filter. */
function ruleOf({ access, until }: AclLine, topic: string, object: ObjectRef): readonly EffectiveRule[] {
  const filter = filterOf(topic);
  if (!filter.ok) return [];
  const effect = access === 'deny' ? 'Deny' : 'Allow';
  const rule = {
    effect,
    actions: actionsOf[access],
    filter: filter.value,
    origin: { object, index: 0, topic },
  } as const;
  return [until ? { ...rule, expiresAt: until } : rule];
}

function sharedRuleOf(line: AclLine, identity: string, object: ObjectRef): readonly EffectiveRule[] {
  const levels = line.topic.split('/');
  const filled = (value: string) => levels.map((level) => (level === '%u' ? value : level)).join('/');
  const pattern = patternOf(filled('{device}'));
  return ruleOf(line, filled(identity), object).map((rule) =>
    pattern.ok && !rule.expiresAt ? { ...rule, shared: pattern.value } : rule,
  );
}

/** The device itself, with what only the published set tells of one that cannot be read. */
export function keptDevice(device: Device, { until, authentication: type }: KeptIdentity): Device {
  if (!device.isUnreadable) return device;
  const { authentication, expiresAt } = device;
  const end = until && (!expiresAt || until < expiresAt) ? until : expiresAt;
  return {
    ...device,
    authentication: authentication.type === type ? authentication : unreadableAuthentication(type),
    ...(end && { expiresAt: end }),
  };
}

/** Authentication of which no more than the type is known. */
export function unreadableAuthentication(type: AuthenticationType): Device['authentication'] {
  return type === 'Password' ? { type, password: { kind: 'Generate', revision: 0 } } : { type };
}

/** The rules that a device keeps: never more than what is published, and less what it takes back from itself. */
export function keptRules(fleet: Fleet, device: Device, { basis, rules }: KeptIdentity): readonly EffectiveRule[] {
  if (device.isUnreadable) return rules;
  const sound = soundRules(fleet, device);
  const denied = sound.filter(({ effect }) => effect === 'Deny');
  const isSame = basis !== undefined && askedBy(basis) === askedBy(device);
  return [...denied, ...(isSame ? rules : stillAsked(rules, sound))];
}

/** All that a device says of its rights, as one text. */
function askedBy({ templates, groups, rules, isUnreadable }: Device): string {
  const uses = templates.map(({ name, parameters }) => [name, [...parameters]]);
  return JSON.stringify([uses, groups, rules, isUnreadable]);
}

/** Denies, and of the allows those with the same topic and action among `asked`. */
function stillAsked(rules: readonly EffectiveRule[], asked: readonly EffectiveRule[]): readonly EffectiveRule[] {
  const ends = endsIn(asked);
  return rules.flatMap((rule) => {
    if (rule.effect === 'Deny') return [rule];
    return rule.actions.flatMap((action): readonly EffectiveRule[] => {
      const end = ends.get(`${action} ${rule.origin.topic}`);
      if (end === undefined) return [];
      const own = rule.expiresAt?.getTime() ?? Infinity;
      const until = Math.min(end, own);
      return [{ ...rule, actions: [action], ...(until < Infinity && { expiresAt: new Date(until) }) }];
    });
  });
}

/** Until when each is allowed, milliseconds since the epoch; `Infinity`: for good. */
function endsIn(asked: readonly EffectiveRule[]): ReadonlyMap<string, number> {
  const ends = new Map<string, number>();
  const lines = aclLines(asked, new Date(0));
  for (const { access, topic, until } of lines) {
    for (const action of actionsOf[access]) ends.set(`${action} ${topic}`, until?.getTime() ?? Infinity);
  }
  return ends;
}
