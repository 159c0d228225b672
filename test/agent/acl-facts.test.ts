import assert from 'node:assert/strict';
import { type AclFacts, aclFacts } from '../../src/agent/acl-facts.ts';
import { parseAcl } from '../../src/domain/acl/file-parser.ts';

const nothing: AclFacts = {
  patterns: [],
  granted: [],
  denied: new Set(),
  reserved: [],
  probeTopic: undefined,
  ends: new Set(),
};

const rows: readonly [what: string, text: string, facts: Partial<AclFacts>][] = [
  ['nobody', '', {}],
  ['a user with a right', 'user a\ntopic deny b\ntopic read a\n', { granted: ['a'] }],
  ['a user with nothing', 'user a\ntopic deny b\n', {}],
  ['a user who is denied everything', 'user a\ntopic deny #\n', { denied: new Set(['a']) }],
  ['a name of the agent', 'user mqttsec-a\n', { reserved: ['mqttsec-a'] }],
  ['a right to a probe', 'user a\ntopic read $mqttsec/x\n', { granted: ['a'], probeTopic: '$mqttsec/x' }],
  ['a probe that is denied', 'user a\ntopic deny $mqttsec/x\n', {}],
  [
    'a probe for all',
    'pattern read $mqttsec/%u/x\n',
    { patterns: [{ access: 'read', topic: '$mqttsec/%u/x' }], probeTopic: '$mqttsec/%u/x' },
  ],
  [
    'what all have anyway',
    'pattern read $mqttsec/%u/certificate\n',
    { patterns: [{ access: 'read', topic: '$mqttsec/%u/certificate' }] },
  ],
  [
    'ends of a line and of a user',
    '# until 2026-01-01T00:00:00.000Z\nuser a\n# until 2027-01-01T00:00:00.000Z\ntopic read a\n',
    { granted: ['a'], ends: new Set([Date.UTC(2026), Date.UTC(2027)]) },
  ],
];

describe('what the agent knows of an ACL', () => {
  for (const [what, text, facts] of rows) {
    it(`with ${what}`, () => assert.deepEqual(aclFacts(text), { ok: true, value: { ...nothing, ...facts } }));
  }

  it('is nothing where it cannot be read, for the reason that its parser gives', () => {
    const read = aclFacts(['user a\ntopic read a\n', 'bogus\n']);
    assert.deepEqual(read, parseAcl('user a\ntopic read a\nbogus\n'));
    assert.ok(!read.ok);
  });
});
