import { enforcedHash } from '../domain/bundle/chunks.ts';
import type { Bundle } from '../domain/bundle/content.ts';
import type { BrokerExit, BundleReading, InstanceReport, Refusal } from '../ports.ts';
import { type Candidate, candidateOf, readable } from './candidate.ts';
import { beginUnproved, endFormerBroker, enforcement, type Enforcement, stopBroker } from './enforce.ts';
import { dialectCheck, type GateInput, gateRefusals } from './gate.ts';
import { setLink } from './generation.ts';
import { inboxOf } from './inbox.ts';
import { identitiesToKick, kicked } from './kick.ts';
import { bundleDirectory } from './placement.ts';
import { proofCheckOf } from './proof.ts';
import { recordGood } from './record.ts';
import { reportOf } from './report.ts';
import {
  type AgentOptions,
  type AgentState,
  type InForce,
  notStarted,
  nowOf,
  openedState,
  tell,
  type Trial,
  trialIn,
} from './state.ts';
import { backoffMilliseconds, nextStep, type StepFacts, type StepKind } from './step.ts';
import { driftProblem } from './watch.ts';

/** A broker that ran this long before it ended is started again at once, milliseconds. */
const soundRun = 60_000;

/** Between tries of a set that opened the broker more than once, milliseconds. */
const pauseAfterOpening = 3_600_000;

/** No wait is longer, so that a clock that was set is noticed, milliseconds. */
const longestWait = 60_000;

/**
 * Keeps one Mosquitto on the newest good set of its source until the signal is aborted, then stops it. The broker is
 * started with the first set that passes the gate, never before; each set is proved before it is reported, and what
 * fails leaves the last good set in force. Throws only when the agent cannot begin: no Mosquitto, no usable directory.
 */
export async function runAgent(options: AgentOptions, signal: AbortSignal): Promise<void> {
  const inbox = inboxOf(options.source, options.clock, signal);
  const end = new AbortController();
  const either = AbortSignal.any([signal, end.signal]);
  const state = await openedState(options, inbox, either);
  const watching = state.monitoring.run(either);
  try {
    if (!state.good || !(await isFit(state, state.good.candidate))) await endFormerBroker(state);
    while (!signal.aborted) {
      takeReading(state, inbox.take());
      noteSourceFailure(state, inbox.failure());
      await noteEnd(state);
      noteLatecomers(state);
      sendReport(state);
      const step = nextStep(factsOf(state));
      if (step.kind === 'Wait') await wait(state, step.until);
      else await takeStep(state, step.kind, signal);
    }
  } finally {
    end.abort();
    const published = Promise.all([state.desk.ended, state.alerts.ended]);
    await Promise.all([published.then(() => stopBroker(state)), state.watch.close(), state.sending, watching]);
  }
}

/**
 * What a former agent proved may have become unfit since, as when its CRL ended, or that agent was killed at work on a set
 * that takes back more: then it is not started. It may become fit again, as when the clock is put right.
 */
async function isFit(state: AgentState, candidate: Candidate): Promise<boolean> {
  const { given, placed } = state;
  const refusals = await refusalsOf(state, { next: candidate, loaded: undefined, given, placed });
  if (refusals.length > 0) state.errors.set('Restore', notStarted(refusalText(refusals)));
  return refusals.length === 0;
}

/**
 * What the gate says. A configuration that the running Mosquitto does not understand is one for which it is started again,
 * so the version that counts then is that of the binary, which may be another by now.
 */
async function refusalsOf(
  state: AgentState,
  sets: Pick<GateInput, 'next' | 'loaded' | 'given' | 'placed'>,
): Promise<readonly Refusal[]> {
  const { broker, directory, placement, clock, launcher } = state.options;
  const input: GateInput = {
    ...sets,
    broker,
    now: clock.now(),
    directory: bundleDirectory(directory, placement),
    mosquittoVersion: state.mosquittoVersion,
  };
  const refusals = gateRefusals(input);
  if (!refusals.some(({ check }) => check === dialectCheck)) return refusals;
  return gateRefusals({ ...input, mosquittoVersion: await launcher.version() });
}

function refusalText(refusals: readonly Refusal[]): string {
  return refusals.map(({ check, reason }) => `${check}: ${reason}`).join('; ');
}

function factsOf(state: AgentState): StepFacts {
  return {
    now: nowOf(state),
    wantedAt: dueAt(state, state.wanted),
    restoreAt: dueAt(state, state.restore),
    refreshAt: dueAt(state, state.refresh),
    followUpAt: dueAt(state, state.followUp),
    reportAt: state.sending ? undefined : dueAt(state, state.reportRetry),
    lookAt: dueAt(state, state.look),
  };
}

