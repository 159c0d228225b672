/**
 * One agent among many identities, in a process of its own for its memory: from the set that it is given to the files in
 * place, for the first set and for one edit; or the floor: the same chunks read, hashed and written.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { mosquittoLauncher } from '../../src/agent/process.ts';
import { runAgent } from '../../src/agent/agent.ts';
import { directorySource } from '../../src/local/source.ts';
import { systemClock, systemRandom } from '../../src/local/system.ts';
import type { BundleSource } from '../../src/ports.ts';

export interface SwapInput {
  readonly mode: 'agent' | 'floor';
  readonly bundle: string;
  readonly directory: string;
  readonly broker: string;
  readonly command: readonly [string, ...string[]];
  readonly server: { readonly certificate: string; readonly key: string };
}

/** Milliseconds from the set to the files in place, and megabytes at most. */
export interface SwapFigures {
  readonly swap: number;
  /** Processor time of it, on all cores: says more than the clock on a machine with other work. */
  readonly processor: number;
  readonly prove: number;
  readonly megabytes: number;
}

/** Milliseconds since the process began. */
function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e3;
}

function megabytes(): number {
  return process.resourceUsage().maxRSS / 1e3;
}

function say(figures: SwapFigures): void {
  process.stdout.write(`${JSON.stringify(figures)}\n`);
}

/** Waits for the next set at the end, so that what an edit takes is measured, too. */
async function agent({ bundle, directory, broker, command, server }: SwapInput): Promise<void> {
  const clock = systemClock();
  let given = { at: 0, processor: 0 };
  let [swap, processor] = [0, 0];
  const inner = directorySource({
    ...{ directory: bundle, serverDirectory: `${bundle}-server`, clock },
    serverKeyPair: () => Promise.resolve(server),
  });
  const source: BundleSource = {
    async *bundles(signal) {
      for await (const reading of inner.bundles(signal)) {
        given = { at: performance.now(), processor: processorTime() };
        yield reading;
      }
    },
  };
  const stop = new AbortController();
  process.stdin.once('end', () => stop.abort()).resume();
  await runAgent(
    {
      ...{ broker, instance: 'one', directory, source, clock, random: systemRandom },
      report: { report: () => Promise.resolve() },
      launcher: mosquittoLauncher({ command, clock }),
      onEvent(event) {
        if (event.kind === 'Swapped') {
          [swap, processor] = [performance.now() - given.at, processorTime() - given.processor];
        }
        if (event.kind === 'Refused') throw new Error(`measure swap: ${JSON.stringify(event.refusals)}`);
        if (event.kind === 'Recorded') {
          say({ swap, processor, prove: performance.now() - given.at - swap, megabytes: megabytes() });
        }
      },
    },
    stop.signal,
  );
}

async function floor({ bundle, directory }: SwapInput): Promise<void> {
  const [begun, before] = [performance.now(), processorTime()];
  const texts = readdirSync(bundle).map((name) => readFileSync(path.join(bundle, name), 'utf8'));
  for (const text of texts) createHash('sha256').update(text).digest('hex');
  mkdirSync(directory);
  writeFileSync(path.join(directory, 'files.partial'), texts.join(''));
  renameSync(path.join(directory, 'files.partial'), path.join(directory, 'files'));
  const processor = processorTime() - before;
  say({ swap: performance.now() - begun, processor, prove: 0, megabytes: megabytes() });
  await delay(0);
}

if (process.argv[1] === import.meta.filename) {
  const input = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as SwapInput;
  await (input.mode === 'agent' ? agent(input) : floor(input));
}
