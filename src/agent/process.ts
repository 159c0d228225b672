import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { kill } from 'node:process';
import type { Readable } from 'node:stream';
import type { BrokerExit, BrokerLauncher, BrokerProcess, Clock } from '../ports.ts';

export interface MosquittoOptions {
  /** The words that start Mosquitto: the binary, or a loader with its arguments and the binary. Never a shell. */
  readonly command: readonly [string, ...string[]];
  readonly clock: Clock;
  /** How long a broker may take to end after SIGTERM before SIGKILL, milliseconds. */
  readonly graceMilliseconds?: number;
}

const defaultGraceMilliseconds = 3_000;
const tailLines = 50;
const lineLimitBytes = 4_096;

/**
 * Starts Mosquitto as a child process. A broker that a former, killed agent left behind on the same configuration file
 * is ended first. The child has a session of its own: Ctrl-C reaches the agent, and the agent ends the broker.
 */
export function mosquittoLauncher({
  command,
  clock,
  graceMilliseconds = defaultGraceMilliseconds,
}: MosquittoOptions): BrokerLauncher {
  const [file, ...words] = command;
  return {
    version: () => reportedVersion(file, words),
    endFormer: (configurationFile) => endOrphans(configurationFile, clock, graceMilliseconds),
    async start(configurationFile, onLog) {
      await endOrphans(configurationFile, clock, graceMilliseconds);
      const child = spawn(file, [...words, '-c', configurationFile], {
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: true,
        env: {},
      });
      await spawned(child, file);
      return brokerProcess(child, onLog, clock, graceMilliseconds);
    },
  };
}

function reportedVersion(file: string, words: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(file, [...words, '-h'], { env: {}, timeout: 10_000 }, (error, output) => {
      const version = versionIn(output);
      if (version !== undefined) resolve(version);
      else reject(new Error(`read version of ${file}: no version in its help text`, { cause: error ?? undefined }));
    });
  });
}

/** The version that a help text of Mosquitto names. */
export function versionIn(helpText: string): string | undefined {
  return /^mosquitto version (\d+\.\d+\.\d+)/m.exec(helpText)?.[1];
}

function spawned(child: ChildProcess, file: string): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (cause) => reject(new Error(`start ${file}: ${cause.message}`, { cause })));
  });
}

function brokerProcess(
  child: ChildProcess,
  onLog: (line: string) => void,
  clock: Clock,
  graceMilliseconds: number,
): BrokerProcess {
  const { tail, onLine } = keptTail(onLog);
  for (const stream of [child.stdout, child.stderr]) if (stream) splitLines(stream, onLine);
  const exited = new Promise<BrokerExit>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal, tail }));
  });
  return {
    pid: child.pid ?? 0,
    exited,
    reload: () => void child.kill('SIGHUP'),
    async stop() {
      child.kill('SIGTERM');
      const ended = await withinMilliseconds(exited, clock, graceMilliseconds);
      if (!ended) child.kill('SIGKILL');
      await exited;
    },
  };
}

/** Passes lines on, and keeps the last ones. */
export function keptTail(onLog: (line: string) => void): {
  readonly tail: readonly string[];
  readonly onLine: (line: string) => void;
} {
  const tail: string[] = [];
  return {
    tail,
    onLine(line) {
      tail.push(line);
      if (tail.length > tailLines) tail.shift();
      onLog(line);
    },
  };
}

function splitLines(stream: Readable, onLine: (line: string) => void): void {
  const lines = lineSplitter(onLine);
  stream.setEncoding('utf8');
  stream.on('data', lines.write);
  stream.on('end', lines.end);
}

/** Calls `onLine` for each line; what goes over 4 KiB of one line is dropped, for clients choose part of what is logged. */
export function lineSplitter(onLine: (line: string) => void): {
  readonly write: (text: string) => void;
  /** What is left over is a line too. */
  readonly end: () => void;
} {
  let line = '';
  return {
    write(text) {
      for (const [index, piece] of text.split('\n').entries()) {
        if (index > 0) {
          onLine(line);
          line = '';
        }
        line = (line + piece).slice(0, lineLimitBytes);
      }
    },
    end() {
      if (line !== '') onLine(line);
    },
  };
}

/** True when `promise` settles before the time is over. */
export async function withinMilliseconds(
  promise: Promise<unknown>,
  clock: Clock,
  milliseconds: number,
): Promise<boolean> {
  const timer = new AbortController();
  const late = clock.sleep(milliseconds, timer.signal).then(
    () => false,
    () => true,
  );
  const settled = await Promise.race([promise.then(() => true), late]);
  timer.abort();
  return settled;
}

/** Ends every broker on this configuration file that a former agent left behind. */
export async function endOrphans(configurationFile: string, clock: Clock, graceMilliseconds: number): Promise<void> {
  const signalAll = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<boolean> => {
    const pids = await brokersOn(configurationFile);
    for (const pid of pids) sendSignal(pid, signal);
    return pids.length > 0;
  };
  if (!(await signalAll('SIGTERM'))) return;
  for (let waited = 0; waited < graceMilliseconds; waited += 20) {
    await clock.sleep(20);
    if ((await brokersOn(configurationFile)).length === 0) return;
  }
  await signalAll('SIGKILL');
}

/** To a process that is gone nothing is sent. */
export function sendSignal(pid: number, signal: 'SIGHUP' | 'SIGTERM' | 'SIGKILL'): void {
  try {
    kill(pid, signal);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ESRCH') return;
    throw new Error(`send ${signal} to process ${pid}: ${(cause as Error).message}`, { cause });
  }
}

/** Process ids whose command line ends in `-c FILE`; none where there is no /proc. */
async function brokersOn(configurationFile: string): Promise<number[]> {
  const entries = await readdir('/proc').catch(() => []);
  const matches = await Promise.all(
    entries.filter((name) => /^\d+$/.test(name)).map(async (pid) => ({ pid, words: await commandLine(pid) })),
  );
  return matches
    .filter(({ words }) => words.at(-2) === '-c' && words.at(-1) === configurationFile)
    .map(({ pid }) => Number(pid));
}

/** The words with which a process was started; none when it is gone. */
export async function commandLine(pid: string): Promise<string[]> {
  const text = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return text.split('\0').filter((word) => word !== '');
}
