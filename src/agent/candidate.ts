import type { AclFile } from '../domain/acl/file.ts';
import { parseAcl } from '../domain/acl/file-parser.ts';
import { parseConf } from '../domain/broker/conf-parser.ts';
import type { Conf, NetworkListener } from '../domain/broker/conf.ts';
import { parsePasswords } from '../domain/broker/passwords.ts';
import type { Bundle, PartName } from '../domain/bundle/content.ts';
import { type BundleIdentity, parseIdentities } from '../domain/bundle/identities.ts';
import { type BundleNotice, parseNotices } from '../domain/bundle/notices.ts';
import type { Parsed } from '../domain/finding.ts';
import type { CaKeyId, RevocationEntry } from '../domain/pki/certificate.ts';
import { crlSignerIn, parsedCrls, type ReadCrl } from '../domain/pki/crl.ts';
import { parseRevocations } from '../domain/pki/revocations.ts';
import { type CaCertificate, caCertificatesIn } from '../domain/pki/x509.ts';

/** A CRL with the CA among the trusted ones that signed it; without one, none did. */
export interface SignedBy {
  readonly crl: ReadCrl;
  readonly signer: CaKeyId | undefined;
}

/** A bundle with its parts read; each is read when it is first asked for, and once, the ACL again if it was forgotten. */
export interface Candidate {
  readonly bundle: Bundle;
  readonly conf: () => Parsed<Conf>;
  readonly acl: () => Parsed<AclFile>;
  readonly passwords: () => Parsed<ReadonlyMap<string, string>>;
  readonly identities: () => Parsed<ReadonlyMap<string, BundleIdentity>>;
  readonly revocations: () => Parsed<readonly RevocationEntry[]>;
  readonly cas: () => Parsed<readonly CaCertificate[]>;
  readonly crls: () => Parsed<readonly SignedBy[]>;
  /** By identity. */
  readonly notices: () => Parsed<ReadonlyMap<string, BundleNotice>>;
}

/** `former` is one whose parts are taken over where they have the same text, so that one edit does not read all again. */
export function candidateOf(bundle: Bundle, former?: Candidate): Candidate {
  const { parts } = bundle;
  const fresh: Candidate = {
    bundle,
    conf: readOnce(parseConf, parts['mosquitto.conf']),
    acl: readAgainWhenForgotten(parseAcl, parts.acl),
    passwords: readOnce(parsePasswords, parts.passwords),
    identities: readOnce(parseIdentities, parts.identities),
    revocations: readOnce(parseRevocations, parts.revocations),
    cas: readOnce(caCertificatesIn, parts.ca),
    crls: readOnce(crlsWithSigners, parts.crl, parts.ca),
    notices: readOnce(parseNotices, parts.notices),
  };
  return former ? { ...fresh, ...takenOver(former, bundle) } : fresh;
}

/** The parts of which each reading is made. */
const readings = {
  conf: ['mosquitto.conf'],
  acl: ['acl'],
  passwords: ['passwords'],
  identities: ['identities'],
  revocations: ['revocations'],
  cas: ['ca'],
  crls: ['crl', 'ca'],
  notices: ['notices'],
} as const satisfies Record<Exclude<keyof Candidate, 'bundle'>, readonly PartName[]>;

function takenOver(former: Candidate, { parts }: Bundle): Partial<Candidate> {
  const isSame = (name: PartName): boolean => former.bundle.parts[name] === parts[name];
  const same = Object.entries(readings).filter(([, names]) => names.every(isSame));
  return Object.fromEntries(same.map(([name]) => [name, former[name as keyof typeof readings]]));
}

function crlsWithSigners(crl: string, ca: string): Parsed<readonly SignedBy[]> {
  const read = parsedCrls(crl);
  if (!read.ok) return read;
  return { ok: true, value: read.value.map((one) => ({ crl: one, signer: crlSignerIn(one, ca) })) };
}

/**
 * A function of its own, that forgets the texts: what is taken over from set to set must not keep the set that it was
 * first read for, and with it all that was in it.
 */
function readOnce<T, Texts extends readonly string[]>(read: (...texts: Texts) => T, ...texts: Texts): () => T {
  let state: { readonly texts: Texts } | { readonly value: T } = { texts };
  return () => {
    if ('texts' in state) state = { value: read(...state.texts) };
    return state.value;
  };
}

/** For the largest reading, which is needed while a set is looked at and put in place, and seldom again. */
function readAgainWhenForgotten<T extends object>(read: (text: string) => T, text: string): () => T {
  let known: WeakRef<T> | undefined;
  return () => {
    const value = known?.deref() ?? read(text);
    known = new WeakRef(value);
    return value;
  };
}

/** The value, or nothing where it could not be read: that is the finding of another check. */
export function readable<T>(read: Parsed<T>): T | undefined {
  return read.ok ? read.value : undefined;
}

/** Listeners for devices of a configuration. */
export function networkListeners(conf: Conf | undefined): readonly NetworkListener[] {
  return conf?.listeners.filter((listener) => listener.kind === 'Network') ?? [];
}

/** True if clients show certificates on a listener of it. */
export function takesCertificates(conf: Conf | undefined): boolean {
  return networkListeners(conf).some(({ authentication }) => authentication === 'Certificate');
}

/** True if client certificates are looked up in CRLs. */
export function checksCrls(conf: Conf | undefined): boolean {
  return networkListeners(conf).some(
    (listener) => listener.authentication === 'Certificate' && listener.tls.crlFile !== undefined,
  );
}
