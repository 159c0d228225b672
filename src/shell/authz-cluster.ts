/** A cluster as the source of an authorization service. */
import { setTimeout as delay } from 'node:timers/promises';
import { managedBy } from '../api/labels.ts';
import { followCluster } from '../controllers/authorization/source.ts';
import { loggedReports } from '../controllers/failure-log.ts';
import type { ObjectKey } from '../domain/names.ts';
import { accessFrom, type KubeConfigChoice, loadedKubeConfig } from '../kube/access.ts';
import type { Clock } from '../kube/ports.ts';
import { kubeClient } from '../kube/rest.ts';
import { transportTo } from '../kube/transport.ts';
import type { AuthzSource, SourceSurroundings } from './authz-process.ts';

export interface ClusterSourceOptions {
  readonly broker: ObjectKey;
  /** No other namespaces are looked at than these; all without it. */
  readonly watchNamespaces?: readonly string[];
  readonly maxAgeSeconds: number;
  readonly kubeConfig: KubeConfigChoice;
  readonly version: string;
}

const clock: Clock = {
  now: () => new Date(),
  sleep: (milliseconds, signal) => delay(milliseconds, undefined, signal ? { signal } : {}),
};
const random = { next: () => Math.random() };

/** Errors: a kubeconfig without use. A server that does not answer is waited for. */
export function clusterSource(
  { broker, watchNamespaces, maxAgeSeconds, kubeConfig, version }: ClusterSourceOptions,
  { log, metrics, monotonic }: SourceSurroundings,
): AuthzSource {
  const load = () => loadedKubeConfig(kubeConfig);
  const access = accessFrom({ load, clock, userAgent: `${managedBy}-authz/${version}` });
  const transport = transportTo({ access, clock, random });
  const options = {
    ...{ client: kubeClient(transport, clock), broker, maxAgeSeconds, clock, random, monotonic },
    ...(watchNamespaces && { watchNamespaces }),
    report: (plural: string) => loggedReports({ metrics, log }, plural),
    onProblem: ({ what, error }: { readonly what: string; readonly error: unknown }) =>
      log.warn({ what, error }, 'not done, tried again'),
  };
  return {
    broker,
    async follow(reader, signal) {
      try {
        await followCluster(options, reader, signal);
      } finally {
        await transport.close();
      }
    },
  };
}
