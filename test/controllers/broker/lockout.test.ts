import assert from 'node:assert/strict';
import { joinParts } from '../../../src/domain/bundle/chunks.ts';
import { brokerSite, type BrokerSite } from './site.ts';

const lockout = { maxFailures: 5, windowSeconds: 10, blockSeconds: 900 };

function at(site: BrokerSite, seconds: number): string {
  return new Date(site.clock.now().getTime() + seconds * 1000).toISOString();
}

/** What instance `name` says of these identities, beside that it has proved what is published. */
function reports(site: BrokerSite, name: string, ...lockouts: readonly object[]): void {
  const { revision: loadedRevision, hash: loadedHash } = site.published.index ?? {};
  site.report(name, { loadedRevision, loadedHash, mosquittoVersion: '2.1.2', lockouts });
}

/** The lockout of `d1` that began now. */
function began(site: BrokerSite, overrides: object = {}): object {
  return { identity: 'd1', reason: 'DeniedPublishes', since: at(site, 0), until: at(site, 900), ...overrides };
}

/** A broker that asks for lockouts, with `d1` and `d2` on it, all proved. */
async function settledSite(spec: object = { lockout }): Promise<BrokerSite> {
  const site = brokerSite();
  site.changeBroker({ spec: { ...site.spec, ...spec } });
  for (const name of ['d1', 'd2']) {
    site.putDevice(name);
    site.setPassword(name);
  }
  await site.run();
  site.prove('a', 'b');
  await site.run();
  await site.clock.advance(10_000);
  site.woken.device.clear();
  return site;
}

/** The same with `d1` locked out, and that proved. */
async function lockedSite(): Promise<BrokerSite> {
  const site = await settledSite();
  reports(site, 'a', began(site));
  await site.run();
  reports(site, 'a', began(site));
  site.prove('b');
  await site.run();
  assert.equal(stateOf(site), 'Locked');
  site.woken.device.clear();
  return site;
}

/** The same published set and objects, seen by a process that has just begun. */
function restarted(site: BrokerSite, deviceStatus?: object): BrokerSite {
  const next = brokerSite(site.published);
  next.changeBroker({ spec: { ...site.spec, lockout }, status: site.statuses.at(-1) } as object);
  next.putDevice('d1', {}, 1, deviceStatus);
  next.putDevice('d2');
  for (const name of ['d1', 'd2']) next.setPassword(name);
  next.clock.wallOffset = site.clock.now().getTime();
  return next;
}

function stateOf({ state }: BrokerSite, identity = 'd1'): string | undefined {
  return state.compiled.statuses.get(identity)?.state;
}

function putReleased(site: BrokerSite, unlockAt: string, status?: object): void {
  site.putDevice('d1', {}, 1, status);
  const spec = {
    ...{ brokerRef: { name: 'main' }, templateRefs: [{ name: 'sensor' }] },
    authentication: { type: 'Password', password: { generate: {} } },
  };
  site.fake.put({
    ...{ apiVersion: 'mqttsecurity.io/v1alpha1', kind: 'MqttDevice', spec },
    metadata: {
      ...{ namespace: 'plant', name: 'd1', uid: 'uid-d1', generation: 1 },
      annotations: { 'mqttsecurity.io/unlock-at': unlockAt },
    },
  });
}

