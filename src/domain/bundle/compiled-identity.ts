import { type AclLine, aclLines, type AclUser, deniedLines } from '../acl/file.ts';
import type { EffectiveRule, Role } from '../acl/rule.ts';
import type { Finding } from '../finding.ts';
import { type Device, type Fleet, keyOf } from '../fleet.ts';
import { shortHash } from '../hash.ts';
import type { ObjectKey } from '../names.ts';
import type { CaKeyId, IssuedCertificate, RevocationEntry } from '../pki/certificate.ts';
import { isMistake, resolveDevice } from '../resolve.ts';
import { certificateCredentialOf, type Credential, passwordCredential, tokenCredential } from './credential.ts';
import { keptDevice, type KeptIdentity, keptRules } from './kept.ts';
import { noPatterns, type Patterns, type RightsCache, rulesBeside, type SharedRight, sharedRights } from './fold.ts';
import { verifiedUser } from './verified.ts';
import { type BundleIdentity, verifiedIdentityLine } from './identities.ts';

/**
 * What a broker is told about an identity. Active: its rules. Suspended and Locked: it may be connected and is denied
 * everything. The others have no right to be connected: Gone is one that no device of this broker claims.
 */
export type IdentityState = 'Active' | 'Suspended' | 'Locked' | 'Revoked' | 'Expired' | 'Refused' | 'Gone';

export interface IdentityStatus {
  readonly identity: string;
  readonly state: IdentityState;
  /** The device that has the identity; undefined when Gone. */
  readonly device: ObjectKey | undefined;
  /** Names the rights that the broker enforces; the same in both layouts. Empty for who may not be connected. */
  readonly rulesHash: string;
  /** Names what lets it in: a password by its hash, all certificates by one word. Undefined while nothing does. */
  readonly credentialHash: string | undefined;
  /** Until when it may be connected; undefined: for good, or not at all. */
  readonly until: Date | undefined;
  /** Why it is Refused, or without a usable password; and who else claims the identity. */
  readonly findings: readonly Finding[];
  /**
   * `Kept`: because of a mistake it has what was published for it. `Wanting`: it is Refused because of mistakes alone,
   * and would have that if it was known.
   */
  readonly mistaken?: 'Kept' | 'Wanting';
}

/** Everything that the result for one identity is made of, beside what is the same for all. */
export interface IdentityInputs {
  readonly devices: readonly Device[] | undefined;
  readonly certificates: readonly IssuedCertificate[] | undefined;
  readonly passwordHash: string | undefined;
  readonly lockedUntil: Date | undefined;
  readonly withdrawn: readonly RevocationEntry[] | undefined;
  /** What is published for it, where its device has made a mistake. */
  readonly kept?: KeptIdentity | undefined;
}

/** What is the same for all identities of one compile. */
export interface BrokerContext {
  readonly fleet: Fleet;
  readonly broker: ObjectKey;
  readonly layout: 'PerIdentity' | 'Patterns';
  readonly trusted: ReadonlySet<CaKeyId>;
  /** The agent is to know the role of each identity, on which no right depends. */
  readonly tellsRoles?: boolean;
  readonly patterns: Patterns;
  /** Sets of shared rights met so far: identities with the same templates have one set together. */
  readonly sharedRights: RightsCache;
  readonly now: Date;
}

/** An identity with its lines in the parts of the bundle; an empty text is no line. */
export interface CompiledIdentity {
  readonly status: IdentityStatus;
  readonly acl: string;
  /** Rules in `acl`. */
  readonly rules: number;
  readonly identityLine: string;
  /** What stands in its password line; undefined without one. */
  readonly passwordHash: string | undefined;
  /** Rights that may become patterns; only of who is Active, in layout Patterns. */
  readonly shared: ReadonlySet<SharedRight> | undefined;
  /** The result is another one from then on, milliseconds since the epoch; `Infinity`: never. */
  readonly changesAt: number;
}

/**
 * How long a certificate that has ended can still open a session: TLS tickets live 2 hours, and each use gives a new one
 * until a reload changes their keys (facts 2.10).
 */
const ticketMilliseconds = 4 * 3600 * 1000;

/** What the broker is to be told about one identity. */
export function compiledIdentity(context: BrokerContext, identity: string, inputs: IdentityInputs): CompiledIdentity {
  const subject: Subject = { context, identity, inputs };
  const claim = claimOf(context, inputs);
  if (!claim) return withoutRights(subject, { state: 'Gone', device: undefined, findings: none });
  const { device, rules, findings, mistaken } = claim;
  const facts = { device: keyOf(device), findings };
  if (device.revoked) return withoutRights(subject, { ...facts, state: 'Revoked' });
  if (!rules) return withoutRights(subject, { ...facts, state: 'Refused', ...(mistaken && { mistaken }) });
  const credential = credentialOf(context, device, inputs);
  const until = earlier(device.expiresAt, credential.until);
  if (until && until <= context.now) return withoutRights(subject, { ...facts, state: 'Expired' });
  return withRights(subject, { ...claim, credential, rules, until });
}

