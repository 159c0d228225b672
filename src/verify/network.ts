import net from 'node:net';
import tls from 'node:tls';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import type { Answer, Entry, Handshake, Login, Prober, ServerProof, TlsOffer } from './prober.ts';
import { sessionOn } from './session.ts';
import type { Listener } from './world.ts';

/** Tries things over the network; no step takes longer than `milliseconds`. */
export function networkProber(milliseconds: number): Prober {
  return {
    enter: (listener, login) => entered(listener, login, milliseconds),
    handshake: (listener, offer) => handshake(listener, offer, milliseconds),
    serverProof: (listener) => serverProof(listener, milliseconds),
    speaksPlain: (place) => plainAnswer(place, milliseconds),
    silentConnections: (listener, count) => silentConnections(listener, count, milliseconds),
  };
}

/** What the transport saw. */
interface Trace {
  isConnected: boolean;
  problem?: Error;
  announcedPacketBytes?: number | undefined;
}

async function entered(listener: Listener, login: Login, milliseconds: number): Promise<Entry> {
  const trace: Trace = { isConnected: false };
  const client = clientOn(listener, login, trace, milliseconds);
  const answer = await firstAnswer(client, trace, milliseconds);
  if (answer.kind === 'Taken') {
    return { kind: 'Entered', how: answer.how, session: sessionOn(client, trace.announcedPacketBytes, milliseconds) };
  }
  client.end(true);
  return answer;
}

function clientOn(listener: Listener, login: Login, trace: Trace, milliseconds: number): MqttClient {
  const options: IClientOptions = {
    clientId: login.clientId,
    ...(login.username !== undefined && { username: login.username }),
    ...(login.password !== undefined && { password: login.password }),
    ...(login.will && { will: { topic: login.will.topic, payload: Buffer.from(login.will.payload), qos: 1 } }),
    protocolVersion: 5,
    clean: true,
    reconnectPeriod: 0,
    connectTimeout: milliseconds,
    keepalive: 30,
    resubscribe: false,
  };
  const stream = () => {
    const socket = listener.tls
      ? tlsSocket(listener, login)
      : net.connect({ host: listener.host, port: listener.port });
    socket.setNoDelay(true);
    socket.on('connect', () => (trace.isConnected = true));
    socket.on('error', (error) => (trace.problem ??= error));
    return socket;
  };
  if (!listener.webSockets) return new mqtt.MqttClient(stream, options);
  const { host, port } = listener;
  return mqtt.connect({ ...options, protocol: 'ws', host, port, wsOptions: { createConnection: stream } });
}

function tlsSocket(listener: Listener, { keyPair, trustsAnyServer }: Login): tls.TLSSocket {
  return tls.connect({
    ...reach(listener),
    rejectUnauthorized: trustsAnyServer !== true,
    ...(keyPair && { cert: keyPair.certificate, key: keyPair.key }),
  });
}

function reach({ host, port, ca }: Listener): tls.ConnectionOptions {
  return {
    host,
    port,
    // A name for an address is no server name (RFC 6066 section 3).
    ...(net.isIP(host) === 0 && { servername: host }),
    ...(ca !== undefined && { ca }),
  };
}

function firstAnswer(client: MqttClient, trace: Trace, milliseconds: number): Promise<Answer> {
  return new Promise((resolve) => {
    const settle = (answer: Answer): void => {
      clearTimeout(timer);
      resolve(answer);
    };
    const timer = setTimeout(
      () => settle({ kind: 'Unanswered', how: `no answer in ${milliseconds} ms` }),
      milliseconds,
    );
    client.once('connect', ({ properties }) => {
      trace.announcedPacketBytes = properties?.maximumPacketSize;
      settle({ kind: 'Taken', how: 'it was let in' });
    });
    client.on('error', (error) => {
      const { code } = error as { code?: unknown };
      if (typeof code === 'number') settle({ kind: 'Refused', how: `refused with reason code 0x${code.toString(16)}` });
    });
    client.once('close', () => settle(endOf(trace)));
  });
}

/** A connection that came about and ended without an answer was refused; one that our side gave up says nothing. */
function endOf({ isConnected, problem }: Trace): Answer {
  const code = (problem as NodeJS.ErrnoException | undefined)?.code ?? '';
  if (!isConnected) return { kind: 'Unanswered', how: problem?.message ?? 'no connection' };
  if (problem && !isFromPeer(problem)) return { kind: 'Unanswered', how: `${code} ${problem.message}`.trim() };
  return { kind: 'Refused', how: problem ? alertText(problem) : 'the connection was closed' };
}

function isFromPeer(error: NodeJS.ErrnoException): boolean {
  const { code = '', message } = error;
  return ['ECONNRESET', 'EPIPE'].includes(code) || code.includes('_ALERT_') || message.includes('SSL alert number');
}

/** The name of a TLS alert out of what OpenSSL says. */
function alertText(error: NodeJS.ErrnoException): string {
  const { code = '', message } = error;
  const named = /_ALERT_(.*)$/.exec(code)?.[1] ?? /(?:alert |tls\w*_alert_)([a-z ]+?)(?::|$)/i.exec(message)?.[1];
  if (named !== undefined) return `TLS alert ${named.toLowerCase().replaceAll('_', ' ').trim()}`;
  return code === 'ECONNRESET' || code === 'EPIPE' ? 'the connection was closed' : message;
}