function dueAt(state: AgentState, trial: Trial | undefined): number | undefined {
  return trial && (nowOf(state) < trial.since ? -Infinity : trial.at);
}

/** A trial that failed once more, with its next time. */
function failedTrial(state: AgentState, trial: Trial | undefined): Trial {
  const failures = (trial?.failures ?? 0) + 1;
  return trialIn(state, backoffMilliseconds(failures + 1), failures);
}

function takeReading(state: AgentState, reading: BundleReading | undefined): void {
  if (reading?.kind === 'Bundle') {
    if (isForNextPod(state, reading.bundle)) return;
    state.wanted = { candidate: candidateOf(reading.bundle, state.good?.candidate), ...trialIn(state) };
  } else if (reading) {
    noteRefusal(state, undefined, [{ check: 'Readable', reason: reading.reason }]);
    if (state.restore && !state.running) state.restore = trialIn(state, 0, state.restore.failures);
  }
}

/** What asks the broker for nothing else, such as notices or a renewed key pair of the server, no pod is replaced for. */
function isForNextPod({ options, good, running, restore }: AgentState, { index }: Bundle): boolean {
  const isServing = good !== undefined && (running !== undefined || restore !== undefined);
  return options.isRolled === true && isServing && !isSameRequest(good.candidate.bundle.index, index);
}

function noteSourceFailure(state: AgentState, failure: string | undefined): void {
  if (failure === undefined) state.errors.delete('Source');
  else state.errors.set('Source', `read bundles: ${failure}`);
}

function noteRefusal(state: AgentState, revision: number | undefined, refusals: readonly Refusal[]): void {
  const refused = { ...(revision !== undefined && { revision }), refusals };
  state.refused = refused;
  tell(state, { kind: 'Refused', ...refused });
}

/** A broker that ended is started again on the last good set: at once when it had run for a while, later each time if not. */
async function noteEnd(state: AgentState): Promise<void> {
  const { running } = state;
  if (!running?.exit) return;
  tell(state, { kind: 'Exited', exit: running.exit });
  await stopBroker(state);
  state.errors.set('Broker', exitText(running.exit));
  if (nowOf(state) - running.startedAt >= soundRun) state.crashes = 0;
  restoreLater(state);
}

/** Who came in by a connection from before the last reload is looked at once more. */
function noteLatecomers(state: AgentState): void {
  const { admission } = state.good?.inForce ?? {};
  if (!admission || state.followUp) return;
  if (state.latecomers.among(admission, state.options.clock.now()).size > 0) state.followUp = trialIn(state);
}

function restoreLater(state: AgentState): void {
  state.crashes += 1;
  if (!state.good) return;
  state.good = { candidate: state.good.candidate };
  state.refresh = undefined;
  state.look = undefined;
  state.restore = trialIn(state, backoffMilliseconds(state.crashes), state.crashes);
}

async function wait({ options, inbox }: AgentState, until: number): Promise<void> {
  const timer = new AbortController();
  const milliseconds = Math.max(0, Math.min(until - options.clock.now().getTime(), longestWait));
  const time = options.clock.sleep(milliseconds, timer.signal).catch(() => undefined);
  await Promise.race([inbox.heard(), time]);
  timer.abort();
}

/** A step that throws, as on a full disk, is tried again later; what the broker enforces is settled by `restore`. */
async function takeStep(state: AgentState, kind: StepKind, signal: AbortSignal): Promise<void> {
  state.errors.delete(kind);
  try {
    await steps[kind](state, signal);
  } catch (error) {
    if (signal.aborted) return;
    const what = error instanceof Error ? error.message : String(error);
    state.errors.set(kind, what);
    tell(state, { kind: 'Failed', what });
    postpone(state, kind, what);
  }
}

function postpone(state: AgentState, kind: StepKind, what: string): void {
  if (kind === 'Enforce') wantedFailed(state, [{ check: 'Apply', reason: what }]);
  else if (kind === 'Restore') state.restore = failedTrial(state, state.restore);
  else if (kind === 'Refresh') state.refresh = failedTrial(state, state.refresh);
  else if (kind === 'FollowUp') state.followUp = failedTrial(state, state.followUp);
}

const steps: Readonly<Record<StepKind, (state: AgentState, signal: AbortSignal) => Promise<void> | void>> = {
  Enforce: enforceWanted,
  Restore: restoreGood,
  Refresh: refreshGood,
  FollowUp: followUp,
  Report: sendReport,
  Look: lookAfter,
};

