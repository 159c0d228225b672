/** For each check of the gate one set that only this check refuses; `test/broker/agent/gate.test.ts` gives them to real brokers. */
import { generateKeyPairSync } from 'node:crypto';
import { aclText, implicitPatterns } from '../../src/domain/acl/file.ts';
import { confText } from '../../src/domain/broker/conf.ts';
import type { Bundle } from '../../src/domain/bundle/content.ts';
import { signedCertificate } from '../../src/domain/pki/issue.ts';
import { pemText } from '../../src/domain/pki/pem.ts';
import { joined } from '../../src/domain/pieces.ts';
import { candidateOf } from '../../src/agent/candidate.ts';
import type { GateInput } from '../../src/agent/gate.ts';
import {
  around,
  brokerName,
  bundleOf,
  crlOf,
  day,
  deviceCertificate,
  type KeyPair,
  newCa,
  partsOf,
  pemOf,
  revocationOf,
  serverPair,
  type Site,
  type SiteDevice,
  type SiteSet,
  valueOf,
} from './site.ts';

/** A good set of a site, and the one that was loaded before it. */
export interface Sets {
  readonly site: Site;
  readonly devices: readonly SiteDevice[];
  readonly good: SiteSet;
  readonly loaded: Bundle;
  readonly next: Bundle;
}

export const devices: readonly SiteDevice[] = [
  { identity: 'a', lines: [{ access: 'readwrite', topic: 'dev/a/#' }] },
  { identity: 'b', lines: [{ access: 'readwrite', topic: 'dev/b/#' }], password: 'correct horse' },
];

/** Revision 5 of a site: devices a and b, and a certificate of c that was revoked in the loaded revision 4 already. */
export function setsOf(site: Site, revoked = deviceCertificate(site, 'c')): Sets {
  const revocations = [revocationOf(site.ca, revoked, site.now)];
  const notices = [{ identity: 'a', fingerprint: 'aa'.repeat(32) }];
  const good: SiteSet = { revision: 5, devices, revocations, notices, crlNumber: 5 };
  const loaded = bundleOf(site, { ...good, revision: 4, crlNumber: 4 });
  return { site, devices, good, loaded, next: bundleOf(site, good) };
}

export function inputOf({ site, loaded }: Sets, next: Bundle): GateInput {
  return {
    next: candidateOf(next),
    loaded: candidateOf(loaded),
    now: site.now,
    broker: brokerName,
    directory: site.conf.aclFile.replace(/\/acl$/, ''),
    mosquittoVersion: site.conf.dialect.version === '2.0' ? '2.0.11' : '2.1.2',
  };
}

/** Gives the bad set; it may change the loaded one and what else the gate looks at. */
export type BadSet = (sets: Sets) => GateInput;

const withParts = (parts: NonNullable<SiteSet['parts']>): BadSet => {
  return (sets) => inputOf(sets, bundleOf(sets.site, { ...sets.good, parts }));
};

/** The set with one part made by a function of the good one's. */
const withPart = (name: keyof Bundle['parts'], change: (text: string, sets: Sets) => string): BadSet => {
  return (sets) => withParts({ [name]: change(joined(sets.next.parts[name]), sets) })(sets);
};

const withGood = (change: (sets: Sets) => Partial<SiteSet>): BadSet => {
  return (sets) => inputOf(sets, bundleOf(sets.site, { ...sets.good, ...change(sets) }));
};

/** The last byte of the DER is part of the signature. */
function withBrokenSignature(pem: string): string {
  const der = Buffer.from(pem.split('\n').slice(1, -2).join(''), 'base64');
  der.writeUInt8(der.readUInt8(der.length - 1) ^ 1, der.length - 1);
  return pemText('X509 CRL', der);
}

