import assert from 'node:assert/strict';
import { brokerDifferences } from '../../../src/domain/diff/brokers.ts';
import { fleetDifferences } from '../../../src/domain/diff/fleets.ts';
import type { DeviceAuthentication, FleetObjects } from '../../../src/domain/fleet.ts';
import { aBroker, aDevice, aDeviceCertificate, aFleet, allow, aTemplate } from '../../fixtures.ts';

const now = new Date('2026-11-01T00:00:00Z');
const password = (revision: number): DeviceAuthentication => ({
  type: 'Password',
  password: { kind: 'Generate', revision },
});
const revokedCertificate = aDeviceCertificate('sensor-1', {
  spec: { ...aDeviceCertificate().spec, revoked: { reason: 'Superseded' } },
});

const none = { brokers: [aBroker()], templates: [aTemplate()], devices: [] };
const rights = '+Publish sensors/sensor-1/# +Subscribe commands/sensor-1';
const lost = rights.replaceAll('+', '-');
const rows: Readonly<Record<string, readonly [before: FleetObjects, after: FleetObjects, told: readonly string[]]>> = {
  'nothing that matters': [{}, { templates: [aTemplate({ rules: [...aTemplate().rules].reverse() })] }, []],
  'a device more': [none, {}, [`Added sensor-1 ${rights}`]],
  'a device less': [{}, none, [`Removed sensor-1 ${lost} the device is gone`]],
  'a rule of a template': [
    {},
    { templates: [aTemplate({ rules: [...aTemplate().rules, allow('Subscribe', 'news/#')] })] },
    ['Changed sensor-1 +Subscribe news/#'],
  ],
  'a device that is suspended: its session stays': [
    {},
    { devices: [aDevice('sensor-1', { suspended: true })] },
    [`Changed sensor-1 ${lost}`],
  ],
  'a device that is revoked': [
    {},
    { devices: [aDevice('sensor-1', { revoked: { reason: 'KeyCompromise' } })] },
    [`Changed sensor-1 ${lost} the device is revoked`],
  ],
  'a device that has expired': [
    {},
    { devices: [aDevice('sensor-1', { expiresAt: now })] },
    [`Changed sensor-1 ${lost} the device has expired`],
  ],
  'a revoked device that goes': [
    { devices: [aDevice('sensor-1', { revoked: { reason: 'KeyCompromise' } })] },
    none,
    ['Removed sensor-1 '],
  ],
  'a certificate that is revoked': [
    { certificates: [aDeviceCertificate()] },
    { certificates: [revokedCertificate] },
    ['Changed sensor-1  a certificate is revoked'],
  ],
  'a certificate that was revoked before': [
    { certificates: [revokedCertificate] },
    { certificates: [revokedCertificate] },
    [],
  ],
  'another password': [
    { devices: [aDevice('sensor-1', { authentication: password(1) })] },
    { devices: [aDevice('sensor-1', { authentication: password(2) })] },
    ['Changed sensor-1  it proves who it is in another way'],
  ],
  'a device that is refused, for it names a template that is not there': [
    {},
    { templates: [aTemplate({ origin: { name: 'other' } })] },
    [`Removed sensor-1 ${lost} the device is gone`],
  ],
};

describe('what changes between two fleets', () => {
  for (const [name, [before, after, told]] of Object.entries(rows)) {
    it(name, () => {
      const found = fleetDifferences(aFleet(before), aFleet(after), now).map((one) => {
        const texts = [
          ...one.gained.map(({ action, topics }) => `+${action} ${topics}`),
          ...one.lost.map(({ action, topics }) => `-${action} ${topics}`),
        ];
        return `${one.change} ${one.identity} ${texts.join(' ')}${one.sessionEnds === undefined ? '' : ` ${one.sessionEnds}`}`;
      });
      assert.deepEqual(found, told);
    });
  }

  const disturbances: Readonly<Record<string, readonly [before: FleetObjects, after: FleetObjects, told: string]>> = {
    nothing: [{}, {}, 'Nothing'],
    'a right': [{}, { templates: [aTemplate({ rules: [allow('Subscribe', 'news')] })] }, 'Reload'],
    'a limit of mosquitto.conf': [{}, { brokers: [aBroker({ limits: { maxPacketSizeBytes: 1_000 } })] }, 'Restart'],
    'the debug log, and when to lock out': [
      {},
      {
        brokers: [
          aBroker({
            monitoring: { aclViolations: 'Enabled', observe: 'Disabled' },
            lockout: { maxFailures: 20, windowSeconds: 60, blockSeconds: 900 },
          }),
        ],
      },
      'Reload',
    ],
    'a right, where pods are replaced': [
      { brokers: [aBroker({ update: { strategy: 'Roll', windowMilliseconds: 100 } })] },
      {
        brokers: [aBroker({ update: { strategy: 'Roll', windowMilliseconds: 100 } })],
        templates: [aTemplate({ rules: [allow('Subscribe', 'news')] })],
      },
      'Roll',
    ],
    'a generated password': [
      { devices: [aDevice('sensor-1', { authentication: password(1) })] },
      { devices: [aDevice('sensor-1', { authentication: password(2) })] },
      'Reload',
    ],
    'a broker more': [{ brokers: [], devices: [] }, { devices: [] }, 'New'],
    'a broker less': [{ devices: [] }, { brokers: [], devices: [] }, 'Gone'],
  };
  for (const [name, [before, after, told]] of Object.entries(disturbances)) {
    it(`${name}: ${told}`, () => {
      const [was, is] = [aFleet(before), aFleet(after)];
      const concerned = new Set(fleetDifferences(was, is, now).map(({ broker }) => broker));
      const found = brokerDifferences({ fleet: was, values: new Map() }, { fleet: is, values: new Map() }, concerned);
      assert.deepEqual(found, { ok: true, value: [{ broker: 'plant/main', disturbance: told }] });
    });
  }
});
