import { createSecureContext } from 'node:tls';
import { serverCertificateFile, serverKeyFile } from '../domain/broker/broker-conf.ts';
import { dynamicSecurityCheck } from '../domain/broker/dynamic-security.ts';
import type { Conf } from '../domain/broker/conf.ts';
import { contentHash } from '../domain/bundle/chunks.ts';
import { type Bundle, type BundleIndex, type PartName, partNames } from '../domain/bundle/content.ts';
import type { Parsed } from '../domain/finding.ts';
import { sha256 } from '../domain/hash.ts';
import { joined } from '../domain/pieces.ts';
import type { RevocationEntry } from '../domain/pki/certificate.ts';
import { caBundleProblem, type CaCertificate, isIssuedBy, keyPairProblem } from '../domain/pki/x509.ts';
import type { Refusal } from '../ports.ts';
import type { AclFacts } from './acl-facts.ts';
import {
  type Candidate,
  checksCrls,
  networkListeners,
  readable,
  type SignedBy,
  takesCertificates,
} from './candidate.ts';
import { ownNamePrefix, ownTopicRoot } from './overlay.ts';
import { givenBackProblem, type Placed } from './placed.ts';

/** What the gate looks at: the set that would be loaded, the one that was last proved, the time and the place. */
export interface GateInput {
  readonly next: Candidate;
  readonly loaded: Candidate | undefined;
  /** What the broker was told to be revoked beside that, whether or not it was proved. */
  readonly given?: readonly RevocationEntry[];
  /** What the broker was given last, where the next set may be older. */
  readonly placed?: Placed | undefined;
  readonly now: Date;
  /** Name of the broker whose agent this is. */
  readonly broker: string;
  /** The directory link that all paths have to go through. */
  readonly directory: string;
  /** What the binary says, such as `2.0.11`. */
  readonly mosquittoVersion: string;
}

/**
 * A check answers with the reason for refusing, or with nothing; also with nothing where what it needs could not be read,
 * for that is what another check refuses. The name is what status and tests say.
 */
export interface GateCheck {
  readonly name: string;
  readonly refuses: (input: GateInput) => string | undefined;
}

/** The check that another Mosquitto would pass. */
export const dialectCheck = 'ConfDialect';

export const gateChecks: readonly GateCheck[] = [
  { name: 'BrokerIsOurs', refuses: ({ next, broker }) => otherBrokerProblem(next.bundle.index, broker) },
  { name: 'ContentHash', refuses: ({ next }) => contentProblem(next.bundle) },
  { name: 'RevisionNotLower', refuses: revisionProblem },
  { name: dynamicSecurityCheck, refuses: ({ next }) => secondAuthorityProblem(next.conf()) },
  { name: 'ConfAllowed', refuses: ({ next }) => confProblem(next.conf()) },
  { name: 'ConfPaths', refuses: ({ next, directory }) => pathProblem(readable(next.conf()), directory) },
  { name: dialectCheck, refuses: dialectProblem },
  { name: 'AclParses', refuses: ({ next }) => unreadable(next.acl()) },
  { name: 'AclLeavesProbesAlone', refuses: ({ next }) => probeTopicProblem(readable(next.acl())) },
  { name: 'AclUsersAreIdentities', refuses: ({ next }) => strayUserProblem(next) },
  { name: 'PasswordsParse', refuses: ({ next }) => unreadable(next.passwords()) },
  { name: 'IdentitiesParse', refuses: ({ next }) => unreadable(next.identities()) },
  { name: 'IdentitiesNotReserved', refuses: ({ next }) => reservedNameProblem(next) },
  { name: 'PasswordsFitIdentities', refuses: ({ next }) => passwordIdentityProblem(next) },
  { name: 'RevocationsParse', refuses: ({ next }) => unreadable(next.revocations()) },
  { name: 'NoticesParse', refuses: ({ next }) => unreadable(next.notices()) },
  { name: 'NoticesAreForIdentities', refuses: ({ next }) => strayNoticeProblem(next) },
  { name: 'ServerKeyPair', refuses: serverProblem },
  { name: 'CaChain', refuses: ({ next }) => caProblem(next) },
  { name: 'CrlParses', refuses: ({ next }) => (checksCrls(confOf(next)) ? unreadable(next.crls()) : undefined) },
  { name: 'CrlSigned', refuses: ({ next }) => unsignedCrlProblem(crlsOf(next)) },
  { name: 'CrlInDate', refuses: crlDateProblem },
  { name: 'CrlForEachCa', refuses: ({ next }) => missingCrlProblem(next) },
  { name: 'CrlNumberNotLower', refuses: ({ next, loaded }) => crlNumberProblem(crlsOf(next), loaded) },
  { name: 'RevokedInCrl', refuses: ({ next, now }) => notInCrlProblem(next, now) },
  { name: 'RevocationsKept', refuses: lostRevocationProblem },
  { name: 'NothingGivenBack', refuses: ({ next, placed, now }) => placed && givenBackProblem(next, placed, now) },
];

