import assert from 'node:assert/strict';
import { type ObjectKey } from '../../src/domain/names.ts';
import { recordsText, type DeviceRecord } from '../../src/local/records.ts';

const at = new Date('2026-01-01T00:00:00Z');
const revoked = { reason: 'KeyCompromise', at, fromManifest: true } as const;
const one: readonly [ObjectKey, DeviceRecord] = ['plant/a', { revoked }];
const two: readonly [ObjectKey, DeviceRecord] = ['plant/b', { renewAt: at }];

function textOf(entries: readonly (readonly [ObjectKey, DeviceRecord])[], unreadable: readonly ObjectKey[] = []) {
  return recordsText({ records: new Map(entries), unreadable: new Set(unreadable) });
}

describe('local/records: recordsText', () => {
  it('is equal for equal records in another order', () => {
    assert.equal(textOf([one, two]), textOf([two, one]));
  });

  const others: readonly (readonly [what: string, text: string])[] = [
    ['a record less', textOf([one])],
    ['a record of another device', textOf([one, ['plant/c', two[1]]])],
    ['another time of renewal', textOf([one, ['plant/b', { renewAt: new Date(0) }]])],
    ['a release', textOf([one, ['plant/b', { renewAt: at, unlockAt: at }]])],
    ['a signing request', textOf([one, ['plant/b', { renewAt: at, csr: 'x' }]])],
    ['another reason', textOf([['plant/a', { revoked: { ...revoked, reason: 'Superseded' } }], two])],
    ['another time of revocation', textOf([['plant/a', { revoked: { ...revoked, at: new Date(0) } }], two])],
    ['a revocation by command', textOf([['plant/a', { revoked: { ...revoked, fromManifest: false } }], two])],
    ['both in one record', textOf([['plant/a', { revoked, renewAt: at }], two])],
    ['a record that cannot be read', textOf([one, two], ['plant/c'])],
  ];
  for (const [what, text] of others) {
    it(`differs for ${what}`, () => assert.notEqual(text, textOf([one, two])));
  }
});
