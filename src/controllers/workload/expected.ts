import type { PodObject } from '../../api/kinds.ts';
import { labelValue } from '../../api/labels.ts';
import { type Broker, keyOf, type Workload } from '../../domain/fleet.ts';
import { objectKey } from '../../domain/names.ts';
import { isOwnedBy } from '../apply.ts';
import type { Instance } from '../declared.ts';
import type { World } from '../world.ts';

/** One that has to load what is published for its broker. */
export interface ExpectedInstance {
  readonly name: string;
  /** Absent for an external one. */
  readonly podUid?: string;
  /** Its BrokerInstance, once the operator has made it; one of a former pod or broker of that name does not count. */
  readonly instance: Instance | undefined;
}

/** The live pods of a broker by UID, or the names listed for an external one, in the order of their names. */
export function expectedInstances(
  world: Pick<World, 'pods' | 'instances'>,
  broker: Broker,
): readonly ExpectedInstance[] {
  const { namespace } = broker.origin;
  return expectedNames(world, broker).map(({ name, podUid }) => {
    const known = world.instances.store.get(objectKey(namespace, name));
    const isIt = known?.podUid === podUid && known?.meta.isDeleting === false && isInstanceOf(known, broker);
    return { name, ...(podUid !== undefined && { podUid }), instance: isIt ? known : undefined };
  });
}

/** By its owner: what others made says nothing of the broker, whatever its spec names. */
export function isInstanceOf(instance: Instance, broker: Broker): boolean {
  const { uid } = broker.origin;
  return instance.broker === keyOf(broker) && uid !== undefined && isOwnedBy(instance.made, uid);
}

type ExpectedName = Pick<ExpectedInstance, 'name' | 'podUid'>;

function expectedNames(world: Pick<World, 'pods'>, broker: Broker): readonly ExpectedName[] {
  const { workload } = broker;
  if (workload.kind === 'None') return [];
  if (workload.kind === 'External') return workload.instances.toSorted().map((name) => ({ name }));
  return podsOf(world, broker)
    .filter(isLive)
    .map(({ metadata: { name, uid = '' } }) => ({ name, podUid: uid }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The pods of a broker, those that go included. */
export function podsOf({ pods }: Pick<World, 'pods'>, { origin, workload }: Broker): readonly PodObject[] {
  return pods.store
    .byIndex('broker', `${origin.namespace}/${labelValue(origin.name)}`)
    .filter((pod) => isMadeBy(pod, workload, origin.name));
}

function isLive({ metadata, status }: PodObject): boolean {
  return metadata.deletionTimestamp === undefined && status?.phase !== 'Succeeded' && status?.phase !== 'Failed';
}

/** A label alone makes no pod an instance: that would let any pod keep a broker from being programmed. */
function isMadeBy({ metadata }: PodObject, workload: Workload, broker: string): boolean {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
  if (workload.kind === 'Managed') return owner?.kind === 'StatefulSet' && owner.name === broker;
  if (workload.kind !== 'Ref') return false;
  if (workload.workload === 'StatefulSet') return owner?.kind === 'StatefulSet' && owner.name === workload.name;
  return owner?.kind === 'ReplicaSet' && owner.name.startsWith(`${workload.name}-`);
}
