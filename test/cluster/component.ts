import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** One program of a control plane: how it is started, and what shows that it serves. */
export interface Program {
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
  /** Asked again and again; `logged` is what the program has logged since its start. */
  readonly isReady: (logged: () => string) => boolean | Promise<boolean>;
}

/** A program that runs, as a process of its own that does not outlive this one, however this one ends. */
export interface Component {
  readonly name: string;
  readonly pid: number;
  /** Output of this program, over all its starts. */
  readonly logFile: string;
  readonly logged: () => string;
  /** How it ended, as long as nobody asked for it. */
  readonly ending: () => string | undefined;
  readonly isGone: () => boolean;
  /** Asks it to end (SIGTERM) and waits until it is gone: its exit code, or null when a signal ended it. */
  readonly terminate: () => Promise<number | null>;
  /** Kills it and waits until it is gone. */
  readonly kill: () => Promise<void>;
  /** Kills it at once, for the end of this process. */
  readonly killNow: () => void;
}

const patience = 60_000;

/** Starts a program in `directory`, where its log goes too; it may not serve yet. */
export function startedComponent({ name, file, args }: Program, directory: string): Component {
  const logFile = `${directory}/${name}.log`;
  const log = openSync(logFile, 'a');
  const former = fstatSync(log).size;
  // The process group is its own: Ctrl-C ends this process, and this one decides in which order the others end.
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', file, ...args], {
    cwd: directory,
    env: { PATH: process.env['PATH'], HOME: directory },
    stdio: ['ignore', log, log],
    detached: true,
  });
  closeSync(log);
  if (child.pid === undefined) throw new Error(`start ${name}: no such program as setpriv of util-linux`);
  child.unref();
  let isAsked = false;
  const killNow = () => {
    isAsked = true;
    child.kill('SIGKILL');
  };
  const ending = () => (isAsked || isRunning(child) ? undefined : `${name} ended: ${endOf(child)}`);
  const isGone = () => !isRunning(child);
  const logged = () => readFileSync(logFile).subarray(former).toString();
  const terminate = async () => {
    isAsked = true;
    await gone(child, () => child.kill('SIGTERM'));
    return child.exitCode;
  };
  const kill = () => gone(child, killNow);
  return { name, pid: child.pid, logFile, logged, ending, isGone, killNow, terminate, kill };
}

function isRunning(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}

function endOf({ exitCode, signalCode }: ChildProcess): string {
  return signalCode ?? `exit code ${String(exitCode)}`;
}

async function gone(child: ChildProcess, end: () => void): Promise<void> {
  if (!isRunning(child)) return;
  child.ref();
  const exited = new Promise((resolve) => child.once('exit', resolve));
  end();
  await exited;
}

/** Waits until the program serves; fails with the end of its log when it ends, or is ended, before that, or never does. */
export async function whenReady(program: Program, component: Component): Promise<void> {
  await until(
    async () => {
      if (component.isGone()) throw new Error(lastWords(component));
      return program.isReady(component.logged);
    },
    () => lastWords(component),
  );
}

function lastWords({ name, logged, ending }: Component): string {
  const lines = logged().trimEnd().split('\n');
  return [ending() ?? `${name} does not serve`, ...lines.slice(-15)].join('\n');
}

/** Waits until the condition holds, looking every 20 ms; a minute, or so long, without fails with what was waited for. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string | (() => string),
  milliseconds = patience,
): Promise<void> {
  const deadline = performance.now() + milliseconds;
  while (!(await condition())) {
    if (performance.now() > deadline) {
      throw new Error(`waited ${milliseconds / 1000} s for: ${typeof what === 'string' ? what : what()}`);
    }
    await delay(20);
  }
}

/** Ports of 127.0.0.1 that are free now. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, listeningServer));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

function listeningServer(): Promise<ReturnType<typeof createServer>> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}
