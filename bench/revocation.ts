/**
 * Revocation in local mode, from the edited manifest to the session that is cut and the return that is refused: the real
 * program, a real Mosquitto, real clients. Each run is followed by the same on a bare broker with files made by hand.
 */
import { lstatSync, statSync } from 'node:fs';
import path from 'node:path';
import { type BrokerUnderTest, brokers } from '../test/broker/mosquitto.ts';
import {
  allProved,
  connected,
  type DevProcess,
  kitOf,
  mosquittoWords,
  type Plant,
  plantOf,
  proved,
  startedDev,
} from '../test/broker/local/dev-process.ts';
import { type BareBroker, bareBroker } from './revocation/bare-broker.ts';
import { type Cut, cutBy } from './revocation/cut.ts';
import { fileOf, fleetFiles, revokedField } from './revocation/fleet.ts';
import { type BenchRow, median, percentile } from './row.ts';

export const name = 'Revocation in local mode';
export const facts = brokers.map((broker) => broker.name);

const runs = 50;
const neighbours = 5;
const target = '≤ 500 ms';

/** How long each step took, milliseconds. Times of files have the resolution of the kernel's clock, some milliseconds. */
interface Steps {
  /** From the edit to the bundle without the device. */
  readonly publish: number;
  /** From there to the broker's files in place. */
  readonly swap: number;
  /** From SIGHUP to everything that the agent has seen enforced. */
  readonly prove: number;
  /** What is left until the session is closed. */
  readonly kick: number;
}

type Ours = Cut & Steps;

export async function run(): Promise<readonly BenchRow[]> {
  if (brokers.length === 0) throw new Error('measure revocation: there is no Mosquitto');
  const rows: BenchRow[] = [];
  for (const broker of brokers) rows.push(...(await rowsOn(broker)));
  return rows;
}

async function rowsOn(broker: BrokerUnderTest): Promise<readonly BenchRow[]> {
  const names = Array.from({ length: runs + neighbours }, (_, index) => `s-${index}`);
  const [victims, others] = [names.slice(0, runs), names.slice(runs)];
  const plant = plantOf(fleetFiles(names));
  const dev = startedDev(plant.directory, mosquittoWords(broker.dialect));
  let bare: BareBroker | undefined;
  try {
    await allProved(plant, dev);
    bare = await bareBroker(broker, runs);
    const kits = new Map(names.map((device) => [device, kitOf(plant, device)]));
    const bystanders = await Promise.all(others.map((device) => connected(kits.get(device) ?? '')));
    const figures = await measured(plant, dev, bare, victims, (device) => connected(kits.get(device) ?? ''));
    if (!bystanders.every((client) => client.connected)) throw new Error('measure revocation: a neighbour was cut');
    await Promise.all(bystanders.map((client) => client.endAsync(true)));
    return [...cutRows(broker.name, figures), ...stepRows(broker.name, figures.ours)];
  } finally {
    await Promise.all([dev.stop(), bare?.stop()]);
    plant.remove();
  }
}

interface Figures {
  readonly ours: readonly Ours[];
  readonly floor: readonly Cut[];
}

type Connect = (device: string) => ReturnType<typeof connected>;

async function measured(
  plant: Plant,
  dev: DevProcess,
  bare: BareBroker,
  devices: readonly string[],
  connect: Connect,
): Promise<Figures> {
  const ours: Ours[] = [];
  const floor: Cut[] = [];
  for (const device of devices) {
    const said = dev.out().length;
    const cut = await cutBy(
      () => connect(device),
      () => plant.edit(fileOf(device), (text) => `${text}${revokedField}`),
    );
    await proved(plant, device, 'Revoked');
    ours.push({ ...cut, ...stepsOf(plant, dev.out().slice(said), cut) });
    floor.push(await bare.revoke());
  }
  return { ours, floor };
}

function stepsOf({ state }: Plant, said: string, { begun, closed }: Cut): Steps {
  const published = statSync(path.join(state, 'bundle', 'index.json')).mtimeMs - begun;
  const swapped = lstatSync(path.join(state, 'broker', 'current')).mtimeMs - begun;
  const prove = Number(/ Proved in (\d+) ms/.exec(said)?.[1]);
  return { publish: published, swap: swapped - published, prove, kick: closed - swapped - prove };
}

function cutRows(broker: string, { ours, floor }: Figures): readonly BenchRow[] {
  const ends = [
    ['live session cut', 'closed'],
    ['return refused', 'refused'],
  ] as const;
  return ends.flatMap(([what, end]) =>
    [0.5, 0.99].map((share): BenchRow => {
      const samples = ours.map((one) => one[end]);
      const value = percentile(samples, share);
      const least = percentile(
        floor.map((one) => one[end]),
        share,
      );
      const measure = `${broker}: edit → ${what}, ${share === 0.99 ? `p99 of ${runs}` : 'p50'}`;
      return {
        measure,
        value,
        unit: 'ms',
        floor: least,
        ratio: value / least,
        target: share === 0.99 ? target : 'none',
        samples,
      };
    }),
  );
}

const stepTexts = {
  publish: 'edit → published',
  swap: 'published → files in place',
  prove: 'SIGHUP → proved',
  kick: 'proved → session cut',
} as const satisfies Record<keyof Steps, string>;

function stepRows(broker: string, ours: readonly Ours[]): readonly BenchRow[] {
  const steps = Object.entries(stepTexts) as [keyof Steps, string][];
  return steps.map(([step, text]) => {
    const samples = ours.map((one) => one[step]);
    return { measure: `${broker}: of which ${text}, p50`, value: median(samples), unit: 'ms', target: 'none', samples };
  });
}
