import assert from 'node:assert/strict';
import { parseAcl } from '../../../src/domain/acl/file-parser.ts';
import { parsePasswords } from '../../../src/domain/broker/passwords.ts';
import { chunkCountsOf, chunkHashes, joinParts } from '../../../src/domain/bundle/chunks.ts';
import { compileBroker, type CompileInput } from '../../../src/domain/bundle/compile.ts';
import { chunkLimitBytes } from '../../../src/domain/bundle/content.ts';
import { parseIdentities } from '../../../src/domain/bundle/identities.ts';
import { type Device, type FleetObjects, type WatchRule, withDevice } from '../../../src/domain/fleet.ts';
import { ShardedMap, shardOf } from '../../../src/domain/sharded.ts';
import { aBroker, aDevice, aFleet, allow, aTemplate, aTemplateUse, deny, mainBroker } from '../../fixtures.ts';
import {
  aCertificate,
  anInput,
  aRevocation,
  caKeyId,
  certificatesOf,
  changedChunks,
  contentOf,
  deviceCa,
  givenHash,
  hour,
  otherCaKeyId,
  partsOf,
  start,
} from './compile-fixtures.ts';

const patterns = aBroker({ acl: { layout: 'Patterns', defaultTemplates: [] } });
const byPassword = { type: 'Password', password: { kind: 'Hash', hash: givenHash } } as const;

function inputOf(objects: FleetObjects, overrides: Partial<CompileInput> = {}): CompileInput {
  const devices = objects.devices ?? [aDevice()];
  const certificates = devices.filter(({ authentication }) => authentication.type === 'Certificate');
  return anInput({
    fleet: aFleet(objects),
    certificates: certificatesOf(...certificates.map(({ identity }) => aCertificate(identity))),
    passwordLines: ShardedMap.from(
      devices.filter(({ authentication }) => authentication.type === 'Password').map((d) => [d.identity, givenHash]),
    ),
    ...overrides,
  });
}

describe('the identities part', () => {
  const devices = (['Device', 'Backend', 'Admin'] as const).map((role) =>
    aDevice(role.toLowerCase(), { templates: [aTemplateUse(role.toLowerCase())] }),
  );
  const templates = (['Device', 'Backend', 'Admin'] as const).map((role) =>
    aTemplate({ origin: { name: role.toLowerCase() }, role, rules: [allow('Publish', 'x/{device}')] }),
  );
  const monitoring = { aclViolations: 'Disabled', observe: 'Disabled' } as const;
  const rolesBy = (rules: readonly WatchRule[]) => {
    const broker = aBroker({ monitoring: { ...monitoring, rules } });
    const { identities } = partsOf(inputOf({ brokers: [broker], devices, templates }));
    const read = parseIdentities(identities);
    return read.ok
      ? [...read.value.values()].flatMap(({ identity, role }) => (role ? [`${identity} ${role}`] : []))
      : [];
  };

  it('tells roles where rules differ by them, and only there', () => {
    const rule = { event: 'Flood', alert: 'Disabled' } as const;
    assert.deepEqual(rolesBy([{ ...rule, role: 'Device' }]), ['admin Admin', 'backend Backend']);
    assert.deepEqual(rolesBy([{ ...rule, role: 'Any' }]), []);
    assert.deepEqual(rolesBy([]), []);
  });
});

const implicit = 'pattern read $mqttsec/%u/certificate\npattern write $mqttsec/%u/certificate/ack\n';

