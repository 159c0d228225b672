/** The authorization service as a process: source, server, log, health and metrics. */
import { Counter, Gauge } from 'prom-client';
import { denialLog } from '../authz/audit.ts';
import { dialects } from '../authz/dialects/index.ts';
import type { DialectName } from '../authz/dialects/dialect.ts';
import { denialReasons } from '../authz/question.ts';
import { type AuthzTls, startAuthzServer } from '../authz/server.ts';
import { authzService, type AuthzService } from '../authz/service.ts';
import { keyOf } from '../domain/fleet.ts';
import { type FleetSource, fleetSource } from '../local/fleet-source.ts';
import { systemClock } from '../local/system.ts';
import { findingsText, reportable } from '../parse/report.ts';
import { healthRoute, metricsRoute, startHttp } from './http.ts';
import { keyPairIn } from './key-pair.ts';
import { createLog, type Log, type LogLevel } from './log.ts';
import { createMetrics, type Metrics } from './metrics.ts';

export interface AuthzProcess {
  /** Directory or file of manifests. */
  readonly manifests: string;
  readonly state?: string;
  readonly broker?: string;
  readonly dialect: DialectName;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly tlsDirectory?: string;
  readonly client?: { readonly ca: string; readonly name: string };
  readonly secret?: string;
  readonly isCertificateProven: boolean;
  readonly maxAgeSeconds: number;
  readonly maxBodyBytes: number;
  readonly requestsPerSecond: number;
  readonly loginsPerSecond: number;
  /** Of health and metrics; without it there are none. */
  readonly http?: { readonly host?: string; readonly port: number };
  readonly logLevel: LogLevel;
  readonly writeLog: (line: string) => void;
  /** Gets one audit line at a time, with its end. */
  readonly writeAudit: (line: string) => void;
}

const bodyMilliseconds = 5000;
const maxConnections = 4096;

/**
 * Runs until the signal is aborted. Errors: manifests without the broker, an address that is taken or not this machine's
 * own without TLS, a key pair that cannot be used.
 */
export async function runAuthzProcess(options: AuthzProcess, signal: AbortSignal): Promise<void> {
  const { logLevel, writeLog, dialect, http } = options;
  const log = createLog({ level: logLevel, now: () => new Date(), write: writeLog });
  const source = await sourceOf(options, log);
  const broker = keyOf(source.broker);
  const service = serviceOf(options, broker);
  service.serve(source.first);
  const onError = (error: unknown) => log.error({ error }, 'answering failed');
  const server = await startAuthzServer({ ...(await serverOptions(options, log)), service, onError });
  const metrics = metricsOf(service, dialect);
  const routes = [
    healthRoute('healthz', []),
    healthRoute('readyz', [{ name: 'source', problem: service.problem }]),
    metricsRoute(metrics.registry),
  ];
  try {
    const endpoint = http && (await startHttp({ ...http, routes, onError }));
    log.info({ broker, dialect, port: server.port, healthPort: endpoint?.port }, 'listening');
    try {
      await source.follow(service, signal);
      log.info({}, 'stopped');
    } finally {
      await endpoint?.close();
    }
  } finally {
    await server.close();
  }
}

function sourceOf({ manifests, state, broker }: AuthzProcess, log: Log): Promise<FleetSource> {
  let told = '';
  return fleetSource({
    manifests,
    clock: systemClock(),
    ...(state !== undefined && { state }),
    ...(broker !== undefined && { broker }),
    onProblem: (problem) => log.error({ problem }, 'the source cannot be read: what was read before goes on'),
    onFindings(all) {
      // What is no more than worth knowing is about Mosquitto.
      const findings = reportable(all, 'Warning');
      const text = findingsText(findings);
      if (text === told) return;
      told = text;
      for (const { code, severity, message, object } of findings) {
        const fields = { code, severity, finding: message, ...(object && { object }) };
        log.warn(fields, 'something is wrong in the manifests');
      }
    },
  });
}

function serviceOf(options: AuthzProcess, broker: string): AuthzService {
  const { secret, isCertificateProven, maxAgeSeconds, requestsPerSecond, loginsPerSecond } = options;
  const monotonic = () => performance.now();
  return authzService({
    ...{ isCertificateProven, maxAgeSeconds, requestsPerSecond, loginsPerSecond, monotonic },
    ...(secret !== undefined && { secret }),
    dialect: dialects[options.dialect],
    log: denialLog({ broker, write: options.writeAudit, monotonic }),
    now: () => new Date(),
  });
}

async function serverOptions({ host, port, tlsDirectory, client, maxBodyBytes }: AuthzProcess, log: Log) {
  const tls = tlsDirectory === undefined ? undefined : await tlsIn(tlsDirectory, client, log);
  return {
    ...{ host, port, maxConnections, body: { bytes: maxBodyBytes, milliseconds: bodyMilliseconds } },
    ...(tls && { tls }),
  };
}

async function tlsIn(directory: string, client: AuthzProcess['client'], log: Log): Promise<AuthzTls> {
  const keyPair = keyPairIn({ directory, onProblem: (error) => log.warn({ error }, 'kept the former key pair') });
  return { keyPair: await keyPair.current(), follow: (onPair) => keyPair.follow(onPair), ...(client && { client }) };
}

/** What the service counted is asked at each scrape: counting costs a decision next to nothing. */
function metricsOf({ tally }: AuthzService, dialect: DialectName): Metrics {
  const metrics = createMetrics();
  const registers = [metrics.registry];
  const decisions: Counter = new Counter({
    ...{ name: 'mqttsec_authz_decisions_total', labelNames: ['dialect', 'call', 'result'], registers },
    help: 'Answers that were given, by dialect, call and result.',
    collect() {
      decisions.reset();
      for (const result of ['allowed', 'denied'] as const) {
        for (const [call, value] of tally[result]) decisions.inc({ dialect, call, result }, value);
      }
    },
  });
  const denials: Counter = new Counter({
    ...{ name: 'mqttsec_authz_denials_total', labelNames: ['reason'], registers },
    help: 'Denials, by their reason.',
    collect() {
      denials.reset();
      for (const reason of denialReasons) denials.inc({ reason }, tally.reasons.get(reason) ?? 0);
    },
  });
  const lines: Counter = new Counter({
    ...{ name: 'mqttsec_authz_audit_lines_left_out_total', registers },
    help: 'Denials that have no audit line, for there were too many at a time.',
    collect() {
      lines.reset();
      lines.inc(tally.linesLeftOut());
    },
  });
  const age: Gauge = new Gauge({
    ...{ name: 'mqttsec_authz_source_age_seconds', registers },
    help: 'Time since what is served was last seen to be what the source says.',
    collect: () => age.set(tally.age() ?? Infinity),
  });
  return metrics;
}
