/** Certificates that were issued to devices, kept up to date event by event. */
import { isDeepStrictEqual } from 'node:util';
import type { CertificateRequestObject } from '../../api/kinds.ts';
import type { Finding } from '../../domain/finding.ts';
import type { IssuerRef } from '../../domain/fleet.ts';
import { objectKey, type ObjectKey } from '../../domain/names.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { HeldCertificate } from '../../domain/pki/lineage.ts';
import type { Clock } from '../../ports.ts';
import type { FleetState, IssuedState } from '../context.ts';
import type { DeclaredBroker, DeclaredCertificate } from '../declared.ts';
import type { World } from '../world.ts';
import { createExpiries } from './expiries.ts';
import { type Account, accountOf, emptyAccount, isSameAccount, newestFirst } from './account.ts';
import { followHolders } from './holders.ts';
import { createIdentityIndex, moveLink } from './identity-index.ts';
import { byAge, type Claim, claimedLineage, createClaimReader } from './request.ts';

/** What the controller of DeviceCertificates needs beside what all others do. */
export interface IssuedRecords extends IssuedState {
  /** Certificates of a lineage whose common name is not the identity of its device: they are taken back. */
  readonly strays: (lineage: ObjectKey) => readonly HeldCertificate[];
  /** Requests that belong to a lineage, the latest first. */
  readonly requestsOf: (lineage: ObjectKey) => readonly Claim[];
  /** Requests of a former Certificate of its name. */
  readonly leftovers: (lineage: ObjectKey) => readonly Claim[];
  /** Requests that only claim to belong to it. */
  readonly findings: (lineage: ObjectKey) => readonly Finding[];
  /** Is told after each change, by DeviceCertificate and device. */
  readonly onChange: (listener: IssuedListener) => void;
}

type IssuedListener = (lineage: ObjectKey, device: ObjectKey | undefined) => void;

export interface IssuedOptions {
  readonly world: Pick<World, 'requests' | 'certificates' | 'deviceCertificates' | 'devices' | 'brokers'>;
  /** Of the same world: it knows of each change before. */
  readonly fleet: Pick<FleetState, 'deviceOf'>;
  readonly clock: Clock;
}

interface Lineage {
  readonly claims: Map<string, Claim>;
  account: Account;
}

const none: readonly never[] = [];

/**
 * Its handlers are those of the world's stores: create it before any controller. A certificate that was once counted
 * stays until it expires or its DeviceCertificate is gone, whatever becomes of its request.
 */
