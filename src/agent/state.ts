import path from 'node:path';
import type {
  BrokerExit,
  BrokerLauncher,
  BrokerProcess,
  BundleSource,
  Clock,
  InstanceReport,
  Random,
  Refusal,
  ReportSink,
} from '../ports.ts';
import type { Bundle } from '../domain/bundle/content.ts';
import type { Placement } from '../domain/bundle/placement.ts';
import type { RevocationEntry } from '../domain/pki/certificate.ts';
import type { Notice } from '../monitor/notice.ts';
import type { ObservedCounts } from '../monitor/observe.ts';
import { type AlertDesk, alertDesk } from './alerts.ts';
import { type Candidate, candidateOf, readable } from './candidate.ts';
import { type NoticeDesk, noticeDesk } from './desk.ts';
import { type GenerationName, openGenerations } from './generation.ts';
import type { Inbox } from './inbox.ts';
import type { Admission } from './kick.ts';
import { type Latecomers, latecomers } from './latecomers.ts';
import { logRelay, type LogRelay } from './log-relay.ts';
import { type DeviceCounts, monitoring, type Monitoring, type WatchFigures } from './monitoring.ts';
import { observing, type Observing } from './observing.ts';
import { type Attempt, type Overlay, overlayFor } from './overlay.ts';
import type { Proof } from './proof.ts';
import type { LocalLink } from './prove-rules.ts';
import { defaultProofLimits, type ProofLimits } from './prove.ts';
import { type Placed, placedSet } from './placed.ts';
import { givenRevocations, recordedAdmission, recordedGood } from './record.ts';
import { withSightings } from './sightings.ts';
import type { StepKind } from './step.ts';
import { watchLink } from './watch.ts';

export interface AgentOptions {
  /** Name of the broker as the index of its bundles has it. */
  readonly broker: string;
  readonly instance: string;
  /** The agent's own directory, mode 0700. The bundle's files lie at `currentLink(directory)`. */
  readonly directory: string;
  /**
   * Where the broker runs, when bundles are compiled for the image and not for here; its directory is
   * `currentLink(directory)`.
   */
  readonly placement?: Placement;
  /** The pod is replaced for each new set: once one is good, a set of other content is left to the next pod. */
  readonly isRolled?: boolean;
  /** Where the local listener's socket is made, mode 0700; with its file name at most 107 bytes. Default: `directory`. */
  readonly socketDirectory?: string;
  readonly source: BundleSource;
  readonly report: ReportSink;
  readonly launcher: BrokerLauncher;
  readonly clock: Clock;
  readonly random: Random;
  readonly limits?: Partial<ProofLimits>;
  readonly onEvent?: (event: AgentEvent) => void;
  /** What devices and others did that is worth telling. */
  readonly onNotice?: (notice: Notice) => void;
  /** What was counted since the agent began, each second at most. */
  readonly onFigures?: (figures: AgentFigures) => void;
  /** Gets acts by identity, where the broker asks for that. */
  readonly devices?: DeviceCounts;
  /** What was published, each second at most, where it is read. */
  readonly onObserved?: (counts: ObservedCounts) => void;
  /** What the broker logs, at a bounded rate and without the traces of packets. */
  readonly onLog?: (line: string) => void;
}

export interface AgentFigures extends WatchFigures {
  /** Lines of the broker that were kept from the log of the agent because they were too many. */
  readonly linesLeftOut: number;
  /** Alerts that could not be published on the topic for them. */
  readonly alertsLost: number;
}

/** What the agent did, in the order in which it did it. */
export type AgentEvent =
  | { readonly kind: 'Refused'; readonly revision?: number; readonly refusals: readonly Refusal[] }
  | { readonly kind: 'Written' | 'Swapped'; readonly revision: number; readonly generation: GenerationName }
  | { readonly kind: 'Started'; readonly pid: number }
  | { readonly kind: 'Stopped' }
  | { readonly kind: 'Exited'; readonly exit: BrokerExit }
  | { readonly kind: 'Proof'; readonly revision: number; readonly proof: Proof }
  /** What was proved is in force no more. */
  | { readonly kind: 'Drifted'; readonly what: string }
  | { readonly kind: 'Kicked'; readonly identities: readonly string[] }
  | { readonly kind: 'Recorded'; readonly revision: number }
  | { readonly kind: 'Notified'; readonly published: number; readonly cleared: number; readonly notices: number }
  | { readonly kind: 'Acknowledged'; readonly certificates: number }
  | { readonly kind: 'Reported'; readonly report: InstanceReport }
  | { readonly kind: 'Failed'; readonly what: string };

