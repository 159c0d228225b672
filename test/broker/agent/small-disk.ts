/** A disk of a few hundred KiB that a test can fill, mounted where nobody else sees it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { once } from 'node:events';
import path from 'node:path';
import { scratchDirectory } from '../mosquitto.ts';

export interface SmallDisk {
  /** Its root, as this process sees it. */
  readonly root: string;
  /** Leaves no room for another byte. */
  fill(): void;
  /** Makes all the room again that `fill` took. */
  free(): void;
  close(): void;
}

const holders = new Set<ChildProcess>();
process.once('exit', () => {
  for (const holder of holders) holder.kill('SIGKILL');
});

/** The reason in place of a disk where this machine has no mount namespaces for us. */
export async function smallDisk(): Promise<SmallDisk | string> {
  const directory = scratchDirectory();
  const namespaces = process.getuid?.() === 0 ? ['--mount'] : ['--map-root-user', '--mount'];
  const script = 'mount -t tmpfs -o size=512k,mode=0700 mqttsec "$0" && echo mounted && exec sleep infinity';
  const holder = spawn('unshare', [...namespaces, 'sh', '-c', script, directory]);
  holders.add(holder);
  let said = '';
  holder.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  holder.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  holder.on('error', ({ message }) => (said += message));
  await Promise.race([once(holder.stdout, 'data'), once(holder, 'close')]);
  if (said.trim() !== 'mounted') return said.trim();
  const root = `/proc/${String(holder.pid)}/root${directory}`;
  const filler = path.join(root, 'filler');
  return {
    root,
    fill: () => fillWith(filler),
    free: () => rmSync(filler, { force: true }),
    close: () => void holder.kill('SIGKILL'),
  };
}

function fillWith(file: string): void {
  const handle = openSync(file, 'a');
  try {
    for (;;) writeSync(handle, Buffer.alloc(4096));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  } finally {
    closeSync(handle);
  }
}