/** Who has the identity on this broker, with all that is wrong with the claims. Without rules it is refused. */
interface Claim {
  readonly device: Device;
  readonly rules: readonly EffectiveRule[] | undefined;
  /** Unknown of who has what was published because of a mistake. */
  readonly role?: Role;
  readonly findings: readonly Finding[];
  readonly mistaken?: IdentityStatus['mistaken'];
}

const none: readonly Finding[] = [];

/** No copy where there is nothing to add: most identities have no findings, and share one empty list. */
function joined(a: readonly Finding[], b: readonly Finding[]): readonly Finding[] {
  if (b.length === 0) return a;
  return a.length === 0 ? b : [...a, ...b];
}

/** Of several claims at most one resolves: the others conflict with it, whatever its state. */
function claimOf({ fleet, broker }: BrokerContext, { devices = [], kept }: IdentityInputs): Claim | undefined {
  let claim: Claim | undefined;
  for (const device of devices) {
    if (device.broker !== broker) continue;
    const resolved = resolveDevice(fleet, device);
    const findings = joined(claim?.findings ?? none, resolved.ok ? none : resolved.findings);
    if (resolved.ok) claim = { device, rules: resolved.value.rules, role: resolved.value.role, findings };
    else if (claim?.rules) claim = { ...claim, findings };
    else claim = { ...betterClaim(claim, refusedClaim(fleet, device, resolved.findings, kept)), findings };
  }
  return claim;
}

function betterClaim(first: Claim | undefined, other: Claim): Claim {
  return !first || other.mistaken ? other : first;
}

/** Because of a mistake nobody loses what is published. */
function refusedClaim(
  fleet: Fleet,
  device: Device,
  findings: readonly Finding[],
  kept: KeptIdentity | undefined,
): Claim {
  const claim = { device, rules: undefined, findings };
  if (!findings.every(isMistake)) return claim;
  const isOwn = kept?.device === keyOf(device) && kept.uid === device.origin.uid;
  if (!isOwn) return { ...claim, mistaken: 'Wanting' };
  return { device: keptDevice(device, kept), rules: keptRules(fleet, device, kept), findings, mistaken: 'Kept' };
}

interface Subject {
  readonly context: BrokerContext;
  readonly identity: string;
  readonly inputs: IdentityInputs;
}

function credentialOf({ trusted, now }: BrokerContext, device: Device, inputs: IdentityInputs): Credential {
  const { certificates = [], withdrawn = [], kept } = inputs;
  const { passwordHash = kept?.device === keyOf(device) ? kept.passwordHash : undefined } = inputs;
  switch (device.authentication.type) {
    case 'Token':
      return tokenCredential(device);
    case 'Password':
      return passwordCredential(device, passwordHash);
    case 'Certificate':
      return certificateCredentialOf(certificates, withdrawn, trusted, now);
  }
}

interface Holder {
  readonly device: Device;
  readonly credential: Credential;
  readonly rules: readonly EffectiveRule[];
  readonly findings: readonly Finding[];
  readonly until: Date | undefined;
  readonly role?: Role;
  readonly mistaken?: IdentityStatus['mistaken'];
}

function withRights(subject: Subject, holder: Holder): CompiledIdentity {
  const { context, identity, inputs } = subject;
  const { device, credential, until, rules, role, mistaken } = holder;
  const state = stateOf(device, inputs, context.now);
  const users = state === 'Active' ? activeUsers(context, device, rules) : deniedUsers(context, identity);
  const acl = verifiedUser(users.block);
  const rulesHash = hashOf(users, acl);
  // For who has a token no certificate counts, and there is no line of a password.
  const authentication = device.authentication.type === 'Certificate' ? 'Certificate' : 'Password';
  const listed: BundleIdentity = {
    identity,
    authentication,
    rulesHash,
    credentialHash: credential.hash,
    until,
    ...(credential.ticketsUntil && { ticketsUntil: credential.ticketsUntil }),
    ...(context.tellsRoles === true && role !== undefined && role !== 'Device' && { role }),
  };
  const line = verifiedIdentityLine(listed);
  if (acl === undefined || line === undefined) return unfaithful(subject, holder);
  const isAllInPatterns = context.layout === 'Patterns' && users.block.lines.length === 0 && !users.block.until;
  const findings = joined(holder.findings, credential.findings);
  const status = {
    identity,
    state,
    device: keyOf(device),
    rulesHash,
    credentialHash: credential.hash,
    until,
    findings,
  };
  return {
    status: mistaken ? { ...status, mistaken } : status,
    acl: isAllInPatterns ? '' : acl,
    rules: users.block.lines.length,
    identityLine: line,
    passwordHash: credential.password,
    shared: state === 'Active' && context.layout === 'Patterns' ? sharedRights(rules, context.sharedRights) : undefined,
    changesAt: Math.min(
      nextOf(context.now, until, inputs.lockedUntil),
      nextOf(context.now, credential.ticketsUntil, undefined),
      nextEnd(context.now, rules),
    ),
  };
}

