/** Runs `swap.ts` on sets of many identities. */
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import { bundleOptions } from '../../scripts/bundle.ts';
import { currentLink } from '../../src/agent/generation.ts';
import { chunksByOffset, contentOf } from '../../src/domain/bundle/chunks.ts';
import { partNames } from '../../src/domain/bundle/content.ts';
import { ofParts } from '../../src/domain/bundle/set.ts';
import { directorySink } from '../../src/local/sink.ts';
import { brokerName, newSite, partsOf } from '../../test/agent/site.ts';
import { brokers, currentUser, freePorts, scratchDirectory } from '../../test/broker/mosquitto.ts';
import { fleetOf, setOf } from './fleet.ts';
import type { SwapFigures, SwapInput } from './swap.ts';

export interface Swaps {
  readonly first: SwapFigures;
  readonly edits: readonly SwapFigures[];
  readonly floor: SwapFigures;
}

const edits = 5;

/** Those with which the launcher starts an agent. */
function memoryFlags(): readonly string[] {
  const launcher = readFileSync(path.join(import.meta.dirname, '../../bin/mqttsec'), 'utf8');
  const flags = /operator \| agent\) memory="(--[^"]+)"/.exec(launcher)?.[1];
  if (flags === undefined) throw new Error('measure swaps: bin/mqttsec has no flags for the agent');
  return flags.split(' ');
}

/** An agent ships as a bundle, which has no compiler in memory. */
async function bundled(directory: string): Promise<string> {
  const outfile = path.join(directory, 'swap.mjs');
  await build({ ...bundleOptions, entryPoints: [path.join(import.meta.dirname, 'swap.ts')], outfile });
  return outfile;
}

export async function swapFigures(identities: number): Promise<Swaps> {
  const broker = brokers.find(({ dialect }) => dialect === '2.1');
  if (!broker) throw new Error('measure swaps: there is no Mosquitto 2.1');
  const root = scratchDirectory();
  const [bundle, directory] = [path.join(root, 'bundle'), path.join(root, 'agent')];
  const [mtls = 0, password = 0] = await freePorts(2);
  const { pluginDirectory, command } = broker;
  const place = { link: currentLink(directory), user: currentUser, ports: { mtls, password } };
  const site = newSite({ ...place, now: new Date(), dialect: { version: '2.1', pluginDirectory } });
  const fleet = fleetOf(site, 'PerIdentity', identities);
  const sink = directorySink(bundle, () => 0);
  const publish = (revision: number) => {
    const texts = partsOf(
      site,
      setOf(fleet, { revision, granted: `revision/${revision}`, others: [], revocations: [] }),
    );
    return sink.publish(brokerName, contentOf(ofParts(partNames, (name) => chunksByOffset(texts[name]))));
  };
  await publish(1);
  const common = { bundle, broker: brokerName, command, server: site.server };
  const [floor] = await figuresOf(path.join(root, 'floor.json'), {
    ...common,
    mode: 'floor',
    directory: path.join(root, 'floor'),
  });
  const [first, ...others] = await figuresOf(
    path.join(root, 'agent.json'),
    { ...common, mode: 'agent', directory },
    async (count) => {
      if (count > edits) return false;
      await publish(count + 1);
      return true;
    },
  );
  if (!first || !floor) throw new Error('measure swaps: no figures');
  return { first, edits: others, floor };
}

/** `next` is called after each set, with how many there were; false ends it. */
async function figuresOf(
  file: string,
  input: SwapInput,
  next: (count: number) => Promise<boolean> = () => Promise.resolve(false),
): Promise<readonly SwapFigures[]> {
  writeFileSync(file, JSON.stringify(input));
  const child = spawn(process.execPath, [...memoryFlags(), await bundled(path.dirname(file)), file], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const figures: SwapFigures[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    figures.push(JSON.parse(line) as SwapFigures);
    if (!(await next(figures.length))) child.stdin.end();
  }
  const code = await ended;
  if (code !== 0) throw new Error(`measure swaps: it ended with ${code}`);
  return figures;
}
