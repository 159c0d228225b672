/** The cluster that a command is about: which server, who we are there, which namespace is meant. */
import { setTimeout as delay } from 'node:timers/promises';
import { accessFrom, loadedKubeConfig } from '../kube/access.ts';
import type { KubeClient } from '../kube/client.ts';
import type { Clock, Random } from '../kube/ports.ts';
import { kubeClient } from '../kube/rest.ts';
import { transportTo } from '../kube/transport.ts';
import { nearest } from '../parse/suggestion.ts';

/** What kubectl's flags of the same names say. */
export interface ClusterChoice {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespace?: string;
  readonly isEveryNamespace?: boolean;
  /** Such as `mqttsec/0.1.0`. */
  readonly userAgent: string;
}

export interface Cluster {
  readonly client: KubeClient;
  readonly server: string;
  /** Name of the context. */
  readonly context: string;
  /** The one that was asked for, else that of the context, else `default`. */
  readonly namespace: string;
  readonly isEveryNamespace: boolean;
  readonly clock: Clock;
  readonly random: Random;
  close(): Promise<void>;
}

const clock: Clock = {
  now: () => new Date(),
  sleep: (milliseconds, signal) => delay(milliseconds, undefined, signal ? { signal } : {}),
};
const random: Random = { next: () => Math.random() };

/**
 * Asks the server nothing yet. Errors: no kubeconfig (then `hint` says what to do beside writing one), one that cannot be
 * read, a context that is not in it.
 */
export function connectedCluster(choice: ClusterChoice, hint = ''): Cluster {
  const load = () => chosenConfig(choice, hint);
  const config = load();
  const context = config.getCurrentContext();
  const server = config.getCurrentCluster()?.server;
  if (server === undefined) throw new Error(`read kubeconfig: ${contextProblem(config, context)}`);
  const transport = transportTo({ access: accessFrom({ load, clock, userAgent: choice.userAgent }), clock, random });
  const namespace = choice.namespace ?? config.getContextObject(context)?.namespace;
  return {
    client: kubeClient(transport, clock),
    server,
    context,
    namespace: namespace === undefined || namespace === '' ? 'default' : namespace,
    isEveryNamespace: choice.isEveryNamespace === true,
    clock,
    random,
    close: () => transport.close(),
  };
}

type Config = ReturnType<typeof loadedKubeConfig>;

function chosenConfig({ kubeconfig, context }: ClusterChoice, hint: string): Config {
  const config = loadedKubeConfig(kubeconfig === undefined ? {} : { file: kubeconfig });
  if (isPlaceholder(config)) {
    throw new Error(`read kubeconfig: there is none: set KUBECONFIG, write ~/.kube/config or give --kubeconfig${hint}`);
  }
  if (context === undefined) return config;
  if (!config.getContextObject(context)) throw new Error(`read kubeconfig: ${contextProblem(config, context)}`);
  config.setCurrentContext(context);
  return config;
}

/** client-node invents this one where it finds no configuration at all. */
function isPlaceholder(config: Config): boolean {
  return (
    config.getCurrentContext() === 'loaded-context' && config.getCurrentCluster()?.server === 'http://localhost:8080'
  );
}

function contextProblem(config: Config, context: string): string {
  const known = config.getContexts().map(({ name }) => name);
  if (known.length === 0) return 'it has no contexts';
  if (context === '') return `it has no current context: give --context, one of ${known.join(', ')}`;
  const near = nearest(context, known);
  return `it has no usable context '${context}'; ${near === undefined || near === context ? `there is ${known.join(', ')}` : `did you mean '${near}'?`}`;
}
