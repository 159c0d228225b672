import type { Finding } from '../finding.ts';
import { type Device, keyOf } from '../fleet.ts';
import type { RevocationEntry } from '../pki/certificate.ts';
import { deviceNotice, type LineageNotice, type NoticedCertificate, publishedNotice } from '../pki/notice.ts';
import type { Shard } from '../sharded.ts';
import { type BrokerContext, compiledIdentity, type IdentityInputs, type IdentityStatus } from './compiled-identity.ts';
import { commonRights, type SharedRight } from './fold.ts';
import type { KeptIdentity } from './kept.ts';
import { noticeLine } from './notices.ts';
import { type PasswordTexts, passwordTexts, type ShardText, shardText } from './split.ts';

/** The inputs of all identities in one shard, each the very object that the caller holds: compared by `===`. */
export interface ShardInputs {
  readonly devices: Shard<readonly Device[]>;
  readonly certificates: Shard<readonly NoticedCertificate[]>;
  readonly passwordHashes: Shard<string>;
  readonly lockouts: Shard<Date>;
  readonly withdrawn: Shard<readonly RevocationEntry[]>;
  readonly kept: Shard<KeptIdentity>;
}

export type LinesPart = 'acl' | 'identities' | 'passwords' | 'notices';

/** What became of the identities of one shard. */
export interface CompiledShard {
  readonly inputs: ShardInputs;
  /** The patterns that its blocks were written beside. */
  readonly patternsKey: string;
  /** In ascending order. */
  readonly statuses: ReadonlyMap<string, IdentityStatus>;
  readonly texts: Readonly<Record<Exclude<LinesPart, 'passwords'>, ShardText>> & { readonly passwords: PasswordTexts };
  readonly totals: Totals;
  readonly findings: readonly Finding[];
  readonly notices: readonly LineageNotice[];
  /** Rights that all its Active identities have; undefined where there is none. */
  readonly shared: ReadonlySet<SharedRight> | undefined;
  readonly changesAt: number;
}

/** What makes a rule set heavy for the broker. */
export interface Totals {
  /** Identities with a block in the ACL. */
  readonly users: number;
  readonly rules: number;
}

/** The shard again if neither its inputs nor its patterns changed and no time came that it waits for. */
export function isCurrent(shard: CompiledShard, inputs: ShardInputs, { patterns, now }: BrokerContext): boolean {
  const former = shard.inputs;
  return (
    shard.patternsKey === patterns.key &&
    shard.changesAt > now.getTime() &&
    former.devices === inputs.devices &&
    former.certificates === inputs.certificates &&
    former.passwordHashes === inputs.passwordHashes &&
    former.lockouts === inputs.lockouts &&
    former.withdrawn === inputs.withdrawn &&
    former.kept === inputs.kept
  );
}

/** The shard compiled anew; texts of `previous` that come out the same are taken over. */
export function compiledShard(context: BrokerContext, inputs: ShardInputs, previous?: CompiledShard): CompiledShard {
  const statuses = new Map<string, IdentityStatus>();
  const findings: Finding[] = [];
  const asked: LineageNotice[] = [];
  const totals = { users: 0, rules: 0 };
  const passwords: string[] = [];
  let [acl, identities, notices, changesAt] = ['', '', '', Infinity];
  let shared: ReadonlySet<SharedRight> | undefined;
  for (const identity of identitiesOf(context, inputs)) {
    const compiled = compiledIdentity(context, identity, identityInputs(inputs, identity));
    statuses.set(identity, compiled.status);
    findings.push(...compiled.status.findings);
    acl += compiled.acl;
    identities += compiled.identityLine;
    if (compiled.passwordHash !== undefined) passwords.push(identity, compiled.passwordHash);
    totals.users += compiled.acl === '' ? 0 : 1;
    totals.rules += compiled.rules;
    shared = commonRights(shared, compiled.shared);
    const { notice, line, changesAt: noticeChangesAt } = compiledNotice(context, compiled.status, inputs);
    if (notice) asked.push(notice);
    notices += line;
    changesAt = Math.min(changesAt, compiled.changesAt, noticeChangesAt);
  }
  const texts = {
    acl: shardText(acl, previous?.texts.acl),
    identities: shardText(identities, previous?.texts.identities),
    passwords: passwordTexts(passwords, previous?.texts.passwords),
    notices: shardText(notices, previous?.texts.notices),
  };
  return {
    inputs,
    patternsKey: context.patterns.key,
    statuses,
    texts,
    totals,
    findings,
    notices: asked,
    shared,
    changesAt,
  };
}

interface CompiledNotice {
  readonly notice: LineageNotice | undefined;
  /** Empty without one. */
  readonly line: string;
  /** Milliseconds since the epoch; `Infinity`: never. */
  readonly changesAt: number;
}

const noNotice: CompiledNotice = { notice: undefined, line: '', changesAt: Infinity };

/** Only who has its rights is asked for anything: to another nothing would be issued, and it could not read it. */
function compiledNotice(
  { trusted, now }: BrokerContext,
  { identity, state, device: key }: IdentityStatus,
  inputs: ShardInputs,
): CompiledNotice {
  if (state !== 'Active' && state !== 'Locked') return noNotice;
  const certificates = inputs.certificates.get(identity);
  const device = inputs.devices.get(identity)?.find((one) => keyOf(one) === key);
  if (!certificates || device?.authentication.type !== 'Certificate') return noNotice;
  const withdrawn = inputs.withdrawn.get(identity) ?? [];
  const { notice, changesAt } = deviceNotice({ device, certificates, withdrawn, trusted }, now);
  const line = notice ? noticeLine(publishedNotice(device, notice)) : '';
  return { notice, line, changesAt: changesAt?.getTime() ?? Infinity };
}

/** Who claims an identity; where patterns give rights to everyone, also who once had a certificate. */
function identitiesOf({ layout }: BrokerContext, inputs: ShardInputs): string[] {
  if (layout === 'PerIdentity') return [...inputs.devices.keys()].sort();
  const all = [inputs.devices, inputs.certificates, inputs.withdrawn].flatMap((shard) => [...shard.keys()]);
  return [...new Set(all)].sort();
}

function identityInputs(inputs: ShardInputs, identity: string): IdentityInputs {
  return {
    devices: inputs.devices.get(identity),
    certificates: inputs.certificates.get(identity),
    passwordHash: inputs.passwordHashes.get(identity),
    lockedUntil: inputs.lockouts.get(identity),
    withdrawn: inputs.withdrawn.get(identity),
    kept: inputs.kept.get(identity),
  };
}
