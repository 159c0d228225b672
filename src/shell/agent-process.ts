/** The agent of a cluster's broker as a process: connection, log, health and Mosquitto around it. */
import { runAgent } from '../agent/agent.ts';
import { keepAlive } from '../agent/cluster/heartbeat.ts';
import { type NoticeEvents, noticeEvents } from '../agent/cluster/notice-events.ts';
import { ownBroker } from '../agent/cluster/own-broker.ts';
import { instanceReportSink, type KeptReportSink } from '../agent/cluster/report-sink.ts';
import { clusterSource } from '../agent/cluster/source.ts';
import { currentLink } from '../agent/generation.ts';
import { type AgentHealth, agentHealth } from '../agent/http.ts';
import type { AgentEvent, AgentOptions } from '../agent/state.ts';
import { agentFieldManager } from '../api/labels.ts';
import type { Placement } from '../domain/bundle/placement.ts';
import type { ObjectKey } from '../domain/names.ts';
import { accessFrom, type KubeConfigChoice, loadedKubeConfig } from '../kube/access.ts';
import type { KubeClient } from '../kube/client.ts';
import { keyParts } from '../kube/object.ts';
import { kubeClient } from '../kube/rest.ts';
import { transportTo } from '../kube/transport.ts';
import { makeDirectory } from '../local/files.ts';
import { systemClock } from '../local/system.ts';
import { auditLine } from '../monitor/audit.ts';
import type { BrokerLauncher, Clock, Random } from '../ports.ts';
import { healthRoute, metricsRoute, startHttp } from './http.ts';
import { createLog, type Log, type LogLevel } from './log.ts';

/** Mosquitto as this agent starts it. */
export interface PlacedMosquitto {
  readonly launcher: BrokerLauncher;
  readonly pluginDirectory: string;
}

export interface AgentProcess {
  readonly broker: ObjectKey;
  readonly instance: string;
  readonly podUid?: string;
  /** UID of the MqttBroker; that of the first bundle without it. */
  readonly brokerUid?: string;
  readonly serverSecret: string;
  /** The agent's own; made if it is not there. */
  readonly directory: string;
  readonly placement: Omit<Placement, 'directory' | 'pluginDirectory'>;
  readonly mosquitto: (clock: Clock, signal: AbortSignal) => Promise<PlacedMosquitto>;
  /** Shows life by a Lease of the instance's name. */
  readonly isExternal: boolean;
  /** The pod is replaced for each new set. */
  readonly isRolled: boolean;
  readonly http?: { readonly host?: string; readonly port: number };
  readonly kubeConfig: KubeConfigChoice;
  readonly random: Random;
  /** Default: that of the machine. */
  readonly clock?: Clock;
  readonly version: string;
  readonly logLevel: LogLevel;
  readonly writeLog: (line: string) => void;
  /** Gets one audit line at a time, with its end; default: standard output, where nothing else is written. */
  readonly writeAudit?: (line: string) => void;
}

const standardOutput = (line: string): void => void process.stdout.write(line);
const jitter = { next: () => Math.random() };

/**
 * Runs until the signal is aborted, also while it starts, then ends the broker. Errors: a kubeconfig without use, an address that is taken, no
 * Mosquitto, a directory that cannot be used.
 */
export async function runAgentProcess(options: AgentProcess, signal: AbortSignal): Promise<void> {
  const { broker, instance, kubeConfig, version, http, clock = systemClock() } = options;
  const log = createLog({ level: options.logLevel, now: () => clock.now(), write: options.writeLog });
  const load = () => loadedKubeConfig(kubeConfig);
  const access = accessFrom({ load, clock, userAgent: `${agentFieldManager}/${version}` });
  const transport = transportTo({ access, clock, random: jitter });
  const client = kubeClient(transport, clock);
  const health = agentHealth();
  const onError = (error: unknown) => log.error({ error }, 'answering a probe failed');
  const routes = [
    healthRoute('healthz', health.live),
    healthRoute('readyz', health.ready),
    metricsRoute(health.registry),
  ];
  const endpoint = http && (await startHttp({ ...http, routes, onError }));
  log.info({ broker, instance, version, port: endpoint?.port }, 'started');
  // What fails ends all: a watch or a heartbeat that goes on would keep the process.
  const failed = new AbortController();
  const end = AbortSignal.any([signal, failed.signal]);
  try {
    await Promise.all([
      agentUntil(options, { client, clock, log, health }, end),
      options.isExternal && keepAlive(heartbeatOf(options, { client, clock, log }), end),
    ]);
  } catch (error) {
    if (!isAbort(error, signal)) throw error;
  } finally {
    failed.abort(new Error('the agent failed'));
    await endpoint?.close();
    await transport.close();
  }
  log.info({}, 'stopped');
}

