/**
 * The floor of a revocation: a bare broker with files made by hand, all of them signed and rendered beforehand. What
 * remains is what Mosquitto and its clients take: two files, SIGHUP until it has effect, one takeover.
 */
import { randomBytes } from 'node:crypto';
import { renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import mqtt, { type MqttClient } from 'mqtt';
import { connected, type Session } from '../../src/agent/client.ts';
import type { RevocationEntry } from '../../src/domain/pki/certificate.ts';
import { crlStamp, defaultCrlValiditySeconds } from '../../src/domain/pki/crl-schedule.ts';
import {
  createAuthority,
  type DeviceIssuance,
  issueDeviceCertificate,
  issueServerCertificate,
  signCrl,
} from '../../src/local/authority.ts';
import type { Random } from '../../src/ports.ts';
import {
  type BrokerUnderTest,
  currentUser,
  freePorts,
  runningBroker,
  scratchDirectory,
} from '../../test/broker/mosquitto.ts';
import { type Cut, cutBy } from './cut.ts';

export interface BareBroker {
  /** Takes the next device back. */
  revoke(): Promise<Cut>;
  stop(): Promise<void>;
}

const random: Random = { bytes: (length) => randomBytes(length) };
const answerMilliseconds = 5_000;
const dayInSeconds = 86_400;

/** What the broker reads when this many devices were taken back. */
type Files = Readonly<Record<'acl' | 'crl', string>>;

export async function bareBroker(broker: BrokerUnderTest, count: number): Promise<BareBroker> {
  const directory = scratchDirectory();
  const socket = path.join(directory, 's');
  const { authority, server, devices, files } = await prepared(count);
  place(directory, { ca: authority.certificatePem, 'server.crt': server.certificatePem, 'server.key': server.keyPem });
  place(directory, at(files, 0));
  const [port = 0] = await freePorts(1);
  const running = await runningBroker(broker, directory, confText(directory, socket, port));
  const probe = await localSession(socket, 'probe');
  let revoked = 0;
  return {
    async revoke() {
      const device = at(devices, revoked);
      revoked += 1;
      return cutBy(
        () => deviceSession(device, port, authority.certificatePem),
        async () => {
          place(directory, at(files, revoked));
          running.process.reload();
          await granted(probe, topicOf(revoked));
          await (await localSession(socket, device.issued.identity)).close();
        },
      );
    },
    async stop() {
      await probe.close();
      await running.stop();
    },
  };
}

/** Certificates for so many devices, and the files for each number of them that was taken back. */
async function prepared(count: number) {
  const now = new Date();
  const authority = await createAuthority({ commonName: 'bench CA', now, random });
  const issuance = { durationSeconds: dayInSeconds, now, random };
  const server = await issueServerCertificate(authority, { ...issuance, dnsNames: [], ipAddresses: ['127.0.0.1'] });
  const privateKey = { algorithm: 'ECDSA', size: 256, rotationPolicy: 'Always' } as const;
  const key = { kind: 'Generated', privateKey } as const;
  const devices: DeviceIssuance[] = [];
  for (let index = 0; index < count; index += 1) {
    devices.push(await issueDeviceCertificate(authority, { ...issuance, identity: `bare-${index}`, key }));
  }
  const entries = devices.map(({ issued }): RevocationEntry => ({ ...issued, reason: 'KeyCompromise', at: now }));
  const stamp = crlStamp(undefined, now, defaultCrlValiditySeconds);
  const files = Array.from({ length: count + 1 }, (_, revoked): Files => {
    const crl = signCrl(authority, { ...stamp, number: BigInt(revoked + 1), entries: entries.slice(0, revoked) });
    return { acl: aclText(devices, revoked), crl: crl.pem };
  });
  return { authority, server, devices, files };
}

/** Puts each file in its place in one step. */
function place(directory: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(path.join(directory, `.${name}`), text);
    renameSync(path.join(directory, `.${name}`), path.join(directory, name));
  }
}

function at<T>(items: readonly T[], index: number): T {
  const item = items[index];
  if (item === undefined) throw new Error(`measure floor: there is no item ${index}`);
  return item;
}

/** Granted to anonymous clients, of the local listener alone, when this many devices were taken back. */
function topicOf(revoked: number): string {
  return `probe/${revoked}`;
}

function aclText(devices: readonly DeviceIssuance[], revoked: number): string {
  const blocks = devices.slice(revoked).map(({ issued: { identity } }) => {
    return `user ${identity}\ntopic write sensors/${identity}/#\ntopic read commands/${identity}\n`;
  });
  return `topic write ${topicOf(revoked)}\n${blocks.join('')}`;
}

function confText(directory: string, socket: string, port: number): string {
  const file = (name: string) => path.join(directory, name);
  return `user ${currentUser}
allow_anonymous true
set_tcp_nodelay true
log_dest stderr
acl_file ${file('acl')}
listener 0 ${socket}
listener ${port} 127.0.0.1
use_username_as_clientid true
certfile ${file('server.crt')}
keyfile ${file('server.key')}
cafile ${file('ca')}
crlfile ${file('crl')}
require_certificate true
use_identity_as_username true
`;
}

async function localSession(socket: string, clientId: string): Promise<Session> {
  const outcome = await connected({ kind: 'Unix', path: socket }, { clientId }, answerMilliseconds);
  if (outcome.kind === 'Connected') return outcome.session;
  throw new Error(`connect ${clientId} to ${socket}: ${outcome.kind}`);
}

/** Asks as fast as the broker answers until it grants the topic. */
async function granted(probe: Session, topic: string): Promise<void> {
  const end = performance.now() + answerMilliseconds;
  for (;;) {
    const outcome = await probe.publish(topic);
    if (outcome.kind === 'Unanswered') throw new Error(`publish ${topic}: ${outcome.reason}`);
    if (outcome.code < 0x80) return;
    if (performance.now() > end) throw new Error(`publish ${topic}: refused for ${answerMilliseconds} ms after SIGHUP`);
  }
}

function deviceSession(device: DeviceIssuance, port: number, ca: string): Promise<MqttClient> {
  const { certificatePem: cert, keyPem: key, issued } = device;
  const options = { clientId: issued.identity, ca, cert, ...(key !== undefined && { key }) };
  const network = { protocol: 'mqtts', host: '127.0.0.1', port, protocolVersion: 5, reconnectPeriod: 0 } as const;
  return mqtt.connectAsync({ ...network, ...options });
}
