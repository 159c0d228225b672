import { open, mkdir, readFile, rename, rm, writeFile, type FileHandle } from 'node:fs/promises';
import { constants } from 'node:os';
import path from 'node:path';
import { pid as ownPid } from 'node:process';
import { StringDecoder } from 'node:string_decoder';
import { supervisorFiles } from '../domain/broker/supervisor.ts';
import type { BrokerExit, BrokerLauncher, BrokerProcess, Clock } from '../ports.ts';
import {
  commandLine,
  endOrphans,
  keptTail,
  lineSplitter,
  sendSignal,
  versionIn,
  withinMilliseconds,
} from './process.ts';

export interface SupervisedOptions {
  /** Shared with the supervisor (domain/broker/supervisor.ts); made here if it is not there. */
  readonly directory: string;
  readonly clock: Clock;
  /** That of the agent: what still waits for the supervisor then ends. */
  readonly signal: AbortSignal;
  /** How long a broker may take to end after SIGTERM before SIGKILL, milliseconds. */
  readonly graceMilliseconds?: number;
}

type Options = Required<SupervisedOptions>;

const defaultGraceMilliseconds = 3_000;
const lookMilliseconds = 50;
/** The supervisor looks for a request ten times a second. */
const startMilliseconds = 10_000;
/** A container that crashed comes back with a backoff of the kubelet, at first 10 s. */
const supervisorMilliseconds = 30_000;
/** From this size on the log is cut to nothing once it has been read, bytes. */
const logLimitBytes = 1_048_576;

/**
 * Has Mosquitto started by the supervisor in another container of the pod. A broker that a former agent left behind is
 * ended first. `version` waits for the container of Mosquitto, which starts after that of the agent, as long as it takes.
 */
export function supervisedLauncher(given: SupervisedOptions): BrokerLauncher {
  const options = { graceMilliseconds: defaultGraceMilliseconds, ...given };
  let requests = 0;
  return {
    async version() {
      const version = versionIn((await supervisor(options, Infinity)).helpText);
      if (version === undefined) throw new Error('read version of Mosquitto: no version in its help text');
      return version;
    },
    endFormer: (configurationFile) => endOrphans(configurationFile, options.clock, options.graceMilliseconds),
    async start(configurationFile, onLog) {
      await endOrphans(configurationFile, options.clock, options.graceMilliseconds);
      const { pid: supervisedBy } = await supervisor(options, supervisorMilliseconds);
      requests += 1;
      const number = `${ownPid}-${options.clock.now().getTime()}-${requests}`;
      const pid = await requested(options, number, configurationFile);
      return followedProcess(options, { number, pid, configurationFile, supervisedBy }, onLog);
    },
  };
}

interface Supervisor {
  readonly pid: string;
  /** What `mosquitto -h` says. */
  readonly helpText: string;
}

/** The supervisor, once it lives. */
async function supervisor(options: Options, patience: number): Promise<Supervisor> {
  await mkdir(options.directory, { recursive: true, mode: 0o700 });
  const living = await found(options, patience, () => livingSupervisor(options));
  if (living) return living;
  throw new Error(`start Mosquitto: its container did not answer for ${patience / 1000} s`);
}

async function livingSupervisor(options: Options): Promise<Supervisor | undefined> {
  const [pid = '', ...rest] = (await textIn(options, 'supervisor')).split('\n');
  const isAlive = pid !== '' && (await commandLine(pid)).length > 0;
  return isAlive ? { pid, helpText: rest.join('\n') } : undefined;
}

/** Asks for a broker; gives its process id. */
async function requested(options: Options, number: string, configurationFile: string): Promise<number> {
  const file = path.join(options.directory, supervisorFiles.start);
  await writeFile(`${file}.agent`, `${number} ${ownPid} ${configurationFile}\n`, { mode: 0o600 });
  await rename(`${file}.agent`, file);
  const pid = await found(options, startMilliseconds, () => answerTo(options, 'running', number));
  if (pid !== undefined) return pid;
  await rm(file, { force: true });
  throw new Error(`start Mosquitto: its container did not do it within ${startMilliseconds / 1000} s`);
}

