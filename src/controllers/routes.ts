/** Which change wakes whom. Handlers of states (`fleet-state`, `issued`) are registered before these. */
import {
  brokerLabel,
  type Component,
  componentLabel,
  deviceCertificateAnnotation,
  labelValue,
  unlockAtAnnotation,
} from '../api/labels.ts';
import { mqttBrokers } from '../api/kinds.ts';
import { objectKey, type ObjectKey } from '../domain/names.ts';
import type { KubeObject } from '../kube/object.ts';
import type { Delivery, Handler } from '../kube/store.ts';
import type { Priority } from '../kube/queue.ts';
import type { Reflector } from '../kube/reflector.ts';
import type { IssuedRecords } from './certificate/issued.ts';
import type { ControllerContext, Wake } from './context.ts';
import { type Declared, type DeclaredDevice, deviceIn, type Instance } from './declared.ts';
import type { World } from './world.ts';

/**
 * Registers all routes. A change of status alone wakes nobody but the object's own controller. Ledgers lie in the
 * operator's namespace: what somebody calls so elsewhere is none.
 */
export function routeChanges(world: World, wake: Wake, operatorNamespace: string): void {
  routeBrokers(world, wake);
  routeDevices(world, wake);
  routeTemplates(world, wake);
  routeCertificates(world, wake);
  routeNamespaces(world, wake);
  routeChildren(world, wake, operatorNamespace);
}

function priorityOf({ lowPriority }: Delivery): Priority {
  return lowPriority ? 'Low' : 'High';
}

/** True unless both are one object of which only the status changed. */
function isNews(old: Declared<unknown> | undefined, next: Declared<unknown> | undefined): boolean {
  if (!old || !next) return true;
  return (
    old.meta.uid !== next.meta.uid ||
    old.meta.generation !== next.meta.generation ||
    old.meta.isDeleting !== next.meta.isDeleting
  );
}

/** Gives the key, and a priority: that of the delivery. */
function onChange<D extends { readonly key: ObjectKey }>(
  reflector: Pick<Reflector<D>, 'onChange'>,
  handle: (key: ObjectKey, old: D | undefined, next: D | undefined, priority: Priority) => void,
): void {
  const handler: Handler<D> = (old, next, delivery) => {
    const key = (next ?? old)?.key;
    if (key !== undefined) handle(key, old, next, priorityOf(delivery));
  };
  reflector.onChange(handler);
}

function routeBrokers(world: World, wake: Wake): void {
  onChange(world.brokers, (key, old, next, priority) => {
    wake.broker(key, priority);
    wake.workload(key, priority);
    wake.authority(key, priority);
    if (!isNews(old, next)) return;
    for (const device of world.devices.store.byIndex('broker', key)) {
      wake.device(device.key, 'Low');
      for (const { key: certificate } of world.deviceCertificates.store.byIndex('device', device.key)) {
        wake.certificate(certificate, 'Low');
      }
    }
    // Two brokers that trust one CA share their ledger, and one identity is one device's on both.
    for (const other of world.brokers.store.list()) if (other.key !== key) wake.authority(other.key, 'Low');
  });
}

function routeDevices(world: World, wake: Wake): void {
  onChange(world.devices, (key, old, next, priority) => {
    wake.device(key, priority);
    if (isNews(old, next) || isVerdictChanged(old, next)) {
      for (const { key: certificate } of world.deviceCertificates.store.byIndex('device', key)) {
        wake.certificate(certificate, priority);
      }
    }
    const holder = next && deviceIn(next);
    if (holder && isUnlockChanged(old, next)) wake.broker(holder.broker, priority);
    if (!isNews(old, next)) return;
    for (const declared of [old, next]) {
      const device = declared && deviceIn(declared);
      if (!device) continue;
      wake.broker(device.broker, priority);
      for (const rival of world.devices.store.byIndex('identity', device.identity)) {
        if (rival.key !== key) wake.device(rival.key);
      }
      for (const { name } of device.templates) wake.template(objectKey(device.origin.namespace, name), 'Low');
    }
    if (holder && isHoldChanged(old, next)) wake.authority(holder.broker);
  });
}

/** Annotations are no part of the generation. */
function isUnlockChanged(old: DeclaredDevice | undefined, next: DeclaredDevice): boolean {
  return old?.meta.annotations[unlockAtAnnotation] !== next.meta.annotations[unlockAtAnnotation];
}

