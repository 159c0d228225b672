import { userInfo } from 'node:os';
import { currentLink } from '../agent/generation.ts';
import { changedIdentities, withClosed, withOpen, withoutSettled } from '../domain/bundle/changes.ts';
import type { Placement } from '../domain/bundle/placement.ts';
import { keyOf, type ListDownload } from '../domain/fleet.ts';
import { localBundle } from './compile.ts';
import { keepGood } from './manifest-reader.ts';
import { listenerPorts } from './ports.ts';
import { readRecords } from './records.ts';
import { acknowledgementsIn, highestRevision, lockoutsReported, type Run } from './run.ts';
import { directorySink } from './sink.ts';
import type { Downloaded } from './trust.ts';

/** The set in force stays when this fails. */
export async function attempted(run: Run): Promise<void> {
  try {
    run.ports = await portsFor(run);
    await compiledAndPublished(run);
    run.failure = undefined;
  } catch (error) {
    run.failure = error instanceof Error ? error.message : String(error);
  }
}

export function portsFor({ broker, store, options, ports }: Run): Promise<ReadonlyMap<string, number>> {
  const { host, port } = options;
  const choice = { file: store.paths.ports, host, ...(port !== undefined && { first: port }) };
  return listenerPorts(broker.listeners, choice, ports);
}

/** How many sets are remembered: the agent may be proving an older one than the last. */
const carriedSets = 16;

export async function compiledAndPublished(run: Run): Promise<void> {
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
  const sink = directorySink(store.paths.bundle, () => highestRevision(run));
  const last = run.published && run.carried.get(run.published.hash);
  const settled = withoutSettled(run.changes, run.report?.loaded?.revision ?? 0);
  run.changes = withOpen(settled, last ? changedIdentities(last, statuses) : []);
  run.published = await sink.publish(keyOf(broker), content);
  run.changes = withClosed(run.changes, run.published.revision, last !== undefined);
  await keepGood(run.reader, present, store.paths.goodManifests);
}

function downloadedIn(
  { downloads, broker }: Run,
  download: ListDownload,
  ca: string | undefined,
): Downloaded | undefined {
  const value = downloads.read({ ...download, broker: keyOf(broker), ca });
  if (value.kind === 'Pending') return undefined;
  return value.kind === 'Found' ? value : { problem: value.message };
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
