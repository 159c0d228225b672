import assert from 'node:assert/strict';
import {
  fleetOf,
  type CertificateSpec,
  type Device,
  type DeviceAuthentication,
  type DeviceCertificate,
} from '../../src/domain/fleet.ts';
import { keyOf } from '../../src/domain/fleet.ts';
import { type ObjectKey } from '../../src/domain/names.ts';
import { emptyLedger, withRevoked } from '../../src/domain/pki/ledger.ts';
import { renewalOf, type HeldCertificate } from '../../src/domain/pki/lineage.ts';
import { isDone, planOf, type LocalFacts } from '../../src/local/plan.ts';
import { withRecords, type DeviceRecord } from '../../src/local/records.ts';

const now = new Date('2026-06-01T00:00:00Z');
const days = (count: number) => new Date(now.getTime() + count * 86_400_000);
const caKeyId = 'ca'.repeat(32);
const key: ObjectKey = 'plant/sensor-1';

const generated: CertificateSpec = {
  key: { kind: 'Generated', privateKey: { algorithm: 'ECDSA', size: 256, rotationPolicy: 'Always' } },
};
const byCertificate: DeviceAuthentication = { type: 'Certificate', template: generated };
const byPassword: DeviceAuthentication = { type: 'Password', password: { kind: 'Generate', revision: 1 } };

function device(changes: Partial<Device> = {}): Device {
  return {
    origin: { kind: 'MqttDevice', namespace: 'plant', name: 'sensor-1' },
    broker: 'plant/main',
    identity: 'sensor-1',
    templates: [],
    groups: [],
    authentication: byCertificate,
    rules: [],
    suspended: false,
    ...changes,
  };
}

function held(changes: Partial<HeldCertificate> = {}): HeldCertificate {
  return {
    identity: 'sensor-1',
    caKeyId,
    serial: '4a',
    notBefore: days(-10),
    notAfter: days(80),
    fingerprint: 'f'.repeat(64),
    keyId: 'e'.repeat(64),
    lineage: key,
    device: key,
    key: 'ECDSA 256',
    issuedAt: days(-10),
    renewBeforeSeconds: 30 * 86_400,
    ...changes,
  };
}

interface Case {
  readonly devices?: readonly Device[];
  readonly certificates?: readonly DeviceCertificate[];
  readonly held?: readonly HeldCertificate[];
  readonly records?: readonly [ObjectKey, DeviceRecord][];
  readonly unreadable?: readonly ObjectKey[];
  readonly isDeclared?: LocalFacts['isDeclared'];
  readonly admitted?: readonly ObjectKey[];
  readonly revoked?: readonly string[];
  readonly passwords?: LocalFacts['passwords'];
}

function facts(given: Case): LocalFacts {
  const devices = given.devices ?? [device()];
  const written = new Map(devices.map((one) => [keyOf(one), one]));
  const records = new Map(given.records);
  const unreadable = new Set(given.unreadable);
  const fleet = fleetOf({ devices, certificates: given.certificates ?? [] });
  const entries = (given.revoked ?? []).map(
    (serial) => ({ ...held({ serial }), reason: 'Superseded', at: now }) as const,
  );
  const declared = new Set<string>([
    ...[...written.keys()].map((name) => `MqttDevice/${name}`),
    ...[...fleet.certificates.keys()].map((name) => `DeviceCertificate/${name}`),
  ]);
  return {
    fleet: withRecords(fleet, records, unreadable),
    written,
    broker: 'plant/main',
    isDeclared: given.isDeclared ?? ((kind, name) => declared.has(`${kind}/${name}`)),
    admitted: new Set(given.admitted ?? written.keys()),
    held: given.held ?? [held()],
    ledger: withRevoked(emptyLedger(caKeyId), entries),
    records,
    unreadable,
    passwords: given.passwords ?? new Map(),
    hashed: [],
  };
}

const plan = (given: Case) => planOf(facts(given), now);
const revocations = (given: Case) => plan(given).revoke.map(({ serial, reason }) => `${serial} ${reason}`);
const issued = (given: Case) => plan(given).issue.map(({ lineage, why }) => `${lineage.key} ${why}`);