/**
 * Whether its rules resolve, by the status: templates and namespaces wake devices, and only where that made a difference
 * their certificates.
 */
function isVerdictChanged(old: DeviceLike, next: DeviceLike): boolean {
  const isRefused = [old, next].some((device) => verdictsOn(device).some((verdict) => !verdict.startsWith('True')));
  if (isRefused) return old?.status.hash !== next?.status.hash;
  return verdictsOn(old).join() !== verdictsOn(next).join();
}

type DeviceLike = DeclaredDevice | undefined;

function verdictsOn(device: DeviceLike): readonly string[] {
  return ['Accepted', 'ResolvedRefs'].flatMap((type) => {
    const condition = device?.status.conditions.get(type);
    return condition ? [`${condition.status} ${condition.reason}`] : [];
  });
}

/** Certificates of suspended devices are on the revocation list. */
function isHoldChanged(old: DeclaredDevice | undefined, next: DeclaredDevice | undefined): boolean {
  const isSuspended = (device: DeclaredDevice | undefined) =>
    device !== undefined && deviceIn(device)?.suspended === true;
  return isSuspended(old) !== isSuspended(next);
}

function routeTemplates(world: World, wake: Wake): void {
  onChange(world.templates, (key, old, next, priority) => {
    wake.template(key, priority);
    if (!isNews(old, next)) return;
    for (const device of world.devices.store.byIndex('template', key)) {
      wake.device(device.key, 'Low');
      if (device.value.ok) wake.broker(device.value.value.broker, priority);
    }
    for (const { key: broker, value } of world.brokers.store.list()) {
      const defaults = value.ok ? value.value.acl.defaultTemplates : [];
      if (!defaults.some(({ name }) => objectKey(broker.split('/', 1)[0] ?? '', name) === key)) continue;
      wake.broker(broker, priority);
      for (const device of world.devices.store.byIndex('broker', broker)) wake.device(device.key, 'Low');
    }
  });
}

function routeCertificates(world: World, wake: Wake): void {
  onChange(world.deviceCertificates, (key, old, next, priority) => {
    wake.certificate(key, priority);
    // The device that it is for, and one that may not have its own because of the name.
    const devices = new Set<ObjectKey>(world.devices.store.get(key) && [key]);
    for (const certificate of [old, next]) if (certificate?.value.ok) devices.add(certificate.value.value.device);
    for (const device of devices) wake.device(device, priority);
  });
  world.certificates.onChange((old, next, delivery) => {
    const object = next ?? old;
    if (object) wakeOwner(wake, object, priorityOf(delivery));
  });
  world.requests.onChange((old, next, delivery) => {
    const object = next ?? old;
    if (!object) return;
    const { namespace = '', annotations = {} } = object.metadata;
    const fromCsr = annotations[deviceCertificateAnnotation];
    const certificate = fromCsr ?? `${namespace}/${annotations['cert-manager.io/certificate-name'] ?? ''}`;
    wake.certificate(certificate as ObjectKey, priorityOf(delivery));
  });
}

/** A Certificate is of a DeviceCertificate of its name, or of a broker. */
function wakeOwner(wake: Wake, { metadata }: KubeObject, priority: Priority): void {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
  if (!owner) return;
  const key = objectKey(metadata.namespace ?? '', owner.name);
  if (owner.kind === mqttBrokers.kind) wake.workload(key, priority);
  else wake.certificate(key, priority);
}

function routeNamespaces(world: World, wake: Wake): void {
  world.namespaces.onChange((old, next) => {
    const name = (next ?? old)?.name ?? '';
    // Of one that goes nothing more is waited for.
    if (next?.isTerminating === true && !old?.isTerminating) {
      for (const { key, meta } of world.deviceCertificates.store.list()) {
        if (meta.namespace === name) wake.certificate(key, 'Low');
      }
    }
    for (const device of world.devices.store.byIndex('namespace', name)) {
      wake.device(device.key, 'Low');
      if (device.value.ok) wake.broker(device.value.value.broker);
    }
  });
}

