import net from 'node:net';
import tls from 'node:tls';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';

/**
 * A small MQTT 5 client for probes and takeovers. It never reconnects, every step is limited in time, and what happened
 * is a value: for a probe a refusal is a result, not an error.
 */
interface TlsOptions {
  /** PEM of the client certificate with its chain, and its key; absent: none is presented. */
  readonly certificate?: string;
  readonly key?: string;
}

export type Endpoint =
  | { readonly kind: 'Unix'; readonly path: string }
  | {
      readonly kind: 'Network';
      readonly host: string;
      readonly port: number;
      readonly webSockets: boolean;
      readonly tls?: TlsOptions;
    };

export interface Login {
  readonly clientId: string;
  readonly username?: string;
  readonly password?: string;
}

export type ConnectOutcome =
  | { readonly kind: 'Connected'; readonly session: Session; readonly serverCertificate?: Buffer }
  /** A CONNACK with this reason code, MQTT 5.0 section 3.2.2.2. */
  | { readonly kind: 'Refused'; readonly code: number; readonly serverCertificate?: Buffer }
  /** TLS was up as far as the client can tell, or gave an alert, and the broker then ended it without a CONNACK. */
  | { readonly kind: 'TlsRefused'; readonly reason: string; readonly serverCertificate?: Buffer }
  /** Nothing that says yes or no: no connection, an end before TLS was up, or no answer in time. */
  | { readonly kind: 'Unanswered'; readonly reason: string };

export type PublishOutcome =
  /** The reason code of the PUBACK: 0 or 16 when it was taken, 135 when the client has no right to the topic. */
  { readonly kind: 'Acknowledged'; readonly code: number } | { readonly kind: 'Unanswered'; readonly reason: string };

type OnMessage = (topic: string, payload: Uint8Array) => void;

interface SubscribeOptions {
  readonly qos?: 0 | 1;
  readonly isLive?: boolean;
}

export interface Session {
  /** False once the connection is gone. */
  isOpen(): boolean;
  /** Resolves when the connection is gone. */
  readonly closed: Promise<void>;
  /** Publishes at QoS 1 and gives the reason code. */
  publish(topic: string, payload?: string, options?: { readonly retain?: boolean }): Promise<PublishOutcome>;
  /**
   * Subscribes, at QoS 1 unless it is said otherwise, and hears all that the session is given; false when that was not
   * granted, or not in time. `isLive`: without what was retained before.
   */
  subscribe(filter: string, onMessage: OnMessage, options?: SubscribeOptions): Promise<boolean>;
  /** Sends DISCONNECT and closes. */
  close(): Promise<void>;
}

/** Reason code "not authorized". */
export const notAuthorized = 0x87;

/** Opens a session with clean start that ends with its connection (expiry 0). */
export async function connected(endpoint: Endpoint, login: Login, milliseconds: number): Promise<ConnectOutcome> {
  const handshake: Handshake = {};
  const client = clientOn(endpoint, handshake, sessionOptions(login, milliseconds));
  const answer = await firstAnswer(client, milliseconds);
  const seen = handshake.serverCertificate && { serverCertificate: handshake.serverCertificate };
  if (answer.kind === 'Accepted') return { kind: 'Connected', session: sessionOn(client, milliseconds), ...seen };
  client.end(true);
  if (answer.kind === 'Refused') return { kind: 'Refused', code: answer.code, ...seen };
  const reason = handshake.error ?? answer.reason;
  const isTlsAnswer = answer.kind === 'Closed' && (seen !== undefined || handshake.alert === true);
  return isTlsAnswer ? { kind: 'TlsRefused', reason, ...seen } : { kind: 'Unanswered', reason };
}

type FirstAnswer =
  | { readonly kind: 'Accepted' }
  | { readonly kind: 'Refused'; readonly code: number }
  | { readonly kind: 'Closed' | 'Late'; readonly reason: string };

function firstAnswer(client: MqttClient, milliseconds: number): Promise<FirstAnswer> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve({ kind: 'Late', reason: `no answer in ${milliseconds} ms` }), milliseconds);
    client.once('connect', () => resolve({ kind: 'Accepted' }));
    client.on('error', (error) => {
      const code = (error as { code?: unknown }).code;
      if (typeof code === 'number') resolve({ kind: 'Refused', code });
    });
    client.once('close', () => resolve({ kind: 'Closed', reason: 'the connection was closed' }));
    for (const event of ['connect', 'close'] as const) client.once(event, () => clearTimeout(timer));
  });
}

function sessionOn(client: MqttClient, milliseconds: number): Session {
  return {
    isOpen: () => client.connected,
    closed: client.connected ? new Promise((resolve) => client.once('close', resolve)) : Promise.resolve(),
    publish: (topic, payload = '', { retain = false } = {}) =>
      acknowledged(client, { topic, payload, retain }, milliseconds),
    subscribe: (filter, onMessage, options) => granted(client, { ...options, filter, onMessage }, milliseconds),
    close: () => ended(client, milliseconds),
  };
}

