/** Clients of a broker that the operator runs, with the credentials that it had made. */
import mqtt, { type MqttClient } from 'mqtt';
import type { Api } from '../api.ts';

export interface Endpoint {
  /** Address of the pod. */
  readonly host: string;
  readonly certificatePort: number;
  readonly passwordPort: number;
  /** CA of the server's certificate, PEM. */
  readonly ca: string;
}

/** Texts of a Secret, by key. */
export async function secretTexts(
  admin: Api,
  namespace: string,
  name: string,
): Promise<Readonly<Record<string, string>>> {
  const { data = {} } = await admin.call<{ readonly data?: Readonly<Record<string, string>> }>(
    'GET',
    `/api/v1/namespaces/${namespace}/secrets/${name}`,
  );
  return Object.fromEntries(Object.entries(data).map(([key, text]) => [key, Buffer.from(text, 'base64').toString()]));
}

/** Connects as the device whose Secret this is; rejects when the broker refuses. It does not come back by itself. */
export function deviceClient(
  endpoint: Endpoint,
  clientId: string,
  secret: Readonly<Record<string, string>>,
): Promise<MqttClient> {
  const { 'tls.crt': cert, 'tls.key': key, username, password } = secret;
  const client = mqtt.connect({
    host: endpoint.host,
    port: cert === undefined ? endpoint.passwordPort : endpoint.certificatePort,
    ...{ protocol: 'mqtts', protocolVersion: 5, reconnectPeriod: 0, connectTimeout: 10_000, clientId },
    ...{ ca: endpoint.ca, servername: 'plant.plant.svc', keepalive: 60 },
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
  });
  client.on('error', () => undefined);
  return new Promise((resolve, reject) => {
    client.once('connect', () => resolve(client));
    client.once('error', reject);
    client.once('close', () => reject(new Error(`connect ${clientId}: the broker closed the connection`)));
  });
}

/** Whether the broker takes a message on the topic: the acknowledgement of MQTT 5 tells. */
export async function mayPublish(client: MqttClient, topic: string, payload: string): Promise<boolean> {
  try {
    await client.publishAsync(topic, payload, { qos: 1 });
    return true;
  } catch (error) {
    if (error instanceof Error && /Not authorized/i.test(error.message)) return false;
    throw error;
  }
}

/** Everything that a client was sent; complete up to the last `settled`. */
export interface Received {
  readonly payloads: ReadonlySet<string>;
  /** Resolves when all is here that the broker had sent by now: what it sends on one connection stays in order. */
  readonly settled: () => Promise<void>;
}

/** Subscribes to all that there is; Mosquitto grants every subscription and decides message by message. */
export async function received(client: MqttClient): Promise<Received> {
  const payloads = new Set<string>();
  client.on('message', (_, payload) => void payloads.add(payload.toString()));
  await client.subscribeAsync(['#', '$SYS/#'], { qos: 1 });
  return {
    payloads,
    settled: async () => {
      await mayPublish(client, 'granted/to/nobody', 'a message that comes back as refused');
    },
  };
}
