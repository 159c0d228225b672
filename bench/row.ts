/** One figure of a benchmark. */
export interface BenchRow {
  /** What was measured, such as `publish decisions, 10,000 rules`. */
  readonly measure: string;
  readonly value: number;
  /** Of `value` and `floor`. */
  readonly unit: string;
  /** The same work without what makes it ours, measured in the same run. */
  readonly floor?: number;
  /** Ours over the floor, so that 1 is the best there can be for rates. */
  readonly ratio?: number;
  /** What is promised, in words. */
  readonly target: string;
}

/** What each file of this folder exports. */
export interface Benchmark {
  readonly name: string;
  run(): Promise<readonly BenchRow[]>;
}

/** The median of some figures. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}
