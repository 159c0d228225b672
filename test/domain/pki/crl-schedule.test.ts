import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { IssuedCertificate, PublishedCrl, RevocationEntry } from '../../../src/domain/pki/certificate.ts';
import { crlDueAt, crlDueReason, crlEntries, crlIsDue, crlStamp } from '../../../src/domain/pki/crl-schedule.ts';
import { parsedCrl, type ReadCrl, signedCrl } from '../../../src/domain/pki/crl.ts';
import {
  emptyLedger,
  type Ledger,
  ledgerText,
  parsedLedger,
  prunedLedger,
  withRevoked,
} from '../../../src/domain/pki/ledger.ts';
import { authority, end, revocation, seconds, start } from './authorities.ts';

const ca = authority('plant CA');
const { keyId } = ca.issuer;
const validitySeconds = 7 * 86_400;

const held = (serial: string, notAfter = end): IssuedCertificate => ({
  identity: `device-${serial}`,
  caKeyId: keyId,
  serial,
  notBefore: start,
  notAfter,
  fingerprint: '00'.repeat(32),
});

function crlAt(
  now: Date,
  entries: readonly RevocationEntry[],
  previous?: bigint,
): { crl: ReadCrl; published: PublishedCrl } {
  const published = signedCrl({ ...ca, ...crlStamp(previous, now, validitySeconds), entries });
  const crl = parsedCrl(published.pem);
  assert.ok(crl.ok);
  return { crl: crl.value, published };
}

describe('entries of a CRL', () => {
  const ledger = withRevoked(emptyLedger(keyId), [revocation(keyId, 'ff'), revocation(keyId, '2')]);

  it('are the ledger and the holds, by serial, one entry for each', () => {
    const entries = crlEntries(ledger, [held('1'), held('2'), held('1'), { ...held('3'), caKeyId: '00'.repeat(32) }]);
    assert.deepEqual(
      entries.map(({ serial, reason }) => [serial, reason]),
      [
        ['1', 'CertificateHold'],
        ['2', 'KeyCompromise'],
        ['ff', 'KeyCompromise'],
      ],
    );
  });
});

describe('due date of a CRL', () => {
  const entries = [revocation(keyId, '1'), ...crlEntries(emptyLedger(keyId), [held('2')])];
  const { crl } = crlAt(start, entries);
  const third = validitySeconds / 3;
  const rows: [string, Parameters<typeof crlDueReason>[0], ReturnType<typeof crlDueReason>][] = [
    ['nothing is published', { published: undefined, entries, now: start, validitySeconds }, 'Missing'],
    ['it was just signed', { published: crl, entries, now: start, validitySeconds }, undefined],
    ['a third is nearly over', { published: crl, entries, now: seconds(start, third - 1), validitySeconds }, undefined],
    ['a third is over', { published: crl, entries, now: seconds(start, third), validitySeconds }, 'ThirdIsOver'],
    [
      'the clock fell back by an hour',
      { published: crl, entries, now: seconds(start, -3600), validitySeconds },
      'NotYetValid',
    ],
    [
      'another validity is asked for',
      { published: crl, entries, now: start, validitySeconds: 3600 },
      'ValidityChanged',
    ],
    [
      'a serial is missing',
      { published: crl, entries: [...entries, revocation(keyId, '3')], now: start, validitySeconds },
      'EntriesChanged',
    ],
    [
      'a hold became a revocation',
      { published: crl, entries: [revocation(keyId, '1'), revocation(keyId, '2')], now: start, validitySeconds },
      'EntriesChanged',
    ],
    [
      'a hold was released',
      { published: crl, entries: [revocation(keyId, '1')], now: start, validitySeconds },
      'EntriesChanged',
    ],
    [
      'a revoked certificate has expired',
      { published: crl, entries: entries.slice(1), now: start, validitySeconds },
      undefined,
    ],
  ];
  for (const [what, input, reason] of rows) {
    it(`${reason ?? 'is not reached'} when ${what}`, () => assert.equal(crlDueReason(input), reason));
  }

  it('is a third of the validity after signing', () => assert.deepEqual(crlDueAt(crl), seconds(start, third)));
});

