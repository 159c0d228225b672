import { appendFile, rename, stat } from 'node:fs/promises';
import { auditLine, type AuditOrigin } from '../monitor/audit.ts';
import { type Notice } from '../monitor/notice.ts';

export interface AuditLog {
  /** Never waits and never fails: what cannot be written is lost. */
  readonly write: (notice: Notice) => void;
  /** Resolves when all that was given is written or lost. */
  readonly written: () => Promise<void>;
}

/** A file of this size is put aside, as `FILE.1`, in place of the one before it, bytes. */
const fileLimit = 8_388_608;

/** So many lines wait at most while the disk is slow. */
const mostWaiting = 10_000;

/** Audit lines in a file for its owner alone, which with the one before it never takes more than twice the limit. */
export function auditLog(file: string, origin: AuditOrigin, limit = fileLimit): AuditLog {
  let waiting: string[] = [];
  let turn: Promise<void> = Promise.resolve();
  const flush = async (): Promise<void> => {
    const lines = waiting;
    waiting = [];
    await appended(file, lines, limit).catch(() => undefined);
  };
  return {
    write(notice) {
      if (waiting.length >= mostWaiting) return;
      if (waiting.push(`${auditLine(notice, origin)}\n`) === 1) turn = turn.then(flush);
    },
    written: () => turn,
  };
}

async function appended(file: string, lines: readonly string[], limit: number): Promise<void> {
  const size = await stat(file).then(
    (found) => found.size,
    () => undefined,
  );
  if (size !== undefined && size >= limit) await rename(file, `${file}.1`);
  await appendFile(file, lines.join(''), { mode: 0o600 });
}
