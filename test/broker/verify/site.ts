/** A secure broker with two devices by certificate and one by password, and ways to spoil one thing of it. */
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { oracleOf } from '../../../src/domain/acl/cani.ts';
import { passwordHash } from '../../../src/domain/broker/passwords.ts';
import { signedCertificate } from '../../../src/domain/pki/issue.ts';
import { systemRandom } from '../../../src/local/system.ts';
import { parseManifests } from '../../../src/parse/manifests.ts';
import { networkProber } from '../../../src/verify/network.ts';
import { pointResults, type PointResult } from '../../../src/verify/point.ts';
import type { Prober } from '../../../src/verify/prober.ts';
import { checklist } from '../../../src/verify/points.ts';
import { rightsOf } from '../../../src/verify/rights.ts';
import type { Identity, Listener, RefusedCertificate, World } from '../../../src/verify/world.ts';
import {
  around,
  type Ca,
  clientPair,
  crlOf,
  day,
  type KeyPair,
  newCa,
  pemOf,
  revocationOf,
  serverPair,
} from '../../agent/site.ts';
import { type BrokerUnderTest, currentUser, freePorts, runningBroker, scratchDirectory } from '../mosquitto.ts';

const header = 'apiVersion: mqttsecurity.io/v1alpha1\n';
const device = (name: string, template: string, authentication: string) => `---
${header}kind: MqttDevice
metadata: { name: ${name}, namespace: plant }
spec:
  brokerRef: { name: main }
  templateRefs: [{ name: ${template} }]
  authentication: ${authentication}
`;
const byCertificate = '{ type: Certificate, certificate: { template: {} } }';

/** Who may do what on the broker of `goodAcl`. */
const manifests = `${header}kind: MqttBroker
metadata: { name: main, namespace: plant }
spec:
  mosquitto: { version: '2.0' }
  listeners:
    - { name: certificates, port: 8883, authentication: Certificate }
    - { name: passwords, port: 8884, authentication: Password }
  tls: { serverCertificate: { issuerRef: { name: servers } } }
  clientCertificates: { issuerRef: { name: devices } }
  limits: { maxPacketSizeBytes: 65536 }
---
${header}kind: AclTemplate
metadata: { name: sensor, namespace: plant }
spec:
  role: Device
  rules:
    - { actions: [Publish], topic: 'sensors/{device}/#' }
    - { actions: [Subscribe], topic: 'commands/{device}/#' }
---
${header}kind: AclTemplate
metadata: { name: backend, namespace: plant }
spec:
  role: Backend
  rules:
    - { actions: [Subscribe], topic: 'sensors/+/#' }
    - { actions: [Publish], topic: 'commands/+/#' }
${device('s-1', 'sensor', byCertificate)}${device('s-2', 'sensor', byCertificate)}${device('backend', 'backend', '{ type: Password, password: { generate: {} } }')}`;

const goodAcl = `user backend
topic read sensors/+/#
topic write commands/+/#
user s-1
topic write sensors/s-1/#
topic read commands/s-1/#
user s-2
topic write sensors/s-2/#
topic read commands/s-2/#
`;

/** Everything the broker is made of, as text. */
export interface Parts {
  /** What clients are checked against. */
  readonly ca: string;
  readonly crl: string;
  readonly server: KeyPair;
  readonly acl: string;
  readonly global: readonly string[];
  readonly certificates: readonly string[];
  readonly passwords: readonly string[];
  /** Beside the two listeners. */
  readonly more: readonly string[];
}

export interface Site {
  readonly parts: Parts;
  readonly world: World;
  readonly ca: Ca;
  readonly foreignCa: Ca;
  readonly plainPort: number;
  /** A list on which one more certificate is. */
  revoking(keyPair: KeyPair): string;
  readonly prober: Prober;
  /** Acts while a broker runs that is spoiled so. */
  withBroker<T>(act: () => Promise<T>, spoil?: (parts: Parts) => Parts): Promise<T>;
  /** What the checklist says of a broker that is spoiled so. */
  results(spoil?: (parts: Parts) => Parts, seen?: (world: World) => World): Promise<readonly PointResult[]>;
}

const password = 'correct horse battery staple';

