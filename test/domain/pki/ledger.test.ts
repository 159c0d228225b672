import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  type Ledger,
  emptyLedger,
  ledgerText,
  parsedLedger,
  prunedLedger,
  withRevoked,
} from '../../../src/domain/pki/ledger.ts';
import { textsAround } from '../mutations.ts';
import { revocationEntries } from './arbitraries.ts';
import { revocation, seconds, start } from './authorities.ts';

const ca = 'ab'.repeat(32);
const other = 'cd'.repeat(32);
const day = 86_400;

const reasonOf = (ledger: Ledger, serial: string) => ledger.entries.get(serial)?.reason;

describe('ledger', () => {
  it('keeps the first reason and time of a serial', () => {
    const first = withRevoked(emptyLedger(ca), [revocation(ca, '1', { reason: 'Superseded' })]);
    const again = withRevoked(first, [revocation(ca, '1', { reason: 'KeyCompromise', at: seconds(start, 9999) })]);
    assert.equal(again, first);
    assert.equal(reasonOf(again, '1'), 'Superseded');
  });

  it('takes neither holds nor serials of other CAs', () => {
    const empty = emptyLedger(ca);
    assert.equal(
      withRevoked(empty, [revocation(ca, '1', { reason: 'CertificateHold' }), revocation(other, '2')]),
      empty,
    );
  });

  it('takes thousands at once as it takes them one by one', () => {
    const many = Array.from({ length: 2000 }, (_, index) => revocation(ca, (index + 1).toString(16)));
    const oneByOne = many.reduce((ledger, entry) => withRevoked(ledger, [entry]), emptyLedger(ca));
    assert.equal(ledgerText(withRevoked(emptyLedger(ca), many)), ledgerText(oneByOne));
  });

  it('forgets a serial only when its certificate has been over for three days', () => {
    const notAfter = seconds(start, day);
    const ledger = withRevoked(emptyLedger(ca), [revocation(ca, '1', { notAfter }), revocation(ca, '2')]);
    assert.equal(prunedLedger(ledger, seconds(notAfter, 3 * day)), ledger);
    const later = prunedLedger(ledger, seconds(notAfter, 3 * day + 1));
    assert.deepEqual([...later.entries.keys()], ['2']);
  });

  it('is read back from its text as it was, and the text is the same again', () => {
    fc.assert(
      fc.property(revocationEntries, (some) => {
        const ledger = withRevoked(
          emptyLedger(ca),
          some.map((entry) => ({ ...entry, caKeyId: ca })),
        );
        const back = parsedLedger(ledgerText(ledger), ca);
        assert.ok(back.ok);
        assert.deepEqual(new Map(back.value.entries.entries()), new Map(ledger.entries.entries()));
        assert.equal(ledgerText(back.value), ledgerText(ledger));
      }),
    );
  });

  it('is never another ledger than what its text says, however that is damaged', () => {
    const text = ledgerText(
      withRevoked(
        emptyLedger(ca),
        ['1', '2b', 'c3'].map((serial) => revocation(ca, serial)),
      ),
    );
    fc.assert(
      fc.property(textsAround(text), (some) => {
        const read = parsedLedger(some, ca);
        const lines = some.split('\n').sort();
        if (read.ok) assert.deepEqual(ledgerText(read.value).split('\n').sort(), lines);
        else assert.ok(read.findings.every(({ code }) => code === 'MQS080'));
      }),
      { numRuns: 1000 },
    );
  });

  it('refuses a text with a hold, with another CA, or cut', () => {
    const text = ledgerText(withRevoked(emptyLedger(ca), [revocation(ca, '1')]));
    for (const bad of [text.replace('KeyCompromise', 'CertificateHold'), text.replace(ca, other), text.slice(0, -2)]) {
      const result = parsedLedger(bad, ca);
      assert.ok(!result.ok);
      assert.equal(result.findings[0]?.code, 'MQS080');
    }
  });
});
