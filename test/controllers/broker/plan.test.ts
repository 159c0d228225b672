import assert from 'node:assert/strict';
import { compileBroker } from '../../../src/domain/bundle/compile.ts';
import type { Broker } from '../../../src/domain/fleet.ts';
import type { Finding } from '../../../src/domain/finding.ts';
import {
  contentFinding,
  gateFinding,
  type GateFacts,
  narrowWindowAfter,
  publishableAt,
  restUntil,
  windowAfter,
} from '../../../src/controllers/broker/plan.ts';
import { anInput, start } from '../../domain/bundle/compile-fixtures.ts';
import { aBroker } from '../../fixtures.ts';
import { noTrust } from './site.ts';

const at = (milliseconds: number) => new Date(start.getTime() + milliseconds);

describe('when a set is written', () => {
  const cases: readonly {
    readonly name: string;
    readonly publishedAt?: Date;
    readonly hash?: string;
    readonly windowMilliseconds?: number;
    readonly due?: number;
  }[] = [
    { name: 'the first one: at once' },
    { name: 'one after a quiet time: at once', publishedAt: at(-501) },
    { name: 'one within the window: at its end', publishedAt: at(-100), due: 400 },
    { name: 'one at the end of the window: at once', publishedAt: at(-500) },
    { name: 'the same content: at once, which writes only what is missing', publishedAt: at(-1), hash: 'present' },
    { name: 'without a window: at once', publishedAt: at(0), windowMilliseconds: 0 },
    { name: 'after the clock was set back: at once', publishedAt: at(3_600_000) },
  ];
  for (const { name, due, publishedAt, ...facts } of cases) {
    it(name, () => {
      const base = { hash: 'next', publishedHash: 'present', windowMilliseconds: 500 };
      const time = publishableAt({ ...base, publishedAt, ...facts }, start);
      assert.deepEqual(time, due === undefined ? undefined : at(due));
    });
  }
});

describe('the window after a publish', () => {
  const cases: readonly (readonly [what: string, took: number, window: number, waited: number, is: number])[] = [
    ['is what the broker says', 30, 500, 0, 500],
    ['is that, too, after some sets that waited', 30, 500, 2, 500],
    ['is twice as long after more of them', 30, 500, 3, 1_000],
    ['is no longer after many', 30, 500, 300, 1_000],
    ['is twice as long as a slow publish took', 400, 500, 0, 800],
    ['is the longer one of both', 400, 500, 3, 1_000],
    ['is five seconds at most where the broker says less', 60_000, 500, 0, 5_000],
    ['is five seconds at most where changes come in a row', 30, 4_000, 3, 5_000],
    ['is as long as the broker says, however long', 60_000, 30_000, 3, 30_000],
    ['is none where the broker has none', 400, 0, 3, 0],
  ];
  for (const [what, took, window, waited, is] of cases)
    it(what, () => assert.equal(windowAfter(took, window, waited), is));
});

describe('the rest between looks at a storm', () => {
  const cases: readonly (readonly [what: string, passes: number, took: number, rest: number | undefined])[] = [
    ['is none after the first looks', 3, 5, undefined],
    ['is short where a look takes no time', 4, 0, 25],
    ['is nine times as long as the look', 4, 5, 50],
    ['is nothing that anybody feels', 4, 400, 475],
  ];
  for (const [what, passes, took, rest] of cases) {
    it(what, () => assert.deepEqual(restUntil({ passes, at: start, took }, start), rest && at(rest)));
  }

  it('is over when it is over, and when the clock was set back', () => {
    const putOff = { passes: 4, at: start, took: 5 };
    assert.equal(restUntil(putOff, at(50)), undefined);
    assert.equal(restUntil(putOff, at(-1)), undefined);
  });
});

describe('the rest after a publish, before what takes something back', () => {
  const cases: readonly (readonly [what: string, took: number, window: number, is: number])[] = [
    ['is none after one that took no time', 0, 500, 0],
    ['is as long as the publish', 40, 500, 80],
    ['is a tenth of a second at most', 3_000, 500, 3_100],
    ['is none where the broker has no window', 40, 0, 0],
  ];
  for (const [what, took, window, is] of cases) it(what, () => assert.equal(narrowWindowAfter(took, window), is));
});

describe('what keeps a broker on its last set', () => {
  const error: Finding = { code: 'MQS106', severity: 'Error', message: 'no list', path: 'x' };
  const forPasswords = Object.fromEntries(
    Object.entries(aBroker()).filter(([name]) => name !== 'clientCertificates'),
  ) as unknown as Broker;
  const cases: readonly (readonly [name: string, change: Partial<GateFacts>, found: string | undefined])[] = [
    ['nothing', {}, undefined],
    ['cert-manager that is absent', { certManager: 'Absent' }, 'CertManagerAbsent'],
    ['cert-manager that was not looked for long enough', { certManager: 'Unknown' }, 'Pending'],
    ['not where there are no certificates', { certManager: 'Absent', broker: forPasswords }, undefined],
    ['passwords that were not all read', { arePasswordsComplete: false }, 'Pending'],
    ['trust that was not gathered', { trust: undefined }, 'Pending'],
    ['trust with an error', { trust: { ...noTrust, findings: [error] } }, 'CaNotFound'],
    ['not a warning', { trust: { ...noTrust, findings: [{ ...error, severity: 'Warning' }] } }, undefined],
  ];
  for (const [name, change, found] of cases) {
    it(name, () => {
      const facts = { broker: aBroker(), certManager: 'Present' as const, arePasswordsComplete: true, trust: noTrust };
      assert.equal(gateFinding({ ...facts, ...change })?.reason, found);
    });
  }

  it('a compile without content, by its first error', () => {
    const whole = compileBroker(anInput(), start);
    const without = compileBroker(anInput({ cas: [] }), start);
    const found = contentFinding(without, aBroker());
    assert.deepEqual(
      [contentFinding(whole, aBroker()), found?.code, found?.reason],
      [undefined, 'MQS109', 'CaNotFound'],
    );
  });
});