describe('a lockout that an instance reports', () => {
  it('is published ahead of the window, for its identity alone, and wakes the device', async () => {
    const site = await settledSite();
    site.putDevice('d3');
    await site.run();
    const { writes } = site.published;
    reports(site, 'a', began(site));
    await site.run();
    assert.equal(site.published.writes, writes + 1, 'it does not wait');
    assert.deepEqual([stateOf(site), stateOf(site, 'd2')], ['Locked', 'Active']);
    assert.ok(site.woken.device.has('plant/d1'));
    assert.ok(!site.woken.device.has('plant/d2'));
  });

  it('takes no session away: identity and password stay in the set', async () => {
    const site = await lockedSite();
    const { content } = site.state.compiled;
    const texts = content && joinParts(content);
    assert.match(texts?.identities ?? '', /\bd1\b/);
    assert.match(texts?.passwords ?? '', /^d1:/m);
    assert.match(texts?.acl ?? '', /^user d1\ntopic deny #$/m);
  });

  it('costs no compile and no write while it stays the same, whoever else reports it', async () => {
    const site = await lockedSite();
    const [{ compiled }, { writes }, statuses] = [site.state, site.published, site.statuses.length];
    reports(site, 'a', began(site));
    reports(site, 'b', began(site));
    await site.run();
    await site.clock.advance(60_000);
    await site.run();
    assert.equal(site.state.compiled, compiled, 'the very result of before');
    assert.deepEqual([site.published.writes, site.statuses.length], [writes, statuses]);
  });

  it('ends by itself', async () => {
    const site = await lockedSite();
    const { writes } = site.published;
    const wait = await site.run();
    assert.equal(wait, 900_000, 'it is looked at then');
    await site.clock.advance(900_000);
    await site.run();
    assert.equal(stateOf(site), 'Active');
    assert.equal(site.published.writes, writes + 1);
    assert.ok(site.woken.device.has('plant/d1'));
  });

  it('that begins anew before it is over tells the device of its later end, and is no other set', async () => {
    const site = await lockedSite();
    const { writes } = site.published;
    await site.clock.advance(60_000);
    reports(site, 'a', began(site));
    assert.equal(await site.run(), 900_000);
    assert.ok(site.woken.device.has('plant/d1'));
    assert.equal(site.published.writes, writes);
  });

  it('from the future is looked at when it counts', async () => {
    const site = await settledSite();
    reports(site, 'a', began(site, { since: at(site, 100), until: at(site, 1000) }));
    assert.equal(await site.run(), 40_000);
    assert.equal(stateOf(site), 'Active');
    await site.clock.advance(40_000);
    await site.run();
    assert.equal(stateOf(site), 'Locked');
  });

  it('lasts where its instance is gone, and where it does not report it any more', async () => {
    const site = await lockedSite();
    site.fake.remove('BrokerInstance', 'plant', 'a');
    await site.run();
    assert.equal(stateOf(site), 'Locked');
    site.prove('a', 'b');
    await site.run();
    assert.equal(stateOf(site), 'Locked');
  });

  it('writes nothing when the operator begins anew, by the report', async () => {
    const site = await lockedSite();
    const [{ writes }, hash] = [site.published, site.published.index?.hash];
    const next = restarted(site);
    reports(next, 'a', began(next));
    next.prove('b');
    await next.run();
    assert.deepEqual([stateOf(next), next.published.writes, next.published.index?.hash], ['Locked', writes, hash]);
    assert.equal(next.statuses.length, 0);
  });

  it('writes nothing when the operator begins anew and no instance tells of it: the device does', async () => {
    const site = await lockedSite();
    const { writes } = site.published;
    const { identity, ...status } = began(site) as { readonly identity: string };
    const next = restarted(site, { identity, lockout: status });
    next.prove('a', 'b');
    await next.run();
    assert.deepEqual([stateOf(next), next.published.writes, next.statuses.length], ['Locked', writes, 0]);
  });

  it('is over when a person says so, and does not come back with the annotation gone', async () => {
    const site = await lockedSite();
    putReleased(site, at(site, 0));
    await site.run();
    assert.equal(stateOf(site), 'Active');
    site.putDevice('d1', {}, 1, { lastHandledUnlockAt: at(site, 0) });
    await site.run();
    assert.equal(stateOf(site), 'Active');
    await site.clock.advance(5_000);
    reports(site, 'a', began(site));
    await site.run();
    assert.equal(stateOf(site), 'Locked', 'a new one counts');
  });

  it('is none on a broker that does not ask for any, and over when it asks no more', async () => {
    const site = await settledSite({});
    reports(site, 'a', began(site));
    await site.run();
    assert.equal(stateOf(site), 'Active');
    const other = await lockedSite();
    other.changeBroker({ metadata: { generation: 3 }, spec: other.spec });
    await other.run();
    assert.equal(stateOf(other), 'Active');
  });

  it('of an object that is not of this broker is none', async () => {
    const site = await settledSite();
    site.fake.put({
      ...{ apiVersion: 'mqttsecurity.io/v1alpha1', kind: 'BrokerInstance' },
      metadata: { namespace: 'plant', name: 'forged', uid: 'forged' },
      ...{ spec: { brokerRef: { name: 'main' } }, status: { lockouts: [began(site)] } },
    });
    await site.run();
    assert.equal(stateOf(site), 'Active');
  });

  it('with a far end lasts no longer than the broker blocks, however often it is looked at', async () => {
    const site = await settledSite();
    const forged = began(site, { until: at(site, 10 ** 8) });
    for (let seconds = 0; seconds < 900; seconds += 300) {
      reports(site, 'a', forged);
      await site.run();
      assert.equal(stateOf(site), 'Locked');
      await site.clock.advance(300_000);
    }
    await site.run();
    assert.equal(stateOf(site), 'Active');
  });
});
