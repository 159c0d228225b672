import { stat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import path from 'node:path';
import { runAgent } from '../agent/agent.ts';
import { currentLink } from '../agent/generation.ts';
import type { ReportedLockout } from '../domain/lockout.ts';
import { createDownloads, type Downloads } from '../shell/downloads.ts';
import { type AgentEvent, type AgentOptions } from '../agent/state.ts';
import { type Compiled } from '../domain/bundle/compile.ts';
import { type Placement } from '../domain/bundle/placement.ts';
import { type Finding } from '../domain/finding.ts';
import { keyOf, type Broker, type ListDownload } from '../domain/fleet.ts';
import { withPositions } from '../parse/manifests.ts';
import { reportable } from '../parse/report.ts';
import {
  type Acknowledgement,
  type Clock,
  type Downloader,
  type InstanceReport,
  type PublishedBundle,
  type Random,
} from '../ports.ts';
import { accepted, type Accepted, type ManifestState } from './accepted.ts';
import { auditLog } from './audit-log.ts';
import { chosenBroker } from './chosen-broker.ts';
import { localBundle, type LocalBundle } from './compile.ts';
import { devicesIn } from '../domain/pki/lineage.ts';
import { endOrphan, rememberBroker, takeLock, type ProcessTable } from './lock.ts';
import { startLocalEnrolment } from './enrolment.ts';
import type { EnrolmentServer } from '../enrol/server.ts';
import { formerlyAccepted, keepGood, manifestReader, readState, type ManifestReader } from './manifest-reader.ts';
import { localLockouts, lockoutsIn, reportedIn } from './lockouts.ts';
import { localMosquitto, type LocalMosquitto, type MosquittoChoice } from './mosquitto.ts';
import { currentCertificates, earliest } from './plan.ts';
import { listenerPorts } from './ports.ts';
import { readRecords, recordsText, type Records } from './records.ts';
import { renewalsOf } from './renewals.ts';
import { revocationsIn, revocationsOf } from './revocations.ts';
import { storedKeyPair } from './server.ts';
import { directorySink } from './sink.ts';
import { directorySource } from './source.ts';
import { withSocketDirectory } from './socket-directory.ts';
import { isState, jsonOf, openState, statePaths, writeJson, type StatePaths } from './state.ts';
import { deviceStatuses, type LocalStatus } from './status.ts';
import { newAcknowledgements, openStore, type Store } from './store.ts';
import { type Downloaded } from './trust.ts';
import { changeFlag, readAtChanges, type ChangeFlag } from './watch.ts';

export interface DevOptions {
  /** Directory (or file) of manifests. */
  readonly manifests: string;
  readonly state: string;
  /** NAME or NAMESPACE/NAME, where there are several. */
  readonly broker?: string;
  readonly host: string;
  /** Port of the first listener; the others follow. */
  readonly port?: number;
  /** Port at which devices enrol, 0 for a free one; without it they cannot. */
  readonly enrolPort?: number;
  readonly mosquitto: MosquittoChoice;
  /** Return as soon as the first set is proved, or is found not to be provable. */
  readonly once: boolean;
}

export interface DevWorld {
  readonly clock: Clock;
  readonly random: Random;
  readonly download: Downloader;
  readonly processes: ProcessTable;
  /** Ends the run; the broker is stopped. */
  readonly stop: AbortSignal;
  /** What is wrong with the manifests, each time that it changes. */
  readonly onFindings: (findings: readonly Finding[]) => void;
  readonly onStatus: (status: LocalStatus) => void;
  readonly onEvent: (event: AgentEvent) => void;
  readonly onLog: (line: string) => void;
}

/** All that a run knows. */
interface Run {
  readonly options: DevOptions;
  readonly world: DevWorld;
  readonly store: Store;
  readonly mosquitto: LocalMosquitto;
  readonly reader: ManifestReader;
  /** Of the agent of a former run. */
  readonly former: Partial<InstanceReport>;
  /** Lockouts that the status of a former run told of. */
  readonly toldLockouts: readonly ReportedLockout[];
  manifests: ManifestState;
  /** As they were last seen in the state directory. */
  seenRecords: Omit<Records, 'findings'> | undefined;
  accepted: Accepted;
  broker: Broker;
  ports: ReadonlyMap<string, number>;
  bundle: LocalBundle | undefined;
  published: PublishedBundle | undefined;
  /** Statuses by the hash of the content that they were published with. */
  readonly carried: Map<string, Compiled['statuses']>;
  report: InstanceReport | undefined;
  /** Why the last attempt to compile or publish failed; the set in force stays. */
  failure: string | undefined;
  /** Revocation lists from web servers. */
  readonly downloads: Downloads;
  onLists: (() => void) | undefined;
  hasNewLists: boolean;
  /** Where devices enrol. */
  enrolment: EnrolmentServer | undefined;
  /** What is taken back, as it was told last. */
  revocations: ReturnType<typeof revocationsOf>;
  status: LocalStatus | undefined;
}

/**
 * Runs one broker from a directory of manifests until it is stopped: whatever is edited there, or recorded in the state
 * directory, is compiled, published and proved; what is wrong leaves the last good set in force. Answers with the last
 * status. Throws for what keeps it from beginning; then nothing was written unless the manifests are good.
 */
export async function runDev(given: DevOptions, world: DevWorld): Promise<LocalStatus> {
  // A broker is known by the path of its configuration: a relative one would be that of other runs, too.
  const options = { ...given, state: path.resolve(given.state) };
  const mosquitto = await localMosquitto(options.mosquitto, world.clock);
  const reader = manifestReader(options.manifests);
  const paths = statePaths(options.state);
  const former = (await isState(paths)) ? await formerlyAccepted(reader, paths.goodManifests) : undefined;
  const manifests = await readState(reader, world.clock);
  const present = accepted(former, manifests);
  world.onFindings(reportable(present.findings));
  const broker = chosenBroker(present.result.fleet, options.broker);
  await openState(options.state);
  const unlock = await takeLock(paths.lock, world.processes);
  try {
    await endOrphan(paths.brokerProcess, world.processes, world.clock);
    const toldBefore = await jsonOf(paths.status);
    const store = await openStore(paths, { now: world.clock.now(), random: world.random });
    const run: Run = {
      options,
      world,
      store,
      mosquitto,
      reader,
      former: await formerReport(paths),
      toldLockouts: lockoutsIn(toldBefore),
      manifests,
      seenRecords: undefined,
      accepted: present,
      broker,
      ports: new Map(),
      bundle: undefined,
      published: undefined,
      carried: new Map(),
      report: undefined,
      failure: undefined,
      downloads: createDownloads({
        ...{ clock: world.clock, download: world.download, jitter: () => 0 },
        onNews: () => run.onLists?.(),
      }),
      onLists: undefined,
      hasNewLists: false,
      enrolment: undefined,
      revocations: revocationsIn(toldBefore),
      status: undefined,
    };
    return await withSocketDirectory(paths, (socketDirectory) => served(run, socketDirectory));
  } finally {
    await unlock();
  }
}

async function formerReport(paths: StatePaths): Promise<Partial<InstanceReport>> {
  const report = await jsonOf(paths.report);
  return typeof report === 'object' && report !== null ? report : {};
}

/** The highest revision that any agent proved. */
function loadedRevision({ former, report }: Run): number {
  return Math.max(former.loaded?.revision ?? 0, report?.loaded?.revision ?? 0);
}

/** What a former run may not have taken in is in its report. */
function acknowledgementsIn({ former, report }: Run): readonly Acknowledgement[] {
  return (report ?? former).acknowledgements ?? [];
}

function lockoutsReported({ former, toldLockouts, report }: Run): readonly ReportedLockout[] {
  return reportedIn(report, { report: former, told: toldLockouts });
}

/** The agent and the watchers beside the loop; all end with it. */
async function served(run: Run, socketDirectory: string): Promise<LocalStatus> {
  const end = new AbortController();
  const signal = AbortSignal.any([run.world.stop, end.signal]);
  const news = changeFlag();
  run.onLists = () => {
    run.hasNewLists = true;
    news.raise();
  };
  run.ports = await portsFor(run);
  await compiledAndPublished(run);
  const facts = () => ({ broker: keyOf(run.broker), store: run.store, accepted: run.accepted });
  run.enrolment = await startLocalEnrolment(run.options, facts, run.world.clock);
  const sides = [
    runAgent(agentOptions(run, socketDirectory, news), signal),
    watchedManifests(run, news, signal),
    watchedRecords(run, news, signal),
  ];
  const failed = Promise.race(sides.map((side) => side.then(() => undefined)));
  try {
    const ended = await Promise.race([loop(run, news, signal), failed]);
    return ended ?? (await currentStatus(run));
  } finally {
    end.abort();
    await Promise.allSettled([...sides, run.enrolment?.close()]);
  }
}

/** No wait is longer, so that a clock that is set forward is noticed, milliseconds. */
const longestWait = 60_000;
/** Pause after a failure of our own, such as a full disk, milliseconds. */
const retryWait = 1_000;

async function loop(run: Run, news: ChangeFlag, signal: AbortSignal): Promise<LocalStatus> {
  const { clock } = run.world;
  let compiledWith = run.manifests;
  for (;;) {
    const status = await currentStatus(run);
    if (signal.aborted || (run.options.once && isSettled(run))) return status;
    const due = run.failure === undefined ? nextDue(run) : new Date(clock.now().getTime() + retryWait);
    const wait = Math.min(Math.max((due?.getTime() ?? Infinity) - clock.now().getTime(), 0), longestWait);
    const wakeAt = clock.now().getTime() + wait;
    await news.raised(wait, clock, signal);
    news.lower();
    const isEdited = run.manifests !== compiledWith;
    if (isEdited) {
      compiledWith = run.manifests;
      run.accepted = accepted(run.accepted, run.manifests);
      run.broker = run.accepted.result.fleet.brokers.get(keyOf(run.broker)) ?? run.broker;
    }
    if (isEdited || clock.now().getTime() >= wakeAt || isOutdated(run)) await attempted(run);
  }
}

function nextDue({ bundle, downloads, broker }: Run): Date | undefined {
  return earliest([bundle?.nextChangeAt, downloads.dueAt(keyOf(broker))]);
}

/** True if something else than the manifests and the time asks for another bundle. Of a report acknowledgements and lockouts do. */
function isOutdated(run: Run): boolean {
  if (run.hasNewLists) return true;
  const { failure, bundle, seenRecords, store } = run;
  if (failure !== undefined || !bundle) return true;
  if (newAcknowledgements(store, acknowledgementsIn(run)).length > 0 || isLockoutNews(run, bundle)) return true;
  return seenRecords !== undefined && recordsText(seenRecords) !== recordsText(bundle.records);
}

function isLockoutNews(run: Run, { fleet, lockouts: former, records: { records } }: LocalBundle): boolean {
  const facts = { fleet, broker: keyOf(run.broker), reported: lockoutsReported(run), records, former };
  return localLockouts(facts, run.world.clock.now()).ends !== former.ends;
}

/** The set in force stays when this fails. */
async function attempted(run: Run): Promise<void> {
  try {
    run.ports = await portsFor(run);
    await compiledAndPublished(run);
    run.failure = undefined;
  } catch (error) {
    run.failure = error instanceof Error ? error.message : String(error);
  }
}

/** The first set is proved, or will not be. */
function isSettled({ bundle, published, report }: Run): boolean {
  if (!bundle?.compiled.content || !published) return true;
  return report?.loaded?.hash === published.hash || report?.refused?.revision === published.revision;
}

function portsFor({ broker, store, options, ports }: Run): Promise<ReadonlyMap<string, number>> {
  const { host, port } = options;
  const choice = { file: store.paths.ports, host, ...(port !== undefined && { first: port }) };
  return listenerPorts(broker.listeners, choice, ports);
}

/** How many sets are remembered: the agent may be proving an older one than the last. */
const carriedSets = 16;

async function compiledAndPublished(run: Run): Promise<void> {
  const { store, accepted: present, broker, mosquitto, world } = run;
  const records = await readRecords(store.paths.records, store.paths.requests);
  const placement = placementOf(run);
  const previous = run.bundle?.compiled;
  const chance = { now: world.clock.now(), random: world.random };
  const acknowledgements = acknowledgementsIn(run);
  const input = {
    accepted: present,
    records,
    broker,
    dialect: mosquitto.dialect,
    placement,
    previous,
    acknowledgements,
    reportedLockouts: lockoutsReported(run),
    formerLockouts: run.bundle?.lockouts,
    downloaded: (download: ListDownload, ca: string | undefined) => downloadedIn(run, download, ca),
  };
  run.hasNewLists = false;
  run.bundle = await localBundle(store, input, chance);
  const { content, statuses } = run.bundle.compiled;
  if (!content) return;
  run.carried.delete(content.hash);
  run.carried.set(content.hash, statuses);
  for (const hash of [...run.carried.keys()].slice(0, -carriedSets)) run.carried.delete(hash);
  const sink = directorySink(store.paths.bundle, () => loadedRevision(run));
  run.published = await sink.publish(keyOf(broker), content);
  await keepGood(run.reader, present, store.paths.goodManifests);
}

function downloadedIn(
  { downloads, broker }: Run,
  download: ListDownload,
  ca: string | undefined,
): Downloaded | undefined {
  const value = downloads.read({ ...download, broker: keyOf(broker), ca });
  if (value.kind === 'Pending') return undefined;
  return value.kind === 'Found' ? { text: value.text } : { problem: value.message };
}

function placementOf({ store, mosquitto, options, ports }: Run): Placement {
  return {
    directory: currentLink(store.paths.broker),
    user: userInfo().username,
    pluginDirectory: mosquitto.pluginDirectory,
    persistenceDirectory: store.paths.data,
    bindAddress: options.host,
    ports,
  };
}

function agentOptions(run: Run, socketDirectory: string, news: ChangeFlag): AgentOptions {
  const { store, world, mosquitto, broker } = run;
  const { paths } = store;
  return {
    broker: keyOf(broker),
    instance: 'local',
    directory: paths.broker,
    socketDirectory,
    source: directorySource({
      directory: paths.bundle,
      serverDirectory: paths.server,
      serverKeyPair: () => storedKeyPair(paths.server),
      clock: world.clock,
    }),
    report: {
      report: async (report) => {
        await writeJson(paths.report, report);
        run.report = report;
        news.raise();
      },
      formerLockouts: () => Promise.resolve(run.former.lockouts ?? []),
    },
    launcher: mosquitto.launcher,
    clock: world.clock,
    random: world.random,
    onLog: world.onLog,
    onNotice: auditLog(paths.audit, { broker: keyOf(broker), instance: 'local' }).write,
    onEvent: (event) => {
      // Only a help for the next run: the agent itself ends what it finds on its files.
      if (event.kind === 'Started') void rememberBroker(paths.brokerProcess, event.pid).catch(() => undefined);
      world.onEvent(event);
    },
  };
}

/** Editors write in several steps: this long after the last one the files are read, milliseconds. */
const settleMilliseconds = 20;

async function watchedManifests(run: Run, news: ChangeFlag, signal: AbortSignal): Promise<void> {
  const { manifests } = run.options;
  const isDirectory = (await stat(manifests)).isDirectory();
  const directory = isDirectory ? manifests : path.dirname(manifests);
  const matters = (name: string) =>
    name.split(path.sep).every((part) => !part.startsWith('.') && part !== 'node_modules');
  const watch = { recursive: isDirectory, settleMilliseconds, matters };
  const read = () => readState(run.reader, run.world.clock);
  for await (const state of readAtChanges(read, [directory], run.world.clock, signal, watch)) {
    if (state === run.manifests) continue;
    run.manifests = state;
    news.raise();
  }
}

async function watchedRecords(run: Run, news: ChangeFlag, signal: AbortSignal): Promise<void> {
  const { records, requests } = run.store.paths;
  const read = () => readRecords(records, requests);
  for await (const seen of readAtChanges(read, [records, requests], run.world.clock, signal, { recursive: true })) {
    run.seenRecords = seen;
    if (isOutdated(run)) news.raise();
  }
}

/** The status as it is now; written and told when it is another than the last. */
async function currentStatus(run: Run): Promise<LocalStatus> {
  run.revocations = revocationsNow(run);
  const status = statusOf(run);
  if (JSON.stringify(status) === JSON.stringify(run.status)) return status;
  if (JSON.stringify(status.findings) !== JSON.stringify(run.status?.findings)) run.world.onFindings(status.findings);
  run.status = status;
  await writeJson(run.store.paths.status, status);
  run.world.onStatus(status);
  return status;
}

function revocationsNow({ bundle, store, published, report, carried, revocations, world }: Run): Run['revocations'] {
  if (!bundle) return revocations;
  const loaded = report?.loaded;
  const facts = {
    ...{ former: revocations, devices: devicesIn(bundle.fleet), ledger: store.ledger, held: store.held, loaded },
    published: published && carried.get(published.hash),
    proved: loaded && carried.get(loaded.hash),
  };
  return revocationsOf(facts, world.clock.now());
}

function statusOf(run: Run): LocalStatus {
  const { accepted: present, broker, bundle, published, report, store } = run;
  const key = keyOf(broker);
  const loaded = report?.loaded;
  const lastError = run.failure ?? report?.lastError;
  return {
    broker: key,
    mosquittoVersion: run.mosquitto.version,
    host: run.options.host,
    listeners: broker.listeners.map(({ name, authentication, tls, protocol, port }) => {
      return { name, port: run.ports.get(name) ?? port, authentication, tls, protocol };
    }),
    ...(run.enrolment && { enrolment: { port: run.enrolment.port } }),
    ...(published && { bundle: { revision: published.revision, hash: published.hash } }),
    ...(loaded && { loaded }),
    ...(report?.refused && { refused: report.refused }),
    ...(lastError !== undefined && { lastError }),
    devices: bundle
      ? deviceStatuses({
          broker: key,
          accepted: present,
          devices: devicesIn(bundle.fleet),
          statuses: bundle.compiled.statuses,
          loaded: loaded && run.carried.get(loaded.hash),
          isRefused: report?.refused !== undefined,
          findings: bundle.findings,
          certificates: currentCertificates(store),
          revocations: run.revocations,
          lockouts: bundle.lockouts,
          notices: bundle.compiled.notices,
          now: run.world.clock.now(),
        })
      : [],
    ...(bundle && { renewals: renewalsOf(store, bundle.compiled.statuses, run.world.clock.now()) }),
    findings: reportable(withPositions(bundle?.findings ?? present.findings, present.result)),
  };
}