function stateOf(device: Device, { lockedUntil }: IdentityInputs, now: Date): 'Active' | 'Suspended' | 'Locked' {
  if (device.suspended) return 'Suspended';
  return lockedUntil && lockedUntil > now ? 'Locked' : 'Active';
}

/** The block of an identity, and what it would be if nothing were folded into patterns: that is what its hash names. */
interface Users {
  readonly block: AclUser;
  readonly whole: AclUser;
}

function activeUsers({ patterns, now }: BrokerContext, device: Device, rules: readonly EffectiveRule[]): Users {
  const whole = userOf(device.identity, aclLines(rules, now), device.expiresAt);
  const beside = rulesBeside(rules, patterns);
  return { whole, block: beside === rules ? whole : userOf(device.identity, aclLines(beside, now), device.expiresAt) };
}

function deniedUsers({ patterns }: BrokerContext, identity: string): Users {
  const whole = userOf(identity, deniedLines(noPatterns.lines));
  return { whole, block: patterns.rights.size === 0 ? whole : userOf(identity, deniedLines(patterns.lines)) };
}

function userOf(name: string, lines: readonly AclLine[], until?: Date): AclUser {
  return until ? { name, lines, until } : { name, lines };
}

function hashOf({ block, whole }: Users, blockText: string | undefined): string {
  return shortHash((whole === block ? blockText : verifiedUser(whole)) ?? '');
}

/**
 * Nothing in `identities`, and in layout PerIdentity no line in the ACL. Where patterns give rights to everyone, it is
 * denied everything for as long as a certificate in its name can open a session.
 */
function withoutRights(
  { context, identity, inputs }: Subject,
  ended: Pick<IdentityStatus, 'state' | 'device' | 'findings' | 'mistaken'>,
  until?: Date,
): CompiledIdentity {
  const lastSession = context.layout === 'Patterns' ? lastSessionOf(context, inputs) : undefined;
  const denied = lastSession && lastSession > context.now ? deniedUsers(context, identity).block : undefined;
  return {
    status: { identity, ...ended, rulesHash: '', credentialHash: undefined, until: undefined },
    acl: (denied && verifiedUser(denied)) ?? '',
    rules: denied?.lines.length ?? 0,
    identityLine: '',
    passwordHash: undefined,
    shared: undefined,
    changesAt: nextOf(context.now, lastSession, until),
  };
}

/** When the last certificate in this name, taken back or not, is good for nothing any more. */
function lastSessionOf({ trusted }: BrokerContext, inputs: IdentityInputs): Date | undefined {
  const { certificates = [], withdrawn = [] } = inputs;
  const ends = [...certificates, ...withdrawn]
    .filter(({ caKeyId }) => trusted.has(caKeyId))
    .map(({ notAfter }) => notAfter.getTime() + ticketMilliseconds);
  return ends.length > 0 ? new Date(Math.max(...ends)) : undefined;
}

function unfaithful(subject: Subject, { device, until }: Holder): CompiledIdentity {
  const message = `the lines of identity ${JSON.stringify(subject.identity)} do not read back as they were meant`;
  const finding: Finding = { code: 'MQS100', severity: 'Error', message, path: 'spec', object: device.origin };
  return withoutRights(subject, { state: 'Refused', device: keyOf(device), findings: [finding] }, until);
}

function earlier(a: Date | undefined, b: Date | undefined): Date | undefined {
  if (!a || !b) return a ?? b;
  return a < b ? a : b;
}

/** The first of the times that is still to come, milliseconds. */
function nextOf(now: Date, a: Date | undefined, b: Date | undefined): number {
  const first = a && a > now ? a.getTime() : Infinity;
  return b && b > now ? Math.min(first, b.getTime()) : first;
}

function nextEnd(now: Date, rules: readonly EffectiveRule[]): number {
  let next = Infinity;
  for (const { expiresAt } of rules) next = Math.min(next, nextOf(now, expiresAt, undefined));
  return next;
}
