/** Devices from create to proved at the broker. */
import { setTimeout as delay } from 'node:timers/promises';
import { mqttDevices } from '../../src/api/kinds.ts';
import type { BenchRow } from '../row.ts';
import { inParallel, writesPerSecond } from './floor.ts';
import { deviceObject, type OperatedPlant, plant } from './plant.ts';
import { difference, getsSoFar, perDeviceText, sumOf, writesSoFar } from './requests.ts';

/** The devices are made by the benchmark, and the agent reports by itself: the rest is the operator's. */
const notOfOperator: ReadonlySet<string> = new Set(['POST mqttdevices', 'APPLY brokerinstances/status']);
/** Without any progress for so long it has failed, milliseconds. */
const patience = 120_000;

export async function onboardingRows(site: OperatedPlant, count: number, broker: string): Promise<readonly BenchRow[]> {
  const { client, plane, devices, operator, kindCosts } = site;
  const floorBefore = await writesPerSecond(client, plant, 1_000);
  const [writes, gets, proofs] = [await writesSoFar(plane.admin), await getsSoFar(plane.admin), site.proofs()];
  const programmed = new Map<string, number>();
  devices.onChange((_, next) => {
    if (next && next.programmed > 0 && !programmed.has(next.name)) programmed.set(next.name, performance.now());
  });
  const cpu = [operator.cpu(), site.serverCpu()] as const;
  const begun = performance.now();
  await inParallel(
    Array.from({ length: count }, (_, index) => index),
    (index) => client.create(mqttDevices, deviceObject(plant, index)),
  );
  const created = performance.now();
  await allIn(programmed, count);
  const last = Math.max(...programmed.values());
  const spent = [operator.cpu() - cpu[0], site.serverCpu() - cpu[1]] as const;
  const reloads = site.proofs() - proofs;
  // What is written once all is done, such as Events and numbers of brokers, is the operator's too.
  await delay(15_000);
  const made = difference(writes, await writesSoFar(plane.admin));
  const read = difference(gets, await getsSoFar(plane.admin));
  const floorAfter = await writesPerSecond(client, plant, 1_000);
  const floor = (floorBefore + floorAfter) / 2;
  const perDevice = sumOf(made, notOfOperator) / count;
  const statuses = (made.get('APPLY mqttdevices/status') ?? 0) / count;
  const bare = 1000 / (statuses * kindCosts.status + kindCosts.secret);
  const rate = count / ((last - begun) / 1000);
  const title = `${broker}, ${count.toLocaleString('en')} password devices`;
  console.error(`${title}: writes per device: ${perDeviceText(made, count, notOfOperator)}`);
  console.error(`${title}: reads per device: ${perDeviceText(read, count)}`);
  const { now, peak } = operator.memory();
  return [
    {
      measure: `${title}: create → programmed`,
      ...{ value: rate, unit: '/s', floor: floor / perDevice, ratio: (rate * perDevice) / floor },
      target: 'half of the floor by writes per device',
    },
    {
      measure: `${title}: the same over the floor by writes per device`,
      ...{ value: (rate * perDevice) / floor, unit: '×', target: '≥ 0.5 ×' },
    },
    {
      measure: `${title}: the same with the creates counted, which the server does meanwhile`,
      ...{ value: (rate * (perDevice + 1)) / floor, unit: '×', target: 'none' },
    },
    {
      measure: `${title}: over bare statuses of devices and Secrets, as many`,
      ...{ value: rate, unit: '/s', floor: bare, ratio: rate / bare, target: 'none' },
    },
    { measure: `${title}: CPU of the operator per device`, value: spent[0] / count, unit: 'ms', target: 'none' },
    { measure: `${title}: CPU of API server and etcd per device`, value: spent[1] / count, unit: 'ms', target: 'none' },
    { measure: `${title}: bare writes, 16 at a time`, value: floor, unit: '/s', target: 'none' },
    { measure: `${title}: writes of the operator per device`, value: perDevice, unit: 'writes', target: 'none' },
    {
      measure: `${title}: creates by the benchmark meanwhile`,
      ...{ value: count / ((created - begun) / 1000), unit: '/s', target: 'none' },
    },
    { measure: `${title}: reloads of the broker`, value: reloads, unit: 'reloads', target: 'none' },
    { measure: `${title}: memory of the operator after it`, value: now, unit: 'MB', target: 'none' },
    { measure: `${title}: most memory of the operator`, value: peak, unit: 'MB', target: 'none' },
  ];
}

async function allIn(programmed: ReadonlyMap<string, number>, count: number): Promise<void> {
  let [seen, since] = [0, performance.now()];
  while (programmed.size < count) {
    await delay(20);
    if (programmed.size > seen) [seen, since] = [programmed.size, performance.now()];
    if (performance.now() - since > patience) throw new Error(`onboard: ${seen} of ${count} devices are programmed`);
  }
}
