import { appendFile, rename, stat } from 'node:fs/promises';
import { auditLine, type AuditOrigin } from '../monitor/audit.ts';
import { type Notice } from '../monitor/notice.ts';

/** What is written down of something, line by line. */
interface Log<T> {
  /** Never waits and never fails: what cannot be written is lost. */
  readonly write: (one: T) => void;
  /** Resolves when all that was given is written or lost. */
  readonly written: () => Promise<void>;
}

export type AuditLog = Log<Notice>;
type LineLog = Log<string>;

/** A file of this size is put aside, as `FILE.1`, in place of the one before it, bytes. */
const fileLimit = 8_388_608;

/** So many lines wait at most while the disk is slow. */
const mostWaiting = 10_000;

/** Lines in a file for its owner alone, which with the one before it never takes more than twice the limit. */
export function lineLog(file: string, limit = fileLimit): LineLog {
  let waiting: string[] = [];
  let turn: Promise<void> = Promise.resolve();
  const flush = async (): Promise<void> => {
    const lines = waiting;
    waiting = [];
    await appended(file, lines, limit).catch(() => undefined);
  };
  return {
    write(line) {
      if (waiting.length >= mostWaiting) return;
      if (waiting.push(`${line}\n`) === 1) turn = turn.then(flush);
    },
    written: () => turn,
  };
}

/** Audit lines in such a file. */
export function auditLog(file: string, origin: AuditOrigin, limit = fileLimit): AuditLog {
  const { write, written } = lineLog(file, limit);
  return { write: (notice) => write(auditLine(notice, origin)), written };
}

async function appended(file: string, lines: readonly string[], limit: number): Promise<void> {
  const size = await stat(file).then(
    (found) => found.size,
    () => undefined,
  );
  if (size !== undefined && size >= limit) await rename(file, `${file}.1`);
  await appendFile(file, lines.join(''), { mode: 0o600 });
}