export function createIssued({ world, fleet, clock }: IssuedOptions): IssuedRecords {
  const lineages = new Map<ObjectKey, Lineage>();
  const lineagesOfDevices = new Map<ObjectKey, Set<ObjectKey>>();
  const listeners: IssuedListener[] = [];
  const expiries = createExpiries();
  const readClaim = createClaimReader();
  const known = (key: ObjectKey): Account => lineages.get(key)?.account ?? emptyAccount;
  const identities = createIdentityIndex((key) => known(key).held);
  followHolders(world.devices, fleet.deviceOf, (device) => {
    for (const lineage of [...(lineagesOfDevices.get(device) ?? none)]) refresh(lineage);
  });

  function refresh(key: ObjectKey): void {
    const lineage = lineages.get(key) ?? noLineage();
    const former = lineage.account;
    const declared = world.deviceCertificates.store.get(key);
    const device = deviceNamed(declared) ?? former.device;
    const holder = device === undefined ? undefined : fleet.deviceOf(device);
    const [certificate, now] = [world.certificates.store.get(key), clock.now()];
    const issuer = holder && issuerOf(world.brokers, holder.broker);
    const claims = lineage.claims.values();
    const account = accountOf({ former, declared, device, holder, issuer, certificate, claims, now });
    lineage.account = account;
    if (!declared && lineage.claims.size === 0) lineages.delete(key);
    else lineages.set(key, lineage);
    moveLink(lineagesOfDevices, former.device, account.device, key);
    if (isSameAccount(former, account)) return;
    identities.changed(key, former.identity, account.identity);
    for (const { notAfter } of [...account.held, ...account.strays]) expiries.add(key, notAfter);
    for (const listener of listeners) listener(key, account.device ?? former.device);
  }

  function onRequest(old: CertificateRequestObject | undefined, next: CertificateRequestObject | undefined): void {
    const request = next ?? old;
    if (!request) return;
    const key = keyIn(request);
    const claim = next && readClaim(next);
    const former = old && claimedLineage(old);
    if (former !== undefined && former !== claim?.lineage) {
      lineages.get(former)?.claims.delete(key);
      refresh(former);
    }
    if (!claim) return;
    const lineage = lineages.get(claim.lineage) ?? noLineage();
    lineage.claims.set(key, claim);
    lineages.set(claim.lineage, lineage);
    refresh(claim.lineage);
  }

  world.deviceCertificates.onChange((old, next) => {
    const key = (next ?? old)?.key;
    if (key !== undefined) refresh(key);
  });
  world.certificates.onChange((old, next) => {
    const key = keyIn(next ?? old);
    if (lineages.has(key)) refresh(key);
  });
  world.requests.onChange(onRequest);
  followIssuers(world.brokers, (isConcerned) => {
    for (const [key, { claims, account }] of [...lineages]) if (claims.size > 0 && isConcerned(account)) refresh(key);
  });

  /** What is over leaves when anything is looked at. */
  const present = <T>(read: () => T): T => {
    for (const key of expiries.due(clock.now())) refresh(key);
    return read();
  };
  const ofDevice = (device: ObjectKey) =>
    [...(lineagesOfDevices.get(device) ?? none)].flatMap((key) => known(key).held).sort(newestFirst);
  return {
    get isKnown() {
      return isSynced(world);
    },
    get byIdentity() {
      return present(identities.current);
    },
    ofLineage: (key) => present(() => known(key).held),
    ofDevice: (device) => present(() => ofDevice(device)),
    strays: (key) => present(() => known(key).strays),
    requestsOf: (key) => present(() => known(key).own.toSorted((a, b) => byAge(a.request, b.request))),
    leftovers: (key) => present(() => known(key).leftovers),
    findings: (key) => present(() => known(key).findings),
    onChange: (listener) => void listeners.push(listener),
  };
}

function isSynced({ requests, certificates, deviceCertificates, devices, brokers }: IssuedOptions['world']): boolean {
  return [requests, certificates, deviceCertificates, devices, brokers].every(({ hasSynced }) => hasSynced);
}

function noLineage(): Lineage {
  return { claims: new Map<string, Claim>(), account: emptyAccount };
}

function keyIn(object: KubeObject | undefined): ObjectKey {
  return objectKey(object?.metadata.namespace ?? '', object?.metadata.name ?? '');
}

function deviceNamed(declared: DeclaredCertificate | undefined): ObjectKey | undefined {
  return declared?.value.ok === true ? declared.value.value.device : declared?.formerDevice;
}

/** Calls back when a broker has another issuer, and when the brokers were read first. */
function followIssuers(
  brokers: World['brokers'],
  onChange: (isConcerned: (account: Account) => boolean) => void,
): void {
  brokers.onChange((old, next) => {
    const key = (next ?? old)?.key;
    if (brokers.hasSynced && !isSameIssuer(old, next)) onChange(({ broker }) => broker === key);
  });
  void brokers.ready.then(
    () => onChange(() => true),
    () => undefined,
  );
}

function issuerOf({ store, hasSynced }: World['brokers'], broker: ObjectKey): IssuerRef | 'Unread' | undefined {
  return hasSynced ? issuerIn(store.get(broker)) : 'Unread';
}

/** Of one that cannot be read it is not known. */
function issuerIn(declared: DeclaredBroker | undefined): IssuerRef | undefined {
  return declared?.value.ok === true ? declared.value.value.clientCertificates?.issuer : undefined;
}

function isSameIssuer(a: DeclaredBroker | undefined, b: DeclaredBroker | undefined): boolean {
  return isDeepStrictEqual(issuerIn(a), issuerIn(b));
}
