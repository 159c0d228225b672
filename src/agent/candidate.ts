import { parseConf } from '../domain/broker/conf-parser.ts';
import type { Conf, NetworkListener } from '../domain/broker/conf.ts';
import { parsePasswords } from '../domain/broker/passwords.ts';
import type { Bundle, PartName } from '../domain/bundle/content.ts';
import { type BundleIdentity, parseIdentities } from '../domain/bundle/identities.ts';
import { type BundleNotice, parseNotices } from '../domain/bundle/notices.ts';
import type { Parsed } from '../domain/finding.ts';
import type { CaKeyId, RevocationEntry } from '../domain/pki/certificate.ts';
import { crlSignerIn, parsedCrls, type ReadCrl } from '../domain/pki/crl.ts';
import { joined } from '../domain/pieces.ts';
import { parseRevocations } from '../domain/pki/revocations.ts';
import { type CaCertificate, caCertificatesIn } from '../domain/pki/x509.ts';
import { type AclFacts, aclFacts } from './acl-facts.ts';

type Pieces = readonly string[];

/** A CRL with the CA among the trusted ones that signed it; without one, none did. */
export interface SignedBy {
  readonly crl: ReadCrl;
  readonly signer: CaKeyId | undefined;
}

/** A bundle with its parts read; each is read when it is first asked for, and once. */
export interface Candidate {
  readonly bundle: Bundle;
  readonly conf: () => Parsed<Conf>;
  readonly acl: () => Parsed<AclFacts>;
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
    conf: readOnce(whole(parseConf), parts['mosquitto.conf']),
    acl: readOnce(aclFacts, parts.acl),
    passwords: readOnce(parsePasswords, parts.passwords),
    identities: readOnce(parseIdentities, parts.identities),
    revocations: readOnce(parseRevocations, parts.revocations),
    cas: readOnce(whole(caCertificatesIn), parts.ca),
    crls: readOnce(whole(crlsWithSigners), parts.crl, parts.ca),
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
  const isSame = (name: PartName): boolean => areSame(former.bundle.parts[name], parts[name]);
  const same = Object.entries(readings).filter(([, names]) => names.every(isSame));
  return Object.fromEntries(same.map(([name]) => [name, former[name as keyof typeof readings]]));
}

function areSame(former: Pieces, next: Pieces): boolean {
  return former.length === next.length && former.every((piece, number) => piece === next[number]);
}

/** Reads parts that are short as one text each. */
function whole<T>(read: (...texts: string[]) => T): (...parts: Pieces[]) => T {
  return (...parts) => read(...parts.map(joined));
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
function readOnce<T>(read: (...texts: Pieces[]) => T, ...texts: Pieces[]): () => T {
  let state: { readonly texts: Pieces[] } | { readonly value: T } = { texts };
  return () => {
    if ('texts' in state) state = { value: read(...state.texts) };
    return state.value;
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