async function enforceWanted(state: AgentState, signal: AbortSignal): Promise<void> {
  if (!state.wanted) return;
  const { candidate } = state.wanted;
  const refusals = await refusalsOf(state, { next: candidate, loaded: state.good?.candidate });
  if (refusals.length > 0) return wantedFailed(state, refusals);
  const inForce = state.good?.inForce;
  if (inForce && isSameSet(state.good?.candidate.bundle, candidate.bundle)) return adopt(state, inForce);
  const result = await enforcement(state, candidate, state.restore ? 'Healing' : 'Reload', signal);
  if (result.proof.kind === 'Proved') {
    state.good = { candidate };
    state.wanted = undefined;
    return proved(state, result);
  }
  wantedFailed(
    state,
    [{ check: proofCheckOf(result.proof), reason: proofText(result) }],
    result.proof.kind === 'FailOpen',
  );
  // The rules are in force and nothing is known to be wrong: the set stays while the proof is tried again.
  if (result.proof.kind === 'Unproved') state.restore = undefined;
  else if (!state.good) await stopBroker(state);
}

/** The same to enforce again, perhaps as another revision or with other notices: the broker is left alone. */
function adopt(state: AgentState, inForce: InForce): void {
  if (!state.wanted || !state.good) return;
  const [former, next] = [state.good.candidate.bundle.index, state.wanted.candidate.bundle.index];
  if (next.revision !== former.revision || next.hash !== former.hash) {
    state.good = { candidate: state.wanted.candidate, inForce };
    state.followUp = trialIn(state);
  }
  state.wanted = undefined;
  state.refused = undefined;
}

/** True if the broker would be given the very same: whatever the revision, nothing has to be done. */
function isSameSet(former: Bundle | undefined, next: Bundle): boolean {
  return (
    former !== undefined &&
    isSameRequest(former.index, next.index) &&
    former.server?.certificate === next.server?.certificate &&
    former.server?.key === next.server?.key
  );
}

function isSameRequest(former: Bundle['index'], next: Bundle['index']): boolean {
  return former.hash === next.hash || enforcedHash(former.parts) === enforcedHash(next.parts);
}

/** The newest bundle waits for its next try. One that opened the broker soon waits long, for each try may open it again. */
function wantedFailed(state: AgentState, refusals: readonly Refusal[], opened = false): void {
  const { wanted } = state;
  if (!wanted) return;
  noteRefusal(state, wanted.candidate.bundle.index.revision, refusals);
  const trial = failedTrial(state, wanted);
  const at = opened && trial.failures > 1 ? trial.since + pauseAfterOpening : trial.at;
  state.wanted = { ...trial, candidate: wanted.candidate, at };
}

function exitText({ code, signal, tail }: BrokerExit): string {
  const said = tail.slice(-3).join(' | ');
  return `Mosquitto ended with ${code === null ? String(signal) : `code ${code}`}: ${said || 'it said nothing'}`;
}

function proofText({ proof }: Enforcement): string {
  if (proof.kind === 'BrokerGone') return exitText(proof.exit);
  return proof.kind === 'Proved' ? `proved in ${proof.milliseconds} ms` : `${proof.kind}: ${proof.what}`;
}

/** The good set is in force: what remains is to end sessions, remember it and tell. */
function proved(state: AgentState, { assembly, attempt, generation, proof }: Enforcement): void {
  if (!state.good || proof.kind !== 'Proved') return;
  const { admission, validity, conf } = assembly;
  const { milliseconds } = proof;
  const inForce = { generation, attempt, admission, provedAt: state.options.clock.now(), milliseconds };
  state.good = { candidate: state.good.candidate, inForce };
  const { identities } = admission;
  const { lockout, watchRules, observes = false, countsDevices = false } = conf;
  const limits = { ...(lockout && { lockout }), ...(watchRules && { watchRules }) };
  state.monitoring.follow({ identities, denied: assembly.denied, observes, countsDevices, ...limits });
  state.alerts.follow(conf.alertTopic);
  state.hasProved = true;
  state.placed = undefined;
  state.restore = undefined;
  state.refresh = { at: validity.until, since: validity.from, failures: 0 };
  state.followUp = trialIn(state);
  state.look = trialIn(state, state.limits.watch);
  if (!state.wanted) state.refused = undefined;
  for (const origin of state.errors.keys()) if (origin !== 'Source') state.errors.delete(origin);
}

