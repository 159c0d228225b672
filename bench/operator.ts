/**
 * The operator as it ships, on a real control plane with real brokers: onboarding, single edits, revocation, rest, tenants;
 * and its memory and start among many devices. BENCH_DEVICES=10000 takes so many devices (on Mosquitto 2.1 alone),
 * BENCH_IDLE_SECONDS so long a time of rest, BENCH_MOSQUITTO=2.1 no other line, BENCH_PHASES="edits idle" no more than
 * these.
 */
import { type BrokerUnderTest, brokers } from '../test/broker/mosquitto.ts';
import { certifiedRows } from './operator/certified.ts';
import { editRows, revocationRows } from './operator/edits.ts';
import { idleRows } from './operator/idle.ts';
import { onboardingRows } from './operator/onboarding.ts';
import { type OperatedPlant, startPlant } from './operator/plant.ts';
import { tenantRows } from './operator/tenants.ts';
import type { BenchRow } from './row.ts';

export const name = 'Operator';
export const facts = brokers.map((broker) => broker.name);

const usual = 1_000;

type Phase = (site: OperatedPlant, devices: number, broker: string) => Promise<readonly BenchRow[]>;

const phases: Readonly<Record<string, Phase>> = {
  edits: editRows,
  revocation: revocationRows,
  certificates: certifiedRows,
  idle: idleRows,
  tenants: tenantRows,
};

export async function run(): Promise<readonly BenchRow[]> {
  const count = Number(process.env['BENCH_DEVICES'] ?? usual);
  // Mosquitto 2.0 takes quadratic time over its access list: larger fleets are not for it.
  const taken = brokers.filter(
    ({ dialect }) => dialect === (process.env['BENCH_MOSQUITTO'] ?? dialect) && (dialect === '2.1' || count <= usual),
  );
  if (taken.length === 0) throw new Error('measure the operator: there is no Mosquitto');
  const rows: BenchRow[] = [];
  for (const broker of taken) rows.push(...(await rowsOn(broker, count)));
  return rows;
}

async function rowsOn(broker: BrokerUnderTest, count: number): Promise<readonly BenchRow[]> {
  const asked = process.env['BENCH_PHASES']?.split(' ') ?? Object.keys(phases);
  const site = await startPlant(broker);
  try {
    const rows = [...(await onboardingRows(site, count, broker.name))];
    for (const phase of asked) rows.push(...((await phases[phase]?.(site, count, broker.name)) ?? []));
    return rows;
  } finally {
    await site.stop();
  }
}
