import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { RevocationEntry } from '../../../src/domain/pki/certificate.ts';
import { parseRevocations, revocationsText } from '../../../src/domain/pki/revocations.ts';
import { assertRefused, manyLines, textsAround } from '../mutations.ts';
import { revocationEntries } from './arbitraries.ts';

const ca = 'ab'.repeat(32);
const entry: RevocationEntry = {
  caKeyId: ca,
  serial: '1f',
  identity: 'plant.sensor-1',
  notAfter: new Date('2026-03-01T00:00:00Z'),
  reason: 'KeyCompromise',
  at: new Date('2026-01-01T12:00:00Z'),
};
const good = `${ca} 1f plant.sensor-1 2026-03-01T00:00:00Z KeyCompromise 2026-01-01T12:00:00Z\n`;

describe('revocations text', () => {
  it('is one line per entry that a person can read', () => assert.equal(revocationsText([entry]), good));

  it('is ordered by CA and by the number that the serial is', () => {
    const serials = ['ff', '1', '100', '2'].map((serial) => ({ ...entry, serial }));
    const lines = revocationsText([...serials, { ...entry, caKeyId: 'aa'.repeat(32) }]).split('\n');
    assert.deepEqual(lines.map((line) => line.split(' ')[1]).slice(0, 5), ['1f', '1', '2', 'ff', '100']);
  });

  it('is read as exactly what it says, or refused', () => {
    const text = revocationsText([
      entry,
      { ...entry, serial: 'ab', reason: 'CertificateHold' },
      { ...entry, serial: '0' },
    ]);
    fc.assert(
      fc.property(textsAround(text), (some) => {
        const read = parseRevocations(some);
        if (!read.ok) return read.findings.forEach(({ code }) => assert.equal(code, 'MQS080'));
        const sorted = (all: string) => all.split('\n').sort();
        assert.deepEqual(sorted(revocationsText(read.value)), sorted(some));
      }),
      { numRuns: 2000 },
    );
    for (const line of ['', 'x', good.trim()]) assertRefused(parseRevocations(manyLines(line)));
  });

  it('is read back as the same entries, whole or joined from any split between lines', () => {
    fc.assert(
      fc.property(revocationEntries, fc.nat(), (entries, seed) => {
        const text = revocationsText(entries);
        const lines = text.split('\n').slice(0, -1);
        const cut = lines.length === 0 ? 0 : seed % lines.length;
        const moved = [...lines.slice(cut), ...lines.slice(0, cut)].map((line) => `${line}\n`).join('');
        for (const joined of [text, moved]) {
          const result = parseRevocations(joined);
          assert.ok(result.ok);
          assert.equal(revocationsText(result.value), text);
          assert.equal(result.value.length, entries.length);
        }
      }),
    );
  });

  for (const [fault, text] of Object.entries({
    'a cut last line': good.slice(0, -1),
    'a cut field': `${good.slice(0, -3)}\n`,
    'an empty line': `${good}\n`,
    'a serial twice': good + good,
    'a leading zero': good.replace(' 1f ', ' 01f '),
    'an upper-case serial': good.replace(' 1f ', ' 1F '),
    'an unknown reason': good.replace('KeyCompromise', 'constructor'),
    'a day that does not exist': good.replace('2026-03-01', '2026-02-30'),
    'a local time': good.replace('2026-03-01T00:00:00Z', '2026-03-01T00:00:00+'),
    'an identity with a slash': good.replace('plant.', 'plant/'),
    'a carriage return': good.replace('\n', '\r\n'),
    'two spaces': good.replace(' 1f ', ' 1f  '),
  })) {
    it(`refuses ${fault}`, () => {
      const result = parseRevocations(text);
      assert.ok(!result.ok);
      assert.equal(result.findings[0]?.code, 'MQS080');
    });
  }
});