interface Message {
  readonly topic: string;
  readonly payload: string;
  readonly retain: boolean;
}

function acknowledged(
  client: MqttClient,
  { topic, payload, retain }: Message,
  milliseconds: number,
): Promise<PublishOutcome> {
  return new Promise((resolve) => {
    const settle = (outcome: PublishOutcome): void => {
      clearTimeout(timer);
      client.off('close', onClose);
      resolve(outcome);
    };
    const onClose = (): void => settle({ kind: 'Unanswered', reason: 'the connection was closed' });
    const timer = setTimeout(
      () => settle({ kind: 'Unanswered', reason: `no PUBACK in ${milliseconds} ms` }),
      milliseconds,
    );
    if (!client.connected) return onClose();
    client.once('close', onClose);
    client.publish(topic, payload, { qos: 1, retain }, (error, packet) => {
      const code = (error as { code?: unknown } | undefined)?.code;
      if (typeof code === 'number') settle({ kind: 'Acknowledged', code });
      else if (error) settle({ kind: 'Unanswered', reason: error.message });
      else settle({ kind: 'Acknowledged', code: (packet as { reasonCode?: number } | undefined)?.reasonCode ?? 0 });
    });
  });
}

interface Subscription extends SubscribeOptions {
  readonly filter: string;
  readonly onMessage: OnMessage;
}

function granted(
  client: MqttClient,
  { filter, onMessage, qos = 1, isLive = false }: Subscription,
  milliseconds: number,
): Promise<boolean> {
  client.on('message', onMessage);
  return new Promise((resolve) => {
    const settle = (isGranted: boolean): void => {
      clearTimeout(timer);
      client.off('close', onClose);
      resolve(isGranted);
    };
    const onClose = (): void => settle(false);
    const timer = setTimeout(onClose, milliseconds);
    client.once('close', onClose);
    client.subscribe(filter, { qos, rh: isLive ? 2 : 0 }, (error, grants) =>
      settle(!error && grants?.every((grant) => grant.qos < 0x80) === true),
    );
  });
}

function ended(client: MqttClient, milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => client.end(true, () => resolve()), milliseconds);
    // Asked in order, it waits for the answers to what it sent, which a lost connection never brings.
    client.end(!client.connected, () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

function sessionOptions({ clientId, username, password }: Login, milliseconds: number): IClientOptions {
  return {
    clientId,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    protocolVersion: 5,
    clean: true,
    reconnectPeriod: 0,
    // `firstAnswer` says when it is late: a connection that this timer closed would look like one that the broker refused.
    connectTimeout: 2 * milliseconds,
    keepalive: 30,
    queueQoSZero: false,
    resubscribe: false,
  };
}

/** What the transport saw, filled as it happens. */
interface Handshake {
  serverCertificate?: Buffer;
  error?: string;
  /** The broker ended the handshake with a TLS alert. */
  alert?: boolean;
}

function clientOn(endpoint: Endpoint, handshake: Handshake, options: IClientOptions): MqttClient {
  const socket = (): net.Socket => {
    const opened = socketTo(endpoint, handshake);
    opened.setNoDelay(true);
    opened.on('error', (error: NodeJS.ErrnoException) => {
      handshake.error ??= error.message;
      handshake.alert ??= isAlert(error);
    });
    return opened;
  };
  if (endpoint.kind === 'Unix' || !endpoint.webSockets) return new mqtt.MqttClient(socket, options);
  const { host, port } = endpoint;
  return mqtt.connect({ ...options, protocol: 'ws', host, port, wsOptions: { createConnection: socket } });
}

/** OpenSSL says so in the code of an error on reading, and in the text of one on writing (`EPROTO`). */
function isAlert({ code = '', message }: NodeJS.ErrnoException): boolean {
  return code.includes('_ALERT_') || message.includes('SSL alert number');
}

/** TLS 1.3 always: there the client's side is up before the broker judges the certificate, so a refusal is told apart. */
function socketTo(endpoint: Endpoint, handshake: Handshake): net.Socket {
  if (endpoint.kind === 'Unix') return net.connect({ path: endpoint.path });
  const { host, port } = endpoint;
  if (!endpoint.tls) return net.connect({ host, port });
  const { certificate: cert, key } = endpoint.tls;
  const socket = tls.connect({
    host,
    port,
    minVersion: 'TLSv1.3',
    // The server is compared with the very certificate it was given, which is stricter than a chain.
    rejectUnauthorized: false,
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
  });
  socket.once('secureConnect', () => {
    handshake.serverCertificate = socket.getPeerCertificate().raw;
  });
  return socket;
}
