import { stat } from 'node:fs/promises';
import path from 'node:path';
import { runAgent } from '../agent/agent.ts';
import type { AgentOptions } from '../agent/state.ts';
import { nothingKnown } from '../domain/bundle/changes.ts';
import { keyOf } from '../domain/fleet.ts';
import { reportable } from '../parse/report.ts';
import { createDownloads } from '../shell/downloads.ts';
import { accepted } from './accepted.ts';
import { auditLog } from './audit-log.ts';
import { chosenBroker } from './chosen-broker.ts';
import { startLocalEnrolment } from './enrolment.ts';
import { formerReportIn } from './former-report.ts';
import { endOrphan, rememberBroker, takeLock } from './lock.ts';
import { lockoutsIn } from './lockouts.ts';
import { formerlyAccepted, manifestReader, readState } from './manifest-reader.ts';
import { localMosquitto } from './mosquitto.ts';
import { earliest } from './plan.ts';
import { attempted, compiledAndPublished, portsFor } from './publication.ts';
import { readRecords } from './records.ts';
import { revocationsIn } from './revocations.ts';
import { currentStatus } from './run-status.ts';
import { isOutdated, type DevOptions, type DevWorld, type Run } from './run.ts';
import { storedKeyPair } from './server.ts';
import { withSocketDirectory } from './socket-directory.ts';
import { directorySource } from './source.ts';
import { isState, jsonOf, openState, statePaths, writeJson } from './state.ts';
import type { LocalStatus } from './status.ts';
import { openStore } from './store.ts';
import { changeFlag, readAtChanges, type ChangeFlag } from './watch.ts';

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
      former: formerReportIn(await jsonOf(paths.report)),
      toldLockouts: lockoutsIn(toldBefore),
      manifests,
      seenRecords: undefined,
      accepted: present,
      broker,
      ports: new Map(),
      bundle: undefined,
      published: undefined,
      carried: new Map(),
      changes: nothingKnown,
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

/** The first set is proved, or will not be. */
function isSettled({ bundle, published, report }: Run): boolean {
  if (!bundle?.compiled.content || !published) return true;
  return report?.loaded?.hash === published.hash || report?.refused?.revision === published.revision;
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
