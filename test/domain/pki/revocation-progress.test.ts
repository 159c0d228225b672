import assert from 'node:assert/strict';
import { joinedProgress, revocationProgress } from '../../../src/domain/pki/revocation-progress.ts';

function second(count: number): Date {
  return new Date(Date.UTC(2026, 0, 1, 0, 0, count));
}

const text = (count: number) => second(count).toISOString();
const asked = { reason: 'KeyCompromise', certificates: 2, done: {} } as const;
const begun = revocationProgress(undefined, asked, second(1));

describe('progress of a revocation', () => {
  it('begins when it is seen', () => {
    assert.deepEqual(begun, { reason: 'KeyCompromise', certificates: 2, begunAt: text(1) });
  });

  it('gives each step the time at which it was seen done, or a better one, and keeps it', () => {
    const recorded = revocationProgress(begun, { ...asked, done: { recordedAt: true } }, second(2));
    const done = { recordedAt: true, publishedAt: true, provedAt: second(3) };
    const proved = revocationProgress(recorded, { ...asked, done }, second(4));
    const steps = { recordedAt: text(2), publishedAt: text(3), provedAt: text(3) };
    assert.deepEqual(proved, { ...begun, ...steps });
    // After a restart nothing is known at first, and fewer certificates once some have expired.
    assert.deepEqual(revocationProgress(proved, { ...asked, certificates: 0 }, second(9)), proved);
  });

  it('has done a step by the time at which the next one was, although it is seen later', () => {
    const done = { recordedAt: true, publishedAt: true, provedAt: second(2), disconnectedAt: second(3) };
    const { recordedAt, publishedAt, provedAt } = revocationProgress(begun, { ...asked, done }, second(9));
    assert.deepEqual([recordedAt, publishedAt, provedAt], [text(2), text(2), text(2)]);
  });

  it('has done what has to come before a step, although a further change of the set keeps it from being seen', () => {
    const { recordedAt, publishedAt } = revocationProgress(
      begun,
      { ...asked, done: { provedAt: second(2) } },
      second(3),
    );
    assert.deepEqual([recordedAt, publishedAt], [text(2), text(2)]);
  });

  it('records nothing where no certificate is taken back', () => {
    const seen = { ...asked, certificates: 0, done: { provedAt: second(2) } };
    const { recordedAt, publishedAt } = revocationProgress(undefined, seen, second(2));
    assert.deepEqual([recordedAt, publishedAt], [undefined, text(2)]);
  });

  it('puts a step that was told no later than what is known by now to have followed it', () => {
    const told = { ...begun, recordedAt: text(3), publishedAt: text(5) };
    const { recordedAt, publishedAt, provedAt } = revocationProgress(
      told,
      { ...asked, certificates: told.certificates, done: { provedAt: second(4) } },
      second(9),
    );
    assert.deepEqual([recordedAt, publishedAt, provedAt], [text(3), text(4), text(4)]);
  });

  it('believes no clock that is ahead, or behind its begin', () => {
    const done = { publishedAt: second(0), provedAt: second(99) };
    const { publishedAt, provedAt } = revocationProgress(begun, { ...asked, done }, second(4));
    assert.deepEqual([publishedAt, provedAt], [text(1), text(4)]);
  });

  it('takes steps back for a certificate that comes to light later', () => {
    const all = revocationProgress(begun, { ...asked, done: { recordedAt: true, publishedAt: true } }, second(2));
    const late = revocationProgress(all, { ...asked, certificates: 3, done: { recordedAt: true } }, second(5));
    assert.deepEqual(late, { ...begun, certificates: 3, recordedAt: text(5) });
  });

  it('begins anew for another reason', () => {
    const hold = revocationProgress(undefined, { ...asked, reason: 'CertificateHold' }, second(0));
    assert.deepEqual(revocationProgress(hold, asked, second(1)), begun);
  });

  const seen = (begin: number, certificates: number, recorded?: number) => {
    const first = revocationProgress(undefined, { ...asked, certificates }, second(begin));
    if (recorded === undefined) return first;
    return revocationProgress(first, { ...asked, certificates, done: { recordedAt: true } }, second(recorded));
  };
  const joins = [
    { what: 'the further certificate', one: seen(1, 1, 2), other: seen(1, 2), joined: seen(1, 2) },
    { what: 'the later begin', one: seen(1, 2, 3), other: seen(2, 2), joined: seen(2, 2) },
    { what: 'a step that one of them saw', one: seen(1, 2), other: seen(1, 2, 5), joined: seen(1, 2, 5) },
    { what: 'the earlier time of a step', one: seen(1, 2, 4), other: seen(1, 2, 5), joined: seen(1, 2, 4) },
  ];
  for (const { what, one, other, joined } of joins) {
    it(`is the same to two who saw it at different moments: ${what}`, () => {
      assert.deepEqual([joinedProgress(one, other), joinedProgress(other, one)], [joined, joined]);
    });
  }

  it('is what there is where only one saw it, and what is seen now where the reason is another', () => {
    const hold = revocationProgress(undefined, { ...asked, reason: 'CertificateHold' }, second(9));
    assert.deepEqual([joinedProgress(begun, undefined), joinedProgress(undefined, begun)], [begun, begun]);
    assert.deepEqual(joinedProgress(hold, begun), begun);
  });
});
