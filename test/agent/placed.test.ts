/** What an older set would give back of what the one after it took away. */
import assert from 'node:assert/strict';
import { candidateOf } from '../../src/agent/candidate.ts';
import { givenBackProblem } from '../../src/agent/placed.ts';
import { bundleOf, newSite, partsOf, type SiteDevice } from './site.ts';

const now = new Date('2026-03-01T12:00:00Z');
const past = new Date(now.getTime() - 1000);
const later = new Date(now.getTime() + 1000);
const ports = { mtls: 1, password: 2 };
const site = newSite({ now, link: '/agent/current', dialect: { version: '2.0' }, user: 'mosquitto', ports });

const write = { access: 'write', topic: 'dev/a/#' } as const;
const read = { access: 'read', topic: 'all/news' } as const;
const deny = { access: 'deny', topic: 'dev/a/secret' } as const;
const a: SiteDevice = { identity: 'a', lines: [deny, write] };
const p: SiteDevice = { identity: 'p', lines: [read], password: 'first' };

function problem(older: readonly SiteDevice[], newer: readonly SiteDevice[]): string | undefined {
  const next = candidateOf(bundleOf(site, { revision: 1, devices: older }));
  const { acl, identities } = partsOf(site, { revision: 2, devices: newer });
  return givenBackProblem(next, { acl: `${acl}user agent\ntopic write probe\n`, identities }, now);
}

describe('a set that is older than the one put in place last', () => {
  const rows: readonly [what: string, older: SiteDevice[], newer: SiteDevice[], says: RegExp | undefined][] = [
    ['which is the same', [a, p], [a, p], undefined],
    ['which gave more', [a, p], [{ ...a, lines: [deny, write, read] }, p], undefined],
    ['which denied less', [a], [{ ...a, lines: [write] }], undefined],
    ['which had another device', [a], [a, p], undefined],
    ['which took a rule', [a], [{ ...a, lines: [deny] }], /^rules of a were taken back since$/],
    ['which denied a topic', [{ ...a, lines: [write] }], [a], /^rules of a /],
    ['which suspended', [a], [{ ...a, lines: [{ access: 'deny', topic: '#' }] }], /^rules of a /],
    ['which lacked a device', [a, p], [a], /^p has another credential since, or none$/],
    ['which had another password', [a, p], [a, { ...p, password: 'second' }], /^p has another credential/],
    ['without a rule that has ended', [{ ...a, lines: [{ ...write, until: past }] }], [{ ...a, lines: [] }], undefined],
    ['without a rule that will end', [{ ...a, lines: [{ ...write, until: later }] }], [{ ...a, lines: [] }], /^rules/],
    ['without a device that has ended', [a, { ...p, until: past }], [a], undefined],
    ['without a device that will end', [a, { ...p, until: later }], [a], /^p has/],
  ];
  for (const [what, older, newer, says] of rows) {
    it(`${what} ${says ? 'is not started' : 'is started'}`, () => {
      const said = problem(older, newer);
      if (says) assert.match(said ?? '', says);
      else assert.equal(said, undefined);
    });
  }
});
