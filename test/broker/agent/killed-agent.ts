/**
 * An agent that kills itself with SIGKILL at a given point of its work on the second bundle, in a process of its own.
 * Usage: killed-agent.ts FILE, a JSON text of `KilledAgent`.
 */
import { readFileSync } from 'node:fs';
import { kill, pid } from 'node:process';
import { runAgent } from '../../../src/agent/agent.ts';
import type { Bundle } from '../../../src/domain/bundle/content.ts';
import { systemClock, systemRandom } from '../../../src/local/system.ts';
import { brokerName } from '../../agent/site.ts';
import { brokers } from '../mosquitto.ts';
import { handSource } from './plant.ts';

/** Events of the agent, and the moments around SIGHUP. */
export type KillPoint =
  'Written' | 'Swapped' | 'BeforeSignal' | 'AfterSignal' | 'Proof' | 'Kicked' | 'Recorded' | 'Reported';

export interface KilledAgent {
  readonly dialect: string;
  readonly directory: string;
  readonly point: KillPoint;
  readonly bundles: readonly [Bundle, Bundle];
}

const [, , file = ''] = process.argv;
const { dialect, directory, point, bundles } = JSON.parse(readFileSync(file, 'utf8')) as KilledAgent;
const { launcher } = brokers.find((broker) => broker.dialect === dialect)!;
const source = handSource();
let isSecond = false;

function reach(reached: KillPoint): void {
  if (isSecond && reached === point) kill(pid, 'SIGKILL');
}

source.give({ kind: 'Bundle', bundle: bundles[0] });
await runAgent(
  {
    broker: brokerName,
    instance: 'one',
    directory,
    source,
    report: {
      report({ loaded }) {
        if (loaded?.revision === 1 && !isSecond) {
          isSecond = true;
          source.give({ kind: 'Bundle', bundle: bundles[1] });
        }
        return Promise.resolve();
      },
    },
    launcher: {
      version: () => launcher.version(),
      async start(configuration, onLog) {
        const broker = await launcher.start(configuration, onLog);
        const reload = (): void => {
          reach('BeforeSignal');
          broker.reload();
          reach('AfterSignal');
        };
        return { ...broker, reload };
      },
    },
    clock: systemClock(),
    random: systemRandom,
    onEvent: ({ kind }) => reach(kind as KillPoint),
  },
  new AbortController().signal,
);
