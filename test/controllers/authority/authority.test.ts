import assert from 'node:assert/strict';
import { type Authority, createAuthority, type Surroundings } from '../../../src/controllers/authority/authority.ts';
import type { LedgerStore, ReadLedger } from '../../../src/controllers/authority/ledger-store.ts';
import type { Stored } from '../../../src/controllers/authority/plan.ts';
import type { Remains } from '../../../src/controllers/authority/recovery.ts';
import type { PublishedRevocations } from '../../../src/controllers/authority/published.ts';
import type { RevocationEntry } from '../../../src/domain/pki/certificate.ts';
import { authority, end, revocation, start } from '../../domain/pki/authorities.ts';
import { VirtualClock } from '../../kube/virtual-clock.ts';

const ca = authority('devices');
const { keyId } = ca.issuer;
const validitySeconds = 7 * 86_400;
const entry = (serial: string, change: Partial<RevocationEntry> = {}) => revocation(keyId, serial, change);

/** A place for one ledger that counts, and fails when it is told to. */
class MemoryStore implements LedgerStore {
  content: ReadLedger = { kind: 'None' };
  reads = 0;
  writes = 0;
  whole = true;
  fault: 'None' | 'Lost' | 'AnswerLost' = 'None';

  async read(): Promise<ReadLedger> {
    this.reads += 1;
    await Promise.resolve();
    return this.content;
  }

  async write(_: string, stored: Stored): Promise<void> {
    await Promise.resolve();
    if (this.fault === 'Lost') throw new Error('the write did not arrive');
    this.writes += 1;
    this.content = { kind: 'Stored', stored };
    this.whole = true;
    if (this.fault === 'AnswerLost') throw new Error('the answer did not arrive');
  }

  isWhole(): boolean {
    return this.whole;
  }

  get serials(): readonly string[] {
    return this.content.kind === 'Stored' ? [...this.content.stored.ledger.entries.keys()].sort() : [];
  }
}

interface Bench {
  readonly store: MemoryStore;
  readonly clock: VirtualClock;
  around: Surroundings;
  readonly told: RevocationEntry[][];
  readonly repairs: string[];
  readonly authority: Authority;
}

function bench(around: Partial<Surroundings> = {}, store = new MemoryStore()): Bench {
  const made = {
    ...{ store, clock: new VirtualClock(), told: [] as RevocationEntry[][] },
    around: { suspended: [], signing: { signer: ca, validitySeconds }, published: [], isComplete: true, ...around },
    repairs: [] as string[],
  };
  const one = createAuthority({
    ...{ keyId, store, clock: made.clock },
    surroundings: () => made.around,
    onChange: (added) => void made.told.push([...added]),
    onRepair: ({ reason }) => void made.repairs.push(reason),
  });
  return Object.assign(made, { authority: one });
}

const published = (revocations: readonly RevocationEntry[], number = 0n): PublishedRevocations => ({
  ...{ kind: 'Published', revocations, cas: [ca.issuer] },
  crls: new Map([[keyId, { caKeyId: keyId, pem: '', number, thisUpdate: start, nextUpdate: end }]]),
});
const damaged = (remains?: Remains) =>
  ({ kind: 'Damaged', message: 'a chunk is missing', isForeign: false, remains }) as const;
const listedOf = ({ authority: { view } }: Bench) => view.listed.map(({ serial }) => serial);

