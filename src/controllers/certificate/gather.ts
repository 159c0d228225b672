import {
  type CertificateObject,
  certificateRequests,
  certificates,
  type SecretObject,
  secrets,
} from '../../api/kinds.ts';
import { formerSecretAnnotation } from '../../api/labels.ts';
import { type Device, type Fleet, type IssuerRef, keyOf } from '../../domain/fleet.ts';
import type { Finding } from '../../domain/finding.ts';
import type { ObjectKey } from '../../domain/names.ts';
import { certificateFindings, resolveDevice } from '../../domain/resolve.ts';
import { joinedProgress, type RevocationProgress } from '../../domain/pki/revocation-progress.ts';
import { isNotFound } from '../../kube/errors.ts';
import type { KubeObject, ResourceType } from '../../kube/object.ts';
import { isOwnedBy } from '../apply.ts';
import type { ControllerContext } from '../context.ts';
import type { DeclaredCertificate, DeclaredDevice } from '../declared.ts';
import { areListed, enforcementOf } from '../enforcement.ts';
import { isCertManagerServed } from '../world.ts';
import { isFresh } from './fresh.ts';
import { isOurSecret, secretNameOf } from './children.ts';
import type { CertificateFacts, SecretState } from './facts.ts';
import type { IssuedRecords } from './issued.ts';
import type { Departures } from './departures.ts';
import type { SerialWatch } from './serial-watch.ts';
import { isSameIssuer, type Succession, successionGate, successionReason } from './succession.ts';
import type { Turns } from './turns.ts';
import { conditionOf } from './request.ts';

/** What was written last, and may not be seen in the status yet. */
interface Told {
  readonly revocation?: RevocationProgress | undefined;
  readonly handledRenewAt?: string | undefined;
}

export interface Gathering {
  readonly context: ControllerContext;
  readonly issued: IssuedRecords;
  readonly serials: SerialWatch;
  readonly departures: Departures;
  readonly turns: Turns;
  readonly told: Told;
  readonly signal: AbortSignal;
}

const unasked: SecretState = { kind: 'Unasked' };

/**
 * Everything that is known of one DeviceCertificate now. What has to be asked for comes first, and all that is mirrored is
 * then read in one moment: of two, the earlier would lack the certificate whose request the later one has as answered.
 */
export async function gatheredFacts(gathering: Gathering, declared: DeclaredCertificate): Promise<CertificateFacts> {
  const { context, issued, serials, departures } = gathering;
  const { key } = declared;
  const asked = await askedFacts(gathering, declared);
  const holder = holderOf(context, declared);
  const held = issued.ofLineage(key);
  const ownChild = asked.child && isOwnedBy(asked.child, declared.meta.uid) ? asked.child : undefined;
  const succession = successionOf(gathering, declared, holder, ownChild);
  return {
    ...{ declared, ...holder, ...asked, held },
    goneAt: departures.goneAt(key),
    strays: issued.strays(key),
    requests: issued.requestsOf(key),
    leftovers: issued.leftovers(key),
    foreign: issued.findings(key),
    acknowledgements: holder.device ? acknowledgementsOf(gathering, holder.device) : [],
    authorities: context.state.authorities,
    formerRevocation: joinedProgress(declared.was?.revocation, gathering.told.revocation),
    handledRenewAt: gathering.told.handledRenewAt ?? declared.was?.lastHandledRenewAt,
    enforcement: (taken) =>
      enforcementOf(
        holder.device && context.state.brokers.get(holder.device.broker),
        ({ trust }) => trust !== undefined && areListed(trust, taken),
      ),
    isLifted: isLifted(gathering, declared, holder.device),
    reissueAt: ownChild && serials.reissueAt(key, ownChild, held),
    ...(succession && { succession }),
  };
}

type AskedFacts = Pick<CertificateFacts, 'certManager' | 'child' | 'secret' | 'formerSecret' | 'keyStoreProblem'>;

/** What the server is asked, as far as it matters for whom it is for now. */
async function askedFacts(gathering: Gathering, declared: DeclaredCertificate): Promise<AskedFacts> {
  const { meta } = declared;
  const holder = holderOf(gathering.context, declared);
  const certManager = await certManagerState(gathering, meta.namespace);
  const child = await childOf(gathering, declared, holder, certManager);
  const ownChild = child && isOwnedBy(child, meta.uid) ? child : undefined;
  return {
    ...{ certManager, child },
    ...(await secretStates(gathering, declared, holder, ownChild)),
    keyStoreProblem: await keyStoreProblem(gathering, declared, holder, ownChild),
  };
}