/** A broker that was started, until its end was noted. */
export interface Running {
  readonly process: BrokerProcess;
  readonly startedAt: number;
  readonly restartKey: string;
  exit?: BrokerExit;
}

/** Something to be tried, and how often it failed in a row. Times in milliseconds since the epoch. */
export interface Trial {
  readonly at: number;
  /** It is due, too, when the clock says less than this: then it was set back since, and `at` may be far away. */
  readonly since: number;
  readonly failures: number;
}

/** The set whose enforcement was last proved. */
interface Good {
  readonly candidate: Candidate;
  /** Absent while this agent has not proved it, or the broker was given another set since. */
  readonly inForce?: InForce;
}

export interface InForce {
  readonly generation: GenerationName;
  readonly attempt: Attempt;
  readonly admission: Admission;
  readonly provedAt: Date;
  readonly milliseconds: number;
}

/** All that an agent knows; changed by its steps and by nothing else. */
export interface AgentState {
  readonly options: AgentOptions;
  readonly limits: ProofLimits;
  readonly overlay: Overlay;
  readonly inbox: Inbox;
  readonly desk: NoticeDesk;
  readonly alerts: AlertDesk;
  /** The session in which the broker is looked after. */
  readonly watch: LocalLink;
  readonly latecomers: Latecomers;
  readonly monitoring: Monitoring;
  readonly relay: LogRelay;
  mosquittoVersion: string;
  attempts: number;
  running: Running | undefined;
  good: Good | undefined;
  /** What a former agent told the broker to be revoked. */
  readonly given: readonly RevocationEntry[];
  /** What a former agent put in place last; forgotten when something was proved. */
  placed: Placed | undefined;
  /** False as long as `good` is what a former agent proved. */
  hasProved: boolean;
  /** The newest bundle, until it is proved. */
  wanted: (Trial & { readonly candidate: Candidate }) | undefined;
  /** Set while the broker does not enforce the last good set, or may not. */
  restore: Trial | undefined;
  /** When something of the set in force ends. */
  refresh: Trial | undefined;
  /** When to look whether the set in force is in force still. */
  look: Trial | undefined;
  /** Ends of the broker and stops for its faults, since it last ran for a while. */
  crashes: number;
  /** Who was admitted when last every session that had to go was ended. */
  formerAdmission: Admission | undefined;
  /** Set while a proof is not followed up: sessions to end, the bundle to remember. */
  followUp: Trial | undefined;
  /** The bundle that lies on the disk as the last good one. */
  recorded: Bundle | undefined;
  refused: InstanceReport['refused'];
  /** What is wrong, by what it is wrong with; gone when that goes well again. */
  readonly errors: Map<StepKind | 'Source' | 'Broker', string>;
  loaded: InstanceReport['loaded'];
  /** The text of the last report that was sent. */
  reported: string | undefined;
  /** While a report is being sent. */
  sending: Promise<void> | undefined;
  reportRetry: Trial | undefined;
}

/** A broker is started on what a former agent proved only when its source is silent for this long, milliseconds. */
const silenceBeforeRestore = 2_000;

/** Says that the broker waits for a set of the source, and why. */
export function notStarted(why: string): string {
  return `the last good set is not started: ${why}`;
}

/** The state of an agent that just started: it knows what a former one left on the disk, and has no broker. */
export async function openedState(options: AgentOptions, inbox: Inbox, signal: AbortSignal): Promise<AgentState> {
  const { directory, socketDirectory = directory, random, launcher, clock } = options;
  const overlay = overlayFor(path.join(socketDirectory, 'agent.sock'), random);
  await openGenerations(directory);
  const [recorded, formerAdmission, given, placed, mosquittoVersion] = await Promise.all([
    recordedGood(directory),
    recordedAdmission(directory),
    givenRevocations(directory),
    placedSet(directory),
    launcher.version(),
  ]);
  const limits = { ...defaultProofLimits, ...options.limits };
  const now = clock.now().getTime();
  const good = recorded?.kind === 'Read' ? recorded.bundle : undefined;
  const candidate = good && candidateOf(good);
  const alerts = alertsOf({ options, overlay, answer: limits.answer }, signal);
  const relay = logRelay(clock, (line) => options.onLog?.(line));
  return {
    options,
    limits,
    overlay,
    inbox,
    watch: watchLink(overlay, limits.answer),
    latecomers: latecomers(() => inbox.ring()),
    monitoring: withSightings(
      monitoringOf({ options, inbox, former: candidate }, relay, alerts),
      observingOf({ options, overlay, answer: limits.answer, alerts }),
      options,
    ),
    relay,
    alerts,
    desk: deskOf({ options, overlay, inbox, answer: limits.answer, former: candidate }, signal),
    mosquittoVersion,
    attempts: 0,
    running: undefined,
    good: candidate && { candidate },
    given,
    placed,
    hasProved: false,
    wanted: undefined,
    restore: good && { at: now + silenceBeforeRestore, since: now, failures: 0 },
    refresh: undefined,
    look: undefined,
    crashes: 0,
    formerAdmission,
    followUp: undefined,
    recorded: good,
    refused: undefined,
    errors: new Map(recorded?.kind === 'Useless' ? [['Restore', notStarted(recorded.why)]] : []),
    loaded: undefined,
    reported: undefined,
    sending: undefined,
    reportRetry: undefined,
  };
}

