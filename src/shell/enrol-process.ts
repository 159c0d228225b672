/** The service that devices of a cluster's broker enrol at, as a process: connection, mirror, server, log, health and metrics. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Counter } from 'prom-client';
import { enrolmentFieldManager } from '../api/labels.ts';
import { secretClaims } from '../controllers/enrolment/claims.ts';
import { clusterRegistrar } from '../controllers/enrolment/registrar.ts';
import { publishedCas } from '../controllers/enrolment/trust.ts';
import { loggedReports } from '../controllers/failure-log.ts';
import { createFleetState } from '../controllers/fleet-state.ts';
import { createWorld } from '../controllers/world.ts';
import type { ObjectKey } from '../domain/names.ts';
import { type EnrolmentEvent, enrolmentLine } from '../enrol/event.ts';
import { startEnrolment } from '../enrol/server.ts';
import { accessFrom, type KubeConfigChoice, loadedKubeConfig } from '../kube/access.ts';
import type { KubeClient } from '../kube/client.ts';
import { keyParts } from '../kube/object.ts';
import { kubeClient } from '../kube/rest.ts';
import { transportTo } from '../kube/transport.ts';
import type { Clock } from '../ports.ts';
import { healthRoute, metricsRoute, startHttp } from './http.ts';
import { keyPairIn } from './key-pair.ts';
import { createLog, type Log, type LogLevel } from './log.ts';
import { createMetrics, type Metrics } from './metrics.ts';

export interface EnrolProcess {
  readonly broker: ObjectKey;
  /** All interfaces without it. */
  readonly host?: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** With `tls.crt`, `tls.key` and, where devices do not know the CA of the server, `ca.crt`. */
  readonly tlsDirectory: string;
  /** Of health and metrics; without it there are none. */
  readonly http?: { readonly host?: string; readonly port: number };
  readonly kubeConfig: KubeConfigChoice;
  readonly version: string;
  readonly logLevel: LogLevel;
  readonly writeLog: (line: string) => void;
  /** Gets one audit line at a time, with its end. */
  readonly writeAudit: (line: string) => void;
}

const clock: Clock = {
  now: () => new Date(),
  sleep: (milliseconds, signal) => delay(milliseconds, undefined, signal ? { signal } : {}),
};
const random = { next: () => Math.random() };

/** How soon what could not be read is read again, milliseconds. */
const retryMilliseconds = 2_000;

/**
 * Runs until the signal is aborted. Waits for the API server and for what the broker trusts. Errors: a kubeconfig without
 * use, a key pair that cannot be used, an address that is taken.
 */
