import { createPublicKey } from 'node:crypto';
import path from 'node:path';
import type { PartTexts } from '../domain/bundle/content.ts';
import { type Finding, parsed } from '../domain/finding.ts';
import { keyOf, type Fleet } from '../domain/fleet.ts';
import { type CaKeyId, type RevocationEntry } from '../domain/pki/certificate.ts';
import { refText, type ObjectKey } from '../domain/names.ts';
import { joined, type Text } from '../domain/pieces.ts';
import { crlSignerIn, parsedCrl, parsedCrls, type ReadCrl } from '../domain/pki/crl.ts';
import { emptyLedger, ledgerText, parsedLedger, withRevoked, type Ledger } from '../domain/pki/ledger.ts';
import { parseRevocations } from '../domain/pki/revocations.ts';
import { keyIdOf } from '../domain/pki/x509.ts';
import { type Acknowledgement, type Random } from '../ports.ts';
import { createAuthority, issueDeviceCertificate, loadAuthority, type Authority, type DeviceKey } from './authority.ts';
import { certificateFiles, forgetLineage, heldCertificates, keepCertificate, keepHistory } from './certificates.ts';
import { inGroups, makeDirectory, replaceFile, textOf } from './files.ts';
import { keyRequestOf, type HeldCertificate, type Lineage } from '../domain/pki/lineage.ts';
import { keepMark, markedNumber } from './mark.ts';
import { forgetPassword, keepPassword, readPasswords } from './passwords.ts';
import { type Issuance, type LocalPlan, type PasswordIssuance, type StoredPassword } from './plan.ts';
import { addToRecord, removeRecord, type DeviceRecord } from './records.ts';
import { publishedIndex } from './sink.ts';
import { publishedTexts } from './source.ts';
import { type StatePaths } from './state.ts';

/** What the state directory holds, as it was last read or written by this process, the only one that writes it. */
export interface Store {
  readonly paths: StatePaths;
  readonly authority: Authority;
  held: readonly HeldCertificate[];
  ledger: Ledger;
  crl: StoredCrl | undefined;
  /** Number of the last list that is known of, whether it is still there or not. */
  crlNumber: bigint;
  readonly passwords: Map<ObjectKey, StoredPassword>;
  readonly hashes: Map<ObjectKey, string>;
  /** Passwords that were checked against a hash, by hash. */
  readonly verified: Map<string, string>;
  /** What was found when it was opened. */
  readonly findings: readonly Finding[];
}

export interface StoredCrl {
  readonly pem: string;
  readonly read: ReadCrl;
}

export interface Chance {
  readonly now: Date;
  readonly random: Random;
}

export async function openStore(paths: StatePaths, chance: Chance): Promise<Store> {
  const authority = await authorityIn(paths.authority, chance);
  const { keyId } = authority.issuer;
  const { passwords, hashes } = await readPasswords(paths.passwords);
  const revoked = await revocationsIn(paths, keyId, chance.now);
  return {
    paths,
    authority,
    held: await heldCertificates(paths.certificates, chance.now),
    ...revoked,
    passwords: new Map(passwords),
    hashes: new Map(hashes),
    verified: new Map(),
  };
}

/** The built-in CA; made on the first start. Its key is written first, for a certificate without key would be of no use. */
async function authorityIn(directory: string, chance: Chance): Promise<Authority> {
  const [certificateFile, keyFile] = [path.join(directory, 'tls.crt'), path.join(directory, 'tls.key')];
  const certificate = await textOf(certificateFile);
  if (certificate !== undefined) {
    const authority = loadAuthority(certificate, (await textOf(keyFile)) ?? '');
    if (authority.ok) return authority.value;
    throw new Error(`read CA ${directory}: ${authority.findings.map(({ message }) => message).join('; ')}`);
  }
  const authority = await createAuthority({ commonName: 'mqttsec local CA', ...chance });
  await makeDirectory(directory);
  await replaceFile(keyFile, authority.keyPem);
  await replaceFile(certificateFile, authority.certificatePem);
  return authority;
}

function ledgerFile(paths: StatePaths, caKeyId: string): string {
  return path.join(paths.ledger, caKeyId);
}

/**
 * The ledger, with what the published bundle says beyond it: one that was lost, or put back from an older copy, comes
 * back whole. One that cannot be read is an error, and so is a directory that does not know of all that was revoked
 * under its CA: guessing would un-revoke.
 */
