import { createInterface } from 'node:readline/promises';
import { type Io } from './io.ts';

/** Whether the person at the terminal says yes to the question, which is shown on standard error. */
export async function isConfirmed(question: string, io: Pick<Io, 'stdin' | 'err'>): Promise<boolean> {
  io.err(`${question} [y/N] `);
  const lines = createInterface({ input: io.stdin });
  try {
    for await (const line of lines) return /^\s*y(?:es)?\s*$/i.test(line);
    return false;
  } finally {
    lines.close();
  }
}
