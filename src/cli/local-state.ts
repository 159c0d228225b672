import { existsSync } from 'node:fs';
import path from 'node:path';
import { lockHolder } from '../local/lock.ts';
import { existingState, jsonOf, stateName, type StatePaths } from '../local/state.ts';
import { type DeviceStatus, type LocalStatus } from '../local/status.ts';
import { statusIn } from '../local/written-status.ts';
import { clusterFlag, refuseClusterFlags } from './cluster-options.ts';
import { UsageError, type Io } from './io.ts';

export const stateOption = {
  type: 'string',
  value: 'DIR',
  about: `state directory of 'dev' (${stateName})`,
} as const;

type ClusterFlags = Parameters<typeof clusterFlag>[0];

/**
 * Whether a call is about local mode: it names a state directory, or the present directory (or `directory`) holds one and
 * nothing says that a cluster is meant.
 */
export function isLocal(flags: ClusterFlags & { readonly state?: string }, directory = '.'): boolean {
  if (flags.state !== undefined) {
    refuseClusterFlags(flags, '--state');
    return true;
  }
  return clusterFlag(flags) === undefined && existsSync(path.join(directory, stateName));
}

/** What a former or running `dev` left in its state directory. */
export interface LocalState {
  readonly paths: StatePaths;
  readonly status: LocalStatus;
  /** Process id of the `dev` that runs on it now. */
  readonly running: number | undefined;
}

export async function localState(directory: string | undefined, io: Io): Promise<LocalState> {
  const paths = await existingState(directory ?? stateName);
  const written = await jsonOf(paths.status);
  if (written === undefined) throw new Error(`read status ${paths.status}: 'mqttsec dev' has not written it yet`);
  const status = statusIn(written);
  if (!status) throw new Error(`read status ${paths.status}: it is none; 'mqttsec dev' writes it again`);
  return { paths, status, running: await lockHolder(paths.lock, io.processes) };
}

/** The one operand of a command that is about a device. */
export function deviceOperand(operands: readonly string[]): string {
  const [name, ...others] = operands;
  if (name !== undefined && others.length === 0) return name;
  throw new UsageError('give one DEVICE: its name, NAMESPACE/NAME or identity');
}

/** The device that is meant: NAMESPACE/NAME, name or identity. */
export function deviceNamed({ status }: LocalState, name: string): DeviceStatus {
  const { devices } = status;
  const exact = devices.filter(({ device, identity }) => device === name || identity === name);
  const found = exact.length > 0 ? exact : devices.filter(({ device }) => device.endsWith(`/${name}`));
  const [device] = found;
  if (device && found.length === 1) return device;
  if (device) throw new Error(`find device ${name}: it may be ${found.map((one) => one.device).join(' or ')}`);
  throw new Error(`find device ${name}: MqttBroker ${status.broker} has none of this name`);
}