/** Certificates of devices that said something new. */
function wakeAcknowledged(world: World, wake: Wake, old: Instance | undefined, next: Instance | undefined): void {
  const known = new Set(old?.was?.acknowledgements?.map(({ identity, fingerprint }) => `${identity} ${fingerprint}`));
  for (const { identity, fingerprint } of next?.was?.acknowledgements ?? []) {
    if (known.has(`${identity} ${fingerprint}`)) continue;
    for (const device of world.devices.store.byIndex('identity', identity)) {
      for (const { key } of world.deviceCertificates.store.byIndex('device', device.key)) wake.certificate(key);
    }
  }
}

function routeChildren(world: World, wake: Wake, operatorNamespace: string): void {
  world.instances.onChange((old, next, delivery) => {
    const broker = (next ?? old)?.broker;
    if (broker === undefined) return;
    wakeAcknowledged(world, wake, old, next);
    wake.broker(broker, priorityOf(delivery));
    wake.workload(broker, priorityOf(delivery));
  });
  world.pods.onChange((old, next, delivery) => {
    const object = next ?? old;
    if (object) wakeLabelled(world, object, (key) => wakeBoth(wake, key, priorityOf(delivery)));
  });
  world.configMaps.onChange((old, next, delivery) => {
    const object = next ?? old;
    if (!object) return;
    const component = object.labels[componentLabel] as Component | undefined;
    const owner = object.labels[brokerLabel];
    if (component === 'bundle' && owner !== undefined) {
      const { namespace } = object.meta;
      for (const key of brokersLabelled(world, namespace, owner)) wake.broker(key, priorityOf(delivery));
    }
    const isOfLedgers = component === 'ledger' || component === 'revocations';
    if (isOfLedgers && object.meta.namespace === operatorNamespace) {
      for (const { key } of world.brokers.store.list()) wake.authority(key, 'Low');
    }
  });
  const { statefulSets, services, serviceAccounts, roles, roleBindings, disruptionBudgets } = world;
  for (const store of [statefulSets, services, serviceAccounts, roles, roleBindings, disruptionBudgets]) {
    store.onChange((old, next, delivery) => {
      const object = next ?? old;
      if (object) wakeLabelled(world, object, (key) => wake.workload(key, priorityOf(delivery)));
    });
  }
}

function wakeBoth(wake: Wake, key: ObjectKey, priority: Priority): void {
  wake.broker(key, priority);
  wake.workload(key, priority);
}

function wakeLabelled(world: World, { metadata }: KubeObject, wakeOne: (key: ObjectKey) => void): void {
  const label = metadata.labels?.[brokerLabel];
  if (label !== undefined) for (const key of brokersLabelled(world, metadata.namespace ?? '', label)) wakeOne(key);
}

/** Brokers of a namespace whose name has this label value: one, but where long names were shortened. */
function brokersLabelled(world: World, namespace: string, label: string): readonly ObjectKey[] {
  const named = world.brokers.store.get(`${namespace}/${label}`);
  if (named) return [named.key];
  return [...world.brokers.store.list()].flatMap(({ key, meta }) =>
    meta.namespace === namespace && labelValue(meta.name) === label ? [key] : [],
  );
}

/** What was issued is part of a broker's set, and of the revocation list while its device is suspended. */
export function routeIssued({ world, state, wake }: ControllerContext, issued: IssuedRecords): void {
  issued.onChange((lineage, device) => {
    wake.certificate(lineage);
    if (device === undefined) return;
    wake.device(device);
    const declared = world.devices.store.get(device);
    const holder = declared && deviceIn(declared);
    if (!holder) return;
    const { broker, suspended } = holder;
    wake.broker(broker);
    if (suspended || state.authorities.issuingCa(broker) === undefined) wake.authority(broker);
  });
  for (const reflector of [world.requests, world.certificates]) reflector.onServed(() => wakeAll(world, wake));
  // Until then nobody could tell what was issued.
  void Promise.all([world.requests.ready, world.certificates.ready]).then(
    () => wakeAll(world, wake),
    () => undefined,
  );
}

function wakeAll(world: World, wake: Wake): void {
  for (const { key } of world.brokers.store.list()) {
    wake.authority(key);
    wake.broker(key);
    wake.workload(key);
  }
  for (const { key } of world.deviceCertificates.store.list()) wake.certificate(key, 'Low');
  for (const { key, value } of world.devices.store.list()) {
    if (value.ok && value.value.authentication.type === 'Certificate') wake.device(key, 'Low');
  }
}