describe('plan of a local fleet', () => {
  it('has nothing to do for a device with a good certificate, until its renewal', () => {
    const quiet = plan({});
    assert.ok(isDone(quiet));
    assert.deepEqual(quiet.nextChangeAt, renewalOf(held()));
  });

  const issues: Record<string, [Case, string[]]> = {
    'a new device': [{ held: [] }, ['plant/sensor-1 Missing']],
    'a renewal that is due': [
      { held: [held({ notBefore: days(-65), notAfter: days(25) })] },
      ['plant/sensor-1 RenewalDue'],
    ],
    'a renewal that was asked for': [{ records: [[key, { renewAt: days(-1) }]] }, ['plant/sensor-1 Requested']],
    'a renewal that was asked for and done': [{ records: [[key, { renewAt: days(-11) }]] }, []],
    'another key algorithm': [{ held: [held({ key: 'RSA 2048' })] }, ['plant/sensor-1 KeyRequestChanged']],
    'a certificate of another CA': [{ held: [held({ caKeyId: 'bb'.repeat(32) })] }, ['plant/sensor-1 IssuerChanged']],
    'a certificate that is on the ledger': [{ revoked: ['4a'] }, ['plant/sensor-1 Missing']],
    'files that were lost': [{ held: [held({ supersededAt: days(-10) })] }, ['plant/sensor-1 Missing']],
    'a suspended device': [{ held: [], devices: [device({ suspended: true })] }, []],
    'a revoked device': [{ held: [], devices: [device({ revoked: { reason: 'KeyCompromise' } })] }, []],
    'a device that is past its end': [{ held: [], devices: [device({ expiresAt: days(-1) })] }, []],
    'a device whose rules do not resolve': [{ held: [], admitted: [] }, []],
    'a device of another broker': [{ held: [], devices: [device({ broker: 'plant/other' })] }, []],
    'a device that brings its own certificate': [
      { held: [], devices: [device({ authentication: { type: 'Certificate' } })] },
      [],
    ],
    'a DeviceCertificate': [
      {
        held: [],
        devices: [device({ authentication: { type: 'Certificate' } })],
        certificates: [
          {
            origin: { kind: 'DeviceCertificate', namespace: 'plant', name: 'cert-1' },
            device: key,
            spec: generated,
          },
        ],
      },
      ['plant/cert-1 Missing'],
    ],
  };
  for (const [name, [given, expected]] of Object.entries(issues)) {
    it(`issues ${expected.length === 0 ? 'nothing for' : 'for'} ${name}`, () =>
      assert.deepEqual(issued(given), expected));
  }

  it('refuses a signing request that is none, and says so on its object', () => {
    const authentication: DeviceAuthentication = {
      type: 'Certificate',
      template: { key: { kind: 'Csr', pem: 'no request' } },
    };
    const { issue, findings } = plan({ held: [], devices: [device({ authentication })] });
    assert.deepEqual(issue, []);
    assert.equal(findings[0]?.code, 'MQS082');
    assert.equal(findings[0].object?.name, 'sensor-1');
  });

  it('says that no key store is made where one is asked for', () => {
    const pkcs12 = { passwordSecret: { name: 'p', key: 'password' }, profile: 'Modern2023' } as const;
    const authentication: DeviceAuthentication = { type: 'Certificate', template: { ...generated, pkcs12 } };
    const said = (one: DeviceAuthentication) =>
      plan({ devices: [device({ authentication: one })] }).findings.map(
        ({ code, path, object }) => `${code} ${object?.name ?? ''} ${path}`,
      );
    assert.deepEqual(said(byCertificate), []);
    assert.deepEqual(said(authentication), [
      'MQS222 sensor-1 spec.authentication.certificate.template.keystores.pkcs12',
    ]);
  });

  const successor = device({ origin: { kind: 'MqttDevice', namespace: 'plant', name: 'spare' } });
  const withdrawn: Record<string, [Case, string[]]> = {
    'a revoked device': [{ devices: [device({ revoked: { reason: 'KeyCompromise' } })] }, ['4a KeyCompromise']],
    'a record of revocation': [
      { records: [[key, { revoked: { reason: 'CaCompromise', at: now, fromManifest: false } }]] },
      ['4a CaCompromise'],
    ],
    'a device that is gone': [{ devices: [] }, ['4a CessationOfOperation']],
    'a device that may be in a file that cannot be read': [{ devices: [], isDeclared: () => true }, []],
    'a device that now has a password': [{ devices: [device({ authentication: byPassword })] }, ['4a Superseded']],
    'a device that now has tokens': [{ devices: [device({ authentication: { type: 'Token' } })] }, ['4a Superseded']],
    'a lineage that is gone': [
      { devices: [device({ authentication: { type: 'Certificate' } })] },
      ['4a CessationOfOperation'],
    ],
    'a lineage that may be in a file that cannot be read': [
      { devices: [device({ authentication: { type: 'Certificate' } })], isDeclared: () => true },
      [],
    ],
    'another identity': [{ held: [held({ identity: 'former' })] }, ['4a AffiliationChanged']],
    'a suspended device': [{ devices: [device({ suspended: true })] }, []],
    'a device of another broker': [{ devices: [device({ broker: 'plant/other' })] }, []],
    'a device that may be in a file that cannot be read, while another one has its identity': [
      { devices: [successor], isDeclared: () => true },
      ['4a AffiliationChanged'],
    ],
    'a device that went to another broker, while another one has its identity': [
      { devices: [device({ broker: 'plant/other' }), successor] },
      ['4a AffiliationChanged'],
    ],
    'a device whose identity another one claims as well': [{ devices: [device(), successor] }, []],
    'a former certificate without an end of the overlap': [
      { held: [held({ serial: '49', supersededAt: days(-5) }), held()] },
      [],
    ],
    'a certificate that is on the ledger already': [{ devices: [], revoked: ['4a'] }, []],
  };
  for (const [name, [given, expected]] of Object.entries(withdrawn)) {
    it(`takes back ${expected.length === 0 ? 'nothing for' : 'the certificate of'} ${name}`, () =>
      assert.deepEqual(revocations(given), expected));
  }

  it('ends the overlap of a renewed certificate when it is over, and comes back for that', () => {
    const template: CertificateSpec = { ...generated, revokePreviousAfterSeconds: 2 * 86_400 };
    const devices = [device({ authentication: { type: 'Certificate', template } })];
    const former = (supersededAt: Date) => [held({ serial: '49', supersededAt }), held()];
    assert.deepEqual(revocations({ devices, held: former(days(-2)) }), ['49 Superseded']);
    const later = plan({ devices, held: former(days(-1)) });
    assert.deepEqual(later.revoke, []);
    assert.deepEqual(later.nextChangeAt, days(1));
  });

  it('holds the certificates of suspended devices without writing them down', () => {
    const { holds, revoke } = plan({ devices: [device({ suspended: true })] });
    assert.deepEqual(
      holds.map(({ serial }) => serial),
      ['4a'],
    );
    assert.deepEqual(revoke, []);
  });

  it('remembers a revocation of the manifest, and warns when it is taken out', () => {
    const reason = 'KeyCompromise' as const;
    assert.deepEqual(plan({ devices: [device({ revoked: { reason } })] }).record, [
      { device: key, revoked: { reason, at: now, fromManifest: true } },
    ]);
    const remembered = plan({ records: [[key, { revoked: { reason, at: now, fromManifest: true } }]] });
    assert.deepEqual(
      remembered.findings.map(({ code }) => code),
      ['MQS121'],
    );
    assert.deepEqual(
      remembered.revoke.map(({ serial }) => serial),
      ['4a'],
    );
    assert.deepEqual(remembered.issue, []);
  });

  it('makes a password once for each revision and user name', () => {
    const devices = [device({ authentication: byPassword })];
    const wanted = [{ device: key, identity: 'sensor-1', revision: 1 }];
    const stored = (username: string, revision: number) => new Map([[key, { username, password: 'p', revision }]]);
    const made = (passwords: LocalFacts['passwords']) => plan({ devices, held: [], passwords }).passwords;
    assert.deepEqual(made(new Map()), wanted);
    assert.deepEqual(made(stored('sensor-1', 0)), wanted);
    assert.deepEqual(made(stored('other', 1)), wanted);
    assert.deepEqual(made(stored('sensor-1', 1)), []);
  });

  it('forgets what the state keeps for a device that is gone', () => {
    const given: Case = {
      devices: [],
      passwords: new Map([[key, { username: 'sensor-1', password: 'p', revision: 1 }]]),
      records: [[key, { renewAt: now }]],
    };
    assert.deepEqual(plan(given).forget, { lineages: [key], passwords: [key], records: [key] });
    assert.deepEqual(plan({ ...given, isDeclared: () => true }).forget, { lineages: [], passwords: [], records: [] });
  });

  it('revokes a device whose record cannot be read, and adds nothing to that: it would hold up all others', () => {
    const given: Case = { devices: [device({ revoked: { reason: 'KeyCompromise' } })], unreadable: [key] };
    assert.deepEqual(revocations(given), ['4a KeyCompromise']);
    assert.deepEqual(plan(given).record, []);
  });

  it('leaves certificates of another broker of the same CA alone', () => {
    assert.ok(isDone(plan({ devices: [device({ broker: 'plant/other' })] })));
  });
});
