import type { MqttBroker } from '../api/types.gen.ts';
import type {
  AllowedNamespaces,
  Broker,
  IssuerRef,
  ListDownload,
  Listener,
  Origin,
  Revocation,
  TokenIssuer,
  TrustedCaSpec,
} from '../domain/fleet.ts';
import { templateUseOf } from './device.ts';
import { durationSeconds } from './duration.ts';
import { workloadOf } from './workload.ts';

type BrokerSpec = MqttBroker['spec'];
type ClientCertificates = NonNullable<BrokerSpec['clientCertificates']>;
type IssuerSpec = NonNullable<BrokerSpec['tokens']>['issuers'][number];
type TrustedCa = NonNullable<ClientCertificates['trustedCas']>[number];

/** The broker of a manifest that has passed its schema, which put the defaults in, and the rules between fields. */
export function brokerOf({ spec }: MqttBroker, origin: Origin): Broker {
  const { acl, clientCertificates, limits, lockout, monitoring, tokens, update } = spec;
  return {
    origin,
    version: spec.mosquitto.version,
    listeners: spec.listeners.map(listenerOf),
    tls: { profile: spec.tls.profile, server: serverCertificateOf(spec.tls.serverCertificate) },
    ...(clientCertificates && { clientCertificates: clientCertificatesOf(clientCertificates) }),
    acl: {
      layout: acl.layout,
      defaultTemplates: (acl.defaultTemplateRefs ?? []).map(templateUseOf),
    },
    allowedNamespaces: allowedNamespacesOf(spec.allowedNamespaces),
    update: { ...update },
    workload: workloadOf(spec.workload),
    limits: { ...limits },
    ...(monitoring && { monitoring: monitoringOf(monitoring) }),
    ...(lockout && { lockout: { ...lockout } }),
    ...(tokens && { tokenIssuers: tokens.issuers.map(tokenIssuerOf) }),
  };
}

function listenerOf({
  name,
  port,
  authentication,
  tls,
  protocol,
  maxConnections,
}: BrokerSpec['listeners'][number]): Listener {
  return {
    name,
    port,
    authentication,
    tls: tls.enabled,
    protocol,
    ...(maxConnections !== undefined && { maxConnections }),
  };
}

function monitoringOf({
  rules = [],
  ...rest
}: NonNullable<BrokerSpec['monitoring']>): NonNullable<Broker['monitoring']> {
  return { ...rest, ...(rules.length > 0 && { rules: rules.map((rule) => ({ ...rule })) }) };
}

/** Exactly one of the two references is there: the rules between fields have seen to it. */
function serverCertificateOf({
  secretRef,
  issuerRef,
  dnsNames = [],
  ipAddresses = [],
}: BrokerSpec['tls']['serverCertificate']): Broker['tls']['server'] {
  if (issuerRef) return { kind: 'Issuer', issuer: issuerOf(issuerRef), dnsNames, ipAddresses };
  return { kind: 'Secret', name: secretRef?.name ?? '' };
}

function issuerOf({ name, kind, group }: ClientCertificates['issuerRef']): IssuerRef {
  return { name, kind, group };
}

function clientCertificatesOf({
  issuerRef,
  duration,
  renewBefore,
  trustedCas,
}: ClientCertificates): NonNullable<Broker['clientCertificates']> {
  return {
    issuer: issuerOf(issuerRef),
    durationSeconds: durationSeconds(duration) ?? 0,
    renewBeforeSeconds: durationSeconds(renewBefore) ?? 0,
    trustedCas: (trustedCas ?? []).map(trustedCaOf),
  };
}

function trustedCaOf({ name, caRef, revocation }: TrustedCa): TrustedCaSpec {
  return {
    name,
    ca: { kind: caRef.kind, name: caRef.name, key: caRef.key },
    revocation: revocationOf(revocation, caRef),
  };
}

const weekSeconds = 7 * 24 * 3600;

function revocationOf(revocation: TrustedCa['revocation'], caRef: TrustedCa['caRef']): Revocation {
  const { type, crlRef, crlUrl, signerSecretRef, validitySeconds = weekSeconds } = revocation;
  if (type === 'None') return { type };
  if (type === 'ExternalCrl') {
    if (crlUrl) return { type, crl: downloadOf(crlUrl) };
    return { type, crl: { kind: crlRef?.kind ?? 'ConfigMap', name: crlRef?.name ?? '', key: crlRef?.key ?? 'ca.crl' } };
  }
  const signerSecret = signerSecretRef?.name ?? (caRef.kind === 'Secret' ? caRef.name : undefined);
  return { type, ...(signerSecret !== undefined && { signerSecret }), validitySeconds };
}

function downloadOf({ url, caRef, refreshSeconds }: NonNullable<TrustedCa['revocation']['crlUrl']>): ListDownload {
  const ca = caRef && { kind: caRef.kind, name: caRef.name, key: caRef.key };
  return { kind: 'Url', url, refreshSeconds, ...(ca && { ca }) };
}

function tokenIssuerOf({ jwks, requiredClaims = [], ...rest }: IssuerSpec): TokenIssuer {
  return {
    ...rest,
    keySet: keySetOf(jwks),
    refreshSeconds: jwks.refreshSeconds,
    requiredClaims: requiredClaims.map(({ name, value }) => ({ name, value })),
  };
}

/** Exactly one of `ref` and `url` is there: the rules between fields have seen to it. */
function keySetOf({ ref, url, caRef }: IssuerSpec['jwks']): TokenIssuer['keySet'] {
  if (url !== undefined) return { kind: 'Url', url, ...(caRef && { ca: { ...caRef } }) };
  return { kind: ref?.kind ?? 'ConfigMap', name: ref?.name ?? '', key: ref?.key ?? '' };
}

function allowedNamespacesOf({
  from,
  selector,
  topicPrefix,
  roles,
}: BrokerSpec['allowedNamespaces']): AllowedNamespaces {
  return {
    from,
    selector: new Map(Object.entries(selector?.matchLabels ?? {})),
    roles,
    ...(topicPrefix !== undefined && { topicPrefix }),
  };
}