/** All refusals, in table order; an empty list opens the gate. A check that throws refuses. */
export function gateRefusals(input: GateInput, checks = gateChecks): readonly Refusal[] {
  return checks.flatMap(({ name, refuses }) => {
    const reason = reasonOf(refuses, input);
    return reason === undefined ? [] : [{ check: name, reason }];
  });
}

function reasonOf(refuses: GateCheck['refuses'], input: GateInput): string | undefined {
  try {
    return refuses(input);
  } catch (error) {
    return `the check failed: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function unreadable(read: Parsed<unknown>): string | undefined {
  if (read.ok) return undefined;
  const [first, ...others] = read.findings.map(({ path, message }) => `${path}: ${message}`);
  return others.length === 0 ? first : `${first ?? ''} (and ${others.length} more)`;
}

/** Some names of a list that may be long. */
function some(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(', ');
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown;
}

/** Said by itself, for it has a reason of its own. */
function secondAuthorityProblem(conf: Parsed<Conf>): string | undefined {
  return loadsSecondAuthority(conf) ? unreadable(conf) : undefined;
}

function confProblem(conf: Parsed<Conf>): string | undefined {
  return loadsSecondAuthority(conf) ? undefined : unreadable(conf);
}

function loadsSecondAuthority(conf: Parsed<Conf>): boolean {
  return !conf.ok && conf.findings.some(({ reason }) => reason === dynamicSecurityCheck);
}

function confOf(candidate: Candidate): Conf | undefined {
  return readable(candidate.conf());
}

function otherBrokerProblem({ broker }: BundleIndex, ours: string): string | undefined {
  return broker === ours ? undefined : `the bundle is for broker ${broker}, this is ${ours}`;
}

function contentProblem({ index, parts }: Bundle): string | undefined {
  if (contentHash(index.parts) !== index.hash) return `the index does not have its hash ${index.hash}`;
  const damaged = partNames.filter((name) => !isIntact(parts[name], index.parts[name]));
  return damaged.length === 0 ? undefined : `${some(damaged)} does not have the hash that the index names`;
}

/** True if these chunks have these hashes. */
function isIntact(chunks: readonly string[], hashes: readonly string[]): boolean {
  return chunks.length === hashes.length && chunks.every((text, number) => sha256(text) === hashes[number]);
}

function revisionProblem({ next, loaded }: GateInput): string | undefined {
  const [given, former] = [next.bundle.index.revision, loaded?.bundle.index.revision ?? 0];
  return given < former ? `revision ${given} is lower than the loaded ${former}` : undefined;
}

/** A path outside the link would not change with it, and could be a file of someone else. */
function pathProblem(conf: Conf | undefined, directory: string): string | undefined {
  if (!conf) return undefined;
  const expected = new Map<string, string>([
    [conf.aclFile, 'acl' satisfies PartName],
    [conf.passwordFile, 'passwords' satisfies PartName],
  ]);
  for (const listener of networkListeners(conf)) {
    if (listener.tls) {
      expected.set(listener.tls.certificateFile, serverCertificateFile).set(listener.tls.keyFile, serverKeyFile);
    }
    if (listener.authentication === 'Certificate') expected.set(listener.tls.caFile, 'ca' satisfies PartName);
    const crlFile = listener.authentication === 'Certificate' ? listener.tls.crlFile : undefined;
    if (crlFile !== undefined) expected.set(crlFile, 'crl' satisfies PartName);
  }
  const astray = [...expected].filter(([path, file]) => path !== `${directory}/${file}`).map(([path]) => path);
  if (astray.length > 0) return `${some(astray)} is not where the agent puts the files: ${directory}`;
  return conf.listeners.some(({ kind }) => kind === 'Unix') ? "a local listener is the agent's own" : undefined;
}

/** 2.0 has no plugins for ACL and passwords: it would not start. The dialect of 2.0 is understood by 2.1. */
function dialectProblem({ next, mosquittoVersion }: GateInput): string | undefined {
  const dialect = confOf(next)?.dialect.version;
  if (dialect !== '2.1' || !mosquittoVersion.startsWith('2.0.')) return undefined;
  return `the configuration is for Mosquitto 2.1, this is ${mosquittoVersion}`;
}

/** A set that grants the topics of the probes would let a broker pass that enforces something else. */
function probeTopicProblem(acl: AclFacts | undefined): string | undefined {
  const topic = acl?.probeTopic;
  return topic && `a rule for ${topic}: topics below ${ownTopicRoot} are granted to nobody`;
}

/** Rights of a user who is no identity would be rights of whoever holds a certificate of that name. */
function strayUserProblem({ acl, identities }: Candidate): string | undefined {
  const [file, known] = [readable(acl()), readable(identities())];
  if (!file || !known) return undefined;
  const stray = file.granted.filter((name) => !known.has(name));
  return stray.length === 0 ? undefined : `rights are given to ${some(stray)}, not among the identities`;
}

function reservedNameProblem({ identities, acl }: Candidate): string | undefined {
  const listed = [...(readable(identities())?.keys() ?? [])].filter((name) => name.startsWith(ownNamePrefix));
  const reserved = [...listed, ...(readable(acl())?.reserved ?? [])];
  return reserved.length === 0 ? undefined : `${some(reserved)}: names with ${ownNamePrefix} are the agent's own`;
}

function passwordIdentityProblem({ identities, passwords }: Candidate): string | undefined {
  const [known, hashes] = [readable(identities()), readable(passwords())];
  if (!known || !hashes) return undefined;
  const stray = [...hashes.keys()].filter((name) => known.get(name)?.authentication !== 'Password');
  if (stray.length > 0) return `passwords are given for ${some(stray)}, not an identity with password`;
  const missing = [...known.values()]
    .filter(({ authentication, credentialHash }) => authentication === 'Password' && credentialHash !== undefined)
    .map(({ identity }) => identity)
    .filter((identity) => !hashes.has(identity));
  return missing.length === 0 ? undefined : `the password of ${some(missing)} is missing`;
}

function strayNoticeProblem({ notices, identities }: Candidate): string | undefined {
  const [given, known] = [readable(notices()), readable(identities())];
  const stray = given && known ? [...given.keys()].filter((name) => !known.has(name)) : [];
  return stray.length === 0 ? undefined : `notices are given for ${some(stray)}, not among the identities`;
}

/**
 * 2.0 keeps running with a pair that does not fit and refuses all TLS; 2.1 ends (facts 1.1). The pair that is loaded may
 * have ended: clients see that for themselves, and what is taken back does not wait for its renewal.
 */
function serverProblem({ next, loaded, now }: GateInput): string | undefined {
  if (!networkListeners(confOf(next)).some(({ tls }) => tls)) return undefined;
  const { server } = next.bundle;
  if (!server) return 'a listener has TLS, and there is no key pair';
  const former = loaded?.bundle.server;
  if (server.certificate === former?.certificate && server.key === former.key) return undefined;
  return keyPairProblem(server.certificate, server.key, now) ?? weaknessProblem(server);
}

/** OpenSSL loads no pair that is too weak for its security level, and none with such a certificate in the chain. */
function weaknessProblem({ certificate, key }: NonNullable<Bundle['server']>): string | undefined {
  try {
    createSecureContext({ cert: certificate, key });
    return undefined;
  } catch (error) {
    return `OpenSSL does not take the pair: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function caProblem(next: Candidate): string | undefined {
  return takesCertificates(confOf(next)) ? caBundleProblem(joined(next.bundle.parts.ca)) : undefined;
}

/** The CRLs that the broker would use; none where it uses none, or they or the CAs cannot be read. */
function crlsOf(candidate: Candidate): readonly SignedBy[] {
  const isReadable = checksCrls(confOf(candidate)) && candidate.cas().ok;
  return isReadable ? (readable(candidate.crls()) ?? []) : [];
}

function unsignedCrlProblem(crls: readonly SignedBy[]): string | undefined {
  const unsigned = crls.findIndex(({ signer }) => signer === undefined);
  return unsigned < 0 ? undefined : `CRL ${unsigned + 1} is not signed by one of the trusted CAs`;
}

/**
 * Outside its dates a CRL refuses every client of its CA (facts 2.2). Where the one that is loaded has ended it does so
 * already, and what is taken back does not wait for a newer one. Where nothing is loaded, it keeps nobody else out.
 */
function crlDateProblem({ next, loaded, now }: GateInput): string | undefined {
  const ended = (candidate: Candidate): readonly SignedBy[] =>
    crlsOf(candidate).filter(({ crl }) => now >= crl.nextUpdate);
  const former = new Set((loaded ? ended(loaded) : []).map(({ signer }) => signer));
  const newlyEnded = ended(next).find(({ signer }) => !former.has(signer));
  if (newlyEnded && (loaded || !letsSomebodyIn(next, now))) {
    return `a CRL ended at ${newlyEnded.crl.nextUpdate.toISOString()}: every client would be refused`;
  }
  const early = crlsOf(next).find(({ crl }) => now < crl.thisUpdate);
  return early && `a CRL begins at ${early.crl.thisUpdate.toISOString()}: until then clients are refused`;
}

/** True if a CRL has not ended, or somebody has a password. */
function letsSomebodyIn(candidate: Candidate, now: Date): boolean {
  if (crlsOf(candidate).some(({ crl }) => now < crl.nextUpdate)) return true;
  const takesPasswords = networkListeners(confOf(candidate)).some(
    ({ authentication }) => authentication === 'Password',
  );
  return takesPasswords && (readable(candidate.passwords())?.size ?? 0) > 0;
}

/** With a CRL file, clients of a CA without one are refused (facts 2.4); a CA above others issues no client certificates. */
function missingCrlProblem(next: Candidate): string | undefined {
  const cas = readable(next.cas());
  const crls = crlsOf(next);
  if (!cas || crls.length === 0) return undefined;
  const listed = new Set(crls.map(({ signer }) => signer));
  const isAbove = (ca: CaCertificate): boolean =>
    cas.some((other) => other.keyId !== ca.keyId && isIssuedBy(other.pem, ca));
  const missing = cas.filter((ca) => !listed.has(ca.keyId) && !isAbove(ca)).map(({ keyId }) => keyId);
  return missing.length === 0 ? undefined : `there is no CRL of the trusted CA with key ${some(missing)}`;
}

function crlNumberProblem(crls: readonly SignedBy[], loaded: Candidate | undefined): string | undefined {
  const former = new Map((loaded ? crlsOf(loaded) : []).map(({ signer, crl }) => [signer, crl.number]));
  for (const { signer, crl } of crls) {
    const number = former.get(signer) ?? 0n;
    if (crl.number < number) return `the number of a CRL fell from ${number.toString()} to ${crl.number.toString()}`;
  }
  return undefined;
}

/**
 * What is to be refused by serial must be in the CRL of its CA, in each where there are several, for the broker goes by one
 * of them (facts 2.7); a certificate past its end is refused by its date.
 */
function notInCrlProblem(next: Candidate, now: Date): string | undefined {
  const entries = readable(next.revocations()) ?? [];
  const lists = Map.groupBy(crlsOf(next), ({ signer }) => signer);
  const isMissing = ({ caKeyId, serial }: RevocationEntry): boolean =>
    lists.get(caKeyId)?.some(({ crl }) => !crl.entries.has(serial)) ?? false;
  const missing = entries.filter((entry) => entry.notAfter > now && isMissing(entry));
  return missing.length === 0 ? undefined : `the CRL lacks ${some(missing.map(entryText))}`;
}

/** Once taken back, a certificate stays so until its end; a hold may be lifted, and a CA may be trusted no more. */
function lostRevocationProblem({ next, loaded, given = [], now }: GateInput): string | undefined {
  const entries = readable(next.revocations());
  const former = [...((loaded && readable(loaded.revocations())) ?? []), ...given];
  const trusted = new Set(readable(next.cas())?.map(({ keyId }) => keyId));
  if (!entries) return undefined;
  const kept = new Set(entries.filter(isForGood).map(entryKey));
  const lost = former
    .filter((entry) => isForGood(entry) && entry.notAfter > now && trusted.has(entry.caKeyId))
    .filter((entry) => !kept.has(entryKey(entry)));
  return lost.length === 0 ? undefined : `no longer revoked: ${some(lost.map(entryText))}`;
}

function isForGood({ reason }: RevocationEntry): boolean {
  return reason !== 'CertificateHold';
}

function entryKey({ caKeyId, serial }: RevocationEntry): string {
  return `${caKeyId} ${serial}`;
}

function entryText({ serial, identity }: RevocationEntry): string {
  return `serial ${serial} of ${identity}`;
}