function handshake(listener: Listener, { version, ciphers }: TlsOffer, milliseconds: number): Promise<Handshake> {
  let context: tls.SecureContext;
  try {
    context = tls.createSecureContext({ minVersion: version, maxVersion: version, ciphers });
  } catch {
    return Promise.resolve({ kind: 'NotOffered', how: 'the OpenSSL of this program has nothing of the kind' });
  }
  return new Promise((resolve) => {
    const socket = tls.connect({ ...reach(listener), rejectUnauthorized: false, secureContext: context });
    const settle = (answer: Handshake): void => {
      resolve(answer);
      socket.destroy();
    };
    let isConnected = false;
    socket.on('connect', () => (isConnected = true));
    socket.setTimeout(milliseconds, () => settle({ kind: 'Unanswered', how: `no answer in ${milliseconds} ms` }));
    socket.on('secureConnect', () =>
      settle({ kind: 'Agreed', how: `agreed on ${socket.getProtocol() ?? '?'} ${socket.getCipher().name}` }),
    );
    socket.on('error', (error: NodeJS.ErrnoException) => settle(handshakeEnd(error, isConnected)));
    socket.on('close', () => settle({ kind: 'Refused', how: 'the connection was closed' }));
  });
}

function handshakeEnd(error: NodeJS.ErrnoException, isConnected: boolean): Handshake {
  const { code = '' } = error;
  if (/NO_PROTOCOLS_AVAILABLE|NO_CIPHERS_AVAILABLE|NO_CIPHER_MATCH/.test(code)) {
    return { kind: 'NotOffered', how: 'the OpenSSL of this program does not offer it' };
  }
  if (!isConnected) return { kind: 'Unanswered', how: error.message };
  // An agreement that our side then broke off, over a key it thinks too small for example, is one.
  return isFromPeer(error) || /UNSUPPORTED_PROTOCOL|NO_SHARED_CIPHER|WRONG_SSL_VERSION|WRONG_VERSION_NUMBER/.test(code)
    ? { kind: 'Refused', how: alertText(error) }
    : { kind: 'Unanswered', how: error.message };
}

function serverProof(listener: Listener, milliseconds: number): Promise<ServerProof> {
  return new Promise((resolve) => {
    const socket = tls.connect({ ...reach(listener), rejectUnauthorized: false });
    const settle = (proof: ServerProof): void => {
      resolve(proof);
      socket.destroy();
    };
    socket.setTimeout(milliseconds, () => settle({ kind: 'Unanswered', how: `no answer in ${milliseconds} ms` }));
    socket.on('error', (error: Error) => settle({ kind: 'Unanswered', how: error.message }));
    socket.on('close', () => settle({ kind: 'Unanswered', how: 'the connection was closed before TLS was up' }));
    socket.on('secureConnect', () => settle(proofOf(socket, listener.host)));
  });
}

function proofOf(socket: tls.TLSSocket, host: string): ServerProof {
  const certificate = socket.getPeerCertificate();
  const mismatch = tls.checkServerIdentity(host, certificate);
  if (mismatch) return { kind: 'Invalid', problem: mismatch.message };
  // The types say Error; it is the code of OpenSSL's verdict.
  const problem = socket.authorized ? undefined : String(socket.authorizationError);
  if (problem !== undefined) return { kind: 'Invalid', problem: problem.toLowerCase().replaceAll('_', ' ') };
  const notAfter = new Date(certificate.valid_to);
  return { kind: 'Valid', notAfter };
}

/** CONNECT of MQTT 3.1.1 without a user, client ID `mqttsec-verify`; its answer begins with byte 0x20 (CONNACK). */
const plainConnect = Buffer.concat([
  Buffer.from([0x10, 26, 0, 4]),
  Buffer.from('MQTT'),
  Buffer.from([4, 2, 0, 10, 0, 14]),
  Buffer.from('mqttsec-verify'),
]);

function plainAnswer({ host, port }: { host: string; port: number }, milliseconds: number): Promise<Answer> {
  return new Promise((resolve) => {
    const socket = net.connect({ host, port });
    const settle = (answer: Answer): void => {
      resolve(answer);
      socket.destroy();
    };
    let isConnected = false;
    // Who speaks MQTT answers a CONNECT.
    socket.setTimeout(milliseconds, () => settle({ kind: 'Refused', how: `no answer in ${milliseconds} ms` }));
    socket.on('connect', () => {
      isConnected = true;
      socket.write(plainConnect);
    });
    socket.on('data', ([first]) =>
      settle(
        first === 0x20
          ? { kind: 'Taken', how: 'it speaks MQTT without TLS' }
          : { kind: 'Refused', how: 'it answers, and not with MQTT' },
      ),
    );
    socket.on('error', (error) =>
      settle({ kind: 'Refused', how: isConnected ? 'the connection was closed' : error.message }),
    );
    socket.on('close', () => settle({ kind: 'Refused', how: 'the connection was closed' }));
  });
}

async function silentConnections({ host, port }: Listener, count: number, milliseconds: number): Promise<() => void> {
  const sockets = Array.from({ length: count }, () => net.connect({ host, port }));
  const opened = (socket: net.Socket) =>
    new Promise<void>((resolve) => {
      socket.setTimeout(milliseconds, resolve);
      socket.on('error', () => resolve());
      socket.once('connect', () => resolve());
    });
  await Promise.all(sockets.map(opened));
  return () => {
    for (const socket of sockets) socket.destroy();
  };
}
