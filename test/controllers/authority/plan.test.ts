import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  type AuthorityFacts,
  authorityPlan,
  listedEntries,
  type Stored,
} from '../../../src/controllers/authority/plan.ts';
import type { RevocationEntry } from '../../../src/domain/pki/certificate.ts';
import type { Held } from '../../../src/domain/pki/crl-schedule.ts';
import { emptyLedger } from '../../../src/domain/pki/ledger.ts';
import { newList } from '../../../src/domain/pki/signed-list.ts';
import { authority, end, revocation, seconds, start } from '../../domain/pki/authorities.ts';

const ca = authority('devices');
const { keyId } = ca.issuer;
const validitySeconds = 7 * 86_400;

const revoked = (serial: string, notAfter = end) => revocation(keyId, serial, { notAfter });
const held = (serial: string): Held => ({
  caKeyId: keyId,
  serial,
  identity: `i-${serial}`,
  notBefore: start,
  notAfter: end,
});
const nothing: Stored = { ledger: emptyLedger(keyId), holds: [], crl: undefined };

/** What is stored after a plan was acted on. */
function acted(facts: AuthorityFacts, now: Date): Stored {
  const plan = authorityPlan(facts, now);
  const former = facts.stored.crl;
  const content = { entries: plan.entries, formerNumber: former?.read.number, validitySeconds, now };
  return { ledger: plan.ledger, holds: plan.holds, crl: plan.signs ? newList(ca, content) : former };
}

const factsOf = (facts: Partial<AuthorityFacts> = {}): AuthorityFacts => ({
  ...{ stored: nothing, added: [], suspended: [], validitySeconds, fitsSigner: true },
  ...facts,
});
const signed = (added: readonly RevocationEntry[], suspended: readonly Held[] = []) =>
  acted(factsOf({ added, suspended }), start);
const serialsOf = (entries: Iterable<{ readonly serial: string }>) => [...entries].map(({ serial }) => serial);

describe('plan for a CA', () => {
  const present = signed([revoked('a')], [held('b')]);
  const cases: readonly [
    name: string,
    facts: Partial<AuthorityFacts>,
    at: Date,
    due: string | undefined,
    on: string[],
  ][] = [
    ['a first list, although it is empty', {}, start, 'Missing', []],
    ['nothing when all is as it was', { stored: present, suspended: [held('b')] }, start, undefined, ['a', 'b']],
    [
      'one more',
      { stored: present, suspended: [held('b')], added: [revoked('c')] },
      start,
      'EntriesChanged',
      ['a', 'b', 'c'],
    ],
    [
      'nothing for one that is in it',
      { stored: present, suspended: [held('b')], added: [revoked('a')] },
      start,
      undefined,
      ['a', 'b'],
    ],
    [
      'nothing for one of another CA',
      { stored: present, suspended: [held('b')], added: [revocation('0'.repeat(64), 'c')] },
      start,
      undefined,
      ['a', 'b'],
    ],
    ['the release of a hold', { stored: present }, start, 'EntriesChanged', ['a']],
    [
      'no release while nobody knows who is suspended',
      { stored: present, suspended: undefined },
      start,
      undefined,
      ['a', 'b'],
    ],
    [
      'a hold that is now for good',
      { stored: present, suspended: [held('b')], added: [revoked('b')] },
      start,
      'EntriesChanged',
      ['a', 'b'],
    ],
    [
      'the same although nobody knows who is suspended',
      { stored: present, suspended: undefined, added: [revoked('b')] },
      start,
      'EntriesChanged',
      ['a', 'b'],
    ],
    [
      'a new list when a third is over',
      { stored: present, suspended: [held('b')] },
      seconds(start, validitySeconds / 3),
      'ThirdIsOver',
      ['a', 'b'],
    ],
    [
      'a list for a CA certificate of another name',
      { stored: present, suspended: [held('b')], fitsSigner: false },
      start,
      'SignerChanged',
      ['a', 'b'],
    ],
    [
      'another validity',
      { stored: present, suspended: [held('b')], validitySeconds: 3600 },
      start,
      'ValidityChanged',
      ['a', 'b'],
    ],
  ];
  for (const [name, facts, at, due, on] of cases) {
    it(`has ${name}`, () => {
      const plan = authorityPlan(factsOf(facts), at);
      assert.deepEqual([plan.due, plan.signs, serialsOf(plan.entries)], [due, due !== undefined, on]);
    });
  }

  it('takes back into the ledger although nobody can sign, and leaves the list and its holds', () => {
    const facts = factsOf({ stored: present, added: [revoked('c')], validitySeconds: undefined });
    const plan = authorityPlan(facts, start);
    assert.deepEqual([plan.due, plan.signs], ['EntriesChanged', false]);
    const next = acted(facts, start);
    assert.deepEqual([serialsOf(next.ledger.entries.values()).sort(), serialsOf(next.holds)], [['a', 'c'], ['b']]);
    assert.deepEqual(serialsOf(listedEntries(next)), ['a', 'b'], 'what brokers are told is what the list holds');
  });

  it('drops what expired long ago only where a list is signed anyway', () => {
    const stored = signed([revoked('a', seconds(start, 60)), revoked('b')]);
    const late = seconds(start, 4 * 86_400);
    const quiet = authorityPlan(factsOf({ stored, validitySeconds: undefined }), late);
    assert.deepEqual([...quiet.ledger.entries.keys()].sort(), ['a', 'b']);
    assert.deepEqual(serialsOf(authorityPlan(factsOf({ stored }), late).entries), ['b']);
  });

  it('says of a first list that nobody can sign that there is none', () => {
    const next = acted(factsOf({ added: [revoked('a')], validitySeconds: undefined }), start);
    assert.deepEqual([next.crl, listedEntries(next)], [undefined, []]);
    assert.deepEqual([...next.ledger.entries.keys()], ['a']);
  });
});

