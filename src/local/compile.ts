import { chunkCountsOf } from '../domain/bundle/chunks.ts';
import { defectFindings } from '../domain/broker/defects.ts';
import { compileBroker, type Compiled } from '../domain/bundle/compile.ts';
import { type Placement } from '../domain/bundle/placement.ts';
import { type Finding } from '../domain/finding.ts';
import { keyOf, type Broker, type Fleet, type MosquittoVersion } from '../domain/fleet.ts';
import { type ObjectKey } from '../domain/names.ts';
import { joined } from '../domain/pieces.ts';
import { type PublishedCrl } from '../domain/pki/certificate.ts';
import { crlDueAt, crlDueReason, crlEntries } from '../domain/pki/crl-schedule.ts';
import { listsBySigner } from '../domain/pki/external-list.ts';
import { prunedLedger } from '../domain/pki/ledger.ts';
import { newList, publishedCrl } from '../domain/pki/signed-list.ts';
import type { LockoutsInForce, ReportedLockout } from '../domain/lockout.ts';
import { ShardedMap } from '../domain/sharded.ts';
import { type Acknowledgement } from '../ports.ts';
import { type Accepted } from './accepted.ts';
import { devicesIn, type HeldCertificate, type Lineage, lineagesOf } from '../domain/pki/lineage.ts';
import { localLockouts } from './lockouts.ts';
import { passwordLines } from './password-lines.ts';
import { earliest, isDone, planOf, type LocalFacts, type LocalPlan } from './plan.ts';
import { withRecords, type Records } from './records.ts';
import { keepServerKeyPair } from './server.ts';
import { publishedIndex } from './sink.ts';
import { publishedTexts } from './source.ts';
import { act, forgetLineages, keepAcknowledgements, keepCrl, keepLedger, type Chance, type Store } from './store.ts';
import { type ListSources, listTimes, localTrust, type LocalTrust } from './trust.ts';

/** What a broker is to enforce now. */
export interface LocalBundle {
  readonly fleet: Fleet;
  readonly compiled: Compiled;
  readonly lockouts: LockoutsInForce;
  /** As they are after all that was done. */
  readonly records: Omit<Records, 'findings'>;
  /** Of everything, manifests included. */
  readonly findings: readonly Finding[];
  readonly nextChangeAt: Date | undefined;
}

export interface LocalInput {
  readonly accepted: Accepted;
  readonly records: Records;
  readonly broker: Broker;
  /** Of the Mosquitto that runs: its files are rendered, whatever the manifest says. */
  readonly dialect: MosquittoVersion;
  readonly placement: Placement;
  readonly previous: Compiled | undefined;
  readonly downloaded: ListSources['downloaded'];
  /** As the agent reported them last. */
  readonly acknowledgements: readonly Acknowledgement[];
  readonly reportedLockouts: readonly ReportedLockout[];
  /** As they were compiled last. */
  readonly formerLockouts: LockoutsInForce | undefined;
}

/** A plan that is acted on leaves nothing to do; more rounds than this would mean that it does not. */
const mostRounds = 5;

/** Brings the state directory to what the manifests ask for, and compiles the broker's files from both. */
export async function localBundle(store: Store, input: LocalInput, chance: Chance): Promise<LocalBundle> {
  const { accepted, broker, placement, previous } = input;
  const { values } = accepted.result;
  await keepAcknowledgements(store, input.acknowledgements);
  const { plan, records } = await settledPlan(store, input, chance);
  const fleet = fleetOf(input);
  const { issuer, certificatePem } = store.authority;
  const last = await lastLists(store, broker);
  const lists = { values, downloaded: input.downloaded, last, now: chance.now };
  const trust = localTrust(broker, { keyId: issuer.keyId, certificatePem }, lists);
  const crl = await signedCrl(store, plan.holds, trust, chance.now);
  await forgetLineages(store, plan.forget.lineages);
  const server = await keepServerKeyPair(store.paths.server, broker, values, store.authority, chance);
  const passwords = await passwordLines(store, fleet, keyOf(broker), values, chance.random);
  const index = await publishedIndex(store.paths.bundle);
  const lockouts = localLockouts(
    { fleet, broker: keyOf(broker), reported: input.reportedLockouts, records, former: input.formerLockouts },
    chance.now,
  );
  const compiled = compileBroker(
    {
      fleet,
      broker: keyOf(broker),
      certificates: certificatesByIdentity(store.held, lineagesOf(fleet, devicesIn(fleet))),
      cas: trust.cas,
      passwordLines: passwords.lines,
      crls: [...(crl ? [crl] : []), ...trust.externalCrls],
      // Agents refuse a set that forgets what was taken back, also where no list says it.
      revocations: crlEntries(store.ledger, crl ? plan.holds : []),
      lockouts: lockouts.ends,
      placement,
      ...(index && { chunkCounts: chunkCountsOf(index) }),
    },
    chance.now,
    previous,
  );
  const sources = [store, accepted, input.records, plan, trust, server, passwords, compiled];
  return {
    fleet,
    compiled,
    lockouts,
    records: { records, unreadable: input.records.unreadable },
    findings: [...sources.flatMap(({ findings }) => findings), ...dialectFindings(input)],
    nextChangeAt: earliest([
      plan.nextChangeAt,
      server.renewAt,
      crl && crlDueAt(crl),
      ...listTimes(trust, chance.now),
      compiled.nextChangeAt,
      lockouts.nextChangeAt,
    ]),
  };
}