describe('the acl part', () => {
  const devices = [
    aDevice('sensor-1', {
      groups: ['hall-2'],
      templates: [aTemplateUse('sensor'), aTemplateUse('member')],
      rules: [allow(['Publish', 'Subscribe'], 'boards/{device}', { expiresAt: hour(5) })],
    }),
    aDevice('sensor-2', { suspended: true }),
    aDevice('sensor-3', { expiresAt: hour(10) }),
    aDevice('sensor-4', { revoked: { reason: 'KeyCompromise' } }),
    aDevice('sensor-5'),
    aDevice('broken', { templates: [aTemplateUse('missing')] }),
  ];
  const templates = [
    aTemplate(),
    aTemplate({
      origin: { name: 'member' },
      rules: [allow('Subscribe', 'groups/{group}/#'), deny('groups/{group}/secret')],
    }),
  ];
  const lockouts = ShardedMap.from([['sensor-5', hour(1)]]);

  it('in layout PerIdentity has a block for each identity that may be connected', () => {
    const blocks: Record<string, string> = {
      'sensor-1':
        'topic deny groups/hall-2/secret\ntopic write sensors/sensor-1/#\ntopic read commands/sensor-1\n' +
        'topic read groups/hall-2/#\n# until 2026-01-01T05:00:00.000Z\ntopic readwrite boards/sensor-1\n',
      'sensor-2': 'topic deny #\ntopic deny $mqttsec/#\n',
      'sensor-3': 'topic write sensors/sensor-3/#\ntopic read commands/sensor-3\n',
      'sensor-5': 'topic deny #\ntopic deny $mqttsec/#\n',
    };
    const { acl } = partsOf(inputOf({ devices, templates }, { lockouts }));
    assert.equal(acl.slice(0, implicit.length), implicit);
    for (const [name, lines] of Object.entries(blocks)) assert.ok(acl.includes(`user ${name}\n${lines}`), name);
    assert.ok(acl.includes('# until 2026-01-01T10:00:00.000Z\nuser sensor-3\n'));
    assert.equal(acl.match(/^user /gm)?.length, 4);
  });

  it('in layout Patterns folds what every active identity may do, and denies by name who was taken off', () => {
    const { acl } = partsOf(inputOf({ brokers: [patterns], devices, templates }, { lockouts }));
    const folded = `${implicit}pattern read commands/%u\npattern write sensors/%u/#\n`;
    const blocks: Record<string, string> = {
      'sensor-1':
        'topic deny groups/hall-2/secret\n' +
        'topic read groups/hall-2/#\n# until 2026-01-01T05:00:00.000Z\ntopic readwrite boards/sensor-1\n',
      'sensor-2': 'topic deny #\ntopic deny $mqttsec/#\n',
      'sensor-3': '',
      'sensor-4': 'topic deny #\ntopic deny $mqttsec/#\n',
      'sensor-5': 'topic deny #\ntopic deny $mqttsec/#\n',
      broken: 'topic deny #\ntopic deny $mqttsec/#\n',
    };
    assert.equal(acl.slice(0, folded.length), folded);
    for (const [name, lines] of Object.entries(blocks)) assert.ok(acl.includes(`user ${name}\n${lines}`), name);
    assert.equal(acl.match(/^user /gm)?.length, 6);
  });

  it('in layout Patterns is a few lines, however many devices there are', () => {
    const many = Array.from({ length: 500 }, (_, i) => aDevice(`sensor-${i}`));
    const { acl } = partsOf(inputOf({ brokers: [patterns], devices: many }));
    assert.equal(acl, `${implicit}pattern read commands/%u\npattern write sensors/%u/#\n`);
  });

  it('in layout Patterns gives nothing to all that one active identity does not have', () => {
    const admin = aDevice('admin', { templates: [] });
    const { acl } = partsOf(inputOf({ brokers: [patterns], devices: [aDevice(), admin] }));
    assert.equal(acl, `${implicit}user sensor-1\ntopic write sensors/sensor-1/#\ntopic read commands/sensor-1\n`);
  });

  it('denies a former device by name until its last certificate can open no session', () => {
    const gone = inputOf(
      { brokers: [patterns] },
      {
        revocations: [aRevocation('former', { notAfter: hour(8) })],
      },
    );
    const denied = 'user former\ntopic deny #\ntopic deny $mqttsec/#\n';
    assert.ok(partsOf(gone, hour(11)).acl.endsWith(denied));
    assert.ok(!partsOf(gone, hour(12)).acl.includes('former'));
    assert.deepEqual(compileBroker(gone, hour(9)).nextChangeAt, hour(12));
  });

  it('denies the $ roots that patterns open', () => {
    const template = aTemplate({ role: 'Admin', rules: [allow('Subscribe', '$SYS/broker/uptime')] });
    const devices = [aDevice(), aDevice('sensor-2', { suspended: true })];
    const { acl } = partsOf(inputOf({ brokers: [patterns], templates: [template], devices }));
    assert.ok(acl.includes('pattern read $SYS/broker/uptime\n'));
    assert.ok(acl.endsWith('user sensor-2\ntopic deny #\ntopic deny $SYS/#\ntopic deny $mqttsec/#\n'));
  });
});

