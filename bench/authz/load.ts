/** What a broker does to the service, at the least cost: raw connections that are kept, and answers that are not parsed. */
import net from 'node:net';

export const secret = '0123456789abcdef01234567';

export function identity(index: number): string {
  return `sensor-${String(index).padStart(6, '0')}`;
}

/** A publish of this identity, to a topic that it may publish to. */
function request(index: number): string {
  const name = identity(index);
  const topic = `sites/berlin/sensors/${name}/telemetry/temperature`;
  const body = JSON.stringify({ username: name, clientid: name, action: 'publish', topic });
  return [
    'POST /authorization HTTP/1.1',
    'host: 127.0.0.1',
    `authorization: Bearer ${secret}`,
    'content-type: application/json',
    `content-length: ${String(body.length)}`,
    '',
    body,
  ].join('\r\n');
}

const expected = '{"result":"allow"}';

export interface Load {
  readonly port: number;
  readonly identities: number;
  readonly connections: number;
  readonly seconds: number;
  /** Requests a second, evenly; without it each connection asks as soon as it is answered. */
  readonly rate?: number;
}

export interface Answered {
  readonly perSecond: number;
  /** Of each answer, milliseconds from when it was due to be asked. */
  readonly latencies: readonly number[];
}

interface Connection {
  readonly socket: net.Socket;
  since: number;
  isBusy: boolean;
}

/** Fails when anything is answered but that it is allowed. */
export async function underLoad({ port, identities, connections, seconds, rate }: Load): Promise<Answered> {
  const latencies: number[] = [];
  const requests = Array.from({ length: Math.min(identities, 20_000) }, (_, index) =>
    request(Math.floor((index * identities) / Math.min(identities, 20_000))),
  );
  let next = 0;
  const due: number[] = [];
  const begun = performance.now();
  const end = begun + seconds * 1000;
  const done = Promise.withResolvers<undefined>();
  const ask = (connection: Connection, since: number): void => {
    connection.since = since;
    connection.isBusy = true;
    connection.socket.write(requests[(next += 1) % requests.length] ?? '');
  };
  const all = await Promise.all(Array.from({ length: connections }, () => connected(port)));
  for (const connection of all) {
    let text = '';
    connection.socket.setEncoding('latin1').on('data', (part: string) => {
      text += part;
      if (!text.endsWith(expected)) {
        if (text.includes('"deny"')) done.reject(new Error(`authorize: ${text}`));
        return;
      }
      text = '';
      connection.isBusy = false;
      const now = performance.now();
      latencies.push(now - connection.since);
      if (now >= end) return done.resolve(undefined);
      if (rate === undefined) ask(connection, now);
      else {
        const since = due.shift();
        if (since !== undefined) ask(connection, since);
      }
    });
    if (rate === undefined) ask(connection, performance.now());
  }
  if (rate !== undefined) paced(all, { rate, begun, end }, due, ask);
  await done.promise;
  for (const { socket } of all) socket.destroy();
  return { perSecond: latencies.length / ((performance.now() - begun) / 1000), latencies };
}

/** What finds no connection free waits, and counts from when it was due. */
function paced(
  all: readonly Connection[],
  { rate, begun, end }: { readonly rate: number; readonly begun: number; readonly end: number },
  due: number[],
  ask: (connection: Connection, since: number) => void,
): void {
  let sent = 0;
  const step = (): void => {
    const now = performance.now();
    if (now > end + 1000) return;
    for (; sent < ((now - begun) / 1000) * rate; sent += 1) {
      const since = begun + (sent / rate) * 1000;
      const free = all.find(({ isBusy }) => !isBusy);
      if (free) ask(free, since);
      else due.push(since);
    }
    setImmediate(step);
  };
  step();
}

function connected(port: number): Promise<Connection> {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ port, host: '127.0.0.1', noDelay: true }, () =>
      resolve({ socket, since: 0, isBusy: false }),
    );
    socket.once('error', reject);
  });
}
