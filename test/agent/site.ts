/** A small plant for the tests of the agent: a CA, a server, devices, and the bundles that an operator would publish. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { type AclLine, aclText, type AclUser, implicitPatterns } from '../../src/domain/acl/file.ts';
import { type Conf, confText, type NetworkListener } from '../../src/domain/broker/conf.ts';
import { passwordHash, passwordsText } from '../../src/domain/broker/passwords.ts';
import { chunksByOffset, contentOf, chunkHashes } from '../../src/domain/bundle/chunks.ts';
import {
  type Bundle,
  type BundleContent,
  type PartName,
  partNames,
  type PartTexts,
} from '../../src/domain/bundle/content.ts';
import { type BundleIdentity, certificateCredential, identitiesText } from '../../src/domain/bundle/identities.ts';
import { ofParts } from '../../src/domain/bundle/set.ts';
import { noticeLine } from '../../src/domain/bundle/notices.ts';
import type { Parsed } from '../../src/domain/finding.ts';
import { shortHash } from '../../src/domain/hash.ts';
import type { RevocationEntry } from '../../src/domain/pki/certificate.ts';
import { signedCrl } from '../../src/domain/pki/crl.ts';
import type { CertificateNotice } from '../../src/domain/pki/notice.ts';
import { type CertificateUse, signedCertificate } from '../../src/domain/pki/issue.ts';
import { revocationsText } from '../../src/domain/pki/revocations.ts';
import { type CaSigner, caSigner, issuedCertificate } from '../../src/domain/pki/x509.ts';

export const day = 86_400_000;
export const yearMilliseconds = 365 * day;

export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

export interface Ca {
  readonly signer: CaSigner;
  readonly pem: string;
}

let serials = 0x1000;

export function valueOf<T>(read: Parsed<T>): T {
  if (read.ok) return read.value;
  throw new Error(read.findings.map(({ message }) => message).join('; '));
}

export function pemOf(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }) as string;
}

interface Dates {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

function issued(commonName: string, use: CertificateUse, dates: Dates, issuer?: CaSigner): KeyPair {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const serialBytes = Buffer.alloc(16);
  serialBytes.writeUInt32BE((serials += 1), 12);
  const content = { commonName, publicKey, use, ...dates, serialBytes };
  return { certificate: signedCertificate(content, issuer ?? { key: privateKey }), key: pemOf(privateKey) };
}

/** From yesterday for a year. */
export function around(now: Date): Dates {
  return { notBefore: new Date(now.getTime() - day), notAfter: new Date(now.getTime() + yearMilliseconds) };
}

export function newCa(name: string, now: Date): Ca {
  const { certificate, key } = issued(name, { kind: 'Ca' }, around(now));
  return { signer: valueOf(caSigner(certificate, key)), pem: certificate };
}

export function serverPair(ca: Ca, dates: Dates): KeyPair {
  const use = { kind: 'Server', dnsNames: ['localhost'], ipAddresses: [Uint8Array.of(127, 0, 0, 1)] } as const;
  return issued('broker', use, dates, ca.signer);
}

export function clientPair(ca: Ca, identity: string, dates: Dates): KeyPair {
  return issued(identity, { kind: 'Client' }, dates, ca.signer);
}

/** What a ledger would record of taking this certificate back. */
export function revocationOf(
  ca: Ca,
  { certificate }: KeyPair,
  at: Date,
  reason: RevocationEntry['reason'] = 'KeyCompromise',
): RevocationEntry {
  const { serial, identity, notAfter } = valueOf(issuedCertificate(certificate, ca.signer.issuer.keyId));
  return { caKeyId: ca.signer.issuer.keyId, serial, identity, notAfter, reason, at };
}

export function crlOf(
  ca: Ca,
  number: number,
  now: Date,
  entries: readonly RevocationEntry[],
  { from = -3_600_000, to = 7 * day }: { from?: number; to?: number } = {},
): string {
  const [thisUpdate, nextUpdate] = [new Date(now.getTime() + from), new Date(now.getTime() + to)];
  return signedCrl({
    issuer: ca.signer.issuer,
    key: ca.signer.key,
    number: BigInt(number),
    thisUpdate,
    nextUpdate,
    entries,
  }).pem;
}

export interface SiteDevice {
  readonly identity: string;
  /** A password makes it a password device. */
  readonly password?: string;
  readonly lines: readonly AclLine[];
  readonly until?: Date;
  readonly ticketsUntil?: Date;
  readonly role?: 'Backend' | 'Admin';
}

/** A notice that the new certificate of this fingerprint is ready. */
export interface SiteNotice {
  readonly identity: string;
  readonly fingerprint: string;
}

