import assert from 'node:assert/strict';
import { ownBroker } from '../../../src/agent/cluster/own-broker.ts';
import { instanceReportSink } from '../../../src/agent/cluster/report-sink.ts';
import { brokerInstances, type BrokerInstanceObject } from '../../../src/api/kinds.ts';
import type { InstanceReport } from '../../../src/ports.ts';
import { settled, VirtualClock } from '../../kube/virtual-clock.ts';
import { ownedBy, refusal, StubApi } from './stub-api.ts';

const at = '2026-01-01T00:00:00.000Z';
const loaded = { revision: 4, hash: 'f'.repeat(64), provedAt: at, milliseconds: 12, sessionsEndedAt: at };
const good: InstanceReport = { broker: 'plant/main', instance: 'main-0', mosquittoVersion: '2.0.11', loaded };

describe('report of an agent', () => {
  let api: StubApi;
  let clock: VirtualClock;
  let stop: AbortController;

  beforeEach(() => {
    [api, clock, stop] = [new StubApi(), new VirtualClock(), new AbortController()];
  });

  const made = (podUid?: string, status?: object, brokerUid?: string) =>
    api.put(
      brokerInstances,
      'main-0',
      { spec: { brokerRef: { name: 'main' }, ...(podUid !== undefined && { podUid }) }, ...(status && { status }) },
      ownedBy(brokerUid),
    );

  function sink(podUid?: string) {
    const [client, random, signal] = [api.client, { next: () => 0 }, stop.signal];
    const own = ownBroker('uid-main');
    const common = { client, broker: 'plant/main', own, instance: 'main-0', clock, random, signal } as const;
    return instanceReportSink({ ...common, ...(podUid !== undefined && { podUid }) });
  }

  const status = async () =>
    (await api.client.get<BrokerInstanceObject>(brokerInstances, 'plant', 'main-0')).status ?? {};

  it('says what is loaded, and nothing twice', async () => {
    made();
    await sink().report(good);
    const { loadedRevision, provedAt, conditions = [] } = await status();
    assert.deepEqual([loadedRevision, provedAt], [4, loaded.provedAt]);
    assert.deepEqual(
      conditions.map(({ type, status: state }) => [type, state]),
      [
        ['Ready', 'True'],
        ['Programmed', 'True'],
      ],
    );
    await sink().report({ ...good, loaded: { ...loaded, provedAt: '2026-02-02T00:00:00.000Z', milliseconds: 3 } });
    assert.equal(api.count('applyStatus'), 1);
  });

  it('keeps what was proved before as long as nothing newer is, with lockouts and acknowledgements', async () => {
    const lockouts = [{ identity: 'x', until: '2026-01-02T00:00:00Z' }];
    const acknowledgements = [{ identity: 'x', fingerprint: 'ab', at: '2026-01-01T00:00:00Z' }];
    made(undefined, { loadedRevision: 3, loadedHash: 'e'.repeat(64), lockouts, acknowledgements });
    const refusals = [{ check: 'CrlInDate', reason: 'x'.repeat(5_000) }];
    await sink().report({ broker: good.broker, instance: 'main-0', mosquittoVersion: '2.0.11', refused: { refusals } });
    const now = await status();
    assert.deepEqual([now.loadedRevision, now.loadedHash, now.lockouts], [3, 'e'.repeat(64), lockouts]);
    assert.equal(now.refused?.refusals?.[0]?.reason.length, 1_024);
    assert.deepEqual(now.acknowledgements, acknowledgements);
    const next = [{ identity: 'y', fingerprint: 'cd', at: '2026-01-02T00:00:00Z' }];
    await sink().report({ ...good, acknowledgements: next });
    assert.deepEqual((await status()).acknowledgements, next);
    assert.equal(now.conditions?.find(({ type }) => type === 'Ready')?.reason, 'Refused');
  });

  it('writes lockouts once they are known, beside those that it does not know of, each until its end', async () => {
    const lockout = (identity: string, until: string) => {
      return { identity, reason: 'PublishDenied', since: '2026-01-01T00:00:00Z', until };
    };
    const [own, other] = [lockout('x', '2026-01-02T00:00:00Z'), lockout('b', '2026-01-03T00:00:00Z')];
    made(undefined, { lockouts: [other, lockout('c', '2025-12-31T00:00:00Z'), { identity: 'y', until: at }] });
    assert.deepEqual(
      (await sink().formerLockouts?.(stop.signal))?.map(({ identity }) => identity),
      ['b', 'c'],
    );
    await sink().report({ ...good, lockouts: [own] });
    assert.deepEqual((await status()).lockouts, [other, own]);
    await sink().report(good);
    assert.equal(api.count('applyStatus'), 1);
    clock.wallOffset += 30 * 3_600_000;
    await sink().report({ ...good, lockouts: [] });
    assert.deepEqual((await status()).lockouts, [other]);
    clock.wallOffset += 30 * 3_600_000;
    await sink().report({ ...good, lockouts: [] });
    assert.equal((await status()).lockouts, undefined);
  });

  it('writes no more lockouts than a status holds, its own before others', async () => {
    const lockout = (name: string) => ({ identity: name, reason: 'Flood', since: at, until: '2026-01-02T00:00:00Z' });
    made(undefined, { lockouts: Array.from({ length: 200 }, (_, index) => lockout(`other-${index}`)) });
    await sink().report({ ...good, lockouts: Array.from({ length: 200 }, (_, index) => lockout(`own-${index}`)) });
    const { lockouts = [] } = await status();
    assert.deepEqual(
      [lockouts.length, lockouts.filter(({ identity }) => identity.startsWith('own')).length],
      [256, 200],
    );
  });

  it('has no lockouts of a former agent where there is no object, or one of another pod', async () => {
    assert.deepEqual(await sink('a').formerLockouts?.(stop.signal), []);
    made('b', { lockouts: [{ identity: 'x', since: at, until: at }] });
    assert.deepEqual(await sink('a').formerLockouts?.(stop.signal), []);
  });

  it('says it with a reason of its own when the broker has another authority over rights', async () => {
    made();
    const refusals = [{ check: 'DynamicSecurity', reason: 'it answers' }];
    await sink().report({ broker: good.broker, instance: 'main-0', mosquittoVersion: '2.0.11', refused: { refusals } });
    const { conditions = [] } = await status();
    assert.deepEqual(
      conditions.map(({ type, status: state, reason }) => [type, state, reason]),
      [
        ['Ready', 'False', 'DynamicSecurity'],
        ['Programmed', 'False', 'DynamicSecurity'],
      ],
    );
  });

  it('is not ready while the last attempt failed', async () => {
    made();
    await sink().report({ ...good, lastError: 'Mosquitto ended' });
    const { conditions = [], lastError } = await status();
    assert.equal(lastError, 'Mosquitto ended');
    assert.deepEqual(
      conditions.map(({ type, status: state }) => [type, state]),
      [
        ['Ready', 'False'],
        ['Programmed', 'False'],
        ['Reconciling', 'True'],
      ],
    );
  });

  const waits: readonly (readonly [what: string, before: () => void, after: () => void])[] = [
    ['the object', () => undefined, () => made('uid-1')],
    ['the object of its own pod', () => made('uid-0'), () => made('uid-1')],
    ['the object of its own broker', () => made('uid-1', undefined, 'uid-another'), () => made('uid-1')],
    [
      'the server',
      () => {
        made('uid-1');
        api.problem = () => refusal(0, 'ConnectionFailed');
      },
      () => (api.problem = () => undefined),
    ],
  ];
  for (const [what, before, after] of waits) {
    it(`waits for ${what}`, async () => {
      before();
      const reported = sink('uid-1').report(good);
      await clock.advance(60_000);
      assert.equal(api.count('applyStatus'), 0);
      after();
      await clock.advance(20_000);
      await reported;
      assert.equal((await status()).loadedRevision, 4);
    });
  }

  it('is kept: written again into an object that was made anew, and only then', async () => {
    made();
    const kept = sink();
    const keeping = kept.keep();
    await kept.report(good);
    await clock.advance(60_000);
    assert.equal(api.count('applyStatus'), 1);
    made();
    assert.equal((await status()).loadedRevision, undefined);
    await clock.advance(15_000);
    assert.deepEqual([(await status()).loadedRevision, api.count('applyStatus')], [4, 2]);
    stop.abort(new Error('stopped'));
    await keeping;
  });

  it('fails when it is refused, for the agent to say so', async () => {
    made();
    api.problem = (verb) => (verb === 'applyStatus' ? refusal(403, 'Forbidden') : undefined);
    await assert.rejects(sink().report(good), /Forbidden/);
  });

  it('ends with the agent', async () => {
    const reported = sink().report(good);
    await settled();
    stop.abort(new Error('stopped'));
    await assert.rejects(reported, /stopped/);
  });
});