/** The number that `running` or `exited` holds for this request. */
async function answerTo(options: Options, file: 'running' | 'exited', number: string): Promise<number | undefined> {
  const [of, answer] = (await textIn(options, file)).trim().split(' ');
  return of === number && answer !== undefined ? Number(answer) : undefined;
}

async function textIn({ directory }: Options, file: keyof typeof supervisorFiles): Promise<string> {
  return readFile(path.join(directory, supervisorFiles[file]), 'utf8').catch(() => '');
}

/** What `look` finds, looking again and again; undefined after so many milliseconds without. */
async function found<T>(
  { clock, signal }: Options,
  patience: number,
  look: () => Promise<T | undefined>,
): Promise<T | undefined> {
  const deadline = clock.now().getTime() + patience;
  for (;;) {
    const value = await look();
    if (value !== undefined || clock.now().getTime() > deadline) return value;
    await clock.sleep(lookMilliseconds, signal);
  }
}

interface Started {
  readonly number: string;
  readonly pid: number;
  readonly configurationFile: string;
  readonly supervisedBy: string;
}

async function followedProcess(
  options: Options,
  started: Started,
  onLog: (line: string) => void,
): Promise<BrokerProcess> {
  const { pid } = started;
  const { clock, graceMilliseconds } = options;
  const { tail, onLine } = keptTail(onLog);
  const log = await open(path.join(options.directory, supervisorFiles.log), 'r+');
  let hasExited = false;
  const exited = followed(options, started, log, onLine).then((end): BrokerExit => {
    hasExited = true;
    return { ...end, tail };
  });
  // By then the number may be that of another process.
  const send = (signal: 'SIGHUP' | 'SIGTERM' | 'SIGKILL') => {
    if (!hasExited) sendSignal(pid, signal);
  };
  return {
    pid,
    exited,
    reload: () => send('SIGHUP'),
    async stop() {
      send('SIGTERM');
      if (!(await withinMilliseconds(exited, clock, graceMilliseconds))) send('SIGKILL');
      await exited;
    },
  };
}

type End = Pick<BrokerExit, 'code' | 'signal'>;

/** Passes on what the broker logs until it has ended. */
async function followed(
  options: Options,
  started: Started,
  log: FileHandle,
  onLine: (line: string) => void,
): Promise<End> {
  const lines = lineSplitter(onLine);
  const read = logReader(log, lines.write);
  try {
    for (;;) {
      const end = await endOf(options, started);
      await read();
      if (end) return end;
      await options.clock.sleep(lookMilliseconds);
    }
  } finally {
    lines.end();
    await log.close();
  }
}

/** How the broker ended; undefined while it runs. Killed with its container, nobody is left who would say how. */
async function endOf(options: Options, started: Started): Promise<End | undefined> {
  const { number, pid, configurationFile, supervisedBy } = started;
  const isRunning = (await commandLine(String(pid))).at(-1) === configurationFile;
  const status = await answerTo(options, 'exited', number);
  if (status !== undefined) return endOfStatus(status);
  if (isRunning) return undefined;
  const living = await livingSupervisor(options);
  return living?.pid === supervisedBy ? undefined : { code: null, signal: 'SIGKILL' };
}

/** Status of a command as sh(1) gives it: over 128 for one that was ended by a signal. */
function endOfStatus(status: number): End {
  const signal = Object.entries(constants.signals).find(([, number]) => status === 128 + number)?.[0];
  return signal === undefined ? { code: status, signal: null } : { code: null, signal };
}

/** Reads on from where it was; a long log is cut after that, for nobody else ever makes it shorter. */
function logReader(log: FileHandle, write: (text: string) => void): () => Promise<void> {
  const decoder = new StringDecoder('utf8');
  const buffer = Buffer.alloc(65_536);
  let offset = 0;
  return async () => {
    for (;;) {
      const { bytesRead } = await log.read(buffer, 0, buffer.length, offset);
      if (bytesRead === 0) break;
      offset += bytesRead;
      write(decoder.write(buffer.subarray(0, bytesRead)));
    }
    if (offset <= logLimitBytes) return;
    await log.truncate(0);
    offset = 0;
  };
}