/** Puts the last good set back in force; where the broker will not have it, it is stopped and started on it. */
async function restoreGood(state: AgentState, signal: AbortSignal): Promise<void> {
  if (!state.good) return;
  if (!state.hasProved && !(await isFit(state, state.good.candidate))) {
    state.restore = failedTrial(state, state.restore);
    return;
  }
  const result = await enforcement(state, state.good.candidate, 'Healing', signal);
  if (result.proof.kind === 'Proved') return proved(state, result);
  state.errors.set('Restore', `restore the last good set: ${proofText(result)}`);
  if (result.proof.kind === 'Unproved') state.restore = failedTrial(state, state.restore);
  if (result.proof.kind !== 'Failed' && result.proof.kind !== 'FailOpen') return;
  await stopBroker(state);
  restoreLater(state);
}

/** Something has ended: the same bundle, assembled for now. */
async function refreshGood(state: AgentState, signal: AbortSignal): Promise<void> {
  if (!state.good) return;
  const result = await enforcement(state, state.good.candidate, 'Reload', signal);
  if (result.proof.kind === 'Proved') proved(state, result);
  else state.errors.set('Refresh', `drop what has ended: ${proofText(result)}`);
}

/** A set that was proved may be in force no more: the broker hangs, or somebody had it read something else. */
async function lookAfter(state: AgentState): Promise<void> {
  const what = await driftProblem(state);
  state.look = trialIn(state, state.limits.watch);
  if (what === undefined || state.running?.exit) return;
  tell(state, { kind: 'Drifted', what });
  state.errors.set('Look', `watch the broker: ${what}`);
  beginUnproved(state);
}

/** Ends sessions, then remembers the bundle, then says that it is loaded: so no report comes before its effect. */
async function followUp(state: AgentState): Promise<void> {
  const { directory } = state.options;
  const { candidate, inForce } = state.good ?? {};
  if (!candidate || !inForce) return void (state.followUp = undefined);
  const failures = await kickedNow(state, inForce.admission);
  if (failures.size > 0) {
    const [identity, why] = [...failures][0] ?? [];
    throw new Error(`end ${failures.size} sessions, first that of ${String(identity)}: ${String(why)}`);
  }
  state.formerAdmission = inForce.admission;
  await setLink(directory, 'kicked', inForce.generation);
  if (state.recorded !== candidate.bundle) await recordGood(directory, inForce.generation, candidate.bundle);
  state.recorded = candidate.bundle;
  const { revision, hash } = candidate.bundle.index;
  tell(state, { kind: 'Recorded', revision });
  if (state.loaded?.revision !== revision || state.loaded.hash !== hash) {
    const { provedAt, milliseconds } = inForce;
    state.loaded = {
      ...{ revision, hash, provedAt: provedAt.toISOString(), milliseconds: Math.ceil(milliseconds) },
      sessionsEndedAt: state.options.clock.now().toISOString(),
    };
  }
  state.desk.show(readable(candidate.notices()) ?? new Map());
  state.followUp = undefined;
}

async function kickedNow(
  state: AgentState,
  admission: NonNullable<AgentState['formerAdmission']>,
): Promise<ReadonlyMap<string, string>> {
  const late = state.latecomers.among(admission, state.options.clock.now());
  const identities = new Set([...identitiesToKick(state.formerAdmission, admission), ...late]);
  if (identities.size === 0) return new Map();
  const { username, password, socketPath } = state.overlay;
  const path = {
    endpoint: { kind: 'Unix', path: socketPath },
    username,
    password,
    answer: state.limits.answer,
  } as const;
  const failures = await kicked(identities, path);
  state.latecomers.settle(new Set([...late].filter((identity) => !failures.has(identity))));
  tell(state, { kind: 'Kicked', identities: [...identities].filter((identity) => !failures.has(identity)) });
  return failures;
}

/** Sends the report when it says something new, without waiting for the sink. One that fails is tried again later. */
function sendReport(state: AgentState): void {
  const report = reportOf(state);
  const text = JSON.stringify(report);
  if (!report || state.sending || text === state.reported) return;
  if (state.reportRetry && state.reportRetry.at > nowOf(state)) return;
  state.sending = sent(state, report, text).finally(() => {
    state.sending = undefined;
    state.inbox.ring();
  });
}

async function sent(state: AgentState, report: InstanceReport, text: string): Promise<void> {
  try {
    await state.options.report.report(report);
    state.reported = text;
    state.reportRetry = undefined;
    tell(state, { kind: 'Reported', report });
  } catch (error) {
    state.reportRetry = failedTrial(state, state.reportRetry);
    tell(state, { kind: 'Failed', what: `send report: ${error instanceof Error ? error.message : String(error)}` });
  }
}
