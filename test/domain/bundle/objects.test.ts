import assert from 'node:assert/strict';
import fc from 'fast-check';
import { chunkOf } from '../../../src/domain/bundle/chunks.ts';
import { partNames } from '../../../src/domain/bundle/content.ts';
import {
  bundleLayout,
  chunkChange,
  chunkPlace,
  chunkPlaces,
  ledgerLayout,
  nextRevision,
  wantedChunks,
} from '../../../src/domain/bundle/objects.ts';
import { ofParts, setOf } from '../../../src/domain/bundle/set.ts';
import { sha256 } from '../../../src/domain/hash.ts';

describe('objects of a set', () => {
  const layout = bundleLayout('plant/main');

  it('are called by prefix, part and number; passwords are Secrets', () => {
    const parts = { ...ofParts(partNames, () => ['x']), acl: ['x', 'y'], revocations: [] };
    assert.deepEqual(
      chunkPlaces(layout, parts).map(({ kind, name }) => `${kind} ${name}`),
      [
        'ConfigMap main-conf-00',
        'ConfigMap main-acl-00',
        'ConfigMap main-acl-01',
        'Secret main-passwords-00',
        'ConfigMap main-identities-00',
        'ConfigMap main-crl-00',
        'ConfigMap main-ca-00',
        'ConfigMap main-notices-00',
      ],
    );
    assert.equal(layout.index, 'main-bundle');
    assert.equal(chunkPlace(layout, 'acl', 1023).name, 'main-acl-1023');
  });

  it('of a ledger are named by its CA, shortened where the name would be too long', () => {
    assert.equal(ledgerLayout('ab12').index, 'ledger-ab12-index');
    const [one, other] = ['a', 'b'].map((last) => ledgerLayout('c'.repeat(400) + last).index);
    assert.ok(one !== other && (one ?? '').length <= 63);
  });

  it('are wanted with the text that readers of the present index need', () => {
    const texts = (acl: readonly string[]) =>
      setOf(partNames, { ...ofParts(partNames, () => []), acl: acl.map(chunkOf) });
    const present = { revision: 1, hash: '', parts: { ...ofParts(partNames, () => []), acl: ['of 0'] } };
    assert.deepEqual(
      wantedChunks(layout, present, texts(['a', 'b'])).map(({ name, present: needed }) => [name, needed]),
      [
        ['main-acl-00', 'of 0'],
        ['main-acl-01', undefined],
      ],
    );
  });
});

describe('change of a chunk object', () => {
  const [present, next, old] = ['present', 'next', 'old'].map(chunkOf);
  const hashOf = (text: string) => sha256(text);

  const cases: readonly {
    readonly what: string;
    readonly intact: readonly string[];
    readonly others: readonly string[];
    readonly remove: readonly string[] | 'no change';
  }[] = [
    { what: 'nothing where the text is', intact: [hashOf('next')], others: [], remove: 'no change' },
    { what: 'adds to an empty one', intact: [], others: [], remove: [] },
    { what: 'keeps the present text', intact: [hashOf('present')], others: [], remove: [] },
    { what: 'drops older ones', intact: [hashOf('present'), hashOf('old')], others: [], remove: [hashOf('old')] },
    {
      what: 'drops a present text that is another',
      intact: [],
      others: [hashOf('present')],
      remove: [hashOf('present')],
    },
    { what: 'writes over its own text that is another', intact: [], others: [hashOf('next')], remove: [] },
    { what: 'leaves alone what is not ours', intact: [], others: ['note', 'index.json'], remove: [] },
  ];
  for (const { what, intact, others, remove } of cases) {
    it(what, () => {
      assert.ok(present && next && old);
      const held = { intact: new Set(intact), others: new Set(others) };
      const change = chunkChange({ chunk: next, present: present.hash }, held);
      assert.deepEqual(change?.remove ?? 'no change', remove);
      if (change) assert.equal(change.add, next);
    });
  }
});

describe('next revision', () => {
  it('is above all that was seen', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.nat(), { nil: undefined })), (seen) => {
        assert.ok(seen.every((revision) => nextRevision(...seen) > (revision ?? 0)));
      }),
    );
    assert.equal(nextRevision(), 1);
  });
});
