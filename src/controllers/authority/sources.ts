/** What a broker's trust is made of, as it lies in the cluster: gathered by name, decided about in `gathered.ts`. */
import {
  certificates,
  type CertificateObject,
  configMaps,
  type ConfigMapObject,
  secrets,
  type SecretObject,
} from '../../api/kinds.ts';
import { type Broker, keyOf, type ListDownload, type TrustedCaSpec, type ValueRef } from '../../domain/fleet.ts';
import type { ObjectKey } from '../../domain/names.ts';
import type { KubeObject, ResourceType } from '../../kube/object.ts';
import type { Downloads } from '../../shell/downloads.ts';
import type { Reading, Readings } from './readings.ts';

/** Of cert-manager.io/v1; as much as we read: which Secret a CA issuer signs with. */
interface IssuerObject extends KubeObject {
  readonly spec?: { readonly ca?: { readonly secretName?: string } };
}

const issuers: ResourceType<IssuerObject> = {
  group: 'cert-manager.io',
  version: 'v1',
  plural: 'issuers',
  kind: 'Issuer',
  namespaced: true,
};

/** One value, or why there is none. */
export type Value =
  /** `problem`: why it may be out of date. */
  | { readonly kind: 'Found'; readonly text: string; readonly problem?: string }
  /** It is being fetched for the first time. */
  | { readonly kind: 'Pending' }
  | { readonly kind: 'Missing'; readonly message: string }
  | { readonly kind: 'Forbidden'; readonly message: string };

/** Secret with certificate and key of a CA. */
export interface SignerSource {
  readonly certificate: Value;
  readonly key: Value;
  /** The CA that cert-manager wrote beside it; empty where it wrote none. */
  readonly root: string;
  /** cert-manager's Certificate of the Secret, and whether it keeps its key; undefined where there is none. */
  readonly certificateName: string | undefined;
  readonly rotation: 'Never' | 'Always' | undefined;
}

export interface CaSource {
  readonly spec: TrustedCaSpec;
  readonly ca: Value;
  /** Of one with `SignedCrl`; undefined where no Secret is named. */
  readonly signer: SignerSource | undefined;
  /** Of one with `ExternalCrl`. */
  readonly crl: Value | undefined;
}

/**
 * The issuer, as far as the operator looks: only that of kind Issuer names a Secret in the namespace of the broker, and
 * reading others would take rights in the whole cluster.
 */
export type IssuerSource =
  | { readonly kind: 'Ca'; readonly signer: SignerSource }
  /** Its CA lies where we do not look. */
  | { readonly kind: 'Other' }
  | { readonly kind: 'Missing' }
  | { readonly kind: 'Forbidden' };

export interface Sources {
  readonly issuer: IssuerSource;
  readonly cas: readonly CaSource[];
}

/** The issuer names a Secret with its CA that is not there yet. */
export function isIssuerUnread({ issuer }: Pick<Sources, 'issuer'>): boolean {
  if (issuer.kind !== 'Ca') return false;
  return issuer.signer.certificate.kind === 'Missing' || issuer.signer.certificate.kind === 'Pending';
}

/** What the values of a broker are read from. */
export interface Places {
  readonly readings: Readings;
  readonly downloads: Downloads;
}

interface Site extends Places {
  readonly broker: ObjectKey;
  readonly namespace: string;
  readonly since: Date;
}

/** Nothing older than `since` goes into it. */
export async function trustSources(broker: Broker, places: Places, since: Date): Promise<Sources> {
  const site: Site = { ...places, broker: keyOf(broker), namespace: broker.origin.namespace, since };
  const { clientCertificates } = broker;
  if (!clientCertificates) return { issuer: { kind: 'Other' }, cas: [] };
  const [issuer, cas] = await Promise.all([
    issuerSource(site, clientCertificates.issuer),
    Promise.all(clientCertificates.trustedCas.map((spec) => caSource(site, spec))),
  ]);
  return { issuer, cas };
}

