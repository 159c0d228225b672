/**
 * Devices on a thread of their own, so that what they see is the broker's doing and not that of an agent that computes:
 * one that pings without end, one that tries whether it may publish, one that waits for its session to be closed.
 */
import tls from 'node:tls';
import { setTimeout as delay } from 'node:timers/promises';
import { parentPort } from 'node:worker_threads';
import { connected, type Session } from '../../src/agent/client.ts';
import type { KeyPair } from '../../test/agent/site.ts';
import { monotonic, type WitnessRequest } from './witness.ts';

const answerMilliseconds = 20_000;
const pauseMilliseconds = 1;

async function sessionOf(port: number, identity: string, pair: KeyPair): Promise<Session> {
  const endpoint = { kind: 'Network', host: '127.0.0.1', port, webSockets: false, tls: pair } as const;
  const outcome = await connected(endpoint, { clientId: identity }, answerMilliseconds);
  if (outcome.kind === 'Connected') return outcome.session;
  throw new Error(`connect ${identity}: ${JSON.stringify(outcome)}`);
}

interface Pinging {
  begin(): void;
  /** Ends it, with the longest round trip since it began, that of a ping without an answer yet included; milliseconds. */
  end(): number;
}

/** CONNECT of MQTT 3.1.1 without keep-alive, client ID `identity`. */
function connectPacket(identity: string): Buffer {
  const id = Buffer.from(identity);
  const rest = [0, 4, ...Buffer.from('MQTT'), 4, 2, 0, 0, 0, id.length, ...id];
  return Buffer.from([0x10, rest.length, ...rest]);
}

function pinging(port: number, identity: string, { certificate: cert, key }: KeyPair): Promise<Pinging> {
  const socket = tls.connect({ host: '127.0.0.1', port, cert, key, rejectUnauthorized: false, minVersion: 'TLSv1.3' });
  socket.setNoDelay(true);
  let [sentAt, longest, isOver]: [number | undefined, number, boolean] = [undefined, 0, true];
  const ping = (): void => {
    if (isOver || sentAt !== undefined) return;
    sentAt = monotonic();
    socket.write(Buffer.from([0xc0, 0]));
  };
  const trip = (): number => (sentAt === undefined ? 0 : monotonic() - sentAt);
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('secureConnect', () => socket.write(connectPacket(identity)));
    socket.once('data', () => {
      socket.on('data', () => {
        longest = Math.max(longest, trip());
        sentAt = undefined;
        setTimeout(ping, pauseMilliseconds);
      });
      resolve({
        begin() {
          [longest, isOver] = [0, false];
          ping();
        },
        end() {
          isOver = true;
          return Math.max(longest, trip());
        },
      });
    });
  });
}

/** When a publish to the topic was accepted for the first time. */
async function acceptedAt(writer: Session, topic: string): Promise<number> {
  for (;;) {
    const outcome = await writer.publish(topic);
    if (outcome.kind === 'Unanswered') throw new Error(`publish ${topic}: ${outcome.reason}`);
    if (outcome.code < 0x80) return monotonic();
    await delay(pauseMilliseconds);
  }
}

let pings: Pinging | undefined;
let writer: Session | undefined;
let cut: Promise<number> | undefined;

async function answered(request: WitnessRequest): Promise<number> {
  switch (request.op) {
    case 'open':
      pings = await pinging(request.port, request.bystander.identity, request.bystander.pair);
      writer = await sessionOf(request.port, request.writer.identity, request.writer.pair);
      return 0;
    case 'ping':
      pings?.begin();
      return 0;
    case 'longest':
      return pings?.end() ?? NaN;
    case 'accepted':
      return writer ? acceptedAt(writer, request.topic) : NaN;
    case 'hold':
      cut = (await sessionOf(request.port, request.device.identity, request.device.pair)).closed.then(monotonic);
      return 0;
    case 'cut':
      return cut ?? NaN;
  }
}

parentPort?.on('message', ({ id, request }: { readonly id: number; readonly request: WitnessRequest }) => {
  answered(request).then(
    (value) => parentPort?.postMessage({ id, value }),
    (error: unknown) => parentPort?.postMessage({ id, failure: String(error) }),
  );
});
