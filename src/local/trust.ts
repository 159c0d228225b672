import { type Finding, refused } from '../domain/finding.ts';
import { type Broker, type ListDownload, type TrustedCaSpec, type ValueRef } from '../domain/fleet.ts';
import { type CaKeyId, type PublishedCrl, type TrustedCa } from '../domain/pki/certificate.ts';
import { defaultCrlValiditySeconds } from '../domain/pki/crl-schedule.ts';
import { chosenList, listAlarmAt, type OfferedList } from '../domain/pki/external-list.ts';
import { externalCrl, trustedCa } from '../domain/pki/trusted-ca.ts';

/** Whose client certificates a local broker accepts. */
export interface LocalTrust {
  readonly cas: readonly TrustedCa[];
  /** Lists of other CAs, as the manifests give them. */
  readonly externalCrls: readonly PublishedCrl[];
  /** Validity of the list that the built-in CA signs, seconds; undefined when it signs none. */
  readonly crlValiditySeconds: number | undefined;
  readonly findings: readonly Finding[];
}

/** The built-in CA. */
export interface OwnCa {
  readonly keyId: CaKeyId;
  readonly certificatePem: string;
}

/** Where lists come from that others sign. */
export interface ListSources {
  readonly values: Values;
  /** The list as it was downloaded last, or why there is none; undefined while it is on its way. */
  readonly downloaded: (download: ListDownload, ca: string | undefined) => Downloaded | undefined;
  /** Those that counted last, by CA. */
  readonly last: ReadonlyMap<CaKeyId, PublishedCrl>;
  readonly now: Date;
}

/** With text and a problem it could not be fetched anew. */
export type Downloaded = { readonly text: string; readonly problem?: string } | { readonly problem: string };

/** Values of ConfigMaps and Secrets by `Kind/namespace/name/key`. */
export type Values = ReadonlyMap<string, string>;

export function valueOf(values: Values, namespace: string, { kind, name, key }: ValueRef): string | undefined {
  return values.get(`${kind}/${namespace}/${name}/${key}`);
}

/**
 * The built-in CA stands for every issuer and for every trusted CA that we sign for; others are taken from the values
 * beside the manifests. What cannot be used is left out with a finding: a CA without the list it needs would make the
 * broker refuse all clients (facts 2.4).
 */
export function localTrust(broker: Broker, own: OwnCa, lists: ListSources): LocalTrust {
  const { keyId, certificatePem } = own;
  const specs = broker.clientCertificates?.trustedCas ?? [];
  if (!broker.clientCertificates) return { cas: [], externalCrls: [], crlValiditySeconds: undefined, findings: [] };
  const others = specs.map((spec, index) => foreignTrust(broker, lists, spec, index));
  const signed = specs.map(({ revocation }) => revocation).find((one) => one.type === 'SignedCrl');
  const isUnchecked = specs.length > 0 && specs.every(({ revocation }) => revocation.type === 'None');
  const builtIn: TrustedCa = {
    name: broker.clientCertificates.issuer.name,
    keyId,
    certificates: certificatePem,
    revocation: isUnchecked ? 'None' : 'SignedCrl',
  };
  return {
    cas: [builtIn, ...others.flatMap(({ ca }) => ca ?? [])],
    externalCrls: others.flatMap(({ crl }) => crl ?? []),
    crlValiditySeconds: isUnchecked ? undefined : (signed?.validitySeconds ?? defaultCrlValiditySeconds),
    findings: others.flatMap(({ findings }) => findings ?? []),
  };
}

interface ForeignTrust {
  readonly ca?: TrustedCa;
  readonly crl?: PublishedCrl;
  readonly findings?: readonly Finding[];
}

function foreignTrust(broker: Broker, lists: ListSources, spec: TrustedCaSpec, index: number): ForeignTrust {
  const { name, ca: ref, revocation } = spec;
  const path = `spec.clientCertificates.trustedCas[${String(index)}]`;
  if (revocation.type === 'SignedCrl') return { findings: [standIn(broker, path, `trusted CA ${name}`)] };
  const certificates = valueOf(lists.values, broker.origin.namespace, ref);
  if (certificates === undefined) return { findings: [missing(broker, `${path}.caRef`, ref)] };
  const ca = trustedCa(name, certificates, revocation.type);
  if (!ca.ok) return { findings: located(ca, broker, path) };
  if (revocation.type === 'None') return { ca: ca.value };
  const offered = offeredList(broker, ca.value, revocation.crl, lists);
  const last = lists.last.get(ca.value.keyId);
  if (!offered && last && last.nextUpdate > lists.now) return { ca: ca.value, crl: last };
  const { list, finding } = chosenList(name, offered ?? pending, { last, kept: [] }, lists.now);
  const findings = finding ? [{ ...finding, path: `${path}.revocation`, object: broker.origin }] : [];
  return list ? { ca: ca.value, crl: list, findings } : { findings };
}

const pending: OfferedList = unusable('the revocation list is not there yet');

function unusable(message: string): OfferedList {
  return refused({ code: 'MQS172', severity: 'Error', path: '', message });
}

/** Undefined while it is on its way. */
function offeredList(
  broker: Broker,
  ca: TrustedCa,
  ref: ValueRef | ListDownload,
  { values, downloaded }: ListSources,
): OfferedList | undefined {
  const { namespace } = broker.origin;
  if (ref.kind !== 'Url') {
    const pem = valueOf(values, namespace, ref);
    return pem === undefined ? unusable(missingText(broker, ref)) : externalCrl(ca, pem);
  }
  const serverCa = ref.ca && valueOf(values, namespace, ref.ca);
  if (ref.ca && serverCa === undefined) return unusable(missingText(broker, ref.ca));
  const answer = downloaded(ref, serverCa);
  if (!answer) return undefined;
  if (!('text' in answer)) return unusable(answer.problem);
  const { text, problem } = answer;
  return { ...externalCrl(ca, text), ...(problem !== undefined && { staleBecause: problem }) };
}

/** When the lists of others are others although nothing is edited. */
export function listTimes({ externalCrls }: LocalTrust, now: Date): readonly Date[] {
  const times = externalCrls.flatMap((crl) => [listAlarmAt(crl, 'Other'), crl.nextUpdate]);
  return times.filter((time) => time > now);
}

function located({ findings }: { readonly findings: readonly Finding[] }, broker: Broker, path: string): Finding[] {
  return findings.map((finding) => ({ ...finding, path, object: broker.origin }));
}

function missing(broker: Broker, path: string, ref: ValueRef): Finding {
  return { code: 'MQS125', severity: 'Error', path, message: missingText(broker, ref), object: broker.origin };
}

function missingText({ origin }: Broker, { kind, name, key }: ValueRef): string {
  return `key ${key} of ${kind} ${origin.namespace}/${name} is not among the manifests`;
}

export function standIn(broker: Broker, path: string, what: string): Finding {
  const message = `the built-in CA stands for ${what}`;
  return { code: 'MQS126', severity: 'Info', path, message, object: broker.origin };
}