describe('what becomes of an identity', () => {
  const device = (changes: Partial<Device>) => inputOf({ devices: [aDevice('sensor-1', changes)] });
  const cases: Record<string, [input: CompileInput, state: string, listed: string | undefined, until?: Date]> = {
    'it is active': [device({}), 'Active', 'certificate', hour(24)],
    'it is suspended': [device({ suspended: true }), 'Suspended', 'certificate', hour(24)],
    'it is locked out': [
      { ...device({}), lockouts: ShardedMap.from([['sensor-1', hour(1)]]) },
      'Locked',
      'certificate',
      hour(24),
    ],
    'its lockout is over': [
      { ...device({}), lockouts: ShardedMap.from([['sensor-1', start]]) },
      'Active',
      'certificate',
      hour(24),
    ],
    'it is revoked': [device({ revoked: { reason: 'KeyCompromise' } }), 'Revoked', undefined],
    'it has expired': [device({ expiresAt: start }), 'Expired', undefined],
    'it expires before its certificate': [device({ expiresAt: hour(3) }), 'Active', 'certificate', hour(3)],
    'it does not resolve': [device({ templates: [aTemplateUse('missing')] }), 'Refused', undefined],
    'it was renewed': [
      {
        ...device({}),
        certificates: certificatesOf(
          aCertificate('sensor-1'),
          aCertificate('sensor-1', { serial: '20', notAfter: hour(48) }),
        ),
      },
      'Active',
      'certificate',
      hour(48),
    ],
    'all its certificates have ended': [
      { ...device({}), certificates: certificatesOf(aCertificate('sensor-1', { notAfter: start })) },
      'Expired',
      undefined,
    ],
    'it has no certificate yet': [{ ...device({}), certificates: ShardedMap.empty() }, 'Active', '-'],
    'its only certificate was taken back': [{ ...device({}), revocations: [aRevocation('sensor-1')] }, 'Active', '-'],
    'its certificate is on hold': [
      { ...device({}), revocations: [aRevocation('sensor-1', { reason: 'CertificateHold' })] },
      'Active',
      'certificate',
      hour(24),
    ],
    'its certificate is of a CA that is not trusted': [
      { ...device({}), certificates: certificatesOf(aCertificate('sensor-1', { caKeyId: otherCaKeyId })) },
      'Active',
      '-',
    ],
    'it has a password': [device({ authentication: byPassword }), 'Active', '32'],
    'its password was not made yet': [
      { ...device({ authentication: byPassword }), passwordLines: ShardedMap.empty() },
      'Active',
      '-',
    ],
  };
  for (const [name, [input, state, credential, until]] of Object.entries(cases)) {
    it(`when ${name}: ${state}`, () => {
      const compiled = compileBroker(input, start);
      const status = compiled.statuses.get('sensor-1');
      assert.equal(status?.state, state);
      const listed = parseIdentities(partsOf(input).identities);
      assert.ok(listed.ok);
      const line = listed.value.get('sensor-1');
      assert.equal(line === undefined, credential === undefined);
      const actual = line && (line.credentialHash ?? '-');
      assert.equal(actual?.length === 32 ? '32' : actual, credential);
      assert.deepEqual(line?.until, until);
      assert.deepEqual(status.until, until);
      assert.equal(status.rulesHash === '', credential === undefined);
    });
  }

  it('a hold that becomes a revocation ends the credential, also after an earlier compile', () => {
    const held = { ...device({}), revocations: [aRevocation('sensor-1', { reason: 'CertificateHold' })] };
    const revoked = { ...held, revocations: [aRevocation('sensor-1', { reason: 'KeyCompromise' })] };
    const next = compileBroker(revoked, start, compileBroker(held, start));
    assert.match(joinParts(contentOf(next)).identities, /^sensor-1 Certificate \w+ - -$/m);
  });

  it('a password that not every Mosquitto reads is left out and reported, with the device and the rest in place', () => {
    const devices = [aDevice('a', { authentication: byPassword }), aDevice('b', { authentication: byPassword })];
    const passwordLines = ShardedMap.from([
      ['a', '$argon2id$x'],
      ['b', givenHash],
    ]);
    const compiled = compileBroker(inputOf({ devices }, { passwordLines }), start);
    assert.equal(partsOf(inputOf({ devices }, { passwordLines })).passwords, `b:${givenHash}\n`);
    assert.deepEqual(
      compiled.findings.map(({ code, object }) => [code, object?.name]),
      [['MQS107', 'a']],
    );
  });

  it('a device with a token is let in by nothing, whatever is left of what it had', () => {
    const devices = [aDevice('a', { authentication: { type: 'Token' } })];
    const input = inputOf(
      { devices, brokers: [aBroker({ tokenIssuers: [] })] },
      { passwordLines: ShardedMap.from([['a', givenHash]]) },
    );
    const { passwords, identities } = partsOf(input);
    assert.equal(passwords, '');
    assert.match(identities, /^a Password \w+ - -$/m);
    const { findings } = compileBroker(input, start);
    assert.deepEqual(
      findings.map(({ code, severity }) => [code, severity]),
      [['MQS307', 'Info']],
    );
  });

  it('the older of two claims has the identity, and keeps it when it is revoked', () => {
    const older = aDevice('older', { identity: 'x', origin: { createdAt: hour(0) } });
    const younger = aDevice('younger', { identity: 'x', origin: { createdAt: hour(1) }, suspended: true });
    for (const [claim, state] of [
      [older, 'Active'],
      [{ ...older, revoked: { reason: 'KeyCompromise' } as const }, 'Revoked'],
      [{ ...older, templates: [aTemplateUse('missing')] }, 'Refused'],
    ] as const) {
      const status = compileBroker(inputOf({ devices: [younger, claim] }), start).statuses.get('x');
      assert.deepEqual([status?.state, status?.device], [state, 'plant/older']);
      assert.ok(status?.findings.some(({ code, object }) => code === 'MQS047' && object?.name === 'younger'));
    }
  });

  it('claims are looked at again when two brokers turn out to trust one CA', () => {
    const { clientCertificates } = aBroker();
    assert.ok(clientCertificates);
    const issuer = { ...clientCertificates.issuer, name: 'others' };
    const second = aBroker({
      origin: { name: 'second' },
      clientCertificates: { ...clientCertificates, issuer, trustedCas: [] },
    });
    const older = aDevice('older', { identity: 'x', broker: 'plant/second', origin: { createdAt: hour(0) } });
    const younger = aDevice('younger', { identity: 'x', origin: { createdAt: hour(1) } });
    const input = inputOf({ brokers: [aBroker(), second], devices: [older, younger] });
    const before = compileBroker(input, start);
    const caKeys = new Map([mainBroker, 'plant/second' as const].map((key) => [key, new Set([caKeyId])]));
    const after = compileBroker({ ...input, fleet: { ...input.fleet, caKeys } }, start, before);
    assert.deepEqual(
      [before, after].map(({ statuses }) => statuses.get('x')?.state),
      ['Active', 'Refused'],
    );
  });

  it('a name that only agents have takes only its own device out: the gate would refuse the whole set', () => {
    const compiled = compileBroker(inputOf({ devices: [aDevice(), aDevice('mqttsec-agent-1')] }), start);
    assert.equal(compiled.statuses.get('mqttsec-agent-1')?.state, 'Refused');
    assert.equal(compiled.statuses.get('sensor-1')?.state, 'Active');
  });

  it('a value that would add lines takes only its own device out', () => {
    const evil = allow('Publish', '{device}/x');
    const smuggled = { kind: 'literal', text: 'x\nuser sensor-1\ntopic readwrite #' } as const;
    const rule = { ...evil, pattern: [...evil.pattern.slice(0, 1), smuggled] };
    const devices = [aDevice(), aDevice('evil', { rules: [rule] })];
    const compiled = compileBroker(inputOf({ devices }), start);
    const status = compiled.statuses.get('evil');
    assert.deepEqual([status?.state, status?.findings.map(({ code }) => code)], ['Refused', ['MQS100']]);
    assert.ok(!partsOf(inputOf({ devices })).acl.includes('topic readwrite #'));
    assert.equal(compiled.statuses.get('sensor-1')?.state, 'Active');
  });
});