export async function runEnrolProcess(options: EnrolProcess, signal: AbortSignal): Promise<void> {
  const { broker, kubeConfig, version, http } = options;
  const log = createLog({ level: options.logLevel, now: () => new Date(), write: options.writeLog });
  const load = () => loadedKubeConfig(kubeConfig);
  const access = accessFrom({ load, clock, userAgent: `${enrolmentFieldManager}/${version}` });
  const transport = transportTo({ access, clock, random });
  const client = kubeClient(transport, clock);
  const metrics = createMetrics();
  let problem: string | undefined = 'what is declared is not known yet';
  const routes = [
    healthRoute('healthz', []),
    healthRoute('readyz', [{ name: 'enrolment', problem: () => problem }]),
    metricsRoute(metrics.registry),
  ];
  const onError = (error: unknown) => log.error({ error }, 'answering a probe failed');
  const endpoint = http && (await startHttp({ ...http, routes, onError }));
  log.info({ broker, version, healthPort: endpoint?.port }, 'started');
  const mirror = mirrorOf(client, broker, { metrics, log });
  try {
    await servedUntil(options, { client, mirror, log, metrics, onReady: () => (problem = undefined) }, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    mirror.stop();
    await endpoint?.close();
    await transport.close();
  }
  log.info({}, 'stopped');
}

interface Surroundings {
  readonly client: KubeClient;
  readonly mirror: Mirror;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly onReady: () => void;
}

async function servedUntil(
  options: EnrolProcess,
  { client, mirror, log, metrics, onReady }: Surroundings,
  signal: AbortSignal,
): Promise<void> {
  const { broker, host, port, tlsDirectory, writeAudit } = options;
  const trust = trustOf(client, options, log);
  await Promise.race([mirror.ready, aborted(signal)]);
  await trust.first(signal);
  const { world, fleet } = mirror;
  const registrar = clusterRegistrar({ client, broker, world, fleet, cas: trust.cas, now: () => new Date() });
  const onProblem = (error: unknown) => log.warn({ error }, 'kept the key pair of before');
  const keyPair = keyPairIn({ directory: tlsDirectory, onProblem });
  const count = eventCounter(metrics);
  const server = await startEnrolment(
    {
      ...{ port, ...(host !== undefined && { host }) },
      identity: async () => ({ ...(await keyPair.current()), ca: await trust.ofDevices() }),
      onProblem,
    },
    {
      ...{ registrar, claims: secretClaims(client, broker), clock },
      onEvent(event) {
        count(event);
        writeAudit(`${enrolmentLine(event, broker)}\n`);
      },
    },
  );
  onReady();
  log.info({ broker, port: server.port }, 'listening');
  try {
    await aborted(signal);
  } finally {
    await server.close();
  }
}

/** Rejects with the reason of the signal. */
async function aborted(signal: AbortSignal): Promise<never> {
  signal.throwIfAborted();
  const ending = Promise.withResolvers<never>();
  signal.addEventListener('abort', () => ending.reject(signal.reason as Error), { once: true });
  return ending.promise;
}

type Mirror = ReturnType<typeof mirrorOf>;

/** What is declared in the namespace of the broker. Nothing else of the world is looked at. */
function mirrorOf(client: KubeClient, broker: ObjectKey, told: { readonly metrics: Metrics; readonly log: Log }) {
  const { namespace = '' } = keyParts(broker);
  const report = (plural: string) => loggedReports(told, plural);
  const world = createWorld({ client, clock, random, namespace, report });
  const fleet = createFleetState(world);
  const all = [world.brokers, world.templates, world.devices, world.deviceCertificates];
  for (const reflector of all) reflector.start();
  return {
    ...{ world, fleet },
    ready: Promise.all(all.map(({ ready }) => ready)),
    stop: () => {
      for (const reflector of all) reflector.stop();
    },
  };
}

interface Trust {
  /** PEM of the CAs of devices, read now; what could not be read again stays as it was. Errors: it was never read. */
  readonly ofDevices: () => Promise<string>;
  /** Waits until it can be read. */
  readonly first: (signal: AbortSignal) => Promise<void>;
  /** With the CA of the server, by which devices know it and, most often, their broker. */
  readonly cas: () => Promise<string>;
}

function trustOf(client: KubeClient, { broker, tlsDirectory }: EnrolProcess, log: Log): Trust {
  let known: string | undefined;
  async function ofDevices(): Promise<string> {
    try {
      known = await publishedCas(client, broker);
    } catch (error) {
      if (known === undefined) throw error;
      log.warn({ error }, 'kept what the broker trusted before');
    }
    return known;
  }
  return {
    ofDevices,
    async first(signal) {
      for (;;) {
        try {
          await ofDevices();
          return;
        } catch (error) {
          log.info({ error }, 'waiting for what the broker trusts');
        }
        await clock.sleep(retryMilliseconds, signal);
      }
    },
    async cas() {
      const own = await readFile(path.join(tlsDirectory, 'ca.crt'), 'utf8').catch(() => '');
      return `${known ?? ''}\n${own}`;
    },
  };
}

function eventCounter({ registry }: Metrics): (event: EnrolmentEvent) => void {
  const requests = new Counter({
    ...{ name: 'mqttsec_enrolment_requests_total', labelNames: ['operation', 'outcome', 'reason'] },
    help: 'Requests for certificates that were answered, by operation, outcome and reason of refusal.',
    registers: [registry],
  });
  return ({ operation, outcome, reason = '' }) => requests.inc({ operation, outcome, reason });
}