async function revocationsIn(
  paths: StatePaths,
  caKeyId: CaKeyId,
  now: Date,
): Promise<Pick<Store, 'ledger' | 'crl' | 'crlNumber' | 'findings'>> {
  const file = ledgerFile(paths, caKeyId);
  const text = await textOf(file);
  const stored = text === undefined ? parsed(emptyLedger(caKeyId)) : parsedLedger(text, caKeyId);
  if (!stored.ok) throw new Error(`read ledger ${file}: ${stored.findings.map(({ message }) => message).join('; ')}`);
  const published = await publishedParts(paths);
  const ledger = withRevoked(stored.value, entriesIn(published?.revocations ?? []));
  const crl = await crlIn(paths, caKeyId);
  const crlNumber = highestNumber(caKeyId, crl, published);
  const problem = outdatedBy(ledger, crl, crlNumber, await markedNumber(paths.mark, caKeyId));
  if (problem !== undefined)
    throw new Error(`open state ${paths.root}: it is an older copy: ${problem}; ${wayOut(paths)}`);
  // Not only what is published may be lost next.
  if (ledger !== stored.value) await replaceFile(file, ledgerText(ledger));
  const missing = [...ledger.entries.values()].filter(
    ({ serial, notAfter }) => notAfter > now && !stored.value.entries.has(serial),
  );
  return { ledger, crl, crlNumber, findings: missing.length === 0 ? [] : [takenBack(file, missing.length)] };
}

/** How it is known that revocations are missing; undefined where nothing says so. */
function outdatedBy(
  { entries }: Ledger,
  crl: StoredCrl | undefined,
  highest: bigint,
  marked: bigint | undefined,
): string | undefined {
  if (marked !== undefined && highest < marked) {
    return `its revocation list has number ${highest}, number ${marked} was in force before`;
  }
  const listed = [...(crl?.read.entries ?? [])].filter(([, { reason }]) => reason !== 'CertificateHold');
  const unknown = listed.filter(([serial]) => !entries.has(serial)).length;
  return unknown === 0 ? undefined : `its revocation list holds ${unknown} serials that its ledger does not know`;
}

function wayOut({ root, mark, crl }: StatePaths): string {
  return (
    `put the latest copy of ${root} back, or, to go on without what was revoked since, ` +
    `delete ${mark} and ${crl} and revoke those devices again`
  );
}

function takenBack(file: string, count: number): Finding {
  const message = `ledger ${file} lacked ${count} revocations that were published: they stay in force`;
  return { code: 'MQS190', severity: 'Warning', path: '', message };
}

async function publishedParts(paths: StatePaths): Promise<PartTexts | undefined> {
  const index = await publishedIndex(paths.bundle);
  const texts = index && (await publishedTexts(paths.bundle, index));
  return texts?.ok ? texts.value : undefined;
}

function entriesIn(text: Text): readonly RevocationEntry[] {
  const entries = parseRevocations(text);
  return entries.ok ? entries.value : [];
}

/** Of the stored list and the one that was published; 0 without any. */
function highestNumber(caKeyId: CaKeyId, crl: StoredCrl | undefined, published: PartTexts | undefined): bigint {
  const [text, cas] = [joined(published?.crl ?? []), joined(published?.ca ?? [])];
  const lists = text === '' ? undefined : parsedCrls(text);
  const own = (lists?.ok ? lists.value : []).filter((list) => crlSignerIn(list, cas) === caKeyId);
  const numbers = [...own, ...(crl ? [crl.read] : [])].map(({ number }) => number);
  return numbers.reduce((most, one) => (one > most ? one : most), 0n);
}

function crlFile(paths: StatePaths, caKeyId: string): string {
  return path.join(paths.crl, `${caKeyId}.pem`);
}

/** The last CRL; one that is lost or cannot be read is signed again, with a number that has grown nevertheless. */
async function crlIn(paths: StatePaths, caKeyId: string): Promise<StoredCrl | undefined> {
  const pem = await textOf(crlFile(paths, caKeyId));
  const read = pem === undefined ? undefined : parsedCrl(pem);
  return pem !== undefined && read?.ok ? { pem, read: read.value } : undefined;
}

export async function keepCrl(store: Store, crl: StoredCrl): Promise<void> {
  const { paths, ledger } = store;
  await replaceFile(crlFile(paths, ledger.caKeyId), crl.pem);
  store.crl = crl;
  store.crlNumber = crl.read.number;
  await keepMark(paths.mark, { caKeyId: ledger.caKeyId, crlNumber: crl.read.number });
}

export async function keepLedger(store: Store, ledger: Ledger): Promise<void> {
  if (ledger === store.ledger) return;
  await replaceFile(ledgerFile(store.paths, ledger.caKeyId), ledgerText(ledger));
  store.ledger = ledger;
}

/**
 * Does what the plan says but for `forgetLineages`, and answers with the records as they are then. Ledger and records
 * come first: what is forgotten after that is on them.
 */
export async function act(
  plan: LocalPlan,
  store: Store,
  fleet: Fleet,
  records: ReadonlyMap<ObjectKey, DeviceRecord>,
  chance: Chance,
): Promise<ReadonlyMap<ObjectKey, DeviceRecord>> {
  const next = new Map(records);
  await Promise.all([
    keepLedger(store, withRevoked(store.ledger, plan.revoke)),
    inGroups(plan.record, async ({ device, revoked }) => {
      const record = await addToRecord(store.paths.records, device, { revoked });
      next.set(device, { ...next.get(device), ...record });
    }),
  ]);
  for (const device of plan.forget.records) {
    await removeRecord(store.paths.records, device);
    await removeRecord(store.paths.requests, device);
    next.delete(device);
  }
  for (const device of plan.forget.passwords) await forgetPasswordOf(store, device);
  await inGroups(plan.issue, (issuance) => issue(store, issuance, fleet, chance));
  await inGroups(plan.passwords, (issuance) => generatePassword(store, issuance, chance));
  return next;
}

