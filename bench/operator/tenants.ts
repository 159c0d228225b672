/** One tenant's edit while another tenant edits all the time. */
import { setTimeout as delay } from 'node:timers/promises';
import { mqttDevices } from '../../src/api/kinds.ts';
import { type BenchRow, median, percentile } from '../row.ts';
import { changesOf } from './changes.ts';
import { echoes, inParallel } from './floor.ts';
import { deviceName, deviceObject, edited, indexName, type OperatedPlant, plant, tenant } from './plant.ts';

const storm = 1_000;
const ownDevices = 20;
const quietEdits = 30;

/** `plant` has its devices already; the other tenant gets some here. */
export async function tenantRows(site: OperatedPlant, count: number, broker: string): Promise<readonly BenchRow[]> {
  const { client } = site;
  await inParallel(
    Array.from({ length: ownDevices }, (_, index) => index),
    (index) => client.create(mqttDevices, deviceObject(tenant, index)),
  );
  await delay(5_000);
  const changes = await changesOf(client, tenant, indexName);
  let made = 0;
  const edit = () => {
    made += 1;
    return edited(client, tenant, deviceName(made % ownDevices), `edit-${made}`);
  };
  const pause = () => delay(600 + 100 * Math.random());
  const sampled = async (isOver: (samples: readonly number[]) => boolean) => {
    const samples: number[] = [];
    while (!isOver(samples)) {
      await pause();
      samples.push(await changes.after(edit));
    }
    return samples;
  };
  const quiet = await sampled(({ length }) => length >= quietEdits);
  const quietFloor = await echoes(client, tenant, quietEdits, () => delay(50 * Math.random()));
  const busy: number[] = [];
  const busyFloor: number[] = [];
  let seconds = 0;
  for (let round = 0; busy.length < quietEdits && round < 20; round += 1) {
    let isOver = false;
    const begun = performance.now();
    const stormed = inParallel(
      Array.from({ length: storm }, (_, index) => index),
      (index) => edited(client, plant, deviceName(index % Math.min(count - 60, storm)), `storm-${round}-${index}`),
    ).finally(() => (isOver = true));
    busy.push(...(await sampled(() => isOver)));
    await stormed;
    seconds = (performance.now() - begun) / 1000;
    busyFloor.push(...(await stormFloor(site, count, round)));
  }
  changes.stop();
  const title = `${broker}: one tenant's edit → bundle written`;
  const row = (what: string, samples: readonly number[], floors: readonly number[]): BenchRow => {
    const [value, floor] = [median(samples), median(floors)];
    return {
      measure: `${title}, ${what}, p50`,
      value,
      unit: 'ms',
      floor,
      ratio: value / floor,
      target: 'none',
      samples,
    };
  };
  console.error(`${title}: a storm took ${seconds.toFixed(1)} s, p99 in it ${percentile(busy, 0.99).toFixed(0)} ms`);
  return [
    row('nobody else edits', quiet, quietFloor),
    row(`another one's ${storm.toLocaleString('en')} edits under way`, busy, busyFloor),
    {
      measure: `${title}, slower by`,
      ...{ value: median(busy) / median(quiet), unit: '×' },
      ...{ floor: median(busyFloor) / median(quietFloor) },
      target: '≤ 2 ×',
    },
  ];
}

/** The bare write while the same storm goes on. */
async function stormFloor({ client }: OperatedPlant, count: number, round: number): Promise<number[]> {
  const over = new AbortController();
  const stormed = inParallel(
    Array.from({ length: storm / 2 }, (_, index) => index),
    (index) => edited(client, plant, deviceName(index % Math.min(count - 60, storm)), `floor-${round}-${index}`),
  ).finally(() => over.abort());
  const samples: number[] = [];
  while (!over.signal.aborted) samples.push(...(await echoes(client, tenant, 1, () => delay(20 * Math.random()))));
  await stormed;
  return samples;
}