export const badSets: Readonly<Record<string, BadSet>> = {
  BrokerIsOurs: (sets) => ({ ...inputOf(sets, sets.next), broker: 'other' }),
  ContentHash: (sets) => {
    const { parts } = sets.next;
    // One bit of a topic: it reads well, and gives device a the tree of device `c`.
    return inputOf(sets, { ...sets.next, parts: { ...parts, acl: [joined(parts.acl).replace('dev/a/#', 'dev/c/#')] } });
  },
  RevisionNotLower: withGood(() => ({ revision: 3 })),
  ConfAllowed: withPart('mosquitto.conf', (text) =>
    text.replace('allow_anonymous false', 'allow_anonymous true').replaceAll('use_username_as_clientid true\n', ''),
  ),
  DynamicSecurity: withPart('mosquitto.conf', (text, { site: { conf } }) => {
    const directory = conf.dialect.version === '2.1' ? conf.dialect.pluginDirectory : '/usr/lib/mosquitto';
    return `${text}plugin ${directory}/mosquitto_dynamic_security.so\n`;
  }),
  ConfPaths: (sets) => withParts({ 'mosquitto.conf': confText({ ...sets.site.conf, aclFile: '/dev/null' }) })(sets),
  ConfDialect: (sets) => {
    const dialect = { version: '2.1', pluginDirectory: '/usr/lib/mosquitto' } as const;
    const input = withParts({ 'mosquitto.conf': confText({ ...sets.site.conf, dialect }) })(sets);
    return { ...input, mosquittoVersion: '2.0.11' };
  },
  AclParses: withPart('acl', (text) => text.replace('topic readwrite dev/a/#', 'topic bogus dev/a/#')),
  AclLeavesProbesAlone: withGood(() => ({
    parts: {
      acl: valueOf(
        aclText({
          patterns: [...implicitPatterns, { access: 'readwrite', topic: '$mqttsec/#' }],
          users: devices.map(({ identity, lines }) => ({ name: identity, lines })),
        }),
      ),
    },
  })),
  AclUsersAreIdentities: withPart('acl', (text) => `${text}user c\ntopic readwrite dev/c/#\n`),
  PasswordsParse: withPart('passwords', (text) => text.replace('$7$', '$9$')),
  IdentitiesParse: withPart('identities', (text) => text.replace(' Certificate ', ' Certficate ')),
  IdentitiesNotReserved: withGood(() => ({ devices: [...devices, { identity: 'mqttsec-agent-0', lines: [] }] })),
  PasswordsFitIdentities: withPart('passwords', () => ''),
  NoticesParse: withGood(() => ({ parts: { notices: '{}\n' } })),
  NoticesAreForIdentities: withGood(() => ({ notices: [{ identity: 'c', fingerprint: 'ab'.repeat(32) }] })),
  RevocationsParse: withPart('revocations', (text) => text.replace(' KeyCompromise ', ' Compromised ')),
  ServerKeyPair: (sets) => {
    const dates = { notBefore: sets.site.now, notAfter: new Date(sets.site.now.getTime() + day) };
    const other = serverPair(sets.site.ca, dates);
    const server = { certificate: sets.site.server.certificate, key: other.key };
    return inputOf(sets, bundleOf(sets.site, { ...sets.good, server }));
  },
  CaChain: withPart('ca', (text) => text.slice(0, text.length / 2)),
  CrlParses: withPart('crl', (text) => text.slice(0, text.length / 2)),
  CrlSigned: withPart('crl', (text, { site, good }) => {
    // The broker prefers the later of two CRLs of one CA (facts 2.7), whatever its signature is worth.
    const later = { from: -60_000, to: day };
    return text + withBrokenSignature(crlOf(site.ca, 6, site.now, good.revocations ?? [], later));
  }),
  CrlInDate: withPart('crl', (_, { site, good }) =>
    crlOf(site.ca, 5, site.now, good.revocations ?? [], { from: -2 * day, to: -day }),
  ),
  CrlForEachCa: (sets) => {
    const { ca, now } = sets.site;
    const second = newCa('second', now);
    return withParts({ ca: ca.pem + second.pem, crl: crlOf(second, 1, now, []) })(sets);
  },
  CrlNumberNotLower: withGood(() => ({ crlNumber: 3 })),
  RevokedInCrl: withPart('crl', (_, { site }) => crlOf(site.ca, 5, site.now, [])),
  RevocationsKept: withGood(() => ({ revocations: [] })),
  NothingGivenBack: (sets) => {
    const narrower = devices.map((device) => (device.identity === 'a' ? { ...device, lines: [] } : device));
    return { ...inputOf(sets, sets.next), placed: partsOf(sets.site, { ...sets.good, devices: narrower }) };
  },
};

/** A pair of this CA with a key that OpenSSL finds too short. */
function weakPair({ ca, now }: Site): KeyPair {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
  const use = { kind: 'Server', dnsNames: ['localhost'], ipAddresses: [] } as const;
  const content = { commonName: 'weak', publicKey, use, ...around(now), serialBytes: Buffer.of(9) };
  return { certificate: signedCertificate(content, ca.signer), key: pemOf(privateKey) };
}

/** A list that ends in a full line of base64, with an empty line behind that. */
function withEmptyLine({ site, good }: Sets): string {
  for (
    let entries = good.revocations ?? [];
    ;
    entries = [...entries, revocationOf(site.ca, deviceCertificate(site, 'x'), site.now)]
  ) {
    const pem = crlOf(site.ca, 5, site.now, entries);
    const [last = ''] = pem.split('\n').slice(-3);
    if (last.length === 64 && !last.endsWith('=')) return pem.replace('\n-----END', '\n\n-----END');
  }
}

/** Sets that look good and are not, with the check that refuses each. */
export const deceptiveSets: Readonly<Record<string, readonly [check: string, BadSet]>> = {
  'a revocation list with an empty line': ['CrlParses', withPart('crl', (_, sets) => withEmptyLine(sets))],
  'a later list of the CA that lacks a serial, before the one that has it': [
    'RevokedInCrl',
    withPart('crl', (text, { site }) => crlOf(site.ca, 6, site.now, [], { from: -60_000 }) + text),
  ],
  'a server key that is too short': ['ServerKeyPair', withGood(({ site }) => ({ server: weakPair(site) }))],
  'a chain of the server with a key that is too short': [
    'ServerKeyPair',
    withGood(({ site }) => {
      const { certificate, key } = site.server;
      return { server: { certificate: certificate + weakPair(site).certificate, key } };
    }),
  ],
};