/** To be called when what they held is on a list that is kept. */
export async function forgetLineages(store: Store, lineages: readonly ObjectKey[]): Promise<void> {
  for (const lineage of lineages) {
    await forgetLineage(store.paths.certificates, lineage);
    store.held = store.held.filter((one) => one.lineage !== lineage);
  }
}

/** Certificates that are held, by those who said that they use them, and are not known to be used. */
export function newAcknowledgements(
  { held }: Pick<Store, 'held'>,
  acknowledgements: readonly Acknowledgement[],
): readonly HeldCertificate[] {
  if (acknowledgements.length === 0) return [];
  const times = new Map(acknowledgements.map(({ identity, fingerprint, at }) => [`${identity} ${fingerprint}`, at]));
  return held.flatMap((one) => {
    const at = one.acknowledgedAt ? undefined : times.get(`${one.identity} ${one.fingerprint}`);
    return at === undefined ? [] : [{ ...one, acknowledgedAt: new Date(at) }];
  });
}

/** Remembers what devices said that they use. */
export async function keepAcknowledgements(store: Store, acknowledgements: readonly Acknowledgement[]): Promise<void> {
  const news = new Map(newAcknowledgements(store, acknowledgements).map((one) => [one.fingerprint, one]));
  if (news.size === 0) return;
  store.held = store.held.map((one) => news.get(one.fingerprint) ?? one);
  const lineages = new Set([...news.values()].map(({ lineage }) => lineage));
  await inGroups([...lineages], async (lineage) => {
    const history = store.held.filter((one) => one.lineage === lineage);
    await keepHistory(store.paths.certificates, lineage, history);
  });
}

async function forgetPasswordOf(store: Store, device: ObjectKey): Promise<void> {
  await forgetPassword(store.paths.passwords, device);
  store.passwords.delete(device);
  store.hashes.delete(device);
}

/** Where neither the manifest nor its broker says anything: 90 days, and 30 of them ahead of the end. */
const defaultLifetime = { durationSeconds: 2160 * 3600, renewBeforeSeconds: 720 * 3600 } as const;

async function issue(store: Store, { lineage, csr }: Issuance, fleet: Fleet, chance: Chance): Promise<void> {
  const { key, device, spec } = lineage;
  const defaults = fleet.brokers.get(device.broker)?.clientCertificates ?? defaultLifetime;
  const former = store.held.filter((one) => one.lineage === key);
  const kept = await keptKey(store, lineage);
  const made = await issueDeviceCertificate(store.authority, {
    identity: device.identity,
    durationSeconds: spec.durationSeconds ?? defaults.durationSeconds,
    key: csr ? { kind: 'Csr', csr } : deviceKeyOf(lineage, kept),
    ...chance,
  });
  const certificate: HeldCertificate = {
    ...made.issued,
    keyId: made.issued.keyId ?? '',
    lineage: key,
    device: keyOf(device),
    key: keyRequestOf(spec),
    issuedAt: chance.now,
    renewBeforeSeconds: spec.renewBeforeSeconds ?? defaults.renewBeforeSeconds,
  };
  const keyPem = csr ? undefined : (made.keyPem ?? kept);
  const files = {
    certificate: made.certificatePem,
    ca: store.authority.certificatePem,
    ...(keyPem && { key: keyPem }),
  };
  const history = await keepCertificate(store.paths.certificates, certificate, former, files);
  store.held = [...store.held.filter((one) => one.lineage !== key), ...history];
}

/** The present key where it is to be kept (`rotationPolicy: Never`) and still is the one that is asked for. */
async function keptKey(store: Store, { key, spec }: Lineage): Promise<string | undefined> {
  if (spec.key.kind === 'Csr' || spec.key.privateKey.rotationPolicy === 'Always') return undefined;
  const present = store.held.find((one) => one.lineage === key && !one.supersededAt);
  if (present?.key !== keyRequestOf(spec)) return undefined;
  return (await certificateFiles(store.paths.certificates, key))?.key;
}

/** A key that is kept is certified as a device's own would be. */
function deviceKeyOf({ spec, object }: Lineage, kept: string | undefined): DeviceKey {
  if (kept !== undefined) {
    const publicKey = createPublicKey(kept);
    return { kind: 'Csr', csr: { publicKey, keyId: keyIdOf(publicKey) } };
  }
  if (spec.key.kind === 'Generated') return spec.key;
  throw new Error(`issue certificate for ${refText(object)}: its signing request was not checked`);
}

/** 192 bits in characters that need no quoting anywhere. */
const passwordBytes = 24;

async function generatePassword(store: Store, { device, identity, revision }: PasswordIssuance, { random }: Chance) {
  const password = Buffer.from(random.bytes(passwordBytes)).toString('base64url');
  const stored: StoredPassword = { username: identity, password, revision };
  await keepPassword(store.paths.passwords, device, stored);
  store.passwords.set(device, stored);
}
