/** Many runs of the work-load, beside and after one another on one control plane: some undisturbed, the others with kills. */
import type { BrokerUnderTest } from '../../broker/mosquitto.ts';
import type { ControlPlane } from '../control-plane.ts';
import { commonWrites, type Planned, takenChain } from './choice.ts';
import { chainText, type Point, pointText, type Write } from './point.ts';
import { runOf, type RunPlan, type RunResult } from './run.ts';
import { differences, type Reference, referenceOf, type State } from './state.ts';

export interface Laboratory {
  readonly plane: ControlPlane;
  readonly mosquitto: BrokerUnderTest;
  /** Numbers the runs, for their names and addresses. */
  readonly nextRun: () => number;
}

/** Addresses that hardly any other run of tests on this machine takes. */
const network = 10 + (process.pid % 200);

type End = Pick<RunPlan, 'isGood' | 'steadyMilliseconds'>;

function run({ plane, mosquitto, nextRun }: Laboratory, points: readonly Point[], end: End): Promise<RunResult> {
  const number = nextRun();
  const address = `127.${network}.${1 + Math.floor(number / 200)}.${1 + (number % 200)}`;
  return runOf({ plane, mosquitto, namespace: `crash-${number}`, address, points, ...end });
}

/** What runs without a kill have in common. */
export interface Learnt {
  readonly reference: Reference;
  readonly writes: readonly Write[];
  /** Of all writes that were seen. */
  readonly sorts: ReadonlySet<string>;
  readonly wrong: readonly string[];
}

const mostLearningRuns = 4;
/** What is counted is counted every 10 s only. */
const learningEnd = { steadyMilliseconds: 12_000 };

/** `isGood`: whether all that comes late is there. */
export async function learnt(lab: Laboratory, count: number, isGood: (state: State) => boolean): Promise<Learnt> {
  const good: RunResult[] = [];
  for (let tries = count; good.length < count; tries += 1) {
    if (tries > mostLearningRuns) throw new Error('cert-manager issues certificates again and again');
    const more = Array.from({ length: count - good.length }, () => run(lab, [], { ...learningEnd, isGood }));
    good.push(...(await Promise.all(more)).filter(({ disturbances }) => disturbances.length === 0));
  }
  return {
    reference: referenceOf(good.map(({ state }) => state)),
    writes: commonWrites(good.map(({ writes }) => writes)),
    sorts: new Set(good.flatMap(({ writes }) => writes.map(({ sort }) => sort))),
    wrong: good.flatMap(({ wrong }) => wrong),
  };
}

/** What came out of the runs with kills. */
export interface Outcome {
  runs: number;
  /** At these the operator was killed, and the end was the same. */
  readonly equal: Point[];
  /** Each with its points, and what was not as it should be. */
  readonly failures: string[];
  /** No run came to them. */
  readonly missed: Point[];
  /** Why a run says nothing. */
  readonly disturbances: string[];
}

export interface Assignment {
  readonly known: Learnt;
  readonly queue: Planned[];
  /** At how many points the operator is to be killed. */
  readonly count: number;
  readonly atATime: number;
  /** Told after each run. */
  readonly onRun?: (outcome: Outcome) => void;
  /** Told of each run that ended otherwise, with all that differs. */
  readonly onFailure: (text: string) => void;
}

/** Kills the operator at points of the queue, in its order, until there are enough. */
export async function outcomeOf(lab: Laboratory, assignment: Assignment): Promise<Outcome> {
  const { known, queue, count, atATime, onRun, onFailure } = assignment;
  const outcome: Outcome = { runs: 0, equal: [], failures: [], missed: [], disturbances: [] };
  let taken = 0;
  const worker = async () => {
    for (;;) {
      const left = count - taken;
      const chain = takenChain(queue, Math.min(left, Math.max(3, Math.ceil(left / atATime))));
      if (chain.length === 0) return;
      taken += chain.length;
      const points = chain.map(({ point }) => point);
      const verdict = await verdictOn(lab, known, points);
      taken -= noted(outcome, verdict, chain, queue);
      if (verdict.kind === 'Other') onFailure(verdict.text);
      onRun?.(outcome);
    }
  };
  await Promise.all(Array.from({ length: atATime }, worker));
  return outcome;
}

const mostMisses = 8;
/** Runs that say nothing, beside a tenth of all. */
const toleratedDisturbances = 3;

/** Gives how many points of the run are still to be reached, or others in their place. */
function noted(outcome: Outcome, verdict: Verdict, chain: readonly Planned[], queue: Planned[]): number {
  outcome.runs += 1;
  switch (verdict.kind) {
    case 'Other':
      outcome.failures.push(verdict.text);
      return 0;
    case 'Disturbed':
      outcome.disturbances.push(verdict.text);
      if (outcome.disturbances.length > toleratedDisturbances + outcome.runs / 10) throw new Error(verdict.text);
      queue.push(...chain);
      return chain.length;
    case 'Same': {
      const reached = new Set(verdict.reached.map(pointText));
      const rest = chain.filter(({ point }) => !reached.has(pointText(point)));
      const again = rest.map(({ point, misses }) => ({ point, misses: misses + 1 }));
      outcome.equal.push(...verdict.reached);
      outcome.missed.push(...again.filter(({ misses }) => misses >= mostMisses).map(({ point }) => point));
      queue.push(...again.filter(({ misses }) => misses < mostMisses));
      return rest.length;
    }
  }
}

type Verdict =
  | { readonly kind: 'Same'; readonly reached: readonly Point[] }
  | { readonly kind: 'Other' | 'Disturbed'; readonly text: string };

/** Where the end of a run with several points is another, each of them is tried alone to see which it was. */
async function verdictOn(lab: Laboratory, known: Learnt, points: readonly Point[]): Promise<Verdict> {
  const verdict = await verdictOnRun(lab, known, points);
  if (verdict.kind !== 'Other' || points.length === 1) return verdict;
  const alone: string[] = [];
  for (const point of points) {
    const { kind } = await verdictOnRun(lab, known, [point]);
    alone.push(`alone: ${pointText(point)}: ${kind === 'Same' ? 'ends as it should' : kind}`);
  }
  return { kind: 'Other', text: [verdict.text, ...alone].join('\n  ') };
}

async function verdictOnRun(lab: Laboratory, known: Learnt, points: readonly Point[]): Promise<Verdict> {
  const name = `MQTTSEC_CRASH='${chainText(points)}'`;
  const isGood = (state: State) => differences(state, known.reference).length === 0;
  try {
    const result = await run(lab, points, { isGood, steadyMilliseconds: 1_000 });
    const problems = problemsIn(result, known);
    if (problems.length === 0) return { kind: 'Same', reached: result.reached };
    const { disturbances } = result;
    const kind = disturbances.length > 0 && result.wrong.length === 0 ? 'Disturbed' : 'Other';
    return { kind, text: [name, ...disturbances, ...problems].join('\n  ') };
  } catch (error) {
    return { kind: 'Other', text: [name, String(error)].join('\n  ') };
  }
}

function problemsIn({ state, wrong, writes }: RunResult, { reference, sorts }: Learnt): readonly string[] {
  const strange = [...new Set(writes.map(({ sort }) => sort))].filter((sort) => !sorts.has(sort));
  return [...wrong, ...strange.map((sort) => `strange write: ${sort}`), ...differences(state, reference)];
}
