import { createServer } from 'node:net';
import { type Listener } from '../domain/fleet.ts';
import { errorCode, reasonOf } from './files.ts';
import { jsonOf, writeJson } from './state.ts';

/** Where ports come from. */
interface PortChoice {
  /** Remembers the ports from run to run. */
  readonly file: string;
  readonly host: string;
  /** The first of those that were asked for. */
  readonly first?: number;
}

/**
 * Ports of the broker's listeners, by listener name. Those in `held`, which the running broker has, stay. Others are
 * `first`, `first` + 1, … in order where that is asked for, else the ones of the last time where they are still free,
 * else free ones. Refuses one that is asked for and in use.
 */
export async function listenerPorts(
  listeners: readonly Listener[],
  choice: PortChoice,
  held: ReadonlyMap<string, number>,
): Promise<ReadonlyMap<string, number>> {
  const former = formerPorts(await jsonOf(choice.file));
  const ports = new Map<string, number>();
  const taken = new Set(held.values());
  for (const { name } of listeners) {
    const port = held.get(name) ?? (await newPort(name, choice, former.get(name), taken));
    taken.add(port);
    ports.set(name, port);
  }
  const record = Object.fromEntries(ports);
  if (JSON.stringify(Object.fromEntries(former)) !== JSON.stringify(record)) await writeJson(choice.file, record);
  return ports;
}

async function newPort(
  name: string,
  { host, first }: PortChoice,
  former: number | undefined,
  taken: ReadonlySet<number>,
): Promise<number> {
  if (first !== undefined) return askedPort(name, host, first, taken);
  if (former !== undefined && !taken.has(former) && !(await bindProblem(host, former))) return former;
  return freePort(host, taken);
}

async function askedPort(name: string, host: string, first: number, taken: ReadonlySet<number>): Promise<number> {
  let port = first;
  while (taken.has(port)) port += 1;
  const problem = port > 65_535 ? 'there are no ports above 65535' : await bindProblem(host, port);
  if (problem === undefined) return port;
  throw new Error(`open port ${String(port)} of listener ${name} on ${host}: ${problem}`);
}

function formerPorts(value: unknown): ReadonlyMap<string, number> {
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return new Map(entries.filter((entry): entry is [string, number] => Number.isInteger(entry[1])));
}

async function freePort(host: string, taken: ReadonlySet<number>): Promise<number> {
  for (;;) {
    const port = await boundPort(host, 0).catch((error: unknown) => {
      throw new Error(`listen on ${host}: ${bindReason(error)}`, { cause: error });
    });
    if (!taken.has(port)) return port;
  }
}

async function bindProblem(host: string, port: number): Promise<string | undefined> {
  try {
    await boundPort(host, port);
    return undefined;
  } catch (error) {
    return bindReason(error);
  }
}

function bindReason(error: unknown): string {
  const texts: Readonly<Record<string, string>> = {
    EADDRINUSE: 'it is in use by another program',
    EADDRNOTAVAIL: 'this machine has no such address',
    ENOTFOUND: 'there is no such host',
  };
  return texts[errorCode(error) ?? ''] ?? reasonOf(error);
}

/** The port that could be bound, given back at once; 0 takes a free one. */
function boundPort(host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ host, port, exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : port));
    });
  });
}
