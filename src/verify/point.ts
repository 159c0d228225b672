import type { Prober } from './prober.ts';
import type { World } from './world.ts';

export type Verdict = 'Pass' | 'Fail' | 'NotApplicable';

/** One thing that was tried, and what the broker did. */
export interface Attempt {
  readonly tried: string;
  readonly answer: string;
  readonly verdict: Verdict;
}

export interface Point {
  /** What reports and tests call it. */
  readonly name: string;
  readonly title: string;
  /** Points without which this one says nothing: where one of them fails it is not tried. */
  readonly needs: readonly string[];
  /** Tries it; what cannot be tried is an attempt, too. No attempts: there is nothing of the kind. */
  attempts(world: World, prober: Prober): Promise<readonly Attempt[]>;
  /** Why there may be no attempts. */
  readonly otherwise: string;
}

export interface PointResult {
  readonly name: string;
  readonly title: string;
  readonly verdict: Verdict;
  readonly reason: string;
  readonly attempts: readonly Attempt[];
}

/** Tries the points one after the other, in table order; `onResult` hears of each at once. */
export async function pointResults(
  points: readonly Point[],
  world: World,
  prober: Prober,
  onResult: (result: PointResult) => void = () => undefined,
): Promise<readonly PointResult[]> {
  const results: PointResult[] = [];
  const failed = new Set<string>();
  for (const point of points) {
    const missing = point.needs.find((name) => failed.has(name));
    const result = missing === undefined ? await tried(point, world, prober) : skipped(point, missing);
    if (result.verdict === 'Fail') failed.add(point.name);
    results.push(result);
    onResult(result);
  }
  return results;
}

function skipped({ name, title }: Point, missing: string): PointResult {
  return { name, title, verdict: 'NotApplicable', reason: `not tried, for ${missing} failed`, attempts: [] };
}

async function tried(point: Point, world: World, prober: Prober): Promise<PointResult> {
  const { name, title, otherwise } = point;
  const attempts = await point.attempts(world, prober);
  const decisive = (['Fail', 'Pass', 'NotApplicable'] as const)
    .map((verdict) => attempts.filter((attempt) => attempt.verdict === verdict))
    .find((some) => some.length > 0);
  const [first] = decisive ?? [];
  if (!first) return { name, title, verdict: 'NotApplicable', reason: otherwise, attempts };
  const more = (decisive?.length ?? 1) - 1;
  const reason = `${first.tried}: ${first.answer}${more > 0 ? ` (and ${more} more)` : ''}`;
  return { name, title, verdict: first.verdict, reason, attempts };
}
