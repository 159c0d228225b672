import assert from 'node:assert/strict';
import { systemRandom } from '../../src/local/system.ts';
import { selfSigned } from '../../src/verify/certificates.ts';
import { type Attempt, type Point, pointResults, type Verdict } from '../../src/verify/point.ts';
import { checklist } from '../../src/verify/points.ts';
import type { Answer, Entry, Login, Prober } from '../../src/verify/prober.ts';
import type { Listener, World } from '../../src/verify/world.ts';

const listener = (authentication: Listener['authentication']): Listener => ({
  ...{ host: 'broker.example', port: 8883, tls: true, webSockets: false, authentication },
});
const world: World = {
  listeners: [listener('Certificate'), listener('Password')],
  identities: [],
  refused: [],
  plainPorts: [],
  probe: 'mqttsec-verify-1',
  now: new Date('2026-01-01T00:00:00Z'),
};

/** A broker that gives everybody the same answer. */
function proberAnswering(answer: Exclude<Answer, { kind: 'Taken' }>): Prober {
  return {
    enter: () => Promise.resolve<Entry>(answer),
    handshake: () => Promise.resolve(answer),
    serverProof: () => Promise.resolve({ kind: 'Unanswered', how: answer.how }),
    speaksPlain: () => Promise.resolve(answer),
    silentConnections: () => Promise.resolve(() => undefined),
  };
}
const refusing = proberAnswering({ kind: 'Refused', how: 'no' });

function pointOf(name: string, verdicts: readonly Verdict[], needs: readonly string[] = []): Point {
  const attempts = verdicts.map((verdict, i): Attempt => ({ tried: `${name} ${String(i)}`, answer: 'so', verdict }));
  return { name, title: name, needs, otherwise: 'nothing to try', attempts: () => Promise.resolve(attempts) };
}

describe('points of verify', () => {
  const rows: readonly (readonly [readonly Verdict[], Verdict, string])[] = [
    [[], 'NotApplicable', 'nothing to try'],
    [['NotApplicable'], 'NotApplicable', 'a 0: so'],
    [['NotApplicable', 'Pass'], 'Pass', 'a 1: so'],
    [['Pass', 'Pass', 'Pass'], 'Pass', 'a 0: so (and 2 more)'],
    [['Pass', 'NotApplicable', 'Fail'], 'Fail', 'a 2: so'],
  ];
  for (const [verdicts, verdict, reason] of rows) {
    it(`are ${verdict} where attempts are ${verdicts.join(', ') || 'none'}`, async () => {
      const [result] = await pointResults([pointOf('a', verdicts)], world, refusing);
      assert.deepEqual([result?.verdict, result?.reason], [verdict, reason]);
    });
  }

  it('are not tried where one failed that they need, and are told one by one', async () => {
    const told: string[] = [];
    const points = [pointOf('a', ['Fail']), pointOf('b', ['Pass'], ['a']), pointOf('c', ['Pass'], ['b'])];
    const results = await pointResults(points, world, refusing, ({ name }) => told.push(name));
    assert.deepEqual(
      results.map(({ verdict, reason }) => [verdict, reason]),
      [
        ['Fail', 'a 0: so'],
        ['NotApplicable', 'not tried, for a failed'],
        ['Pass', 'c 0: so'],
      ],
    );
    assert.deepEqual(told, ['a', 'b', 'c']);
  });

  it('need only points that come before them', () => {
    const before = new Set<string>();
    for (const { name, needs } of checklist(systemRandom)) {
      for (const need of needs) assert.ok(before.has(need), `${name} needs ${need}`);
      before.add(name);
    }
  });

  it('take no answer for no refusal: a broker that is gone passes nothing', async () => {
    const gone = proberAnswering({ kind: 'Unanswered', how: 'no answer in 100 ms' });
    const results = await pointResults(checklist(systemRandom), world, gone);
    assert.deepEqual(
      results.filter(({ verdict }) => verdict === 'Pass'),
      [],
    );
  });

  it('show no credentials to a server that does not prove who it is', async () => {
    const shown: Login[] = [];
    const unproved: Prober = {
      ...refusing,
      serverProof: () => Promise.resolve({ kind: 'Invalid', problem: 'another name' }),
      enter: (_listener, login) => {
        shown.push(login);
        return refusing.enter(_listener, login);
      },
    };
    const keyPair = selfSigned('s-1', world.now, systemRandom);
    const [mtls = listener('Certificate'), basic = listener('Password')] = world.listeners;
    const identities = [
      { name: 's-1', listener: mtls, keyPair },
      { name: 'p-1', listener: basic, password: 'secret' },
    ];
    await pointResults(checklist(systemRandom), { ...world, identities }, unproved);
    assert.ok(shown.length > 0);
    assert.deepEqual(
      shown.filter((login) => login.password === 'secret' || login.keyPair?.key === keyPair.key),
      [],
    );
  });
});