describe('number and times of a CRL', () => {
  it('lie ten minutes back and the validity ahead', () => {
    const { thisUpdate, nextUpdate } = crlStamp(undefined, new Date(start.getTime() + 999), 60);
    assert.deepEqual([thisUpdate, nextUpdate], [seconds(start, -600), seconds(start, 60)]);
  });

  it('grow although the former CRL is lost, the clock stands still or it falls back', () => {
    const first = crlStamp(undefined, start, 60).number;
    assert.ok(crlStamp(undefined, seconds(start, 1), 60).number > first);
    assert.ok(crlStamp(first, start, 60).number > first);
    assert.ok(crlStamp(first, seconds(start, -9999), 60).number > first);
  });
});

/** What happens to a fleet, by number of its device. */
type Step =
  | { readonly do: 'revoke' | 'suspend' | 'resume'; readonly device: number }
  | { readonly do: 'wait'; readonly hours: number }
  | { readonly do: 'restart' };

const device = fc.nat(7);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constantFrom('revoke' as const, 'suspend' as const, 'resume' as const), device }),
  fc.record({ do: fc.constant('wait' as const), hours: fc.integer({ min: 0, max: 400 }) }),
  fc.record({ do: fc.constant('restart' as const) }),
);

/** Who signs as told: looks after each step and whenever `crlDueAt` says so. */
class Keeper {
  now = start;
  ledger: Ledger = emptyLedger(keyId);
  readonly suspended = new Set<number>();
  crl: ReadCrl = crlAt(start, []).crl;
  signatures = 0;

  notAfterOf(index: number): Date {
    return seconds(start, (index + 1) * 5 * 86_400);
  }

  look(): void {
    const holds = [...this.suspended].filter((index) => this.notAfterOf(index) > this.now);
    const wanted = () =>
      crlEntries(
        this.ledger,
        holds.map((index) => held((index + 1).toString(16), this.notAfterOf(index))),
      );
    const { crl: published, now } = this;
    if (!crlIsDue({ published, entries: wanted(), now, validitySeconds })) return;
    this.ledger = prunedLedger(this.ledger, now);
    this.crl = crlAt(now, wanted(), published.number).crl;
    this.signatures += 1;
    assert.ok(this.crl.number > published.number, 'the number grows');
    assert.equal(crlIsDue({ published: this.crl, entries: wanted(), now, validitySeconds }), false, 'once is enough');
  }

  take(one: Step): void {
    if (one.do === 'wait') return this.wait(seconds(this.now, one.hours * 3600));
    if (one.do === 'suspend') this.suspended.add(one.device);
    if (one.do === 'resume') this.suspended.delete(one.device);
    if (one.do === 'restart') this.restart();
    if (one.do === 'revoke' && this.notAfterOf(one.device) > this.now) {
      const entry = revocation(keyId, (one.device + 1).toString(16), {
        notAfter: this.notAfterOf(one.device),
        at: this.now,
      });
      this.ledger = withRevoked(this.ledger, [entry]);
    }
    this.look();
  }

  restart(): void {
    const ledger = parsedLedger(ledgerText(this.ledger), keyId);
    assert.ok(ledger.ok);
    this.ledger = ledger.value;
  }

  wait(until: Date): void {
    for (let due = crlDueAt(this.crl); due <= until; due = crlDueAt(this.crl)) {
      this.now = due;
      this.look();
    }
    this.now = until;
    this.look();
  }
}

describe('CRL over a random history', () => {
  it('never loses a revoked serial that has not expired, never runs out, and lets nobody else be refused', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (history) => {
        const keeper = new Keeper();
        const revoked = new Set<number>();
        for (const one of history) {
          if (one.do === 'revoke' && keeper.notAfterOf(one.device) > keeper.now) revoked.add(one.device);
          keeper.take(one);
          assert.ok(keeper.crl.thisUpdate <= keeper.now && keeper.crl.nextUpdate > keeper.now, 'it is valid now');
          for (let index = 0; index < 8; index += 1) {
            if (keeper.notAfterOf(index) <= keeper.now) continue;
            const reason = keeper.crl.entries.get((index + 1).toString(16))?.reason;
            const wanted = revoked.has(index)
              ? 'KeyCompromise'
              : keeper.suspended.has(index)
                ? 'CertificateHold'
                : undefined;
            assert.equal(reason, wanted, `device ${index}`);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('is not signed because a revoked certificate expires', () => {
    const keeper = new Keeper();
    keeper.take({ do: 'revoke', device: 0 });
    keeper.take({ do: 'wait', hours: 5 * 24 });
    const between = keeper.signatures;
    keeper.now = seconds(keeper.now, 1);
    keeper.look();
    assert.equal(keeper.signatures, between);
  });
});
