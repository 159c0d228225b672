import type { AgentEvent } from '../agent/state.ts';
import type { Changes } from '../domain/bundle/changes.ts';
import type { Compiled } from '../domain/bundle/compile.ts';
import type { Finding } from '../domain/finding.ts';
import { keyOf, type Broker } from '../domain/fleet.ts';
import type { ReportedLockout } from '../domain/lockout.ts';
import type { EnrolmentServer } from '../enrol/server.ts';
import type { Acknowledgement, Clock, Downloader, InstanceReport, PublishedBundle, Random } from '../ports.ts';
import type { Downloads } from '../shell/downloads.ts';
import type { Accepted, ManifestState } from './accepted.ts';
import type { LocalBundle } from './compile.ts';
import type { ProcessTable } from './lock.ts';
import { localLockouts, reportedIn } from './lockouts.ts';
import type { ManifestReader } from './manifest-reader.ts';
import type { LocalMosquitto, MosquittoChoice } from './mosquitto.ts';
import { recordsText, type Records } from './records.ts';
import type { revocationsOf } from './revocations.ts';
import type { LocalStatus } from './status.ts';
import { newAcknowledgements, type Store } from './store.ts';

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
export interface Run {
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
  /** A proof counts for whom nothing else was published since. */
  changes: Changes;
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

/** The highest revision that any agent proved, or that this run published: none comes again, also when the index is gone. */
export function highestRevision({ former, report, published }: Pick<Run, 'former' | 'report' | 'published'>): number {
  return Math.max(former.loaded?.revision ?? 0, report?.loaded?.revision ?? 0, published?.revision ?? 0);
}

/** What a former run may not have taken in is in its report. */
export function acknowledgementsIn({ former, report }: Run): readonly Acknowledgement[] {
  return (report ?? former).acknowledgements ?? [];
}

export function lockoutsReported({ former, toldLockouts, report }: Run): readonly ReportedLockout[] {
  return reportedIn(report, { report: former, told: toldLockouts });
}

/** True if something else than the manifests and the time asks for another bundle. Of a report acknowledgements and lockouts do. */
export function isOutdated(run: Run): boolean {
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
