/**
 * The agent on real brokers: what a bystander feels of a reload, how soon an edit holds and a revocation ends a session,
 * among few and many identities, beside a bare broker with files made by hand; and how long and in how much memory very
 * many identities are checked and put in place.
 */
import { brokers } from '../test/broker/mosquitto.ts';
import { type Case, measuredRounds, type RoundFigures } from './agent/rounds.ts';
import { swapFigures } from './agent/swaps.ts';
import { type BenchRow, median, percentile } from './row.ts';

export const name = 'Agent';
export const facts = brokers.map((broker) => broker.name);

const runs = Number(process.env['BENCH_RUNS'] ?? 50);
const sizes = (process.env['BENCH_IDENTITIES'] ?? '1 1000 10000').split(' ').map(Number);
const largestSizes = (process.env['BENCH_SWAPS'] ?? '10000 100000').split(' ').map(Number);

export async function run(): Promise<readonly BenchRow[]> {
  if (brokers.length === 0) throw new Error('measure agent: there is no Mosquitto');
  const rows: BenchRow[] = [];
  for (const broker of brokers) {
    for (const identities of sizes)
      rows.push(...(await roundRows({ broker, identities, runs, ...layoutOf(broker, identities) })));
  }
  for (const identities of largestSizes.filter((count) => count > 0)) rows.push(...(await swapRows(identities)));
  return rows;
}

/** Rules by identity, where such a set is not refused as too large. */
function layoutOf({ dialect }: Case['broker'], identities: number): Pick<Case, 'layout'> {
  return { layout: dialect === '2.0' && identities > 8_000 ? 'Patterns' : 'PerIdentity' };
}

const measures = {
  stalls: { text: 'longest ping of a bystander during an edit', target: 'none' },
  effects: { text: 'edit → in effect', target: 'none' },
  cuts: { text: 'revocation → live session cut', target: '≤ 1,000 ms' },
} as const satisfies Record<keyof RoundFigures, { text: string; target: string }>;

async function roundRows(given: Case): Promise<readonly BenchRow[]> {
  const { broker, identities, layout } = given;
  const { ours, floor } = await measuredRounds(given);
  const subject = `${broker.name}, ${identities.toLocaleString('en')} identities${layout === 'Patterns' ? ' as patterns' : ''}`;
  return Object.entries(measures).flatMap(([measure, { text, target }]) =>
    [0.5, 0.99].map((share): BenchRow => {
      const samples = ours[measure as keyof RoundFigures];
      const value = percentile(samples, share);
      const least = percentile(floor[measure as keyof RoundFigures], share);
      return {
        measure: `${subject}: ${text}, ${share === 0.99 ? `p99 of ${runs}` : 'p50'}`,
        ...{ value, unit: 'ms', floor: least, ratio: value / least },
        target: share === 0.99 ? target : 'none',
        samples,
      };
    }),
  );
}

async function swapRows(identities: number): Promise<readonly BenchRow[]> {
  const { first, edits, floor } = await swapFigures(identities);
  const subject = `${identities.toLocaleString('en')} identities × 4 rules`;
  const over = `over ${edits.length} edits`;
  const row = (what: string, value: number, least: number, unit: 'ms' | 'MB', target: string): BenchRow => {
    return { measure: `${subject}: ${what}`, value, unit, floor: least, ratio: value / least, target };
  };
  const [swaps, processor] = [edits.map(({ swap }) => swap), edits.map((edit) => edit.processor)];
  const most = Math.max(first.megabytes, ...edits.map(({ megabytes }) => megabytes));
  return [
    row('first set → files in place', first.swap, floor.swap, 'ms', '≤ 2,000 ms'),
    row('processor time of it', first.processor, floor.processor, 'ms', 'none'),
    { ...row('edit → files in place, p50', median(swaps), floor.swap, 'ms', '≤ 2,000 ms'), samples: swaps },
    { ...row('processor time of it, p50', median(processor), floor.processor, 'ms', 'none'), samples: processor },
    row('memory of the agent after the first set', first.megabytes, floor.megabytes, 'MB', '≤ 300 MB'),
    row(`memory of the agent at most, ${over}`, most, floor.megabytes, 'MB', '≤ 300 MB'),
  ];
}
