import assert from 'node:assert/strict';
import { nothingKnown } from '../../../src/domain/bundle/changes.ts';
import type { IdentityStatus } from '../../../src/domain/bundle/compiled-identity.ts';
import type { Listed } from '../../../src/domain/bundle/listed.ts';
import { ShardedMap } from '../../../src/domain/sharded.ts';
import type { Expectation } from '../../../src/controllers/device/expectation.ts';
import type { Trust } from '../../../src/controllers/context.ts';
import { type ProgrammedFacts, programmedOf } from '../../../src/controllers/device/programmed.ts';
import { held } from './neighbours.ts';

function status(overrides: Partial<IdentityStatus> = {}): IdentityStatus {
  const identity = { identity: 'a', device: 'plant/a', until: undefined, findings: [] } as const;
  return { ...identity, state: 'Active', rulesHash: 'rules', credentialHash: 'credential', ...overrides };
}

const active: Expectation = { status: status(), hash: 'now', changesAt: undefined };
const off = { state: 'Revoked', rulesHash: '', credentialHash: undefined } as const;
const revoked: Expectation = { status: status(off), hash: 'off', changesAt: undefined };
const former = { rulesHash: 'now', revision: 3 };

type Proof = NonNullable<ProgrammedFacts['broker']>['proved'][number];

/** An instance that has proved a set in which the identity has this status; `Gone`: it is not in it. */
function proof(proved: IdentityStatus | 'Gone' | undefined, revision = 5): Proof {
  if (proved === undefined) return { revision, statuses: undefined };
  return { revision, statuses: ShardedMap.from(proved === 'Gone' ? [] : [['a', proved]]) };
}

/** A set that gives this to the identity. */
function listedAs(rulesHash: string, credentialHash: string): Listed {
  const entry = { identity: 'a', authentication: 'Password', rulesHash, credentialHash, until: undefined } as const;
  return new Map([['a', entry]]);
}

/** With these serials on the list that we sign. */
function trustWith(...serials: readonly string[]): Trust {
  const [at, reason] = [new Date(0), 'CertificateHold'] as const;
  return {
    ...{ crls: [], findings: [], nextChangeAt: undefined },
    cas: [{ name: 'devices', keyId: 'ca', certificates: '', revocation: 'SignedCrl' }],
    revocations: serials.map((serial) => ({ caKeyId: 'ca', serial, identity: 'a', notAfter: at, at, reason })),
  };
}

interface Case {
  readonly title: string;
  readonly proved: readonly Proof[];
  readonly facts?: Partial<ProgrammedFacts>;
  readonly expectedInstances?: number;
  readonly problem?: { readonly reason: 'TooLarge' };
  /** The revision that gave it something else last. */
  readonly changedIn?: number;
  /** All that was published since this revision is known. */
  readonly knownFrom?: number;
  /** All instances had got past it. */
  readonly settledTo?: number;
  /** Hashes of its rules and its credential in the set of somebody else that is published. */
  readonly listed?: readonly [rulesHash: string, credentialHash: string];
  readonly says: string;
  readonly revision?: number;
}

