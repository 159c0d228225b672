import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { IssuedCertificate } from '../../../src/domain/pki/certificate.ts';
import {
  type IssuanceSpec,
  needsIssuance,
  renewalTime,
  renewBeforeSecondsFor,
} from '../../../src/domain/pki/renewal.ts';
import { secondsText } from '../../../src/domain/pki/time.ts';
import { seconds, start } from './authorities.ts';

const day = 86_400;
const notAfter = seconds(start, 90 * day);
const issued: IssuedCertificate = {
  identity: 'sensor-1',
  caKeyId: 'ab'.repeat(32),
  serial: '1',
  notBefore: start,
  notAfter,
  fingerprint: '00'.repeat(32),
  keyId: 'ef'.repeat(32),
};
const spec: IssuanceSpec = { identity: 'sensor-1', caKeyId: issued.caKeyId, renewBeforeSeconds: 30 * day, uid: 'u' };

describe('renewal time', () => {
  it('lies between renewBefore and a tenth more ahead of the end, and at least a third of the life after its beginning', () => {
    fc.assert(
      fc.property(
        fc.uuid(),
        fc.integer({ min: 60, max: 400 * day }),
        fc.integer({ min: 60, max: 400 * day }),
        (uid, life, renewBeforeSeconds) => {
          const certificate = { notBefore: start, notAfter: seconds(start, life) };
          const ahead =
            (certificate.notAfter.getTime() - renewalTime(certificate, { renewBeforeSeconds, uid }).getTime()) / 1000;
          const longest = (life * 2) / 3;
          assert.ok(ahead <= Math.min(renewBeforeSeconds * 1.1, longest));
          assert.ok(ahead >= Math.min(renewBeforeSeconds, longest) - 1);
        },
      ),
    );
  });

  it('is the same, to the second, when all that is left of renewBefore is what was told of it', () => {
    fc.assert(
      fc.property(
        fc.uuid(),
        fc.integer({ min: 3600, max: 400 * day }),
        fc.integer({ min: 60, max: 400 * day }),
        (uid, life, renewBeforeSeconds) => {
          const certificate = { notBefore: start, notAfter: seconds(start, life) };
          let told = secondsText(renewalTime(certificate, { renewBeforeSeconds, uid }));
          for (const former of [told, told]) {
            const again = renewBeforeSecondsFor(certificate, new Date(told), uid);
            told = secondsText(renewalTime(certificate, { renewBeforeSeconds: again, uid }));
            assert.equal(told, former);
          }
        },
      ),
    );
  });

  it('is the same for the same object and spread over a fleet', () => {
    const times = Array.from({ length: 100 }, (_, index) =>
      renewalTime(issued, { ...spec, uid: `device-${index}` }).getTime(),
    );
    assert.equal(renewalTime(issued, { ...spec, uid: 'device-7' }).getTime(), times[7]);
    assert.equal(new Set(times).size, 100);
    assert.ok(Math.max(...times) - Math.min(...times) > 2 * day * 1000);
  });
});

describe('need for a certificate', () => {
  const now = seconds(start, day);
  const rows: [string, Partial<IssuanceSpec>, IssuedCertificate | undefined, Date, ReturnType<typeof needsIssuance>][] =
    [
      ['there is none', {}, undefined, now, 'Missing'],
      ['it is young', {}, issued, now, undefined],
      ['the identity is another', { identity: 'sensor-2' }, issued, now, 'IdentityChanged'],
      ['the issuer is another', { caKeyId: 'cd'.repeat(32) }, issued, now, 'IssuerChanged'],
      ['the request has another key', { keyId: '11'.repeat(32) }, issued, now, 'KeyChanged'],
      ['the request has its key', { keyId: 'ef'.repeat(32) }, issued, now, undefined],
      ['renewBefore has begun', {}, issued, seconds(notAfter, -30 * day), 'RenewalDue'],
      ['more than a tenth is left until then', {}, issued, seconds(notAfter, -34 * day), undefined],
      ['it is over', {}, issued, notAfter, 'Expired'],
      ['a newer one was asked for', { renewAt: seconds(start, 60) }, issued, now, 'Requested'],
      ['a newer one is asked for later', { renewAt: seconds(now, 60) }, issued, now, undefined],
      ['what was asked for is there', { renewAt: seconds(start, -60) }, issued, now, undefined],
    ];
  for (const [what, change, certificate, at, reason] of rows) {
    it(`is ${reason ?? 'not there'} when ${what}`, () =>
      assert.equal(needsIssuance({ ...spec, ...change }, certificate, { now: at }), reason));
  }

  it('counts a request from when the certificate was made, not from its backdated beginning', () => {
    const asked = { ...spec, renewAt: seconds(start, 300) };
    assert.equal(needsIssuance(asked, issued, { now, issuedAt: seconds(start, 600) }), undefined);
  });
});
