import { brokerInstances } from '../../api/kinds.ts';
import type { BundleIndex, PartName } from '../../domain/bundle/content.ts';
import { bundleLayout, chunkPlace, type SetLayout } from '../../domain/bundle/objects.ts';
import { type Broker, keyOf } from '../../domain/fleet.ts';
import { serverSecretName } from './names.ts';

/** One entry of a Role. */
interface PolicyRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

/** More chunks than any set has; what somebody else wrote into the Role is not believed beyond it. */
const mostChunks = 256;

/**
 * What an agent may do: watch the index of its broker, get the chunks and the key pair of the server, report into its
 * own BrokerInstances, and record Events about them. Everything is named but the Events, whose names are new each time. The
 * number of chunks has room for the next doubling and never shrinks, so that the Role is there before a chunk and is written
 * only a few times in the life of a broker.
 */
export function agentRules(
  broker: Broker,
  instances: readonly string[],
  published: BundleIndex | undefined,
  former: readonly string[],
): readonly PolicyRule[] {
  const layout = bundleLayout(keyOf(broker));
  const places = layout.parts.flatMap((part) =>
    Array.from({ length: roomFor(layout, part, published, former) }, (_, number) => chunkPlace(layout, part, number)),
  );
  const namesOf = (kind: 'ConfigMap' | 'Secret') =>
    places.filter((place) => place.kind === kind).map(({ name }) => name);
  const core = { apiGroups: [''] };
  const ours = { apiGroups: [brokerInstances.group], resourceNames: instances };
  const rules = [
    { ...core, resources: ['configmaps'], resourceNames: [layout.index], verbs: ['list', 'watch'] },
    { ...core, resources: ['configmaps'], resourceNames: namesOf('ConfigMap'), verbs: ['get'] },
    {
      ...core,
      resources: ['secrets'],
      resourceNames: [...namesOf('Secret'), serverSecretName(broker)],
      verbs: ['get'],
    },
    { ...ours, resources: [brokerInstances.plural], verbs: ['get'] },
    { ...ours, resources: [`${brokerInstances.plural}/status`], verbs: ['patch'] },
  ];
  // A rule without names would be one for all names.
  const named = rules.filter(({ resourceNames }) => resourceNames.length > 0);
  return instances.length === 0 ? named : [...named, eventRule];
}

const eventRule: PolicyRule = { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['create', 'patch'] };

/** All names that the rules of a Role hold. */
export function resourceNamesIn(role: object | undefined): readonly string[] {
  const { rules } = (role ?? {}) as { readonly rules?: readonly { readonly resourceNames?: readonly string[] }[] };
  return (rules ?? []).flatMap(({ resourceNames = [] }) => resourceNames);
}

function roomFor(
  layout: SetLayout<PartName>,
  part: PartName,
  published: BundleIndex | undefined,
  former: readonly string[],
): number {
  const present = published?.parts[part].length ?? 0;
  const doubled = 2 ** (Math.ceil(Math.log2(Math.max(1, present))) + 1);
  const given = former.flatMap((name) => numberIn(name, chunkPlace(layout, part, 0).name));
  return Math.max(doubled, ...given.map((number) => Math.min(number + 1, mostChunks)));
}

/** The number of the chunk that this is the name of. */
function numberIn(name: string, first: string): readonly number[] {
  const prefix = first.slice(0, -2);
  const digits = name.startsWith(prefix) ? name.slice(prefix.length) : '';
  return /^[0-9]{2,4}$/.test(digits) ? [Number(digits)] : [];
}
