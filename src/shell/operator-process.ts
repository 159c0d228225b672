/** The operator as a process: connection, log, metrics and election around its controllers. */
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { managedBy, operatorFieldManager } from '../api/labels.ts';
import { type OperatorOptions } from '../controllers/context.ts';
import { operatorRunnables } from '../controllers/operator.ts';
import { accessFrom, type KubeConfigChoice, loadedKubeConfig } from '../kube/access.ts';
import type { Clock } from '../kube/ports.ts';
import { kubeClient } from '../kube/rest.ts';
import { createClockSkew } from '../kube/skew.ts';
import { transportTo } from '../kube/transport.ts';
import { downloaderWith } from './downloader.ts';
import { keyPairIn } from './key-pair.ts';
import { createLog, type Log, type LogLevel } from './log.ts';
import { createMetrics } from './metrics.ts';
import { OperatorShell, type ShellOptions } from './operator-shell.ts';
import { type Ending } from './runner.ts';
import { onStopSignal } from './signals.ts';

export interface OperatorProcess extends OperatorOptions {
  /** The only namespace that is looked at; all without it. */
  readonly watchNamespaces?: readonly string[];
  /** Names this process in events and in the lease, where it gets a random part too. */
  readonly instance: string;
  readonly isElected: boolean;
  readonly http: { readonly host?: string; readonly port: number };
  /** Metrics over TLS with the pair in this directory, for those who may read them; see `OperatorShell`. */
  readonly guardedMetrics?: { readonly port: number; readonly tlsDirectory: string };
  readonly kubeConfig: KubeConfigChoice;
  readonly version: string;
  readonly logLevel: LogLevel;
  readonly writeLog: (line: string) => void;
  /** That of the machine without it. */
  readonly clock?: Clock;
  /** From where revocation lists of others may come; without it from elsewhere alone (`isElsewhere`). */
  readonly isDownloadAllowed?: (address: string) => boolean;
}

/** Of the 30 s that Kubernetes gives a pod to end; the rest is for aborting and for closing connections. */
const drainSeconds = 20;
const patienceMilliseconds = 2000;

const machineClock: Clock = {
  now: () => new Date(),
  sleep: (milliseconds, signal) => delay(milliseconds, undefined, signal ? { signal } : {}),
};

/** Runs until SIGTERM, SIGINT or a failure. Errors before it runs: a kubeconfig without use, an address that is taken. */
export async function endedOperator(options: OperatorProcess): Promise<Ending> {
  const { http, kubeConfig: choice, version, namespace, image, watchNamespaces, instance } = options;
  const { clock = machineClock } = options;
  const skew = createClockSkew();
  const random = { bytes: (length: number) => randomBytes(length) };
  const jitter = { next: () => Math.random() };
  const log = createLog({ level: options.logLevel, now: () => clock.now(), write: options.writeLog });
  const load = () => loadedKubeConfig(choice);
  const kubeConfig = load();
  const access = accessFrom({ load, clock, userAgent: `${managedBy}/${version}` });
  const transport = transportTo({ access, clock, random: jitter, onAnswer: (answer) => skew.note(answer) });
  const common = { clock, monotonic: () => performance.now(), newId, log, metrics: createMetrics() };
  const clocks = { clockSkew: () => skew.milliseconds() };
  const { isDownloadAllowed: isAllowed } = options;
  const download = downloaderWith({ ...(isAllowed && { isAllowed }) });
  const scope = { options: { namespace, image }, instance, ...(watchNamespaces !== undefined && { watchNamespaces }) };
  const shell = new OperatorShell({
    ...{ ...common, kubeConfig, transport, client: kubeClient(transport, clock), random: jitter, http, drainSeconds },
    fieldManager: operatorFieldManager,
    runnables: operatorRunnables({ ...common, ...clocks, ...scope, random, jitter, download }),
    ...guarded(options, log),
    ...(options.isElected && { election: { namespace, name: managedBy, identity: `${instance}_${newId()}` } }),
  });
  const listenNoMore = onStopSignal((signal) => {
    log.info({ signal }, 'stopping');
    shell.stop();
  });
  try {
    await shell.start();
    log.info(
      { port: shell.port, metricsPort: shell.metricsPort, version, namespace, watchNamespaces, instance },
      'listening',
    );
    const ending = await shell.drained;
    // What was left behind, aborted in vain, must not keep the process.
    setTimeout(() => process.exit(ending.exitCode), patienceMilliseconds).unref();
    return ending;
  } finally {
    listenNoMore();
    await transport.close();
  }
}

function guarded({ guardedMetrics, http }: OperatorProcess, log: Log): Pick<ShellOptions, 'guardedMetrics'> {
  if (!guardedMetrics) return {};
  const { port, tlsDirectory: directory } = guardedMetrics;
  const keyPair = keyPairIn({ directory, onProblem: (error) => log.warn({ error }, 'kept the former key pair') });
  return { guardedMetrics: { ...http, port, keyPair } };
}

function newId(): string {
  return randomBytes(8).toString('hex');
}
