import assert from 'node:assert/strict';
import { agentRules, resourceNamesIn } from '../../../src/controllers/workload/role.ts';
import { type BundleIndex, partNames } from '../../../src/domain/bundle/content.ts';
import { aBroker } from '../../fixtures.ts';

/** An index with so many chunks of `acl` and one of all else. */
function index(acl: number): BundleIndex {
  const hashes = (count: number) => Array.from({ length: count }, () => 'a'.repeat(64));
  const parts = Object.fromEntries(partNames.map((part) => [part, hashes(part === 'acl' ? acl : 1)]));
  return { broker: 'plant/main', revision: 1, hash: 'b'.repeat(64), parts: parts as unknown as BundleIndex['parts'] };
}

function aclNames(rules: ReturnType<typeof agentRules>): readonly string[] {
  return resourceNamesIn({ rules }).filter((name) => name.startsWith('main-acl-'));
}

describe('rights of an agent', () => {
  it('are to what is named, and to nothing else', () => {
    assert.deepEqual(agentRules(aBroker(), ['main-0'], undefined, []), [
      { apiGroups: [''], resources: ['configmaps'], resourceNames: ['main-bundle'], verbs: ['list', 'watch'] },
      {
        apiGroups: [''],
        resources: ['configmaps'],
        resourceNames: ['conf', 'acl', 'identities', 'crl', 'ca', 'revocations', 'notices'].flatMap((part) => [
          `main-${part}-00`,
          `main-${part}-01`,
        ]),
        verbs: ['get'],
      },
      {
        apiGroups: [''],
        resources: ['secrets'],
        resourceNames: ['main-passwords-00', 'main-passwords-01', 'main-server-tls'],
        verbs: ['get'],
      },
      { apiGroups: ['mqttsecurity.io'], resources: ['brokerinstances'], resourceNames: ['main-0'], verbs: ['get'] },
      {
        apiGroups: ['mqttsecurity.io'],
        resources: ['brokerinstances/status'],
        resourceNames: ['main-0'],
        verbs: ['patch'],
      },
      { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['create', 'patch'] },
    ]);
  });

  it('have no rule without names where nothing is named, for it would be one for all names', () => {
    const rules = agentRules(aBroker(), [], undefined, []);
    assert.ok(rules.every(({ resourceNames = [] }) => resourceNames.length > 0));
    assert.equal(rules.length, 3);
  });

  it('are to the Secret that the user names', () => {
    const server = { kind: 'Secret', name: 'mine' } as const;
    const rules = agentRules(aBroker({ tls: { profile: 'Modern', server } }), [], undefined, []);
    assert.deepEqual(rules[2]?.resourceNames, ['main-passwords-00', 'main-passwords-01', 'mine']);
  });

  for (const [chunks, room] of [
    [1, 2],
    [2, 4],
    [3, 8],
    [5, 16],
    [65, 256],
  ] as const) {
    it(`reach ${room} chunks where there are ${chunks}`, () =>
      assert.equal(aclNames(agentRules(aBroker(), [], index(chunks), [])).length, room));
  }

  it('do not shrink, whether or not it is known what is published', () => {
    const former = resourceNamesIn({ rules: agentRules(aBroker(), [], index(5), []) });
    assert.equal(aclNames(agentRules(aBroker(), [], undefined, former)).length, 16);
    assert.equal(aclNames(agentRules(aBroker(), [], index(1), former)).length, 16);
  });

  it('take nothing over that somebody wrote into the Role', () => {
    const former = ['main-acl-9999', 'other-acl-63', 'main-acl-1e3', 'admin-token', 'main-acl-'];
    const names = resourceNamesIn({ rules: agentRules(aBroker(), [], undefined, former) });
    assert.equal(aclNames(agentRules(aBroker(), [], undefined, former)).length, 256);
    assert.ok(!names.includes('admin-token') && !names.includes('main-acl-9999'));
  });
});