/** Asks for the turn of a certificate that is to be of another CA, and gives back the turn of one that is. */
function successionOf(
  { context: { state }, issued, turns }: Gathering,
  { key }: DeclaredCertificate,
  { spec, broker }: HolderFacts,
  child: CertificateObject | undefined,
): Succession | undefined {
  const issuer = broker?.clientCertificates?.issuer;
  if (!broker || !issuer || !spec) return undefined;
  const name = keyOf(broker);
  const issuance = state.authorities.issuance(broker);
  const issuing = issuance?.keyId;
  const current = issued.ofLineage(key).find((one) => !state.authorities.isRevoked(one));
  const { asked, isUnderWay } = spec.key.kind === 'Csr' ? askedBy(issued.requestsOf(key)) : askedOf(child);
  const why = successionReason({ issuer, asked, current, issuing });
  if (!why) {
    if (!isUnderWay || issuing !== undefined) turns.done(key);
    return undefined;
  }
  const gate = successionGate(state.brokers.get(name), issuance);
  const waitsUntil = turns.ask(name, key, gate, why === 'Ca' ? current?.fingerprint : undefined);
  const former = why === 'Issuer' && !isSameIssuer(asked, issuer) ? (asked as IssuerRef) : undefined;
  return { why, waitsUntil, former };
}

/** Of which issuer a certificate was asked last, and whether that is not answered yet. */
interface Asked {
  readonly asked: unknown;
  readonly isUnderWay: boolean;
}

function askedBy([latest]: CertificateFacts['requests']): Asked {
  return { asked: latest?.request.spec?.issuerRef, isUnderWay: latest?.outcome.kind === 'Pending' };
}

function askedOf(child: CertificateObject | undefined): Asked {
  return { asked: child?.spec?.['issuerRef'], isUnderWay: child !== undefined && !isSettled(child) };
}

/** cert-manager has done what the Certificate asks for now. */
function isSettled({ status, metadata }: CertificateObject): boolean {
  const ready = conditionOf(status?.conditions, 'Ready');
  return ready?.status === 'True' && (ready.observedGeneration ?? metadata.generation) === metadata.generation;
}

type HolderFacts = Pick<
  CertificateFacts,
  'spec' | 'device' | 'broker' | 'fleet' | 'isDeviceDeclared' | 'isDeviceDeleting' | 'findings' | 'admitted'
>;

/** For whom it is. */
function holderOf({ world, state }: ControllerContext, { key, value, formerDevice }: DeclaredCertificate): HolderFacts {
  const { fleet } = state.fleet;
  const certificate = value.ok ? value.value : fleet.certificates.get(key);
  const named = certificate?.device ?? formerDevice;
  const declared = named === undefined ? undefined : world.devices.store.get(named);
  const device = declared && (declared.value.ok ? declared.value.value : state.fleet.deviceOf(declared.key));
  return {
    ...{ spec: certificate?.spec, device, fleet, broker: device && fleet.brokers.get(device.broker) },
    isDeviceDeclared: certificate === undefined || declared !== undefined,
    isDeviceDeleting: declared?.meta.isDeleting === true,
    findings: certificate ? findingsFor(fleet, certificate, device) : [],
    admitted: { has: (one) => isAdmitted(world.devices.store.get(one), fleet) },
  };
}

async function childOf(
  gathering: Gathering,
  declared: DeclaredCertificate,
  holder: HolderFacts,
  certManager: CertificateFacts['certManager'],
): Promise<CertificateObject | undefined> {
  const { key, meta } = declared;
  const known = gathering.context.world.certificates.store.get(key);
  if (known || certManager === 'Absent') return known;
  const child = await found(gathering.context, certificates, meta.namespace, meta.name, gathering.signal);
  // What was issued from it counts when it is heard of: gone before that, it would leave a certificate that nobody takes back.
  if (child && isOwnedBy(child, meta.uid) && isOver(declared, holder)) {
    throw new NotSyncedError(`gather certificates of ${key}: its Certificate was not heard of yet`);
  }
  return child;
}

/** Secrets are read only when something depends on it: before a Certificate is made, and before they are deleted. */
async function secretStates(
  gathering: Gathering,
  declared: DeclaredCertificate,
  holder: HolderFacts,
  child: CertificateObject | undefined,
): Promise<Pick<CertificateFacts, 'secret' | 'formerSecret'>> {
  const { spec } = holder;
  const name = spec ? secretNameOf(spec, declared) : `${declared.meta.name}-tls`;
  const isFromCsr = spec?.key.kind === 'Csr';
  const isEnding = isFromCsr || isOver(declared, holder);
  const former = child && formerSecretName(child, name, isEnding);
  const isFilled = isFromCsr ? !isFresh(declared) : child?.spec?.['secretName'] === name;
  const isLate = gathering.departures.goneAt(declared.key) !== undefined;
  const isSettled = isFilled && !isLate && !isOver(declared, holder);
  return {
    secret: isSettled ? unasked : await secretState(gathering, declared, name),
    formerSecret: former === undefined ? unasked : await secretState(gathering, declared, former),
  };
}