/** True if what was under way was given up because of the signal: itself, or with its reason as the cause. */
function isAbort(error: unknown, { aborted, reason }: AbortSignal): boolean {
  return aborted && (error === reason || (error instanceof Error && error.cause === reason));
}

interface Surroundings {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly log: Log;
  readonly health: AgentHealth;
}

async function agentUntil(options: AgentProcess, surroundings: Surroundings, signal: AbortSignal) {
  const { client, clock, log, health } = surroundings;
  const { broker, brokerUid, instance, podUid, serverSecret, directory, writeAudit = standardOutput } = options;
  const { persistenceDirectory } = options.placement;
  for (const one of [directory, ...(persistenceDirectory === undefined ? [] : [persistenceDirectory])]) {
    await makeDirectory(one);
  }
  const { launcher, pluginDirectory } = await options.mosquitto(clock, signal);
  const placement: Placement = { ...options.placement, directory: currentLink(directory), pluginDirectory };
  const own = ownBroker(brokerUid);
  const common = { client, broker, own, clock, random: jitter, onProblem: problemLog(log) };
  const report = instanceReportSink({ ...common, instance, signal, ...(podUid !== undefined && { podUid }) });
  const events = eventsOf(options, surroundings, report);
  const agent: AgentOptions = {
    ...{ broker, instance, directory, placement, launcher, clock, random: options.random, isRolled: options.isRolled },
    source: clusterSource({ ...common, serverSecret }),
    report,
    onEvent(event) {
      health.onEvent(event);
      logEvent(log, event);
    },
    onFigures: health.onFigures,
    onObserved: health.onObserved,
    devices: health.devices,
    onNotice(notice) {
      health.onNotice(notice);
      writeAudit(`${auditLine(notice, { broker, instance })}\n`);
      events.record(notice);
    },
    onLog: (line) => log.info({ line }, 'mosquitto'),
  };
  await Promise.all([runAgent(agent, signal), report.keep(), events.run(signal)]);
}

function eventsOf(
  { instance, random }: AgentProcess,
  { client, clock, log, health }: Surroundings,
  report: KeptReportSink,
): NoticeEvents {
  return noticeEvents({
    ...{ client, clock, instanceName: instance, instance: () => report.instance() },
    newSuffix: () => Buffer.from(random.bytes(8)).toString('hex'),
    onLoss(reason, error) {
      health.onEventLoss(reason);
      if (error !== undefined) log.warn({ reason, error }, 'event lost');
    },
  });
}

function heartbeatOf({ broker, instance }: AgentProcess, { client, clock, log }: Omit<Surroundings, 'health'>) {
  return { client, namespace: keyParts(broker).namespace ?? '', instance, clock, onProblem: problemLog(log) };
}

function problemLog(log: Log): (problem: { readonly what: string; readonly error: unknown }) => void {
  return ({ what, error }) => log.warn({ what, error }, 'not done, tried again');
}

function logEvent(log: Log, event: AgentEvent): void {
  const { kind } = event;
  if (['Refused', 'Failed', 'Exited', 'Drifted'].includes(kind)) log.warn(eventFields(event), messages[kind]);
  else if (kind === 'Proof' && event.proof.kind !== 'Proved') log.warn(eventFields(event), messages.Proof);
  else log.info(eventFields(event), messages[kind]);
}

function eventFields(event: AgentEvent): Readonly<Record<string, unknown>> {
  const { kind, ...fields } = event;
  return kind === 'Reported' ? { loaded: event.report.loaded, refused: event.report.refused } : fields;
}

const messages: Readonly<Record<AgentEvent['kind'], string>> = {
  Refused: 'refused a bundle',
  Written: 'wrote a generation',
  Swapped: 'put a generation in place',
  Started: 'started Mosquitto',
  Stopped: 'stopped Mosquitto',
  Exited: 'Mosquitto ended',
  Proof: 'proof',
  Drifted: 'the broker does not enforce any more what was proved',
  Kicked: 'ended sessions',
  Recorded: 'remembered the bundle',
  Notified: 'brought notices to devices',
  Acknowledged: 'devices acknowledged certificates',
  Reported: 'reported',
  Failed: 'a step failed',
};
