import assert from 'node:assert/strict';
import { enrolmentStep, enrolleeRefusal, type Enrollee } from '../../../src/domain/enrol/enrollee.ts';
import type { Device } from '../../../src/domain/fleet.ts';

const now = new Date('2026-01-01T00:00:00Z');

describe('domain/enrol/enrollee: enrolmentStep', () => {
  const certified = { fingerprint: 'f1', keyId: 'k1', pem: 'certificate 1' };
  type Row = readonly [
    what: string,
    known: Pick<Enrollee, 'current' | 'csr' | 'isRenewalAsked'>,
    asked: readonly [csr: string, keyId: string, used: string | undefined],
    step: string,
  ];
  const rows: readonly Row[] = [
    ['a first request is handed in', {}, ['r1', 'k1', undefined], 'Submit'],
    ['the same once more waits', { csr: 'r1' }, ['r1', 'k1', undefined], 'Wait'],
    ['another one replaces it', { csr: 'r1' }, ['r2', 'k2', undefined], 'Submit'],
    [
      'it is answered when the certificate is there',
      { csr: 'r1', current: certified },
      ['r1', 'k1', undefined],
      'Answer',
    ],
    ['it is answered again', { csr: 'r1', current: certified }, ['r1', 'k1', undefined], 'Answer'],
    ['another key is certified next', { csr: 'r1', current: certified }, ['r2', 'k2', 'f1'], 'Submit'],
    ['and waits', { csr: 'r2', current: certified }, ['r2', 'k2', 'f1'], 'Wait'],
    ['a lost answer comes to the former certificate', { csr: 'r1', current: certified }, ['r1', 'k1', 'f0'], 'Answer'],
    ['the same key is certified anew', { csr: 'r1', current: certified }, ['r1', 'k1', 'f1'], 'Submit renewal'],
    ['and once', { csr: 'r1', current: certified, isRenewalAsked: true }, ['r1', 'k1', 'f1'], 'Wait'],
  ];
  for (const [what, known, [csr, keyId, used], expected] of rows) {
    it(what, () => {
      const step = enrolmentStep(known, { csr, keyId, used });
      const text = step.kind === 'Submit' && step.isRenewal ? 'Submit renewal' : step.kind;
      assert.equal(text, expected);
      if (step.kind === 'Answer') assert.equal(step.certificate, 'certificate 1');
    });
  }
});

describe('domain/enrol/enrollee: enrolleeRefusal', () => {
  const device: Device = {
    origin: { kind: 'MqttDevice', namespace: 'plant', name: 'pump-1' },
    broker: 'plant/main',
    identity: 'pump-1',
    templates: [],
    groups: [],
    authentication: { type: 'Certificate' },
    rules: [],
    suspended: false,
  };
  const facts = { broker: 'plant/main', isAdmitted: true, isDeclared: false } as const;
  const generated = {
    kind: 'Generated',
    privateKey: { algorithm: 'ECDSA', size: 256, rotationPolicy: 'Always' },
  } as const;
  const rows: readonly (readonly [what: string, device: Partial<Device>, facts: object, why: string | undefined])[] = [
    ['one that waits for a request', {}, {}, undefined],
    ['one that ends later', { expiresAt: new Date(now.getTime() + 1) }, {}, undefined],
    ['a revoked one', { revoked: { reason: 'KeyCompromise' } }, {}, 'DeviceRevoked'],
    ['a suspended one', { suspended: true }, {}, 'DeviceSuspended'],
    ['one that has ended', { expiresAt: now }, {}, 'DeviceEnded'],
    ['one without good rules', {}, { isAdmitted: false }, 'DeviceNotAdmitted'],
    ['one of another broker', { broker: 'plant/other' }, {}, 'DeviceOfOtherBroker'],
    [
      'one with a password',
      { authentication: { type: 'Password', password: { kind: 'Generate', revision: 1 } } },
      {},
      'KeyNotOfDevice',
    ],
    [
      'one whose key is made here',
      { authentication: { type: 'Certificate', template: { key: generated } } },
      {},
      'KeyNotOfDevice',
    ],
    [
      'one whose request is declared',
      { authentication: { type: 'Certificate', template: { key: { kind: 'Csr', pem: '' } } } },
      {},
      'KeyNotOfDevice',
    ],
    ['one with certificates of its own', {}, { isDeclared: true }, 'KeyNotOfDevice'],
  ];
  for (const [what, change, more, why] of rows) {
    it(`${why === undefined ? 'enrols' : 'refuses'} ${what}`, () => {
      assert.equal(enrolleeRefusal({ ...device, ...change }, { ...facts, ...more }, now), why);
    });
  }
});
