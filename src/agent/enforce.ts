import path from 'node:path';
import { type Assembly, assembled } from './assemble.ts';
import { brokerEvent } from '../monitor/line.ts';
import type { Candidate } from './candidate.ts';
import { currentLink, type GenerationName, removeUnlinked, setLink, writtenGeneration } from './generation.ts';
import { isTrace } from './log-relay.ts';
import { type Attempt, attemptOf } from './overlay.ts';
import type { Proof } from './proof.ts';
import { proof } from './prove.ts';
import { proofPlan } from './proof-plan.ts';
import { type AgentState, nowOf, type Running, tell, trialIn } from './state.ts';

/** How an attempt to have a set enforced ended. */
export interface Enforcement {
  readonly assembly: Assembly;
  readonly attempt: Attempt;
  readonly generation: GenerationName;
  readonly proof: Proof;
}

/**
 * One attempt: writes the set as a new generation, puts it in place in one step, has the broker read it (by SIGHUP, or by
 * a start where a reload would not do) and has it proved. `Healing`: the broker may be open now.
 */
export async function enforcement(
  state: AgentState,
  candidate: Candidate,
  mode: 'Reload' | 'Healing',
  signal: AbortSignal,
): Promise<Enforcement> {
  const { options, overlay, limits } = state;
  const { revision } = candidate.bundle.index;
  state.desk.hold();
  state.attempts += 1;
  const attempt = attemptOf(overlay, state.attempts, options.random);
  const assembly = assembled(candidate, overlay, attempt, options.clock.now(), options.placement);
  await removeUnlinked(options.directory);
  const generation = await writtenGeneration(options.directory, assembly.files);
  tell(state, { kind: 'Written', revision, generation });
  beginUnproved(state);
  await setLink(options.directory, 'current', generation);
  tell(state, { kind: 'Swapped', revision, generation });
  if (state.running && state.running.restartKey !== assembly.restartKey) await stopBroker(state);
  const start = state.running ? mode : 'Started';
  const running = (state.running ??= await startedBroker(state, assembly.restartKey));
  const plan = proofPlan(assembly.conf, overlay, attempt, candidate.bundle.server?.certificate);
  const { expectRefusal: onProbe } = state.monitoring;
  const subject = { broker: running.process, plan, start, clock: options.clock, limits, signal, onProbe } as const;
  const outcome = await proof(subject);
  tell(state, { kind: 'Proof', revision, proof: outcome });
  return { assembly, attempt, generation, proof: outcome };
}

/** From the swap to the proof the last good set is not known to be in force: whatever ends the attempt, it is restored. */
export function beginUnproved(state: AgentState): void {
  if (!state.good) return;
  state.good = { candidate: state.good.candidate };
  state.restore ??= trialIn(state);
  state.refresh = undefined;
  state.look = undefined;
}

/** Starts the broker on the generation in place. It is asked for its version again: it may have been replaced. */
async function startedBroker(state: AgentState, restartKey: string): Promise<Running> {
  const { launcher, directory } = state.options;
  state.mosquittoVersion = await launcher.version();
  const note = logReader(state);
  const process = await launcher.start(configurationIn(directory), note);
  tell(state, { kind: 'Started', pid: process.pid });
  const running: Running = { process, startedAt: nowOf(state), restartKey };
  void process.exited.then((exit) => {
    running.exit = exit;
    state.inbox.ring();
  });
  return running;
}

/** What is made of each line that the broker logs. */
function logReader({ mosquittoVersion, latecomers, monitoring, relay }: AgentState): (line: string) => void {
  const dialect = mosquittoVersion.startsWith('2.0') ? '2.0' : '2.1';
  return (line) => {
    const event = brokerEvent(line, dialect);
    if (!isTrace(line)) relay.pass(line);
    else if (event.kind === 'Unknown') return;
    latecomers.note(event);
    monitoring.note(event);
  };
}

function configurationIn(directory: string): string {
  return path.join(currentLink(directory), 'mosquitto.conf');
}

/** A broker of a former agent that nobody looks after, and whose set may never have been proved. */
export async function endFormerBroker({ options: { launcher, directory } }: AgentState): Promise<void> {
  await launcher.endFormer?.(configurationIn(directory));
}

export async function stopBroker(state: AgentState): Promise<void> {
  const { running } = state;
  if (!running) return;
  state.desk.hold();
  state.running = undefined;
  await running.process.stop();
  tell(state, { kind: 'Stopped' });
}
