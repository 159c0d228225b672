import assert from 'node:assert/strict';
import fc from 'fast-check';
import { secondsText, timeOfSecondsText } from '../../../src/domain/pki/time.ts';
import { times } from './arbitraries.ts';

describe('time in whole seconds', () => {
  it('is read back as it was written', () => {
    fc.assert(fc.property(times, (time) => assert.deepEqual(timeOfSecondsText(secondsText(time)), time)));
  });

  it('loses the fraction, never rounds up', () =>
    assert.equal(secondsText(new Date('2026-01-01T00:00:00.999Z')), '2026-01-01T00:00:00Z'));

  for (const text of [
    '2026-02-30T00:00:00Z',
    '2025-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-01-01T24:00:00Z',
    '2026-01-01T00:60:00Z',
    '2026-01-01T23:59:60Z',
    '2026-01-01T00:00:00+00:00',
    '2026-01-01T00:00:00.0Z',
    ' 2026-01-01T00:00:00Z',
    '2026-01-01T00:00:00Z\n',
  ]) {
    it(`is not ${JSON.stringify(text)}`, () => assert.equal(timeOfSecondsText(text), undefined));
  }
});
