/** `mqttsec authz` as a process. */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { eventually } from '../kube/scripted-server.ts';
import { root } from './program.ts';

export const secret = '0123456789abcdef01234567';

export interface AuthzUnderTest {
  readonly port: number;
  readonly healthPort: number | undefined;
  /** Audit lines, growing. */
  readonly audit: readonly Readonly<Record<string, unknown>>[];
  readonly log: () => string;
  /** Ends it as Kubernetes would; gives its exit code. */
  readonly stop: () => Promise<number | null>;
  /** Ends it as a crash would. */
  readonly kill: () => Promise<unknown>;
}

const running = new Set<() => void>();
process.once('exit', () => {
  for (const kill of running) kill();
});

/** Resolves when it listens, on a free port unless `words` name one. */
export async function authzProcess(words: readonly string[]): Promise<AuthzUnderTest> {
  const all = ['authz', ...words, ...(words.includes('--port') ? [] : ['--port', '0'])];
  const child = spawn(path.join(root, 'bin/mqttsec'), all, { stdio: ['ignore', 'pipe', 'pipe'] });
  const kill = () => void child.kill('SIGKILL');
  running.add(kill);
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  void exited.then(() => running.delete(kill));
  const audit: Record<string, unknown>[] = [];
  let [out, log] = ['', ''];
  child.stderr.setEncoding('utf8').on('data', (text: string) => (log += text));
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (out + text).split('\n');
    out = lines.pop() ?? '';
    audit.push(...lines.map((line) => JSON.parse(line) as Record<string, unknown>));
  });
  const started = () => log.split('\n').find((line) => line.includes('"listening"'));
  const failed = exited.then((code) => Promise.reject(new Error(`start authz: exit code ${String(code)}:\n${log}`)));
  failed.catch(() => undefined);
  await Promise.race([eventually(() => started() !== undefined, 'authz listens'), failed]);
  const { port, healthPort } = JSON.parse(started() ?? '') as { port: number; healthPort?: number };
  const ended = (signal: NodeJS.Signals) => {
    child.kill(signal);
    return exited;
  };
  return {
    ...{ port, healthPort, audit, log: () => log },
    stop: () => ended('SIGTERM'),
    kill: () => ended('SIGKILL'),
  };
}
