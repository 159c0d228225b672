/** Which points are tried, in which order and which of them in one run. Pure. */
import { createHash } from 'node:crypto';
import { type Point, phases, pointText, type Write, writeText } from './point.ts';
import { steps } from './work-load.ts';

/** A point that is still to be reached. */
export interface Planned {
  readonly point: Point;
  /** How many runs did not come to it: what is done in one write may be done in two. */
  readonly misses: number;
}

/** The writes of all runs, so that each is found again: of those of one sort in a step as many as every run has. */
export function commonWrites([first = [], ...others]: readonly (readonly Write[])[]): readonly Write[] {
  const rest = others.map((writes) => new Set(writes.map(writeText)));
  return first.filter((write) => rest.every((known) => known.has(writeText(write))));
}

/** In an order that depends on the seed and the points alone; parts of the work-load and phases take turns. */
export function plannedPoints(writes: readonly Write[], seed: number): Planned[] {
  const points = writes.flatMap((write) => phases.map((phase) => ({ ...write, phase })));
  const ranked = points.toSorted((a, b) => (rankOf(a, seed) < rankOf(b, seed) ? -1 : 1));
  const turns = new Map<string, number>();
  const turnOf = (point: Point): number => {
    const sort = `${partOf(point)} ${point.phase}`;
    const turn = turns.get(sort) ?? 0;
    turns.set(sort, turn + 1);
    return turn;
  };
  const inTurn = ranked.map((point) => ({ point, turn: turnOf(point), place: placeOf(point) }));
  return inTurn.sort((a, b) => a.turn - b.turn || a.place - b.place).map(({ point }) => ({ point, misses: 0 }));
}

function rankOf(point: Point, seed: number): string {
  return createHash('sha256')
    .update(`${seed} ${pointText(point)}`)
    .digest('hex');
}

const parts = ['Create', 'Change', 'Delete'];

function partOf({ step }: Write): string {
  return steps.find(({ name }) => name === step)?.part ?? '';
}

/** Of nine: three in a row are of three parts and three phases. */
function placeOf(point: Point): number {
  const part = parts.indexOf(partOf(point));
  const phase = phases.indexOf(point.phase);
  return 3 * ((phase - part + 3) % 3) + part;
}

/** More of them in a step, and what is left of it would be done in fewer writes. */
const mostInStep = 4;
/** A point that was missed so often is tried without others in its step. */
const missesInCompany = 2;

/** Takes out of the queue what fits into one run, at most so many. */
export function takenChain(queue: Planned[], most: number): readonly Planned[] {
  const chain: Planned[] = [];
  for (const planned of queue) {
    if (chain.length >= most) break;
    if (
      fits(
        planned,
        chain.filter(({ point }) => point.step === planned.point.step),
      )
    )
      chain.push(planned);
  }
  queue.splice(0, queue.length, ...queue.filter((planned) => !chain.includes(planned)));
  return chain;
}

function fits({ point, misses }: Planned, beside: readonly Planned[]): boolean {
  if (beside.length === 0) return true;
  if (misses >= missesInCompany || beside.some((other) => other.misses >= missesInCompany)) return false;
  return beside.length < mostInStep && beside.every((other) => other.point.sort !== point.sort);
}
