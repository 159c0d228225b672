import type { Cluster } from '../cluster/connection.ts';
import { UsageError, type Io } from './io.ts';
import manifest from '../../package.json' with { type: 'json' };

/** As kubectl has them. */
export const clusterOptions = {
  kubeconfig: { type: 'string', value: 'FILE', about: 'kubeconfig, instead of KUBECONFIG or ~/.kube/config' },
  context: { type: 'string', value: 'NAME', about: 'context of the kubeconfig, instead of its current one' },
  namespace: { type: 'string', short: 'n', value: 'NAME', about: 'namespace, instead of that of the context' },
} as const;

export const allNamespacesOption = { type: 'boolean', short: 'A', about: 'all namespaces of the cluster' } as const;

interface ClusterFlags {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespace?: string;
  readonly 'all-namespaces'?: boolean;
}

const flagNames = ['kubeconfig', 'context', 'namespace', 'all-namespaces'] as const;

/** The flag with which a call says that it means a cluster. */
export function clusterFlag(flags: ClusterFlags): string | undefined {
  const given = flagNames.find((name) => flags[name] !== undefined);
  return given === undefined ? undefined : `--${given}`;
}

/** A call about manifests or a state directory has nothing to do with a cluster. */
export function refuseClusterFlags(flags: ClusterFlags, instead: string): void {
  const flag = clusterFlag(flags);
  if (flag !== undefined) throw new UsageError(`${flag} is about a cluster, ${instead} is not: give one of them`);
}

/** How a command works without a cluster, for who has none. */
export type Alternative = 'PATH' | 'OLD' | '--state DIR';

/** Does something with the cluster that is meant. The code for it is loaded now: other commands do not need it. */
export async function withCluster<T>(
  flags: ClusterFlags,
  instead: Alternative | undefined,
  run: (cluster: Cluster) => Promise<T>,
): Promise<T> {
  const [{ connectedCluster }, { explainedError }] = await Promise.all([
    import('../cluster/connection.ts'),
    import('../cluster/problems.ts'),
  ]);
  const { kubeconfig, context, namespace, 'all-namespaces': isEveryNamespace } = flags;
  if (isEveryNamespace === true && namespace !== undefined) {
    throw new UsageError('--namespace and --all-namespaces exclude each other');
  }
  const hint = instead === undefined ? '' : `, or ${instead} to do without a cluster`;
  const choice = {
    userAgent: `mqttsec/${manifest.version}`,
    ...(kubeconfig !== undefined && { kubeconfig }),
    ...(context !== undefined && { context }),
    ...(namespace !== undefined && { namespace }),
    ...(isEveryNamespace !== undefined && { isEveryNamespace }),
  };
  const cluster = connectedCluster(choice, hint);
  try {
    return await run(cluster);
  } catch (error) {
    throw explainedError(error, cluster);
  } finally {
    await cluster.close();
  }
}

/** Says on standard error what could not be looked at. */
export function tellNotes(notes: readonly string[], io: Pick<Io, 'err'>): void {
  for (const note of notes) io.err(`mqttsec: note: ${note}\n`);
}
