import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type StatePaths } from './state.ts';

/** Limit of a socket path on Linux, bytes: `sun_path` of unix(7). */
const socketPathLimit = 107;

/** A directory for the agent's socket: its own, or a short-lived one where the path would be too long. */
export async function withSocketDirectory<T>(paths: StatePaths, use: (directory: string) => Promise<T>): Promise<T> {
  if (Buffer.byteLength(path.join(paths.broker, 'agent.sock')) <= socketPathLimit) return use(paths.broker);
  const directory = await mkdtemp(path.join(tmpdir(), 'mqttsec-'));
  try {
    return await use(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
