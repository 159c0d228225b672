/** Enrolment on a cluster: devices of one broker's namespace, and a DeviceCertificate for each that enrols. */
import { X509Certificate } from 'node:crypto';
import { deviceCertificates, mqttDevices, stated } from '../../api/kinds.ts';
import { enrolledAnnotation, enrolmentFieldManager, renewAtAnnotation } from '../../api/labels.ts';
import { type Enrollee, enrolleeRefusal } from '../../domain/enrol/enrollee.ts';
import { apiVersion, type ObjectKey } from '../../domain/names.ts';
import { keyIdOf } from '../../domain/pki/x509.ts';
import { resolveDevice } from '../../domain/resolve.ts';
import type { Registrar } from '../../enrol/registrar.ts';
import type { JsonPatchOperation, KubeClient } from '../../kube/client.ts';
import { isAlreadyExists, isConflict, isNotFound } from '../../kube/errors.ts';
import { type KubeObject, keyParts } from '../../kube/object.ts';
import { timeOf } from '../../parse/time.ts';
import type { FleetState } from '../context.ts';
import type { DeclaredCertificate } from '../declared.ts';
import type { World } from '../world.ts';

export interface ClusterRegistrarOptions {
  readonly client: Pick<KubeClient, 'create' | 'patchJson'>;
  readonly broker: ObjectKey;
  /** Of the namespace of the broker. */
  readonly world: Pick<World, 'devices' | 'deviceCertificates'>;
  readonly fleet: FleetState;
  readonly cas: () => Promise<string>;
  readonly now: () => Date;
}

/**
 * Answers from the mirror, which may be a moment behind. Nothing depends on that: what is handed out is what the device has
 * already, what is written goes to the version that was seen, and the operator decides about it again.
 */
export function clusterRegistrar({ client, broker, world, fleet, cas, now }: ClusterRegistrarOptions): Registrar {
  const { store } = world.deviceCertificates;
  const byDevice = (key: ObjectKey) => enrolleeOf({ broker, world, fleet, now: now() }, key);
  return {
    broker,
    cas,
    byDevice: (key) => Promise.resolve(byDevice(key)),
    byCertificate(fingerprint) {
      const lineage = [...store.list()].find((one) => isEnrolled(one) && hasGood(one, fingerprint));
      const enrollee = lineage?.value.ok ? byDevice(lineage.value.value.device) : undefined;
      const isOwn = enrollee !== undefined && lineage?.key === enrollee.device && isLineageOf(lineage, enrollee.uid);
      return Promise.resolve(isOwn ? enrollee : undefined);
    },
    async submit({ device, uid }, csr, isRenewal) {
      const present = store.get(device);
      const own = present && isLineageOf(present, uid) ? present : undefined;
      try {
        if (own) await client.patchJson(deviceCertificates, own.meta.namespace, own.meta.name, ...patch(own));
        else await client.create(deviceCertificates, enrolled(device, uid ?? '', csr), by);
      } catch (error) {
        // Somebody was faster. Who asks again is told what came of it.
        if (!isAlreadyExists(error) && !isConflict(error) && !isNotFound(error)) throw error;
      }

      function patch({ meta }: DeclaredCertificate): [readonly JsonPatchOperation[], typeof by] {
        const at = `${now().toISOString().slice(0, 19)}Z`;
        const path = `/metadata/annotations/${renewAtAnnotation.replace('/', '~1')}`;
        return [
          [
            { op: 'replace', path: '/metadata/resourceVersion', value: meta.resourceVersion },
            { op: 'replace', path: '/spec/csr', value: csr },
            ...(isRenewal ? [{ op: 'add', path, value: at } as const] : []),
          ],
          by,
        ];
      }
    },
  };
}

const by = { fieldManager: enrolmentFieldManager } as const;

