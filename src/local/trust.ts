import { type Finding } from '../domain/finding.ts';
import { type Broker, type TrustedCaSpec, type ValueRef } from '../domain/fleet.ts';
import { type CaKeyId, type PublishedCrl, type TrustedCa } from '../domain/pki/certificate.ts';
import { defaultCrlValiditySeconds } from '../domain/pki/crl-schedule.ts';
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
export function localTrust(broker: Broker, values: Values, keyId: CaKeyId, certificatePem: string): LocalTrust {
  const specs = broker.clientCertificates?.trustedCas ?? [];
  if (!broker.clientCertificates) return { cas: [], externalCrls: [], crlValiditySeconds: undefined, findings: [] };
  const others = specs.map((spec, index) => foreignTrust(broker, values, spec, index));
  const signed = specs.map(({ revocation }) => revocation).find((one) => one.type === 'SignedCrl');
  const isUnchecked = specs.length > 0 && specs.every(({ revocation }) => revocation.type === 'None');
  const own: TrustedCa = {
    name: broker.clientCertificates.issuer.name,
    keyId,
    certificates: certificatePem,
    revocation: isUnchecked ? 'None' : 'SignedCrl',
  };
  return {
    cas: [own, ...others.flatMap(({ ca }) => ca ?? [])],
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

function foreignTrust(broker: Broker, values: Values, spec: TrustedCaSpec, index: number): ForeignTrust {
  const { name, ca: ref, revocation } = spec;
  const path = `spec.clientCertificates.trustedCas[${String(index)}]`;
  const { namespace } = broker.origin;
  if (revocation.type === 'SignedCrl') return { findings: [standIn(broker, path, `trusted CA ${name}`)] };
  const certificates = valueOf(values, namespace, ref);
  if (certificates === undefined) return { findings: [missing(broker, `${path}.caRef`, ref)] };
  const ca = trustedCa(name, certificates, revocation.type);
  if (!ca.ok) return { findings: located(ca, broker, path) };
  if (revocation.type === 'None') return { ca: ca.value };
  const pem = valueOf(values, namespace, revocation.crl);
  if (pem === undefined) return { findings: [missing(broker, `${path}.revocation.crlRef`, revocation.crl)] };
  const crl = externalCrl(ca.value, pem);
  return crl.ok ? { ca: ca.value, crl: crl.value } : { findings: located(crl, broker, path) };
}

function located({ findings }: { readonly findings: readonly Finding[] }, broker: Broker, path: string): Finding[] {
  return findings.map((finding) => ({ ...finding, path, object: broker.origin }));
}

function missing(broker: Broker, path: string, { kind, name, key }: ValueRef): Finding {
  const message = `key ${key} of ${kind} ${broker.origin.namespace}/${name} is not among the manifests`;
  return { code: 'MQS125', severity: 'Error', path, message, object: broker.origin };
}

export function standIn(broker: Broker, path: string, what: string): Finding {
  const message = `the built-in CA stands for ${what}`;
  return { code: 'MQS126', severity: 'Info', path, message, object: broker.origin };
}
