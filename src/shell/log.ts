/** The log of a long-running process: JSON lines, constant messages, what varies as fields, no secrets. */
import { type Logger, pino } from 'pino';
import { redactedFields, scrubbedText } from './redact.ts';

export type LogFields = Readonly<Record<string, unknown>>;

/** The part of a pino logger that the shell hands out. */
export interface Log {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
  child(fields: LogFields): Log;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export interface LogOptions {
  readonly level: LogLevel;
  readonly now: () => Date;
  /** Gets one line at a time, with its end. */
  readonly write: (line: string) => void;
}

/** What is named like a secret is left out, and what looks like one is cut out of every text, errors included. */
export function createLog({ level, now, write }: LogOptions): Log {
  const logger = pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${now().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }), log: redactedFields },
    },
    { write: (line: string) => write(scrubbedText(line)) },
  );
  return logOver(logger);
}

/** Fields of children pass no formatter of pino. */
function logOver(logger: Logger): Log {
  return {
    debug: (fields, message) => logger.debug(fields, message),
    info: (fields, message) => logger.info(fields, message),
    warn: (fields, message) => logger.warn(fields, message),
    error: (fields, message) => logger.error(fields, message),
    child: (fields) => logOver(logger.child(redactedFields(fields))),
  };
}
