/** One tenant's edit while another tenant edits all the time. */
import { setTimeout as delay } from 'node:timers/promises';
import { mqttDevices } from '../../src/api/kinds.ts';
import { type BenchRow, median, percentile } from '../row.ts';
import { type Changes, changesOf } from './changes.ts';
import { echoes, inParallel } from './floor.ts';
import { deviceName, deviceObject, edited, indexName, type OperatedPlant, plant, tenant } from './plant.ts';

const storm = 1_000;
const ownDevices = 20;
const quietEdits = 30;
const mostRounds = 20;

/** How many of the other tenant's edits are under way at a time: as `kubectl apply` makes them, and as fast as it gets. */
const ways = [1, 16] as const;

interface Tenants {
  readonly site: OperatedPlant;
  /** Devices of the tenant that edits all the time. */
  readonly count: number;
  readonly changes: Changes;
}

/** Each tenant's edits have an own number, so that each is another one than before. */
let made = 0;

/** `plant` has its devices already; the other tenant gets some here. */
export async function tenantRows(site: OperatedPlant, count: number, broker: string): Promise<readonly BenchRow[]> {
  const { client, operator } = site;
  await inParallel(
    Array.from({ length: ownDevices }, (_, index) => index),
    (index) => client.create(mqttDevices, deviceObject(tenant, index)),
  );
  await delay(5_000);
  const tenants = { site, count, changes: await changesOf(client, tenant, indexName) };
  const quiet = await sampled(tenants, ({ length }) => length >= quietEdits);
  const quietFloor = await echoes(client, tenant, quietEdits, () => delay(50 * Math.random()));
  const busy = new Map<number, readonly number[]>();
  for (const most of ways) busy.set(most, await busySamples(tenants, most, broker));
  tenants.changes.stop();
  // What the server bears by itself: nobody looks at these edits.
  await operator.stop();
  const floors = new Map<number, readonly number[]>();
  for (const most of ways) floors.set(most, await stormFloor(tenants, most));
  await operator.start();
  const title = `${broker}: one tenant's edit → bundle written`;
  const row = rowOf(title, 'nobody else edits', quiet, quietFloor);
  return [row, ...ways.flatMap((most) => rowsOf(title, most, row, busy.get(most) ?? [], floors.get(most) ?? []))];
}

async function sampled(
  { site: { client }, changes }: Tenants,
  isOver: (samples: readonly number[]) => boolean,
): Promise<number[]> {
  const samples: number[] = [];
  while (!isOver(samples)) {
    await delay(600 + 100 * Math.random());
    made += 1;
    samples.push(await changes.after(() => edited(client, tenant, deviceName(made % ownDevices), `edit-${made}`)));
  }
  return samples;
}

async function busySamples(tenants: Tenants, most: number, broker: string): Promise<readonly number[]> {
  const samples: number[] = [];
  let seconds = 0;
  for (let round = 0; samples.length < quietEdits && round < mostRounds; round += 1) {
    let isOver = false;
    const begun = performance.now();
    const stormed = stormOf(tenants, most, `storm-${most}-${round}`).finally(() => (isOver = true));
    samples.push(...(await sampled(tenants, () => isOver)));
    await stormed;
    seconds = (performance.now() - begun) / 1000;
    await delay(2_000);
  }
  const p99 = percentile(samples, 0.99).toFixed(0);
  console.error(`${broker}: ${storm} edits, ${most} at a time, took ${seconds.toFixed(1)} s, p99 in it ${p99} ms`);
  return samples;
}

function stormOf({ site: { client }, count }: Tenants, most: number, topic: string, edits = storm): Promise<void> {
  const indexes = Array.from({ length: edits }, (_, index) => index % Math.min(count - 60, storm));
  return inParallel(indexes, (index) => edited(client, plant, deviceName(index), topic), most);
}

/** The bare write while the same storm goes on. */
async function stormFloor(tenants: Tenants, most: number): Promise<number[]> {
  const over = new AbortController();
  const stormed = stormOf(tenants, most, `floor-${most}`, storm / 2).finally(() => over.abort());
  const samples: number[] = [];
  while (!over.signal.aborted) {
    samples.push(...(await echoes(tenants.site.client, tenant, 1, () => delay(20 * Math.random()))));
  }
  await stormed;
  return samples;
}

function rowOf(title: string, what: string, samples: readonly number[], floors: readonly number[]): BenchRow {
  const [value, floor] = [median(samples), median(floors)];
  const common = { unit: 'ms', floor, ratio: value / floor, target: 'none', samples };
  return { measure: `${title}, ${what}, p50`, value, ...common };
}

function rowsOf(
  title: string,
  most: number,
  quiet: BenchRow,
  samples: readonly number[],
  floors: readonly number[],
): readonly BenchRow[] {
  const what = `another one's ${storm.toLocaleString('en')} edits, ${most} at a time,`;
  const busy = rowOf(title, `${what} under way`, samples, floors);
  const [value, floor] = [busy.value / quiet.value, (busy.floor ?? NaN) / (quiet.floor ?? NaN)];
  return [
    busy,
    { measure: `${title}, ${what} slower by`, value, unit: '×', floor, ratio: value / floor, target: '≤ 2 ×' },
    {
      measure: `${title}, ${what} over how much slower bare writes get`,
      ...{ value: value / floor, unit: '×', target: '≤ 2 ×' },
    },
  ];
}