function fleetOf({ accepted, records, broker, dialect }: LocalInput): Fleet {
  const fleet = withRecords(accepted.result.fleet, records.records, records.unreadable);
  const present = fleet.brokers.get(keyOf(broker));
  if (!present || present.version === dialect) return fleet;
  return { ...fleet, brokers: new Map(fleet.brokers).set(keyOf(broker), { ...present, version: dialect }) };
}

function dialectFindings({ broker, dialect }: LocalInput): readonly Finding[] {
  if (broker.version === dialect) return [];
  const message = `the manifest says Mosquitto ${broker.version}, ${dialect} runs: its files are made for ${dialect}`;
  return [
    { code: 'MQS122', severity: 'Warning', path: 'spec.mosquitto.version', message, object: broker.origin },
    ...defectFindings({ ...broker, version: dialect }),
  ];
}

/** What is left of a plan when nothing is left to do, and the records then. */
interface Settled {
  readonly plan: LocalPlan;
  readonly records: Records['records'];
}

/** Plans and acts until there is nothing left to do. */
async function settledPlan(store: Store, input: LocalInput, chance: Chance): Promise<Settled> {
  const fleet = fleetOf(input);
  let records = input.records.records;
  for (let round = 1; ; round += 1) {
    const plan = planOf(factsOf(store, input, fleet, records), chance.now);
    if (isDone(plan)) return { plan, records };
    if (round > mostRounds) throw new Error('plan local fleet: it does not come to rest');
    records = await act(plan, store, fleet, records, chance);
  }
}

function factsOf(
  store: Store,
  { accepted, broker, records: { unreadable } }: LocalInput,
  fleet: Fleet,
  records: LocalFacts['records'],
): LocalFacts {
  return {
    fleet,
    written: accepted.devices,
    broker: keyOf(broker),
    isDeclared: accepted.isDeclared,
    admitted: accepted.admitted,
    held: store.held,
    ledger: store.ledger,
    records,
    unreadable,
    passwords: store.passwords,
    hashed: store.hashes.keys(),
  };
}

/** Lists of others as they were published last. */
async function lastLists({ paths }: Store, { clientCertificates }: Broker): Promise<ListSources['last']> {
  const isAsked = clientCertificates?.trustedCas.some(({ revocation }) => revocation.type === 'ExternalCrl') === true;
  const index = isAsked ? await publishedIndex(paths.bundle) : undefined;
  const texts = index && (await publishedTexts(paths.bundle, index));
  return texts?.ok ? listsBySigner(joined(texts.value.crl), joined(texts.value.ca)) : new Map();
}

/** The list of the built-in CA, signed again when it is due; undefined where the broker checks none. */
async function signedCrl(
  store: Store,
  holds: readonly HeldCertificate[],
  { crlValiditySeconds: validitySeconds }: LocalTrust,
  now: Date,
): Promise<PublishedCrl | undefined> {
  if (validitySeconds === undefined) return undefined;
  const { crl } = store;
  const due = crlDueReason({ published: crl?.read, entries: crlEntries(store.ledger, holds), now, validitySeconds });
  if (crl && !due) return publishedCrl(store.ledger.caKeyId, crl);
  const ledger = prunedLedger(store.ledger, now);
  const content = { entries: crlEntries(ledger, holds), formerNumber: store.crlNumber, validitySeconds, now };
  const signed = newList(store.authority, content);
  await keepCrl(store, signed);
  // Whoever is stopped before this has a ledger that knows more than the list, never less.
  await keepLedger(store, ledger);
  return publishedCrl(store.ledger.caKeyId, signed);
}

/** With what their lineages say now. */
function certificatesByIdentity(
  held: readonly HeldCertificate[],
  lineages: ReadonlyMap<ObjectKey, Lineage>,
): ShardedMap<readonly HeldCertificate[]> {
  const byIdentity = new Map<string, HeldCertificate[]>();
  for (const one of held) {
    const { secretName, revokePreviousAfterSeconds: overlapSeconds } = lineages.get(one.lineage)?.spec ?? {};
    const certificate: HeldCertificate = {
      ...one,
      ...(secretName !== undefined && { secretName }),
      ...(overlapSeconds !== undefined && { overlapSeconds }),
    };
    const others = byIdentity.get(certificate.identity);
    if (others) others.push(certificate);
    else byIdentity.set(certificate.identity, [certificate]);
  }
  return ShardedMap.from(byIdentity);
}
