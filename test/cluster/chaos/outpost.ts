/** A broker whose agent is a process of this machine, on a link to the API server that can be cut. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { kill } from 'node:process';
import type { BrokerUnderTest } from '../../broker/mosquitto.ts';
import { type Component, startedComponent } from '../component.ts';
import type { ControlPlane } from '../control-plane.ts';
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
  /** What the agent remembers is lost. Only while it does not run. */
  readonly forget: () => void;
  /** Sends a signal to the broker, if there is one. */
  readonly signalBroker: (signal: NodeJS.Signals) => void;
  readonly close: () => Promise<void>;
}

/** Gives an agent of broker `plant` of the namespace its rights, and prepares its process. */
export async function outpostIn(plane: ControlPlane, namespace: string, mosquitto: BrokerUnderTest): Promise<Outpost> {
  await output(plane.kubectl(['apply', '-f', rightsFor(plane, namespace)]));
  const account = { kind: 'ServiceAccount', namespace, name: 'plant-outpost' } as const;
  const upstream = await plane.credentials(account);
  const proxy = await startFaultProxy({ upstream });
  const directory = mkdtempSync(path.join(plane.directory, 'outpost-'));
  const kubeconfig = path.join(directory, 'kubeconfig');
  writeFileSync(kubeconfig, proxiedKubeconfig(proxy.server), { mode: 0o600 });
  const state = path.join(directory, 'agent');
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
    start: () => (agent = startedComponent(program, directory)),
    killAgent: async () => agent?.kill(),
    forget: () => rmSync(state, { recursive: true, force: true }),
    signalBroker: (signal) => {
      for (const pid of brokersIn(state)) kill(pid, signal);
    },
    close: async () => {
      await agent?.terminate();
      for (const pid of brokersIn(state)) kill(pid, 'SIGKILL');
      await proxy.close();
    },
  };
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