/** What is wrong with the Secret that holds the password of a key store that is asked for. */
async function keyStoreProblem(
  { context, signal }: Gathering,
  { meta: { namespace } }: DeclaredCertificate,
  { spec, device }: HolderFacts,
  child: CertificateObject | undefined,
): Promise<string | undefined> {
  const isReady = conditionOf(child?.status?.conditions, 'Ready')?.status === 'True';
  if (!spec?.pkcs12 || isReady || device?.revoked) return undefined;
  const { name, key } = spec.pkcs12.passwordSecret;
  const secret = await found<SecretObject>(context, secrets, namespace, name, signal);
  const what = `Secret ${namespace}/${name} with the password of the key store`;
  if (!secret) return `${what} does not exist`;
  return (secret.data?.[key] ?? '') === '' ? `${what} has nothing under the key ${key}` : undefined;
}

function isOver({ meta }: DeclaredCertificate, { spec, device, isDeviceDeclared }: HolderFacts): boolean {
  const isRevoked = (device?.revoked ?? spec?.revoked) !== undefined;
  if (meta.isDeleting || isRevoked || !isDeviceDeclared) return true;
  return device !== undefined && device.authentication.type !== 'Certificate';
}

function isAdmitted(declared: DeclaredDevice | undefined, fleet: Fleet): boolean {
  return declared?.value.ok === true && resolveDevice(fleet, declared.value.value).ok;
}

function findingsFor(
  fleet: Fleet,
  certificate: Parameters<typeof certificateFindings>[1],
  device: Device | undefined,
): readonly Finding[] {
  const own = certificateFindings(fleet, certificate, device);
  const resolved = device && resolveDevice(fleet, device);
  return resolved && !resolved.ok ? [...own, ...resolved.findings] : own;
}

/** Until its kinds were listed once, the server is asked whether it has them. What it does not answer is an error. */
async function certManagerState(
  { context, issued, signal }: Gathering,
  namespace: string,
): Promise<'Known' | 'Absent'> {
  if (!isCertManagerServed(context.world)) return 'Absent';
  if (issued.isKnown) return 'Known';
  try {
    for await (const page of context.client.list(certificateRequests, { namespace, limit: 1, signal })) {
      if (page.resourceVersion !== '') break;
    }
  } catch (error) {
    if (isNotFound(error)) return 'Absent';
    throw error;
  }
  throw new NotSyncedError(`gather certificates of ${namespace}: they are not listed yet`);
}

/** The certificates of a cluster that has cert-manager are not known yet; a matter of seconds. */
export class NotSyncedError extends Error {
  override readonly name = 'NotSyncedError';
}

async function found<T extends KubeObject>(
  { client }: ControllerContext,
  type: ResourceType<T>,
  namespace: string,
  name: string,
  signal: AbortSignal,
): Promise<T | undefined> {
  try {
    return await client.get(type, namespace, name, { signal });
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

async function secretState(
  { context, signal }: Gathering,
  { meta }: DeclaredCertificate,
  name: string,
): Promise<SecretState> {
  const secret = await found(context, secrets, meta.namespace, name, signal);
  if (!secret) return { kind: 'Absent' };
  return isOurSecret(secret, meta.name)
    ? { kind: 'Ours', name, uid: secret.metadata.uid ?? '' }
    : { kind: 'NotOurs', name };
}

/** A Secret that the Certificate fills, or filled, and that is not wanted. */
function formerSecretName(
  { metadata, spec }: CertificateObject,
  wanted: string,
  isEnding: boolean,
): string | undefined {
  const filled = spec?.['secretName'];
  if (isEnding && typeof filled === 'string' && filled !== wanted) return filled;
  const former = metadata.annotations?.[formerSecretAnnotation];
  return former === wanted ? undefined : former;
}

function acknowledgementsOf(
  { context }: Gathering,
  { broker, identity }: Device,
): CertificateFacts['acknowledgements'] {
  const instances = context.world.instances.store.byIndex('broker', broker);
  return instances.flatMap(({ was }) => was?.acknowledgements ?? []).filter((one) => one.identity === identity);
}

function isLifted(
  { context: { world } }: Gathering,
  { meta }: DeclaredCertificate,
  device: Device | undefined,
): boolean {
  if (world.namespaces.store.get(meta.namespace)?.isTerminating === true) return true;
  if (!device) return false;
  const broker = world.brokers.store.get(device.broker satisfies ObjectKey);
  return !broker || broker.meta.isDeleting;
}