/** What happens to a CA in some days. */
interface Step {
  readonly days: number;
  readonly added: readonly (readonly [serial: string, notAfter: Date])[];
  readonly suspended: readonly string[] | undefined;
  readonly canSign: boolean;
}

describe('lists of a CA over a random history', () => {
  const serials = fc.constantFrom('1', '2', '3', '4', '5', '6');
  const lives = fc.integer({ min: 1, max: 20 }).map((days) => seconds(start, days * 86_400));
  const step: fc.Arbitrary<Step> = fc.record({
    days: fc.integer({ min: 0, max: 4 }),
    added: fc.array(fc.tuple(serials, lives), { maxLength: 2 }),
    suspended: fc.option(fc.uniqueArray(serials, { maxLength: 3 }), { nil: undefined }),
    canSign: fc.boolean(),
  });

  interface Look {
    readonly former: Stored;
    readonly stored: Stored;
    readonly facts: AuthorityFacts;
    readonly now: Date;
    /** When each certificate ends that was taken back by then. */
    readonly ends: ReadonlyMap<string, Date>;
  }

  function looks(steps: readonly Step[]): readonly Look[] {
    const ends = new Map<string, Date>();
    let [stored, now] = [nothing, start];
    return steps.map(({ days, added, suspended, canSign }) => {
      now = seconds(now, days * 86_400);
      for (const [serial, notAfter] of added) if (!ends.has(serial)) ends.set(serial, notAfter);
      const former = stored;
      const facts = factsOf({
        ...{ stored, added: added.map(([serial]) => revoked(serial, ends.get(serial))) },
        suspended: suspended?.map(held),
        validitySeconds: canSign ? validitySeconds : undefined,
      });
      stored = acted(facts, now);
      return { former, stored, facts, now, ends: new Map(ends) };
    });
  }

  const holding = (check: (look: Look) => void) => () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 8 }), (steps) => looks(steps).forEach(check)),
      { numRuns: 60 },
    );
  };
  const listOf = ({ crl }: Stored) => crl?.read.entries ?? new Map<string, never>();

  it(
    'lose nothing before its end unless it was a hold',
    holding(({ former, stored, now, ends }) => {
      for (const [serial, { reason }] of listOf(former)) {
        const isOver = (ends.get(serial) ?? start) < now;
        if (reason !== 'CertificateHold' && !isOver) assert.ok(listOf(stored).has(serial), serial);
      }
    }),
  );

  it(
    'have all that was taken back when somebody can sign',
    holding(({ stored, facts, now, ends }) => {
      if (facts.validitySeconds === undefined) return;
      for (const [serial, until] of ends) if (until >= now) assert.ok(listOf(stored).has(serial), serial);
    }),
  );

  it(
    'grow in number',
    holding(({ former, stored }) => {
      if (stored.crl === former.crl || !former.crl) return;
      assert.ok((stored.crl?.read.number ?? 0n) > former.crl.read.number);
    }),
  );

  it(
    'are told exactly',
    holding(({ stored }) => {
      assert.deepEqual(new Set(serialsOf(listedEntries(stored))), new Set(listOf(stored).keys()));
    }),
  );

  it(
    'need no second run',
    holding(({ stored, facts, now }) => {
      const again = authorityPlan({ ...facts, stored }, now);
      assert.deepEqual([again.signs, again.ledger], [false, stored.ledger]);
    }),
  );
});
