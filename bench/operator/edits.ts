/** One edit among many devices at rest, and what is taken back. */
import { setTimeout as delay } from 'node:timers/promises';
import { mqttDevices, type MqttDeviceObject } from '../../src/api/kinds.ts';
import { deviceClient, secretTexts } from '../../test/cluster/plant/mqtt.ts';
import { cutBy } from '../revocation/cut.ts';
import { type BenchRow, percentile } from '../row.ts';
import { changesOf } from './changes.ts';
import { echoes } from './floor.ts';
import { deviceName, edited, indexName, type OperatedPlant, plant, proved } from './plant.ts';

const edits = 100;
const revocations = 50;

/** Longer than the window in which edits are put together, and at no certain time. */
function pause(): Promise<void> {
  return delay(600 + 100 * Math.random());
}

export async function editRows(site: OperatedPlant, count: number, broker: string): Promise<readonly BenchRow[]> {
  const { client } = site;
  const floor = await echoes(client, plant, edits, () => delay(50 * Math.random()));
  const changes = await changesOf(client, plant, indexName);
  const [written, proven]: [number[], number[]] = [[], []];
  const cpu = [site.operator.cpu(), site.serverCpu()] as const;
  for (let index = 0; index < edits; index += 1) {
    await pause();
    const name = deviceName(Math.floor((index * count) / edits));
    let generation = 0;
    const begun = performance.now();
    written.push(
      await changes.after(async () => {
        generation = (await edited(client, plant, name, `edit-${index}`)).metadata.generation ?? 0;
      }),
    );
    await proved(site, name, generation);
    proven.push(performance.now() - begun);
  }
  changes.stop();
  const spent = [site.operator.cpu() - cpu[0], site.serverCpu() - cpu[1]] as const;
  const title = `${broker}, ${count.toLocaleString('en')} devices at rest`;
  return [
    ...shares(`${title}: edit → bundle written`, written, floor, 50),
    ...shares(`${title}: edit → programmed`, proven, floor),
    { measure: `${title}: CPU of the operator per edit`, value: spent[0] / edits, unit: 'ms', target: 'none' },
    { measure: `${title}: CPU of API server and etcd per edit`, value: spent[1] / edits, unit: 'ms', target: 'none' },
  ];
}

/** p50 and p99 beside those of the floor, milliseconds. */
export function shares(
  measure: string,
  samples: readonly number[],
  floors: readonly number[],
  limit?: number,
): readonly BenchRow[] {
  return [0.5, 0.99].map((share): BenchRow => {
    const [value, floor] = [percentile(samples, share), percentile(floors, share)];
    const isLast = share === 0.99;
    const target = isLast && limit !== undefined ? `≤ ${limit.toLocaleString('en')} ms` : 'none';
    const text = `${measure}, ${isLast ? `p99 of ${samples.length}` : 'p50'}`;
    return { measure: text, value, unit: 'ms', floor, ratio: value / floor, target, samples };
  });
}

/** Devices at the end of the fleet, which nobody edited. */
export async function revocationRows(site: OperatedPlant, count: number, broker: string): Promise<readonly BenchRow[]> {
  const { client, plane } = site;
  const endpoint = await site.endpoint();
  const floor = await echoes(client, plant, revocations, () => delay(50 * Math.random()));
  const [closed, refused]: [number[], number[]] = [[], []];
  const steps: Steps<keyof typeof revocationSteps>[] = [];
  for (let index = 0; index < revocations; index += 1) {
    const name = deviceName(count - 1 - index);
    const secret = await secretTexts(plane.admin, plant, `${name}-password`);
    let generation = 0;
    const cut = await cutBy(
      () => deviceClient(endpoint, name, secret),
      async () => {
        const value = { reason: 'KeyCompromise' };
        const operations = [{ op: 'add', path: '/spec/revoked', value }] as const;
        generation = (await client.patchJson(mqttDevices, plant, name, operations)).metadata.generation ?? 0;
      },
    );
    closed.push(cut.closed);
    refused.push(cut.refused);
    await proved(site, name, generation);
    steps.push(stepsOf(await client.get(mqttDevices, plant, name), revocationSteps));
  }
  const title = `${broker}, ${count.toLocaleString('en')} devices`;
  return [
    ...shares(`${title}: revoked → live session cut`, closed, floor, 1_000),
    ...shares(`${title}: revoked → return refused`, refused, floor, 1_000),
    ...stepRows(title, steps, revocationSteps),
  ];
}

const revocationSteps = {
  publishedAt: { after: 'begunAt', text: 'seen → published' },
  provedAt: { after: 'publishedAt', text: 'published → loaded and proved' },
  disconnectedAt: { after: 'provedAt', text: 'proved → sessions ended' },
} as const;

/** By the field of the status that says when it was done: the field that says when it began, and what it is. */
type StepTable<Step extends string> = Readonly<Record<Step, { readonly after: string; readonly text: string }>>;

/** Milliseconds, by the field of the status that says when a step was done. */
export type Steps<Step extends string> = Readonly<Record<Step, number>>;

/** How long each of these steps took, as the status tells. */
export function stepsOf<Step extends string>({ status }: MqttDeviceObject, table: StepTable<Step>): Steps<Step> {
  const times = new Map(Object.entries(status?.revocation ?? {}));
  const timeOf = (field: string) => Date.parse(String(times.get(field)));
  const steps = Object.keys(table) as Step[];
  return Object.fromEntries(steps.map((step) => [step, timeOf(step) - timeOf(table[step].after)])) as Steps<Step>;
}

export function stepRows<Step extends string>(
  title: string,
  steps: readonly Steps<Step>[],
  table: StepTable<Step>,
): readonly BenchRow[] {
  return (Object.keys(table) as Step[]).map((step) => {
    const samples = steps.map((one) => one[step]);
    const measure = `${title}: of which ${table[step].text}, p50`;
    return { measure, value: percentile(samples, 0.5), unit: 'ms', target: 'none', samples };
  });
}
