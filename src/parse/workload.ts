import type { MqttBroker } from '../api/types.gen.ts';
import type { ManagedWorkload, Workload } from '../domain/fleet.ts';

type WorkloadSpec = NonNullable<MqttBroker['spec']['workload']>;
type ManagedSpec = NonNullable<WorkloadSpec['managed']>;

/** Where a broker of a manifest runs; at most one of the three is there: the rules between fields have seen to it. */
export function workloadOf({ managed, ref, external }: WorkloadSpec = {}): Workload {
  if (managed) return managedOf(managed);
  if (ref) return { kind: 'Ref', workload: ref.kind, name: ref.name };
  return external ? { kind: 'External', instances: external.instances } : { kind: 'None' };
}

function managedOf(spec: ManagedSpec): ManagedWorkload {
  const { image, agentImage, storage, resources, imagePullSecrets = [], nodeSelector = {} } = spec;
  return {
    kind: 'Managed',
    ...(image !== undefined && { image }),
    ...(agentImage !== undefined && { agentImage }),
    imagePullSecrets: imagePullSecrets.map(({ name }) => name),
    replicas: spec.replicas,
    acknowledgeNoClustering: spec.acknowledgeNoClustering,
    ...(storage && { storage: storageOf(storage) }),
    resources: { requests: quantities(resources?.requests), limits: quantities(resources?.limits) },
    nodeSelector: new Map(Object.entries(nodeSelector)),
    service: { type: spec.service.type },
  };
}

function storageOf({
  size,
  storageClassName,
}: NonNullable<ManagedSpec['storage']>): NonNullable<ManagedWorkload['storage']> {
  return { size: String(size), ...(storageClassName !== undefined && { storageClassName }) };
}

/** A quantity may be written as a number: `cpu: 1` is `cpu: "1"`. */
function quantities(given: Readonly<Record<string, number | string>> = {}): ReadonlyMap<string, string> {
  return new Map(Object.entries(given).map(([name, quantity]) => [name, String(quantity)]));
}
