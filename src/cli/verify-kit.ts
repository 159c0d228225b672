import path from 'node:path';
import { textOf } from '../local/files.ts';
import { jsonOf } from '../local/state.ts';
import type { Identity, KeyPair, Listener } from '../verify/world.ts';
import { certificateText, keyPairIn } from './pem-input.ts';

/** What `connection.json` of a kit says, as far as it is used here. */
interface Connection {
  readonly broker: Pick<Listener, 'host' | 'port' | 'tls'> & { readonly protocol: string };
  readonly clientId: string;
  readonly password?: string;
  readonly certificateFile?: string;
}

/** Who a connection kit is for, and where it is let in. */
export async function kitIdentity(directory: string): Promise<Identity> {
  const file = path.join(directory, 'connection.json');
  const connection = await jsonOf(file);
  if (connection === undefined) throw new Error(`read kit ${file}: it is not there`);
  if (!isConnection(connection)) throw new Error(`read kit ${file}: it is not as 'mqttsec bundle' writes it`);
  const { broker, clientId, password, certificateFile } = connection;
  const caFile = path.join(directory, 'ca.crt');
  const ca = (await textOf(caFile)) === undefined ? undefined : await certificateText(caFile);
  const listener: Listener = {
    host: broker.host,
    port: broker.port,
    tls: broker.tls,
    webSockets: broker.protocol === 'WebSockets',
    authentication: certificateFile === undefined ? 'Password' : 'Certificate',
    ...(ca !== undefined && { ca }),
  };
  if (certificateFile !== undefined) return { name: clientId, listener, keyPair: await kitPair(directory) };
  if (password === undefined) throw new Error(`read kit ${file}: it has neither certificate nor password`);
  return { name: clientId, listener, password };
}

function isConnection(value: unknown): value is Connection {
  if (typeof value !== 'object' || value === null) return false;
  const { broker, clientId, password, certificateFile } = value as Partial<Record<keyof Connection, unknown>>;
  if (typeof clientId !== 'string' || typeof broker !== 'object' || broker === null) return false;
  const { host, port, tls } = broker as Partial<Record<keyof Connection['broker'], unknown>>;
  const isText = (one: unknown) => one === undefined || typeof one === 'string';
  const isPlace = typeof host === 'string' && Number.isInteger(port) && typeof tls === 'boolean';
  return isPlace && isText(password) && isText(certificateFile);
}

/** Certificate and key of a kit. */
export async function kitPair(directory: string): Promise<KeyPair> {
  return keyPairIn(path.join(directory, 'client.crt'), path.join(directory, 'client.key'));
}