describe('ledger and list of a CA', () => {
  it('take many revocations of one time with one write, each caller waiting for its own', async () => {
    const one = bench();
    await one.authority.settle();
    const serials = Array.from({ length: 50 }, (_, index) => (index + 1).toString(16));
    await Promise.all(serials.map((serial) => one.authority.revoke([entry(serial)])));
    assert.deepEqual([one.store.writes, one.store.serials.length, listedOf(one).length], [2, 50, 50]);
    assert.deepEqual(one.told.at(-1)?.length, 50);
  });

  it('cost nothing when nothing changed, after a restart either', async () => {
    const first = bench({}, undefined);
    await first.authority.revoke([entry('a')]);
    const second = bench({}, first.store);
    await second.authority.settle();
    await second.authority.settle();
    await second.authority.revoke([entry('a')]);
    assert.equal(first.store.writes, 1);
    assert.equal(second.authority.view.crl?.pem, first.authority.view.crl?.pem);
    assert.deepEqual(second.told, [[entry('a')]], 'what was read is told once');
  });

  it('are made anew from what was published when the ledger is lost, with a higher number', async () => {
    const hold = entry('c', { reason: 'CertificateHold' });
    const foreign = revocation('0'.repeat(64), 'd');
    const one = bench({ published: [published([entry('a'), hold, foreign], 1n << 40n), published([entry('b')])] });
    await one.authority.settle();
    assert.deepEqual(
      [one.store.serials, listedOf(one)],
      [
        ['a', 'b'],
        ['a', 'b'],
      ],
    );
    assert.ok((one.authority.view.crl?.read.number ?? 0n) > 1n << 40n);
  });

  it('take in what a broker was told that is looked at later', async () => {
    const one = bench({ published: [published([entry('a')])] });
    await one.authority.settle();
    one.around = { ...one.around, published: [...one.around.published, published([entry('b')])] };
    await one.authority.settle();
    assert.deepEqual(one.store.serials, ['a', 'b']);
  });

  it('are not guessed when the ledger is lost and what was published cannot be read', async () => {
    const unreadable: PublishedRevocations = { kind: 'Unreadable', message: 'chunk revocations[0] is missing' };
    const one = bench({ published: [unreadable] });
    await one.authority.settle();
    assert.match(one.authority.view.damage ?? '', /chunk revocations\[0\] is missing/);
    await assert.rejects(one.authority.revoke([entry('a')]), /revoke certificates of CA .* is missing/);
    assert.equal(one.store.writes, 0);
    one.around = { ...one.around, published: [published([entry('b')])] };
    await one.authority.revoke([entry('a')]);
    assert.deepEqual([one.store.serials, one.authority.view.damage], [['a', 'b'], undefined]);
  });

  it('stay as they are while the ledger is damaged, and go on when it is restored', async () => {
    const one = bench();
    await one.authority.revoke([entry('a')]);
    const good = one.store.content;
    const two = bench({}, one.store);
    one.store.content = damaged();
    await two.authority.settle();
    await assert.rejects(two.authority.revoke([entry('b')]), /a chunk is missing/);
    assert.deepEqual([two.authority.view.crl, two.told.length, one.store.writes], [undefined, 1, 1]);
    one.store.content = good;
    await two.authority.settle();
    assert.deepEqual([listedOf(two), two.authority.view.damage], [['a'], undefined]);
  });

  it('are made whole from what is left and what was published, where the last list shows that this is all', async () => {
    const one = bench();
    await one.authority.revoke([entry('a'), entry('b')]);
    const { stored } = one.store.content as Extract<ReadLedger, { kind: 'Stored' }>;
    const crl = stored.crl ?? assert.fail('nothing was signed');
    const remains = { entries: [entry('a')], isLedgerWhole: false, holds: [], crl };
    const cases = [
      { what: 'a chunk of the ledger', remains, told: [entry('b')], isWhole: true },
      {
        what: 'the list',
        remains: { ...remains, entries: [entry('a'), entry('b')], isLedgerWhole: true, crl: undefined },
      },
      { what: 'an entry that nobody was told of', remains, isWhole: false },
      { what: 'ledger and list', remains: { ...remains, crl: undefined }, told: [entry('b')], isWhole: false },
    ];
    for (const { what, told = [], isWhole = true, ...left } of cases) {
      one.store.content = damaged(left.remains);
      const next = bench({ published: [published(told, crl.read.number)] }, one.store);
      await next.authority.settle();
      assert.equal(next.authority.view.damage === undefined, isWhole, what);
      assert.deepEqual(next.repairs, isWhole ? ['LedgerRebuilt'] : [], what);
      if (isWhole) assert.deepEqual(one.store.serials, ['a', 'b'], what);
      if (isWhole) assert.deepEqual(listedOf(next), ['a', 'b'], what);
    }
  });

  it('are not made whole before all is known that was published', async () => {
    const one = bench();
    await one.authority.revoke([entry('a')]);
    const { stored } = one.store.content as Extract<ReadLedger, { kind: 'Stored' }>;
    one.store.content = damaged({ entries: [], isLedgerWhole: false, holds: [], crl: stored.crl });
    const next = bench({ published: [published([entry('a')])], isComplete: false }, one.store);
    await next.authority.settle();
    assert.match(next.authority.view.damage ?? '', /a chunk is missing/);
    next.around = { ...next.around, isComplete: true };
    await next.authority.settle();
    assert.deepEqual([listedOf(next), next.authority.view.damage], [['a'], undefined]);
  });

  it('keep the holds that brokers were told, while nobody knows who is suspended', async () => {
    const held = { caKeyId: keyId, serial: 'e', identity: 'sensor-5', notBefore: start, notAfter: end };
    const one = bench({ suspended: [held] });
    await one.authority.settle();
    const { stored } = one.store.content as Extract<ReadLedger, { kind: 'Stored' }>;
    one.store.content = damaged({ entries: [], isLedgerWhole: true, holds: undefined, crl: stored.crl });
    const next = bench({ suspended: undefined, published: [published(stored.holds)] }, one.store);
    await next.authority.settle();
    assert.deepEqual(listedOf(next), ['e']);
  });

  it('name holds that nobody was told of when it is known who is suspended, and lift none before', async () => {
    const held = { caKeyId: keyId, serial: 'e', identity: 'sensor-5', notBefore: start, notAfter: end };
    const one = bench({ suspended: [held] });
    await one.authority.settle();
    const { stored } = one.store.content as Extract<ReadLedger, { kind: 'Stored' }>;
    const lost = damaged({ entries: [], isLedgerWhole: true, holds: undefined, crl: stored.crl });
    for (const { suspended, serials } of [
      { suspended: [held], serials: ['e'] },
      { suspended: [], serials: [] },
    ]) {
      one.store.content = lost;
      const next = bench({ suspended: undefined }, one.store);
      await next.authority.settle();
      assert.match(next.authority.view.damage ?? '', /a chunk is missing/);
      next.around = { ...next.around, suspended };
      await next.authority.settle();
      assert.deepEqual([listedOf(next), [...(next.authority.view.crl?.read.entries.keys() ?? [])]], [serials, serials]);
    }
  });

  it('lose nothing to an older copy, whoever knows of it, and say so', async () => {
    const one = bench();
    await one.authority.revoke([entry('a')]);
    const older = one.store.content;
    await one.authority.revoke([entry('b')]);
    const number = one.authority.view.crl?.read.number ?? 0n;
    const brokers = [published([entry('a'), entry('b')], number + 7n)];
    one.store.content = older;
    const started = bench({ published: brokers }, one.store);
    await started.authority.settle();
    assert.deepEqual([one.store.serials, started.repairs], [['a', 'b'], ['LedgerOutdated']]);
    assert.equal(started.authority.view.crl?.read.number, number + 8n);

    one.store.content = older;
    one.store.fault = 'Lost';
    one.store.whole = false;
    await assert.rejects(one.authority.settle(), /write ledger/, 'the running one finds that another wrote it');
    one.store.fault = 'None';
    await one.authority.settle();
    assert.deepEqual([one.store.serials, one.repairs, listedOf(one)], [['a', 'b'], ['LedgerOutdated'], ['a', 'b']]);
  });

  it('are written again by who knows them, whatever lies in their place', async () => {
    for (const content of [damaged(), { kind: 'None' }] as const) {
      const one = bench();
      await one.authority.revoke([entry('a')]);
      const { pem } = one.authority.view.crl ?? assert.fail('nothing was signed');
      one.store.content = content;
      one.store.fault = 'Lost';
      one.store.whole = false;
      await assert.rejects(one.authority.settle());
      one.store.fault = 'None';
      await one.authority.settle();
      assert.deepEqual([one.store.serials, one.repairs, one.authority.view.crl?.pem], [['a'], ['LedgerRebuilt'], pem]);
    }
  });

  it('are no business of ours where somebody else made what lies there', async () => {
    const one = bench();
    one.store.content = { ...damaged(), isForeign: true };
    await one.authority.settle();
    assert.deepEqual([one.authority.view.damage, one.store.writes], ['a chunk is missing', 0]);
  });

  it('are read again after a write of which nobody knows whether it arrived', async () => {
    for (const fault of ['Lost', 'AnswerLost'] as const) {
      const one = bench();
      await one.authority.settle();
      one.store.fault = fault;
      await assert.rejects(one.authority.revoke([entry('a')]), /^Error: write ledger of CA/);
      assert.equal(one.authority.ledger.entries.has('a'), false, 'nobody is told before it is known');
      one.store.fault = 'None';
      await one.authority.revoke([entry('a')]);
      assert.deepEqual([one.store.serials, listedOf(one), one.store.reads], [['a'], ['a'], 2], fault);
      assert.equal(one.store.writes, 2, fault);
    }
  });

  it('are written again when an object of theirs was taken away', async () => {
    const one = bench();
    await one.authority.revoke([entry('a')]);
    const { told } = one;
    const count = told.length;
    one.store.whole = false;
    await one.authority.settle();
    assert.deepEqual([one.store.writes, told.length, one.repairs], [2, count, ['LedgerRebuilt']]);
  });

  it('hold the certificates of suspended devices, and let them go', async () => {
    const held = { caKeyId: keyId, serial: 'e', identity: 'sensor-5', notBefore: start, notAfter: end };
    const one = bench({ suspended: [held] });
    await one.authority.settle();
    assert.deepEqual([listedOf(one), one.store.serials], [['e'], []]);
    one.around = { ...one.around, suspended: undefined };
    await one.authority.settle();
    assert.deepEqual(listedOf(one), ['e'], 'while nobody knows who is suspended');
    one.around = { ...one.around, suspended: [] };
    await one.authority.settle();
    assert.deepEqual([listedOf(one), one.store.writes], [[], 2]);
  });

  it('are signed again when a third of the validity is over, and by nobody who may not', async () => {
    const one = bench();
    await one.authority.settle();
    one.around = { ...one.around, signing: undefined };
    await one.clock.advance((validitySeconds / 3) * 1000);
    await one.authority.settle();
    assert.equal(one.store.writes, 1);
    one.around = { ...one.around, signing: { signer: ca, validitySeconds } };
    await one.authority.settle();
    assert.equal(one.store.writes, 2);
  });
});