/** The device owns it: with the device it goes. */
function enrolled(device: ObjectKey, uid: string, csr: string): KubeObject & { readonly spec: object } {
  const { namespace = '', name } = keyParts(device);
  const ownerReferences = [{ apiVersion, kind: mqttDevices.kind, name, uid }];
  const annotations = { [enrolledAnnotation]: uid };
  const metadata = { namespace, name, annotations, ownerReferences };
  return { ...stated(deviceCertificates, metadata), spec: { deviceRef: { name }, csr } };
}

function isEnrolled({ meta }: DeclaredCertificate): boolean {
  return meta.annotations[enrolledAnnotation] !== undefined;
}

/** One that is being deleted is over, and so is that of a device that was made anew under its name. */
function isLineageOf({ meta, value }: DeclaredCertificate, deviceUid: string | undefined): boolean {
  const isOfDevice = meta.annotations[enrolledAnnotation] === deviceUid;
  return isOfDevice && !meta.isDeleting && value.ok && value.value.spec.key.kind === 'Csr';
}

/** It was issued in this lineage, and not taken back since. */
function hasGood({ was }: DeclaredCertificate, fingerprint: string): boolean {
  const former = (was?.history ?? []).find((one) => one.fingerprint === fingerprint);
  return former ? former.revokedAt === undefined : was?.fingerprint === fingerprint;
}

interface Facts extends Pick<ClusterRegistrarOptions, 'broker' | 'world' | 'fleet'> {
  readonly now: Date;
}

function enrolleeOf({ broker, world, fleet: state, now }: Facts, key: ObjectKey): Enrollee | undefined {
  const declared = world.devices.store.get(key);
  const device = state.deviceOf(key);
  const uid = declared?.meta.uid;
  if (!declared || uid === undefined || !device || device.origin.uid !== uid) return undefined;
  const isAdmitted = declared.value.ok && resolveDevice(state.fleet, device).ok;
  const { store } = world.deviceCertificates;
  const namesake = store.get(key);
  const isDeclared = [...store.byIndex('device', key), ...(namesake ? [namesake] : [])].some((one) => !isEnrolled(one));
  const own = namesake && isLineageOf(namesake, uid) ? namesake : undefined;
  const refusal = enrolleeRefusal(device, { broker, isAdmitted, isDeclared }, now) ?? (own && lineageRefusal(own));
  const common = { device: key, identity: device.identity, uid, ...(refusal && { refusal }) };
  return own ? { ...common, ...lineageFacts(own, now) } : common;
}

function lineageRefusal({ value }: DeclaredCertificate): 'DeviceRevoked' | undefined {
  return value.ok && value.value.spec.revoked ? 'DeviceRevoked' : undefined;
}

/** A certificate that did not come for so long is asked for again: the operator tries once, and answers nobody. */
const renewalMilliseconds = 60_000;

function after(time: Date, milliseconds: number): Date {
  return new Date(time.getTime() + milliseconds);
}

function lineageFacts({ value, was, meta }: DeclaredCertificate, now: Date): Partial<Enrollee> {
  const csr = value.ok && value.value.spec.key.kind === 'Csr' ? value.value.spec.key.pem : undefined;
  const asked = timeOf(meta.annotations[renewAtAnnotation] ?? '');
  const issuedAt = timeOf(was?.issuedAt ?? '');
  const current = certificateIn(was, now);
  return {
    ...(csr !== undefined && { csr }),
    ...(current && { current }),
    ...(asked && issuedAt && { isRenewalAsked: issuedAt < asked && now < after(asked, renewalMilliseconds) }),
  };
}

function certificateIn(was: DeclaredCertificate['was'], now: Date): Enrollee['current'] {
  const { certificate: pem, fingerprint } = was ?? {};
  if (pem === undefined || fingerprint === undefined) return undefined;
  const certificate = readable(pem);
  if (!certificate || certificate.validToDate <= now) return undefined;
  return { fingerprint, keyId: keyIdOf(certificate.publicKey), pem };
}

function readable(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}
