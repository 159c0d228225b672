import { type Io } from './io.ts';

/** The process that runs this program, as commands see it. */
export function processIo(): Io {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', endOnClosedPipe);
  const { env } = process;
  return {
    program: env['MQTTSEC_PROGRAM'] === 'kubectl-mqttsec' ? 'kubectl mqttsec' : 'mqttsec',
    environment: env,
    stdin: process.stdin,
    columns: process.stdout.isTTY ? process.stdout.columns : undefined,
    colour: process.stdout.isTTY && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb',
    isErrorTerminal: process.stderr.isTTY,
    workingDirectory: process.cwd(),
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    now: () => new Date(),
    stopSignal,
    processes: { self: process.pid, isAlive: isProcessAlive, terminate: (pid) => void process.kill(pid, 'SIGTERM') },
  };
}

/** What a command that runs for long is stopped by; absent where none does. */
let stopping: AbortController | undefined;

/**
 * The reader went away (`mqttsec … | head`): end as a program without a handler does, with 128 + SIGPIPE; but a command
 * that runs for long is stopped in order, for the broker that it started would go on without it.
 */
function endOnClosedPipe(error: NodeJS.ErrnoException): void {
  if (stopping) stopping.abort(error);
  else process.exit(error.code === 'EPIPE' ? 141 : 2);
}

/** Aborted by Ctrl-C, by SIGTERM, and when the terminal is closed. */
function stopSignal(): AbortSignal {
  const controller = (stopping ??= new AbortController());
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => controller.abort(new Error(signal)));
  }
  return controller.signal;
}

function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