const cases: readonly Case[] = [
  { title: 'proved by its one instance', proved: [proof(status())], says: 'True/Programmed', revision: 5 },
  {
    title: 'proved by both, in different revisions: the earlier is meant',
    proved: [proof(status(), 6), proof(status(), 4)],
    says: 'True/Programmed',
    revision: 4,
  },
  { title: 'proved by one of two', proved: [proof(status()), proof(undefined)], says: 'False/PartiallyProgrammed' },
  { title: 'of other rights', proved: [proof(status({ rulesHash: 'others' }))], says: 'False/Pending' },
  { title: 'of another credential', proved: [proof(status({ credentialHash: 'other' }))], says: 'False/Pending' },
  { title: 'locked still', proved: [proof(status({ state: 'Locked' }))], says: 'False/Pending' },
  { title: 'of another device of this name', proved: [proof(status({ device: 'plant/b' }))], says: 'False/Pending' },
  { title: 'not in the set', proved: [proof('Gone')], says: 'False/Pending' },
  { title: 'without instances', proved: [], says: 'Unknown/NoInstances' },
  {
    title: 'what stops the broker is named',
    proved: [proof(undefined)],
    problem: { reason: 'TooLarge' },
    says: 'False/TooLarge',
  },
  {
    title: 'a restarting instance takes no proof away',
    proved: [proof(undefined)],
    facts: { former },
    says: 'True/Programmed',
    revision: 3,
  },
  { title: 'nor does a broker scaled to none', proved: [], facts: { former }, says: 'True/Programmed', revision: 3 },
  {
    title: 'nor one that was not looked at yet',
    proved: [],
    facts: { former, broker: undefined },
    says: 'True/Programmed',
    revision: 3,
  },
  {
    title: 'an instance that enforces something else does',
    proved: [proof(status({ rulesHash: 'others' }))],
    facts: { former },
    says: 'False/Pending',
  },
  {
    title: 'a former proof of something else counts for nothing',
    proved: [proof(undefined)],
    facts: { former: { rulesHash: 'then', revision: 3 } },
    says: 'False/Pending',
  },
  {
    title: 'the same as proved, and something else published since',
    proved: [proof(status(), 5)],
    changedIn: 6,
    says: 'False/Pending',
  },
  {
    title: 'something else published since, which its status has not told yet',
    proved: [proof(status(), 5)],
    facts: { former },
    changedIn: 6,
    says: 'False/Pending',
  },
  {
    title: 'something else published since, and an instance of which nothing is known',
    proved: [proof(undefined, 0)],
    facts: { former },
    changedIn: 6,
    says: 'False/Pending',
  },
  {
    title: 'something else published before',
    proved: [proof(status(), 5)],
    changedIn: 5,
    says: 'True/Programmed',
    revision: 5,
  },
  {
    title: 'the same as proved, and what was published since is not known',
    proved: [proof(status(), 5)],
    knownFrom: 6,
    says: 'False/Pending',
  },
  {
    title: 'nor does what was proved stay then',
    proved: [proof(status(), 5)],
    facts: { former },
    knownFrom: 6,
    says: 'False/Pending',
  },
  {
    title: 'it stays where all had got past what is not known, and an instance has proved nothing since it began',
    proved: [proof(undefined, 0)],
    facts: { former },
    knownFrom: 6,
    settledTo: 6,
    says: 'True/Programmed',
    revision: 3,
  },
  {
    title: 'it does not where an instance may have begun with what is not known',
    proved: [proof(undefined, 0)],
    facts: { former },
    knownFrom: 6,
    settledTo: 5,
    says: 'False/Pending',
  },
  {
    title: 'it stays by the proof of a set of somebody else that gives the same',
    proved: [proof(undefined, 5)],
    facts: { former },
    listed: ['rules', 'credential'],
    says: 'True/Programmed',
    revision: 3,
  },
  {
    title: 'it does not by the proof of one that gives something else',
    proved: [proof(undefined, 5)],
    facts: { former },
    listed: ['others', 'credential'],
    says: 'False/Pending',
  },
  {
    title: 'who is off is in no set, or in one without rights',
    proved: [proof('Gone'), proof(status(off))],
    facts: { expectation: revoked },
    says: 'True/Programmed',
    revision: 5,
  },
  {
    title: 'who is off and succeeded by another device is off',
    proved: [proof(status({ ...off, device: 'plant/b' }))],
    facts: { expectation: revoked },
    says: 'True/Programmed',
    revision: 5,
  },
  {
    title: 'certificates that are not on the lists yet',
    proved: [proof('Gone')],
    facts: { expectation: revoked, unpublished: 1, leastRevision: undefined },
    says: 'False/Pending',
  },
  {
    title: 'certificates of a suspended device that are not on the list yet',
    proved: [{ ...proof(status()), trust: trustWith() }],
    facts: { holds: [held('a', '1a')] },
    says: 'False/Pending',
  },
  {
    title: 'certificates of a suspended device on the list that was proved',
    proved: [{ ...proof(status()), trust: trustWith('1a') }],
    facts: { holds: [held('a', '1a')] },
    says: 'True/Programmed',
    revision: 5,
  },
  {
    title: 'certificates of a released device that are on the list that was proved',
    proved: [{ ...proof(status()), trust: trustWith('1a') }],
    facts: { good: [held('a', '1a')] },
    says: 'False/Pending',
  },
  {
    title: 'certificates of a released device that have left the list',
    proved: [{ ...proof(status()), trust: trustWith('1b') }],
    facts: { good: [held('a', '1a')] },
    says: 'True/Programmed',
    revision: 5,
  },
  {
    title: 'a proof from before the lists',
    proved: [proof('Gone', 5)],
    facts: { expectation: revoked, leastRevision: 6 },
    says: 'False/Pending',
  },
];

describe('whether a device is programmed', () => {
  for (const { title, proved, facts, expectedInstances = proved.length, problem, ...rest } of cases) {
    const { says, revision, changedIn = 0, knownFrom = 0, settledTo = 0, listed } = rest;
    it(`${title}: ${says}`, () => {
      const finding = problem && ({ code: 'MQS105', severity: 'Error', message: '', path: '', ...problem } as const);
      const changes = { ...nothingKnown, knownFrom, settledTo, changedIn: ShardedMap.from([['a', changedIn]]) };
      const broker = {
        ...{ proved, changes, expectedInstances, refusal: undefined, problem: finding },
        ...(listed && { listed: listedAs(...listed) }),
      };
      const base = {
        expectation: active,
        broker,
        former: undefined,
        unpublished: 0,
        leastRevision: 0,
        holds: [],
        good: [],
      };
      const programmed = programmedOf({ ...base, ...facts });
      assert.equal(`${programmed.condition.status}/${programmed.condition.reason}`, says);
      assert.equal(programmed.revision, revision);
    });
  }
});
