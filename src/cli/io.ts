import { type Readable } from 'node:stream';

/** 0: yes, same, fine. 1: no, differs, findings. 2: wrong usage, unreadable or invalid input. */
export type ExitCode = 0 | 1 | 2;

/** What a command sees of its process. */
export interface Io {
  /** How the user calls the program: `mqttsec`, or `kubectl mqttsec` for the plugin. */
  readonly program: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly stdin: Readable & { readonly isTTY?: boolean; setRawMode?: (raw: boolean) => unknown };
  /** Width of the terminal on standard output, in columns; undefined when it is none. */
  readonly columns: number | undefined;
  readonly colour: boolean;
  /** Somebody watches standard error. */
  readonly isErrorTerminal: boolean;
  readonly workingDirectory: string;
  out(text: string): void;
  err(text: string): void;
  /** The time, or the one given with `--now`. */
  now(): Date;
  /** Aborted by SIGINT and SIGTERM. */
  stopSignal(): AbortSignal;
  readonly processes: {
    /** Id of this one. */
    readonly self: number;
    isAlive(pid: number): boolean;
    terminate(pid: number): void;
  };
}

/** A mistake in the call itself: the message is shown with a pointer to the help text. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
