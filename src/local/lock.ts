import { link, rm, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { type Clock } from '../ports.ts';
import { errorCode, replaceFile, textOf } from './files.ts';

/** Tells processes: their start time names them beyond the number, which the system gives out again. */
export interface ProcessTable {
  readonly self: number;
  isAlive(pid: number): boolean;
  terminate(pid: number): void;
}

interface Holder {
  readonly pid: number;
  /** When the process started, in the system's own count; empty where the system does not tell. */
  readonly start: string;
}

/** Takes the lock of a state directory, or says who holds it. The answer gives it back. */
export async function takeLock(file: string, processes: ProcessTable): Promise<() => Promise<void>> {
  const own: Holder = { pid: processes.self, start: await startOf(processes.self) };
  const draft = `${file}.${randomBytes(6).toString('hex')}.tmp`;
  await writeFile(draft, `${JSON.stringify(own)}\n`, { mode: 0o600 });
  try {
    for (;;) {
      if (await linked(draft, file)) return () => rm(file, { force: true });
      const holder = await holderOf(file);
      if (holder && (await isRunning(holder, processes))) {
        throw new Error(`lock ${file}: 'mqttsec dev' with process id ${String(holder.pid)} uses this state directory`);
      }
      await rm(file, { force: true });
    }
  } finally {
    await rm(draft, { force: true });
  }
}

/** The process that holds the lock and still runs. */
export async function lockHolder(file: string, processes: ProcessTable): Promise<number | undefined> {
  const holder = await holderOf(file);
  return holder && (await isRunning(holder, processes)) ? holder.pid : undefined;
}

/** Remembers the broker's process, so that the next run can end one that this run left behind when it was killed. */
export async function rememberBroker(file: string, pid: number): Promise<void> {
  await replaceFile(file, `${JSON.stringify({ pid, start: await startOf(pid) })}\n`);
}

/** Ends a broker that a killed run left behind: it holds the ports, and nobody tells it of revocations. */
export async function endOrphan(file: string, processes: ProcessTable, clock: Clock): Promise<void> {
  const orphan = await holderOf(file);
  if (orphan && orphan.start !== '' && (await isRunning(orphan, processes))) {
    processes.terminate(orphan.pid);
    for (let waited = 0; waited < 5_000 && (await isRunning(orphan, processes)); waited += 20) await clock.sleep(20);
  }
  await rm(file, { force: true });
}

async function linked(draft: string, file: string): Promise<boolean> {
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw new Error(`lock ${file}`, { cause: error });
  }
}

async function holderOf(file: string): Promise<Holder | undefined> {
  const text = await textOf(file);
  if (text === undefined) return undefined;
  try {
    const { pid, start } = JSON.parse(text) as Partial<Record<keyof Holder, unknown>>;
    return typeof pid === 'number' && typeof start === 'string' ? { pid, start } : undefined;
  } catch {
    return undefined;
  }
}

async function isRunning({ pid, start }: Holder, processes: ProcessTable): Promise<boolean> {
  return processes.isAlive(pid) && (await startOf(pid)) === start;
}

/** Field 22 of /proc/PID/stat (proc(5)): clock ticks after boot. The name, field 2, may hold spaces and brackets. */
async function startOf(pid: number): Promise<string> {
  const text = await textOf(`/proc/${String(pid)}/stat`).catch(() => undefined);
  return text?.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}
