import assert from 'node:assert/strict';
import { suspensions } from '../../../src/controllers/authority/suspensions.ts';
import { type Device, fleetOf, keyOf } from '../../../src/domain/fleet.ts';
import type { HeldCertificate } from '../../../src/domain/pki/lineage.ts';
import { ShardedMap } from '../../../src/domain/sharded.ts';
import { end, start } from '../../domain/pki/authorities.ts';
import { aDevice } from '../../fixtures.ts';

function certificateFor(device: Device, change: Partial<HeldCertificate> = {}): HeldCertificate {
  return {
    ...{
      identity: device.identity,
      caKeyId: 'ca',
      serial: `${device.identity}-1`,
      fingerprint: '',
      keyId: '',
      key: 'Csr',
    },
    ...{ notBefore: start, notAfter: end, issuedAt: start, renewBeforeSeconds: 60 },
    ...{ device: keyOf(device), lineage: keyOf(device) },
    ...change,
  };
}

const devicesOf = (...devices: Device[]) => fleetOf({ devices }).devices;
const certificatesOf = (...all: HeldCertificate[]) =>
  ShardedMap.from(
    [...Map.groupBy(all, ({ identity }) => identity)].map(([identity, some]) => [identity, some] as const),
  );

describe('certificates of suspended devices', () => {
  const [going, off] = [aDevice('going'), aDevice('off', { suspended: true })];
  const certificates = certificatesOf(
    certificateFor(going),
    certificateFor(off),
    certificateFor(off, { serial: 'off-2' }),
  );

  it('are those of no other device, not even of one that claims the same identity', () => {
    const rival = aDevice('rival', { identity: 'off' });
    const all = certificatesOf(certificateFor(off), certificateFor(rival, { serial: 'rival-1' }));
    const found = suspensions()(devicesOf(going, off, rival), all);
    assert.deepEqual(
      found.map(({ serial }) => serial),
      ['off-1'],
    );
  });

  it('are the same list while nothing in it changes, and another one when something does', () => {
    const survey = suspensions();
    const first = survey(devicesOf(going, off), certificates);
    assert.deepEqual(
      first.map(({ serial }) => serial),
      ['off-1', 'off-2'],
    );
    assert.equal(survey(devicesOf(going, off, aDevice('new')), certificates), first);
    assert.equal(survey(devicesOf(going, off), certificatesOf(...[...certificates.values()].flat())), first);
    assert.deepEqual(survey(devicesOf(going, { ...off, suspended: false }), certificates), []);
    const more = survey(devicesOf({ ...going, suspended: true }, off), certificates);
    assert.deepEqual(more.map(({ serial }) => serial).sort(), ['going-1', 'off-1', 'off-2']);
  });
});
