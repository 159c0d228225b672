/** The names of Services for pods: as much of the DNS of a cluster as a program needs that was given one. */
import { createSocket, type RemoteInfo } from 'node:dgram';
import type { Api } from '../cluster/api.ts';

/** The suffix of all names; the kubelet tells it to pods. */
export const clusterDomain = 'cluster.local';

export interface NameServer {
  readonly stop: () => Promise<void>;
}

const addressType = 1;
const noSuchName = 3;

/** Starts it at port 53 of this address; it knows each Service with an address of its own, as `NAME.NAMESPACE.svc.cluster.local`. */
export async function startNameServer(admin: Api, address: string): Promise<NameServer> {
  const socket = createSocket('udp4');
  const answer = async (query: Buffer, { port, address: asking }: RemoteInfo) => {
    const question = questionIn(query);
    if (question) socket.send(answerTo(query, question, await serviceAddress(admin, question.name)), port, asking);
  };
  socket.on('message', (query, from) => void answer(query, from));
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(53, address, resolve);
  });
  return { stop: () => new Promise((resolve) => socket.close(resolve)) };
}

interface Question {
  readonly name: string;
  readonly type: number;
  /** Where the question ends in its packet (RFC 1035, 4.1). */
  readonly end: number;
}

function questionIn(query: Buffer): Question | undefined {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += length + 1;
  }
  if (query.length < at + 5) return undefined;
  return { name: labels.join('.').toLowerCase(), type: query.readUInt16BE(at + 1), end: at + 5 };
}

async function serviceAddress(admin: Api, asked: string): Promise<string | undefined> {
  const [name, namespace, ...rest] = asked.split('.');
  if (name === undefined || namespace === undefined || rest.join('.') !== `svc.${clusterDomain}`) return undefined;
  const path = `/api/v1/namespaces/${namespace}/services/${name}`;
  const answer = await admin.answer<{ readonly spec: { readonly clusterIP?: string } }>('GET', path);
  return answer.ok ? answer.body.spec.clusterIP : undefined;
}

function answerTo(query: Buffer, { type, end }: Question, address: string | undefined): Buffer {
  const has = address !== undefined && type === addressType;
  const head = Buffer.from(query.subarray(0, end));
  head.writeUInt16BE(0x8580 | (address === undefined ? noSuchName : 0), 2);
  head.fill(0, 4, 12);
  head.writeUInt16BE(1, 4);
  if (!has) return head;
  head.writeUInt16BE(1, 6);
  // The name of the question, type A, class IN, one second, four bytes.
  const record = [0xc0, 0x0c, 0, addressType, 0, 1, 0, 0, 0, 1, 0, 4, ...address.split('.').map(Number)];
  return Buffer.concat([head, Buffer.from(record)]);
}
