import assert from 'node:assert/strict';
import type { IdentityStatus } from '../../../src/domain/bundle/compiled-identity.ts';
import { isListedAs, type Listed, relistedIdentities } from '../../../src/domain/bundle/listed.ts';
import { ShardedMap } from '../../../src/domain/sharded.ts';

type Rights = readonly [rulesHash: string, credentialHash?: string];

function listedOf(rights: Readonly<Record<string, Rights>>): Listed {
  const entries = Object.entries(rights).map(([identity, [rulesHash, credentialHash]]) => {
    return [identity, { identity, authentication: 'Password', rulesHash, credentialHash, until: undefined }] as const;
  });
  return new Map(entries);
}

function statusesOf(rights: Readonly<Record<string, Rights>>): ShardedMap<IdentityStatus> {
  const entries = Object.entries(rights).map(([identity, [rulesHash, credentialHash]]) => {
    const state = rulesHash === '' ? 'Revoked' : 'Active';
    const rest = { device: `plant/${identity}`, until: undefined, findings: [] } as const;
    return [identity, { identity, state, rulesHash, credentialHash, ...rest }] as const;
  });
  return ShardedMap.from(entries);
}

const cases: readonly (readonly [
  what: string,
  listed: Rights | undefined,
  status: Rights | undefined,
  same: boolean,
])[] = [
  ['the same', ['rules', 'key'], ['rules', 'key'], true],
  ['without a credential', ['rules'], ['rules'], true],
  ['other rules', ['rules', 'key'], ['others', 'key'], false],
  ['another credential', ['rules', 'key'], ['rules', 'other'], false],
  ['gone', ['rules', 'key'], undefined, false],
  ['revoked', ['rules', 'key'], [''], false],
  ['new', undefined, ['rules', 'key'], false],
  ['revoked before', undefined, [''], true],
  ['in neither', undefined, undefined, true],
];

describe('what a set that was read gives an identity', () => {
  for (const [what, listed, status, same] of cases) {
    it(`${what}: ${same ? 'the same' : 'something else'}`, () => {
      const list = listedOf(listed ? { a: listed } : {});
      const statuses = statusesOf(status ? { a: status } : {});
      assert.equal(isListedAs(list, 'a', statuses.get('a')), same);
      assert.deepEqual([...relistedIdentities(list, statuses)], same ? [] : ['a']);
    });
  }
});
