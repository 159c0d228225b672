/** What is done where nothing is to be done, a restart of the operator included. */
import { setTimeout as delay } from 'node:timers/promises';
import type { BenchRow } from '../row.ts';
import type { OperatedPlant } from './plant.ts';
import { difference, getsSoFar, perDeviceText, sumOf, writesSoFar } from './requests.ts';

export async function idleRows(
  { plane, operator, proofs, kicks }: OperatedPlant,
  count: number,
  broker: string,
): Promise<readonly BenchRow[]> {
  const seconds = Number(process.env['BENCH_IDLE_SECONDS'] ?? 30);
  await delay(15_000);
  const [writes, gets] = [await writesSoFar(plane.admin), await getsSoFar(plane.admin)];
  const [proved, kicked] = [proofs(), kicks()];
  await delay((seconds / 2) * 1000);
  const code = await operator.stop();
  if (code !== 0) throw new Error(`stop the operator: it ended with ${String(code)}`);
  const synced = await operator.start();
  await delay((seconds / 2) * 1000);
  const made = difference(writes, await writesSoFar(plane.admin));
  const title = `${broker}, ${count.toLocaleString('en')} devices, ${seconds} s at rest and a restart`;
  if (made.size > 0) console.error(`${title}: writes: ${perDeviceText(made, 1)}`);
  console.error(`${title}: reads: ${perDeviceText(difference(gets, await getsSoFar(plane.admin)), 1)}`);
  const { now } = operator.memory();
  return [
    { measure: `${title}: writes`, value: sumOf(made), unit: 'writes', target: '≤ 0 writes' },
    { measure: `${title}: reloads`, value: proofs() - proved, unit: 'reloads', target: '≤ 0 reloads' },
    { measure: `${title}: sessions ended`, value: kicks() - kicked, unit: 'sessions', target: '≤ 0 sessions' },
    { measure: `${title}: start → ready`, value: synced / 1000, unit: 's', target: 'none' },
    { measure: `${title}: memory of the operator after it`, value: now, unit: 'MB', target: 'none' },
  ];
}