describe('certificates of one identity', () => {
  const until = (compiled: ReturnType<typeof compileBroker>) =>
    joinParts(contentOf(compiled)).identities.trim().split(' ').slice(4);
  const former = aCertificate('sensor-1', { notAfter: hour(6) });
  const newer = aCertificate('sensor-1', { serial: '2f', notAfter: hour(24) });

  it('have the broker reloaded when one ends that another one outlives, for its TLS tickets', () => {
    const input = anInput({ certificates: certificatesOf(former, newer) });
    const before = compileBroker(input, start);
    assert.deepEqual(until(before), [hour(24).toISOString(), hour(6).toISOString()]);
    assert.deepEqual(before.nextChangeAt, hour(6));
    const after = compileBroker(input, hour(6), before);
    assert.deepEqual([until(after), after.nextChangeAt], [[hour(24).toISOString()], hour(24)]);
  });

  it('need no reload at their ends where none is outlived', () => {
    const same = compileBroker(anInput({ certificates: certificatesOf(newer) }), start);
    assert.deepEqual(until(same), [hour(24).toISOString()]);
  });
});

describe('a bundle', () => {
  const devices = Array.from({ length: 3000 }, (_, i) =>
    aDevice(`sensor-${i}`, i % 3 === 0 ? { authentication: byPassword } : {}),
  );
  const input = inputOf({ brokers: [aBroker({ version: '2.1' })], devices });
  const first = compileBroker(input, start);

  it('reads back with the parsers of the gate', () => {
    const parts = partsOf(input);
    const [acl, passwords, identities] = [
      parseAcl(parts.acl),
      parsePasswords(parts.passwords),
      parseIdentities(parts.identities),
    ];
    assert.ok(acl.ok && passwords.ok && identities.ok);
    assert.deepEqual([acl.value.users.length, passwords.value.size, identities.value.size], [3000, 1000, 3000]);
  });

  it('does not depend on the order in which devices came', () => {
    const few = devices.slice(0, 1200);
    assert.ok(new Set(few.map(({ identity }) => shardOf(identity))).size < few.length);
    const ordered = (some: readonly Device[]) => contentOf(compileBroker(inputOf({ devices: some }), start)).hash;
    assert.equal(ordered(few.toReversed()), ordered(few));
  });

  it('has chunks within the limit, and as many as what is published had', () => {
    const content = contentOf(first);
    const counts = chunkCountsOf({ parts: chunkHashes(content.parts) });
    assert.ok(counts.acl > 1);
    for (const chunk of Object.values(content.parts).flat())
      assert.ok(Buffer.byteLength(chunk.text) <= chunkLimitBytes);
    const grown = { acl: 64, passwords: 32, identities: 64, revocations: 4, notices: 2 };
    const again = contentOf(compileBroker({ ...input, chunkCounts: grown }, start, first));
    assert.deepEqual(chunkCountsOf({ parts: chunkHashes(again.parts) }), grown);
  });

  it('has the same statuses, as one object, while nothing changes, and others when something does', () => {
    assert.equal(compileBroker(input, start, first).statuses, first.statuses);
    const edited = { ...devices[4]!, suspended: true };
    const next = compileBroker({ ...input, fleet: withDevice(input.fleet, edited) }, start, first);
    assert.equal(next.statuses.get('sensor-4')?.state, 'Suspended');
  });

  it('changes in one chunk of the ACL and one of the identities when a device is edited', () => {
    const edited = { ...devices[4]!, rules: [allow('Publish', 'extra/{device}')] };
    const next = compileBroker({ ...input, fleet: withDevice(input.fleet, edited) }, start, first);
    const changed = changedChunks(contentOf(first), contentOf(next)).map((name) => name.replace(/\[.*/, ''));
    assert.deepEqual(changed, ['acl', 'identities']);
  });

  it('changes in nothing that the broker reads when a certificate is renewed', () => {
    const renewed = [aCertificate('sensor-4'), aCertificate('sensor-4', { serial: '99', notAfter: hour(90) })];
    const certificates = input.certificates.set('sensor-4', renewed);
    const next = compileBroker({ ...input, certificates }, start, first);
    const changed = changedChunks(contentOf(first), contentOf(next)).map((name) => name.replace(/\[.*/, ''));
    assert.deepEqual(changed, ['identities']);
    assert.equal(next.statuses.get('sensor-4')?.rulesHash, first.statuses.get('sensor-4')?.rulesHash);
  });

  it('has the same rules hash in both layouts, and another one when a right changes', () => {
    const folded = compileBroker(inputOf({ brokers: [patterns] }), start).statuses.get('sensor-1');
    const whole = compileBroker(inputOf({}), start).statuses.get('sensor-1');
    const more = compileBroker(
      inputOf({ devices: [aDevice('sensor-1', { rules: [allow('Publish', 'extra/{device}')] })] }),
      start,
    );
    assert.equal(folded?.rulesHash, whole?.rulesHash);
    assert.notEqual(more.statuses.get('sensor-1')?.rulesHash, whole?.rulesHash);
  });

  it('has a CRL and CA for each key, once', () => {
    const second = { ...deviceCa, name: 'renewed', certificates: 'RENEWED CERTIFICATE' };
    const parts = partsOf({ ...input, cas: [deviceCa, second] });
    assert.equal(parts.ca, 'CA CERTIFICATE\nRENEWED CERTIFICATE\n');
    assert.equal(parts.crl, 'CRL\n');
  });
});

describe('a bundle as a whole is refused', () => {
  const none = { ...deviceCa, name: 'unchecked', keyId: otherCaKeyId, revocation: 'None' } as const;
  const many = (count: number, rules: number) =>
    Array.from({ length: count }, (_, i) =>
      aDevice(`d-${i}`, { rules: Array.from({ length: rules }, (_, n) => allow('Publish', `sensors/{device}/${n}`)) }),
    );
  const cases: Record<string, [input: CompileInput, code: string]> = {
    'without a CRL that is due': [anInput({ crls: [] }), 'MQS106'],
    'with a CA that has none beside one that has': [anInput({ cas: [deviceCa, none] }), 'MQS106'],
    'without any CA for a certificate listener': [anInput({ cas: [], crls: [] }), 'MQS109'],
    'with more identities than 2.0 loads': [inputOf({ devices: many(8001, 0) }), 'MQS105'],
    'with more rules than 2.0 loads': [inputOf({ devices: many(1000, 39) }), 'MQS105'],
    'with one identity that fills more than a chunk': [
      inputOf({ brokers: [aBroker({ version: '2.1' })], devices: many(1, 15_000) }),
      'MQS105',
    ],
    'with a placement that smuggles a directive in': [
      anInput({ placement: { ...anInput().placement, directory: '/a\nlog_type all' } }),
      'MQS101',
    ],
    'for a broker that does not exist': [anInput({ broker: 'plant/other' }), 'MQS045'],
  };
  for (const [name, [input, code]] of Object.entries(cases)) {
    it(name, () => {
      const compiled = compileBroker(input, start);
      assert.equal(compiled.content, undefined);
      assert.ok(compiled.findings.some((finding) => finding.code === code && finding.severity === 'Error'));
    });
  }

  it('not: the same fleet on 2.1, or in layout Patterns', () => {
    const devices = many(8001, 0);
    for (const broker of [aBroker({ version: '2.1' }), patterns]) {
      assert.ok(compileBroker(inputOf({ brokers: [broker], devices }), start).content);
    }
  });

  it('not: WebSockets that 2.0 cannot bind to one address, but it is said', () => {
    const listeners = [
      { name: 'ws', port: 9001, authentication: 'Password', tls: true, protocol: 'WebSockets' } as const,
    ];
    const local = { ...anInput().placement, bindAddress: '127.0.0.1' };
    const fleet = aFleet({ brokers: [aBroker({ listeners })], devices: [] });
    const compiled = compileBroker(anInput({ fleet, placement: local }), start);
    assert.ok(compiled.content);
    assert.deepEqual(
      compiled.findings.map(({ code, severity }) => [code, severity]),
      [['MQS108', 'Warning']],
    );
  });
});
