/** Runs one benchmark, in the process that `run.ts` starts for it, and writes what it measured as JSON. */
import type { Benchmark, BenchRow } from './row.ts';

/** What a benchmark gave. */
export interface Outcome {
  readonly name: string;
  readonly facts: readonly string[];
  readonly rows: readonly BenchRow[];
}

if (process.argv[1] === import.meta.filename) {
  const benchmark = (await import(`./${process.argv[2] ?? ''}.ts`)) as Benchmark;
  const { name, facts = [] } = benchmark;
  const outcome: Outcome = { name, facts, rows: await benchmark.run() };
  process.stdout.write(JSON.stringify(outcome));
}