async function issuerSource(
  site: Site,
  { name, kind, group }: NonNullable<Broker['clientCertificates']>['issuer'],
): Promise<IssuerSource> {
  if (kind !== issuers.kind || group !== issuers.group) return { kind: 'Other' };
  const issuer = await site.readings.get(issuers, site.namespace, name, site.since);
  if (issuer.kind !== 'Found') return { kind: issuer.kind };
  const secretName = issuer.object.spec?.ca?.secretName;
  return secretName === undefined ? { kind: 'Other' } : { kind: 'Ca', signer: await signerSource(site, secretName) };
}

async function caSource(site: Site, spec: TrustedCaSpec): Promise<CaSource> {
  const { ca, revocation } = spec;
  const [certificate, signer, crl] = await Promise.all([
    valueAt(site, ca),
    revocation.type === 'SignedCrl' && revocation.signerSecret !== undefined
      ? signerSource(site, revocation.signerSecret)
      : undefined,
    revocation.type === 'ExternalCrl' ? listAt(site, revocation.crl) : undefined,
  ]);
  return { spec, ca: certificate, signer, crl };
}

async function listAt(site: Site, crl: ValueRef | ListDownload): Promise<Value> {
  if (crl.kind !== 'Url') return valueAt(site, crl);
  const ca = crl.ca && (await valueAt(site, crl.ca));
  if (ca && ca.kind !== 'Found') return ca;
  return site.downloads.read({ broker: site.broker, ...crl, ca: ca?.text });
}

async function signerSource(site: Site, name: string): Promise<SignerSource> {
  const secret = await site.readings.get(secrets, site.namespace, name, site.since);
  const value = (key: string) => valueOf(secret, { kind: 'Secret', name, key }, site.namespace);
  const root = value('ca.crt');
  const annotations = secret.kind === 'Found' ? (secret.object.metadata.annotations ?? {}) : {};
  const certificateName = annotations['cert-manager.io/certificate-name'];
  return {
    ...{ certificate: value('tls.crt'), key: value('tls.key'), root: root.kind === 'Found' ? root.text : '' },
    certificateName,
    rotation: certificateName === undefined ? undefined : await rotationOf(site, certificateName),
  };
}

/** One that says nothing has a new key at each renewal since cert-manager 1.18. */
async function rotationOf({ readings, namespace, since }: Site, name: string): Promise<SignerSource['rotation']> {
  const certificate: Reading<CertificateObject> = await readings.get(certificates, namespace, name, since);
  if (certificate.kind !== 'Found') return undefined;
  const { privateKey } = (certificate.object.spec ?? {}) as { privateKey?: { rotationPolicy?: unknown } };
  return privateKey?.rotationPolicy === 'Never' ? 'Never' : 'Always';
}

async function valueAt({ readings, namespace, since }: Site, ref: ValueRef): Promise<Value> {
  const type: ResourceType<ConfigMapObject | SecretObject> = ref.kind === 'Secret' ? secrets : configMaps;
  return valueOf(await readings.get(type, namespace, ref.name, since), ref, namespace);
}

function valueOf(reading: Reading<ConfigMapObject | SecretObject>, ref: ValueRef, namespace: string): Value {
  const named = `${ref.kind} ${namespace}/${ref.name}`;
  if (reading.kind === 'Missing') return { kind: 'Missing', message: `${named} does not exist` };
  if (reading.kind === 'Forbidden') return { kind: 'Forbidden', message: `the operator may not read ${named}` };
  const data = new Map(Object.entries(reading.object.data ?? {}));
  const text = data.get(ref.key);
  if (text === undefined || text === '') return { kind: 'Missing', message: `${named} has no key ${ref.key}` };
  return { kind: 'Found', text: ref.kind === 'Secret' ? Buffer.from(text, 'base64').toString() : text };
}
