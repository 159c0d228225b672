import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import {
  type BundleIdentity,
  certificateCredential,
  identitiesText,
  parseIdentities,
  verifiedIdentityLine,
} from '../../../src/domain/bundle/identities.ts';
import { assertRefused, manyLines, textsAround } from '../mutations.ts';

const camera: BundleIdentity = {
  identity: 'camera-1',
  authentication: 'Certificate',
  rulesHash: 'aa11',
  credentialHash: certificateCredential,
  until: new Date('2026-04-01T00:00:00Z'),
};
const operator: BundleIdentity = {
  identity: 'north.anna',
  authentication: 'Password',
  rulesHash: 'bb22',
  credentialHash: undefined,
  until: undefined,
};

const word = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._:@]{0,20}$/);

describe('identities part', () => {
  it('is one line for each identity', () => {
    const text = 'camera-1 Certificate aa11 certificate 2026-04-01T00:00:00.000Z\nnorth.anna Password bb22 - -\n';
    assert.equal(identitiesText([camera, operator]), text);
  });

  it('reads back as what was written', () => {
    const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
    const time = fc.date({ min: new Date(0), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true });
    const identity: fc.Arbitrary<BundleIdentity> = fc.record(
      {
        identity: word,
        authentication: fc.constantFrom('Certificate' as const, 'Password' as const),
        rulesHash: word,
        credentialHash: optional(word),
        until: optional(time),
        ticketsUntil: time,
        role: fc.constantFrom('Backend' as const, 'Admin' as const),
      },
      {
        noNullPrototype: true,
        requiredKeys: ['identity', 'authentication', 'rulesHash', 'credentialHash', 'until'],
      },
    );
    fc.assert(
      fc.property(fc.uniqueArray(identity, { selector: (one) => one.identity }), (all) => {
        const read = parseIdentities(identitiesText(all));
        assert.deepEqual(read, { ok: true, value: new Map(all.map((one) => [one.identity, one])) });
      }),
    );
  });

  it('is read as exactly what it says, or refused', () => {
    const texts = textsAround(identitiesText([camera, operator, { ...camera, identity: 'admin', role: 'Admin' }]));
    fc.assert(
      fc.property(texts, (text) => {
        const read = parseIdentities(text);
        if (read.ok) assert.equal(identitiesText([...read.value.values()]), text);
        else assert.ok(read.findings.every(({ code }) => code === 'MQS103'));
      }),
      { numRuns: 1000 },
    );
    for (const line of ['', 'x', identitiesText([camera]).trim()]) assertRefused(parseIdentities(manyLines(line)));
  });

  it('has a verified line for an identity exactly if that reads back', () => {
    const any = fc.oneof(word, fc.string({ maxLength: 3 }), fc.constantFrom('a b', 'a\n', '', '-', 'é'));
    fc.assert(
      fc.property(any, any, (name, hash) => {
        const meant: BundleIdentity = { ...camera, identity: name, rulesHash: hash };
        const read = parseIdentities(identitiesText([meant]));
        const isRead = read.ok && isDeepStrictEqual([...read.value.values()], [meant]);
        assert.equal(verifiedIdentityLine(meant), isRead ? identitiesText([meant]) : undefined);
      }),
    );
  });

  const text = identitiesText([camera]);
  const refused: Record<string, string> = {
    'an identity twice': text + text,
    'a cut last line': text.slice(0, -1),
    'an empty line': `${text}\n`,
    'another type': text.replace('Certificate', 'Token'),
    'a field too many': text.replace('\n', ' x\n'),
    'a role that is written by no role': text.replace('\n', ' Device\n'),
    'a role before a time': text.replace('\n', ' Admin 2026-04-01T00:00:00.000Z\n'),
    'a field too few': 'a Certificate b -\n',
    'an empty field': 'a Certificate  - -\n',
    'a time of no calendar': text.replace('2026-04-01', '2026-02-30'),
    'a time without zone': text.replace('.000Z', ''),
    'a control character': text.replace('aa11', 'aa\t11'),
  };
  for (const [name, bad] of Object.entries(refused)) {
    it(`is refused with ${name}`, () => {
      assert.notEqual(bad, text);
      assert.equal(parseIdentities(bad).ok, false);
    });
  }
});
