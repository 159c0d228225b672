/** The authorization service as a process: server, log, health and metrics around a source. */
import { setTimeout as delay } from 'node:timers/promises';
import { Counter, Gauge } from 'prom-client';
import { denialLog } from '../authz/audit.ts';
import { dialects } from '../authz/dialects/index.ts';
import type { DialectName } from '../authz/dialects/dialect.ts';
import type { SourceReader, SourceState } from '../authz/decision/decider.ts';
import { denialReasons } from '../authz/question.ts';
import { type AuthzTls, startAuthzServer } from '../authz/server.ts';
import { authzService, type AuthzService } from '../authz/service.ts';
import { longestKeySet } from '../domain/tokens/keys.ts';
import { issuerKeyring, type Keyring } from '../authz/tokens/keyring.ts';
import { type LiveSessions, type SessionKeeper, sessionKeeper } from '../authz/sessions/live.ts';
import { downloaderWith } from './downloader.ts';
import { healthRoute, metricsRoute, startHttp } from './http.ts';
import { keyPairIn } from './key-pair.ts';
import { createLog, type Log, type LogLevel } from './log.ts';
import { createMetrics, type Metrics } from './metrics.ts';

/** Where it is said who may do what. */
export interface AuthzSource {
  /** `NAMESPACE/NAME` of the broker. */
  readonly broker: string;
  /** What it says at first, where that is known before it is followed. */
  readonly first?: SourceState;
  /** Follows until the signal is aborted. */
  readonly follow: (reader: SourceReader, signal: AbortSignal) => Promise<void>;
}

export interface SourceSurroundings {
  readonly log: Log;
  readonly metrics: Metrics;
  /** The clock of the reader, milliseconds that never go back. */
  readonly monotonic: () => number;
}

export interface AuthzProcess {
  readonly source: (surroundings: SourceSurroundings) => Promise<AuthzSource>;
  readonly dialect: DialectName;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly tlsDirectory?: string;
  readonly client?: { readonly ca: string; readonly name: string };
  readonly secret?: string;
  readonly isCertificateProven: boolean;
  /** Ends the sessions of those who may not have one any more. */
  readonly sessions?: LiveSessions;
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
const monotonic = (): number => performance.now();

/**
 * Runs until the signal is aborted. Errors: those of the source, an address that is taken or not this machine's
 * own without TLS, a key pair that cannot be used.
 */
export async function runAuthzProcess(options: AuthzProcess, signal: AbortSignal): Promise<void> {
  const { logLevel, writeLog, dialect, http } = options;
  const log = createLog({ level: logLevel, now: () => new Date(), write: writeLog });
  const metrics = createMetrics();
  const source = await options.source({ log, metrics, monotonic });
  const { broker } = source;
  const keys = keyringOf(log);
  const service = serviceOf(options, broker, keys);
  if (source.first) service.serve(source.first);
  const onError = (error: unknown) => log.error({ error }, 'answering failed');
  const server = await startAuthzServer({ ...(await serverOptions(options, log)), service, onError });
  addMetrics(metrics.registry, service, dialect);
  const routes = [
    healthRoute('healthz', []),
    healthRoute('readyz', [{ name: 'source', problem: service.problem }]),
    metricsRoute(metrics.registry),
  ];
  try {
    const endpoint = http && (await startHttp({ ...http, routes, onError }));
    log.info({ broker, dialect, port: server.port, healthPort: endpoint?.port }, 'listening');
    try {
      const keeper = keeperOf(options, service, log, metrics.registry);
      await followed({ source, service, keeper, keys }, signal);
      log.info({}, 'stopped');
    } finally {
      await endpoint?.close();
    }
  } finally {
    await server.close();
  }
}

interface Followed {
  readonly source: AuthzSource;
  readonly service: AuthzService;
  readonly keeper: SessionKeeper | undefined;
  readonly keys: Keyring;
}

async function followed({ source, service, keeper, keys }: Followed, signal: AbortSignal): Promise<void> {
  const ended = new AbortController();
  const either = AbortSignal.any([signal, ended.signal]);
  const beside = [keeper?.run(either) ?? Promise.resolve(), keys.follow(either)];
  try {
    await source.follow(keptReader(service, keeper), signal);
  } finally {
    ended.abort();
    await Promise.all(beside);
  }
}

function keyringOf(log: Log): Keyring {
  return issuerKeyring({
    ...{ download: downloaderWith({ limitBytes: longestKeySet }), monotonic },
    sleep: (milliseconds, signal) => delay(milliseconds, undefined, { signal }),
    onFinding({ code, severity, message, object }) {
      log.warn({ code, severity, finding: message, ...(object && { object }) }, 'keys of an issuer are not used');
    },
  });
}

/** Tells the keeper of sessions when the fleet is another one. */
function keptReader(service: AuthzService, keeper: SessionKeeper | undefined): SourceReader {
  let fleet: SourceState['fleet'] | undefined;
  return {
    confirm: service.confirm,
    serve(state, seenAt) {
      service.serve(state, seenAt);
      if (state.fleet !== fleet) keeper?.changed();
      ({ fleet } = state);
    },
  };
}

function keeperOf(
  { sessions }: AuthzProcess,
  service: AuthzService,
  log: Log,
  registry: Metrics['registry'],
): SessionKeeper | undefined {
  if (!sessions) return undefined;
  const registers = [registry];
  const ended = new Counter({
    ...{ name: 'mqttsec_authz_sessions_ended_total', labelNames: ['reason'], registers },
    help: 'Users whose sessions were ended because they may not have one any more, by the reason.',
  });
  const failures = new Counter({
    ...{ name: 'mqttsec_authz_session_failures_total', registers },
    help: 'Times that the sessions of the broker could not be listed or ended.',
  });
  return sessionKeeper({
    sessions,
    standing: service.standing,
    isKnown: () => service.problem() === undefined,
    sleep: (milliseconds, signal) => delay(milliseconds, undefined, { signal }),
    onEnded(identity, reason) {
      ended.inc({ reason });
      log.info({ identity, reason }, 'ended sessions');
    },
    onProblem(error) {
      failures.inc();
      log.warn({ error }, 'sessions cannot be ended, tried again');
    },
  });
}

function serviceOf(options: AuthzProcess, broker: string, keys: Keyring): AuthzService {
  const { secret, isCertificateProven, maxAgeSeconds, requestsPerSecond, loginsPerSecond } = options;
  return authzService({
    ...{ isCertificateProven, maxAgeSeconds, requestsPerSecond, loginsPerSecond, monotonic, keys },
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
function addMetrics(registry: Metrics['registry'], { tally }: AuthzService, dialect: DialectName): void {
  const registers = [registry];
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
}