export async function verifySite(broker: BrokerUnderTest): Promise<Site> {
  const now = new Date();
  const directory = scratchDirectory();
  const at = (name: string) => path.join(directory, name);
  const [certificatePort = 0, passwordPort = 0, plainPort = 0] = await freePorts(3);
  const [ca, foreignCa] = [newCa('devices', now), newCa('elsewhere', now)];
  const revoked = clientPair(ca, 's-3', around(now));
  const ended = clientPair(ca, 's-4', {
    notBefore: new Date(now.getTime() - 2 * day),
    notAfter: new Date(now.getTime() - day),
  });
  writeFileSync(at('passwords'), `backend:${passwordHash(password, Buffer.alloc(12, 7))}\n`);
  const tls = [
    `certfile ${at('server.crt')}`,
    `keyfile ${at('server.key')}`,
    'tls_version tlsv1.2',
    'ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384',
    'use_username_as_clientid true',
  ];
  const parts: Parts = {
    ca: ca.pem,
    crl: crlOf(ca, 1, now, [revocationOf(ca, revoked, now)]),
    server: serverPair(ca, around(now)),
    acl: goodAcl,
    global: [
      `user ${currentUser}`,
      'allow_anonymous false',
      'set_tcp_nodelay true',
      'check_retain_source true',
      'max_packet_size 65536',
      `acl_file ${at('acl')}`,
      `password_file ${at('passwords')}`,
    ],
    certificates: [
      `listener ${String(certificatePort)} 127.0.0.1`,
      ...tls,
      `cafile ${at('ca')}`,
      `crlfile ${at('crl')}`,
      'require_certificate true',
      'use_identity_as_username true',
    ],
    passwords: [`listener ${String(passwordPort)} 127.0.0.1`, ...tls],
    more: [],
  };
  const listener = (port: number, authentication: Listener['authentication']): Listener => ({
    ...{ host: 'localhost', port, tls: true, webSockets: false, authentication, ca: ca.pem },
  });
  const [mtls, basic] = [listener(certificatePort, 'Certificate'), listener(passwordPort, 'Password')];
  const sensor = (name: string): Identity => ({ name, listener: mtls, keyPair: clientPair(ca, name, around(now)) });
  const refused = (why: RefusedCertificate['why'], keyPair: RefusedCertificate['keyPair']) => ({
    ...{ name: `the ${why.toLowerCase()} certificate`, why, keyPair },
  });
  const { fleet, findings } = parseManifests([{ name: 'plant.yaml', text: manifests }]);
  const main = fleet.brokers.get('plant/main');
  const oracle = oracleOf(fleet, now);
  if (!main || !oracle.ok) throw new Error(`read manifests: ${findings.map(({ message }) => message).join('; ')}`);
  const world: World = {
    listeners: [mtls, basic],
    identities: [sensor('s-1'), sensor('s-2'), { name: 'backend', listener: basic, password }],
    refused: [
      refused('Revoked', revoked),
      refused('Expired', ended),
      refused('Foreign', clientPair(foreignCa, 's-1', around(now))),
    ],
    plainPorts: [{ host: 'localhost', port: plainPort }],
    rights: rightsOf(fleet, main, oracle.value),
    maxPacketBytes: 65_536,
    probe: 'mqttsec-verify-test',
    now,
  };
  const prober = networkProber(15_000);
  const withBroker: Site['withBroker'] = async (act, spoil = (good) => good) => {
    const spoiled = spoil(parts);
    for (const name of ['ca', 'crl', 'acl'] as const) writeFileSync(at(name), spoiled[name]);
    writeFileSync(at('server.crt'), spoiled.server.certificate);
    writeFileSync(at('server.key'), spoiled.server.key);
    const { global, certificates, passwords, more } = spoiled;
    const lines = [...global, ...certificates, ...passwords, ...more];
    const running = await runningBroker(broker, directory, `${lines.join('\n')}\n`);
    try {
      return await act();
    } finally {
      await running.stop();
    }
  };
  return {
    parts,
    world,
    prober,
    ca,
    foreignCa,
    plainPort,
    revoking: (keyPair) =>
      crlOf(
        ca,
        2,
        now,
        [revoked, keyPair].map((one) => revocationOf(ca, one, now)),
      ),
    withBroker,
    results: (spoil, seen = (whole) => whole) =>
      withBroker(() => pointResults(checklist(systemRandom), seen(world), prober), spoil),
  };
}

/** A server certificate for this name alone, with a key on P-256 or of RSA. */
export function serverNamed(name: string, { signer }: Ca, now: Date, algorithm: 'EC' | 'RSA' = 'EC'): KeyPair {
  const { publicKey, privateKey } =
    algorithm === 'EC'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('rsa', { modulusLength: 2048 });
  const use = { kind: 'Server', dnsNames: [name], ipAddresses: [] } as const;
  const content = { commonName: name, publicKey, use, ...around(now), serialBytes: systemRandom.bytes(16) };
  return { certificate: signedCertificate(content, signer), key: pemOf(privateKey) };
}

/** The lines without those that begin so, and with others at the end. */
export function changed(lines: readonly string[], without: string, ...others: readonly string[]): readonly string[] {
  return [...lines.filter((line) => !line.startsWith(without)), ...others];
}