/** The payload of a notice, as the broker publishes it. */
export function noticeOf({ identity, fingerprint }: SiteNotice): CertificateNotice {
  return {
    version: 1,
    identity,
    action: 'Fetch',
    by: '2030-01-01T00:00:00Z',
    certificate: {
      fingerprint,
      serialNumber: '1f',
      notAfter: '2031-01-01T00:00:00Z',
      source: { kind: 'Secret', namespace: 'plant', name: `${identity}-tls`, field: 'tls.crt' },
    },
  };
}

function noticesText(notices: readonly SiteNotice[]): string {
  return notices.map((notice) => noticeLine(noticeOf(notice))).join('');
}

export interface Site {
  readonly now: Date;
  readonly ca: Ca;
  readonly server: KeyPair;
  readonly conf: Conf;
}

export interface SiteSet {
  readonly revision: number;
  readonly devices: readonly SiteDevice[];
  readonly revocations?: readonly RevocationEntry[];
  readonly notices?: readonly SiteNotice[];
  readonly crlNumber?: number;
  /** Parts that are not as they should be. */
  readonly parts?: Partial<Record<PartName, string>>;
  readonly server?: KeyPair | null;
}

const salt = Buffer.from('twelve bytes');

/** Text of each part for a set of devices. */
export function partsOf(
  site: Site,
  { devices, revocations = [], notices = [], crlNumber = 1, parts }: SiteSet,
): Record<PartName, string> {
  const passwords = devices.flatMap(({ identity, password }): [string, string][] =>
    password === undefined ? [] : [[identity, passwordHash(password, salt)]],
  );
  return {
    'mosquitto.conf': confText(site.conf),
    acl: valueOf(aclText({ patterns: implicitPatterns, users: devices.map(aclUser) })),
    passwords: passwordsText(new Map(passwords)),
    identities: identitiesText(devices.map(listedIdentity)),
    crl: crlOf(site.ca, crlNumber, site.now, revocations),
    ca: site.ca.pem,
    revocations: revocationsText(revocations),
    notices: noticesText(notices),
    ...parts,
  };
}

function aclUser({ identity, lines, until }: SiteDevice): AclUser {
  return { name: identity, lines, ...(until && { until }) };
}

function listedIdentity({ identity, password, lines, until, ticketsUntil, role }: SiteDevice): BundleIdentity {
  return {
    identity,
    authentication: password === undefined ? 'Certificate' : 'Password',
    rulesHash: shortHash(JSON.stringify(lines)),
    credentialHash: password === undefined ? certificateCredential : shortHash(password),
    until,
    ...(ticketsUntil && { ticketsUntil }),
    ...(role && { role }),
  };
}

export const brokerName = 'plant';

/** The texts of a content, in the pieces in which an agent has them. */
export function textsOf({ parts }: BundleContent): PartTexts {
  return ofParts(partNames, (name) => parts[name].map(({ text }) => text));
}

/** The bundle as a source would give it. */
export function bundleOf(site: Site, set: SiteSet): Bundle {
  const texts = partsOf(site, set);
  const content = contentOf(
    Object.fromEntries(partNames.map((name) => [name, chunksByOffset(texts[name])])) as Parameters<typeof contentOf>[0],
  );
  const server = set.server === undefined ? site.server : set.server;
  return {
    index: { broker: brokerName, revision: set.revision, hash: content.hash, parts: chunkHashes(content.parts) },
    parts: textsOf(content),
    ...(server && { server }),
  };
}

export interface SiteOptions {
  readonly now: Date;
  /** The link that the files are read through. */
  readonly link: string;
  readonly dialect: Conf['dialect'];
  readonly user: string;
  readonly ports: { readonly mtls: number; readonly password: number };
}

/** A site with one listener for certificates and one, with TLS, for passwords. */
export function newSite({ now, link, dialect, user, ports }: SiteOptions): Site {
  const ca = newCa('plant-ca', now);
  const server = serverPair(ca, around(now));
  const tls = { profile: 'Modern', certificateFile: `${link}/server.crt`, keyFile: `${link}/server.key` } as const;
  const at = { kind: 'Network', bindAddress: '127.0.0.1', protocol: 'MQTT' } as const;
  const listeners: NetworkListener[] = [
    {
      ...at,
      name: 'mtls',
      port: ports.mtls,
      authentication: 'Certificate',
      tls: { ...tls, caFile: `${link}/ca`, crlFile: `${link}/crl` },
    },
    { ...at, name: 'password', port: ports.password, authentication: 'Password', tls },
  ];
  const conf: Conf = {
    dialect,
    user,
    aclFile: `${link}/acl`,
    passwordFile: `${link}/passwords`,
    limits: { maxPacketSizeBytes: 1_000_000 },
    listeners,
  };
  return { now, ca, server, conf };
}

/** The certificate of a device, good from yesterday for a year. */
export function deviceCertificate({ ca, now }: Site, identity: string): KeyPair {
  return clientPair(ca, identity, around(now));
}
