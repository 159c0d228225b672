/** A broker whose agent is a process of this machine, on a link to the API server that can be cut. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { kill } from 'node:process';
import { connected } from '../../../src/agent/client.ts';
import type { BrokerUnderTest } from '../../broker/mosquitto.ts';
import { type Component, startedComponent } from '../component.ts';
import type { ControlPlane } from '../control-plane.ts';
import type { Timeline } from './timeline.ts';
import { type FaultProxy, startFaultProxy } from '../fault-proxy.ts';
import { proxiedKubeconfig } from '../operator.ts';
import { output } from '../plant/site.ts';

const root = path.resolve(import.meta.dirname, '../../..');

export interface Outpost {
  readonly namespace: string;
  readonly proxy: FaultProxy;
  readonly logged: () => string;
  readonly start: () => void;
  /** SIGKILL, to the agent alone: its broker goes on. */
  readonly killAgent: () => Promise<void>;
  /**
   * What the agent remembers is lost, as are the files of the broker. Only while it does not run. A Mosquitto 2.0 that is
   * then told to reload is open to everybody, and there is no agent that could end it.
   */
  readonly forget: () => Promise<void>;
  /** Sends a signal to the broker, if there is one; SIGHUP only as long as it has its files, as in `forget`. */
  readonly signalBroker: (signal: NodeJS.Signals) => void;
  /** What lies in the file that the broker reads now. */
  readonly rulesOf: (device: string) => string;
  readonly close: () => Promise<void>;
}

export interface OutpostSite {
  readonly plane: ControlPlane;
  readonly namespace: string;
  readonly mosquitto: BrokerUnderTest;
  /** Of the listener that takes passwords. */
  readonly port: number;
  readonly timeline: Timeline;
}

/** Gives an agent of broker `plant` of the namespace its rights, and prepares its process. */
export async function outpostIn({ plane, namespace, mosquitto, port, timeline }: OutpostSite): Promise<Outpost> {
  await output(plane.kubectl(['apply', '-f', rightsFor(plane, namespace)]));
  const account = { kind: 'ServiceAccount', namespace, name: 'plant-outpost' } as const;
  const upstream = await plane.credentials(account);
  const proxy = await startFaultProxy({ upstream });
  const directory = mkdtempSync(path.join(plane.directory, 'outpost-'));
  const kubeconfig = path.join(directory, 'kubeconfig');
  writeFileSync(kubeconfig, proxiedKubeconfig(proxy.server), { mode: 0o600 });
  const state = path.join(directory, 'agent');
  const rules = path.join(state, 'current/acl');
  const args = [
    ...['agent', '--external', '--broker', `${namespace}/plant`, '--instance', 'outpost'],
    ...['--directory', state, '--bind-address', '127.0.0.1'],
    ...mosquitto.command.map((word) => `--mosquitto=${word}`),
    ...['--plugin-directory', mosquitto.pluginDirectory, '--kubeconfig', kubeconfig],
  ];
  const program = { name: `outpost-${namespace}`, file: path.join(root, 'bin/mqttsec'), args, isReady: () => true };
  let agent: Component | undefined;
  return {
    ...{ namespace, proxy },
    logged: () => agent?.logged() ?? '',
    start() {
      timeline.note('the agent is started');
      agent = startedComponent(program, directory);
    },
    async killAgent() {
      await agent?.kill();
      timeline.note(`the agent is killed; brokers: ${brokersIn(state).join(', ') || 'none'}`);
    },
    async forget() {
      await passed(port);
      rmSync(state, { recursive: true, force: true });
      timeline.note('what the agent remembers is lost');
    },
    signalBroker(signal) {
      if (signal === 'SIGHUP' && !existsSync(rules)) return timeline.note('there is nothing to reload');
      for (const pid of brokersIn(state)) {
        kill(pid, signal);
        timeline.note(`${signal} to broker ${pid}`);
      }
    },
    rulesOf: (device) => rulesIn(rules, device),
    close: async () => {
      await agent?.terminate();
      for (const pid of brokersIn(state)) kill(pid, 'SIGKILL');
      await proxy.close();
    },
  };
}

/** A broker that was told to reload has done so when it has turned somebody away since. */
async function passed(port: number): Promise<void> {
  const endpoint = { kind: 'Network', host: '127.0.0.1', port, webSockets: false, tls: {} } as const;
  await connected(endpoint, { clientId: 'nobody', username: 'nobody', password: 'none' }, 5_000);
}

function rulesIn(file: string, device: string): string {
  try {
    const blocks = readFileSync(file, 'utf8').split(/^user /m);
    const rules = blocks.filter((block) => block.startsWith(`${device}\n`));
    return rules.map((block) => block.trim().replaceAll('\n', ', ')).join('; ') || 'nothing';
  } catch (error) {
    return String(error);
  }
}

/** The rights of deploy/external, for another namespace. */
function rightsFor(plane: ControlPlane, namespace: string): string {
  const text = readFileSync(path.join(root, 'deploy/external/10-agent.yaml'), 'utf8');
  const file = path.join(mkdtempSync(path.join(plane.directory, 'rights-')), 'agent.yaml');
  writeFileSync(file, text.replaceAll('namespace: plant', `namespace: ${namespace}`));
  return file;
}

/** Process ids of brokers whose configuration lies in this directory, whichever agent started them. */
function brokersIn(directory: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => wordsOf(pid).at(-1)?.startsWith(`${directory}/`))
    .map(Number);
}

function wordsOf(pid: string): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').filter(Boolean);
  } catch {
    return []; // it has just ended
  }
}
