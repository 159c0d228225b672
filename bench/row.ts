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
  /** `≤ N` or `≥ N`, in the unit of the value, is promised; any other text promises nothing. */
  readonly target: string;
  /** The single figures that the value was made of, in their order. */
  readonly samples?: readonly number[];
}

/** What each file of this folder exports. */
export interface Benchmark {
  readonly name: string;
  /** What it runs on beside Node, such as `Mosquitto 2.0.11`. */
  readonly facts?: readonly string[];
  run(): Promise<readonly BenchRow[]>;
}

/** The median of some figures. */
export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** The figure that this share of all does not exceed: of 50 figures, the greatest for a share of 0.99. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

/** Whether a figure keeps its promise; undefined where nothing is promised, or in another unit. */
export function isMet({ value, unit, target }: Pick<BenchRow, 'value' | 'unit' | 'target'>): boolean | undefined {
  const [, sign, limit, promised = ''] = /^([≤≥]) (\d[\d,]*(?:\.\d+)?) ?(\S*)/.exec(target) ?? [];
  if (limit === undefined) return undefined;
  if (unit !== promised && !(promised.startsWith('/') && unit.endsWith(promised))) return undefined;
  const number = Number(limit.replaceAll(',', ''));
  return sign === '≤' ? value <= number : value >= number;
}