function monitoringOf(
  { options, inbox, former }: Pick<DeskSite, 'options' | 'inbox' | 'former'>,
  relay: LogRelay,
  alerts: AlertDesk,
): Monitoring {
  const { clock, report, onFigures, devices } = options;
  return monitoring({
    clock,
    former: (signal) => report.formerLockouts?.(signal) ?? Promise.resolve([]),
    formerDenied: () => (former && readable(former.acl())?.denied) ?? new Set(),
    onNotice: (notice) => announce(options, alerts, notice),
    ...(devices && { devices }),
    onFigures: (figures) => onFigures?.({ ...figures, linesLeftOut: relay.leftOut(), alertsLost: alerts.lost() }),
    onLockouts: () => inbox.ring(),
  });
}

function alertsOf(
  { options, overlay, answer }: Pick<DeskSite, 'options' | 'overlay' | 'answer'>,
  signal: AbortSignal,
): AlertDesk {
  const { broker, instance, clock, onEvent } = options;
  return alertDesk({
    ...ownWay(overlay, 'alerts'),
    ...{ answer, broker, instance, clock, signal },
    onFailure: (what) => onEvent?.({ kind: 'Failed', what }),
  });
}

function observingOf({ options, overlay, answer, alerts }: ObservingSite): Observing {
  const { clock, onEvent, onObserved } = options;
  return observing({
    ...ownWay(overlay, 'observe'),
    ...{ answer, clock },
    onNotice: (notice) => announce(options, alerts, notice),
    onCounts: (counts) => onObserved?.(counts),
    onFailure: (what) => onEvent?.({ kind: 'Failed', what }),
  });
}

/** A session of the agent's own, beside those of the probes, which have the name of the user for themselves. */
function ownWay({ username, password, socketPath }: Overlay, purpose: 'alerts' | 'notices' | 'observe') {
  return {
    endpoint: { kind: 'Unix', path: socketPath },
    login: { clientId: `${username}-${purpose}`, username, password },
  } as const;
}

function announce({ onNotice }: AgentOptions, alerts: AlertDesk, notice: Notice): void {
  onNotice?.(notice);
  alerts.tell(notice);
}

interface ObservingSite extends Pick<DeskSite, 'options' | 'overlay' | 'answer'> {
  readonly alerts: AlertDesk;
}

interface DeskSite {
  readonly options: AgentOptions;
  readonly overlay: Overlay;
  readonly inbox: Inbox;
  readonly answer: number;
  /** What a former agent proved: its notices may be out. */
  readonly former: Candidate | undefined;
}

function deskOf({ options, overlay, inbox, answer, former }: DeskSite, signal: AbortSignal): NoticeDesk {
  const { clock, onEvent } = options;
  return noticeDesk({
    ...ownWay(overlay, 'notices'),
    ...{ answer, clock, signal },
    former: (former && readable(former.notices())?.keys()) ?? [],
    onAcknowledged: (certificates) => {
      onEvent?.({ kind: 'Acknowledged', certificates });
      inbox.ring();
    },
    onShown: (change) => onEvent?.({ kind: 'Notified', ...change }),
    onFailure: (what) => onEvent?.({ kind: 'Failed', what }),
  });
}

export function nowOf({ options }: AgentState): number {
  return options.clock.now().getTime();
}

/** Something that is to be tried after so long, milliseconds. */
export function trialIn(state: AgentState, milliseconds = 0, failures = 0): Trial {
  const now = nowOf(state);
  return { at: now + milliseconds, since: now, failures };
}

export function tell({ options }: AgentState, event: AgentEvent): void {
  options.onEvent?.(event);
}
