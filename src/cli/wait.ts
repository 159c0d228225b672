import { durationSeconds } from '../parse/duration.ts';
import { allNamespacesOption, clusterOptions, withCluster } from './cluster-options.ts';
import { choiceOf, commandOf } from './command.ts';
import { UsageError } from './io.ts';

const conditionTypes = ['Ready', 'Programmed', 'Issued', 'ResolvedRefs', 'Accepted', 'Reconciling', 'Stalled'] as const;

export const command = commandOf({
  synopsis: '[KIND/]NAME… [--for CONDITION] [--timeout DURATION]\n--all [--for CONDITION] [--timeout DURATION]',
  about: `Waits until objects of a cluster are ready, or have another condition, of the manifest as it is now.
A device that is revoked or suspended is ready when its broker has proved that.
Exit code 0: all are so. 1: the time is over, or an object was deleted; each that is missing is told with its reason.`,
  options: {
    for: {
      type: 'string',
      value: 'CONDITION',
      about: `one of ${conditionTypes.join(', ')} (default Ready), also TYPE=STATUS`,
    },
    timeout: { type: 'string', value: 'DURATION', about: 'such as 90s or 5m (default)' },
    all: { type: 'boolean', about: 'all devices of the namespace' },
    ...clusterOptions,
    'all-namespaces': allNamespacesOption,
  },
  run: async ({ options, operands, io }) => {
    const isAll = options.all === true || options['all-namespaces'] === true;
    if (operands.length === 0 && !isAll) throw new UsageError('wait takes names of objects, or --all');
    if (operands.length > 0 && isAll) throw new UsageError('wait takes names or --all, not both');
    const ask = { names: operands, wanted: wantedOf(options.for), timeoutSeconds: timeoutOf(options.timeout ?? '5m') };
    const { waitOnCluster } = await import('./wait-cluster.ts');
    return withCluster(options, undefined, (cluster) => waitOnCluster(cluster, ask, io));
  },
});

/** `Ready`, `Ready=False`, and as kubectl writes it: `condition=Ready`. */
function wantedOf(text = 'Ready') {
  const [word = '', state = 'True'] = text.replace(/^condition=/i, '').split('=', 2);
  const type = choiceOf('for', word, conditionTypes) ?? 'Ready';
  const status = choiceOf('for', state, ['True', 'False', 'Unknown']) ?? 'True';
  return { type, status };
}

/** A timer takes no more, and nobody waits longer. */
const longestSeconds = 24 * 3600;

function timeoutOf(text: string): number {
  const seconds = durationSeconds(text);
  if (seconds !== undefined && seconds <= longestSeconds) return seconds;
  throw new UsageError(`--timeout '${text}' is not a duration such as 90s or 5m, at most 24h`);
}
