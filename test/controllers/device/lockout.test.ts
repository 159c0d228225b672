import assert from 'node:assert/strict';
import type { Lockout } from '../../../src/domain/lockout.ts';
import type { KubeObject } from '../../../src/kube/object.ts';
import { broker, passwordDevice, Site } from './site.ts';

const start = Date.parse('2026-01-01T00:00:00Z');

function at(seconds: number): Date {
  return new Date(start + seconds * 1000);
}

const denied: Lockout = { identity: 'a', reason: 'DeniedPublishes', since: at(0), until: at(900) };
const told = { reason: 'DeniedPublishes', since: '2026-01-01T00:00:00Z', until: '2026-01-01T00:15:00Z' };

const askingBroker = {
  ...broker,
  spec: { ...(broker as { spec?: object }).spec, lockout: { blockSeconds: 900 } },
} as KubeObject;

/** With a password device `a` on a broker that asks for lockouts, ready in revision 1. */
async function readySite(): Promise<Site> {
  const site = new Site();
  site.cluster.put(askingBroker);
  site.cluster.put(passwordDevice('a'));
  await site.reconcile('a');
  site.prove(1);
  await site.reconcile('a');
  assert.equal(site.device('a').text('Ready'), 'True/Ready');
  forgetWrites(site);
  return site;
}

/** The same, locked out. */
async function lockedSite(): Promise<Site> {
  const site = await readySite();
  await seen(site, denied);
  forgetWrites(site);
  return site;
}

function forgetWrites(site: Site): void {
  site.written();
  site.events.length = 0;
}

/** The broker has these lockouts, and its instance proves it. */
async function seen(site: Site, ...lockouts: readonly Lockout[]): Promise<void> {
  site.lockouts = new Map(lockouts.map((lockout) => [lockout.identity, lockout]));
  await site.reconcile('a');
  site.prove(2);
  await site.reconcile('a');
}

function askUnlock(site: Site, time: Date | string): void {
  const present = site.cluster.object('MqttDevice', 'plant/a') as KubeObject;
  const unlockAt = typeof time === 'string' ? time : time.toISOString();
  const metadata = { ...present.metadata, annotations: { 'mqttsecurity.io/unlock-at': unlockAt } };
  site.cluster.put({ ...present, metadata });
}

const reasonsOf = (site: Site) => site.events.map(({ reason }) => reason);
const statusOf = (site: Site) => site.device('a').status as { lockout?: object; lastHandledUnlockAt?: string };

describe('a device that is locked out', () => {
  it('is ready as one that is denied everything, says until when, and that once', async () => {
    const site = await readySite();
    await seen(site, denied);
    assert.equal(site.device('a').text('Ready'), 'True/Locked');
    assert.deepEqual(statusOf(site).lockout, told);
    assert.equal(site.written().length, 1);
    assert.deepEqual(reasonsOf(site), ['LockedOut']);
    assert.match(site.events[0]?.note ?? '', /until 2026-01-01T00:15:00Z .*DeniedPublishes/);
    await site.reconcile('a');
    assert.deepEqual([site.written(), reasonsOf(site)], [[], ['LockedOut']]);
  });

  it('is not ready while an instance still lets it', async () => {
    const site = await readySite();
    site.lockouts = new Map([['a', denied]]);
    await site.reconcile('a');
    site.clock.stopFor(5_000);
    await site.reconcile('a');
    assert.equal(site.device('a').text('Ready'), 'False/Pending');
    assert.deepEqual(statusOf(site).lockout, told);
  });

  it('is ready as before when that is over, and says so once', async () => {
    const site = await lockedSite();
    site.clock.stopFor(900_000);
    await seen(site);
    assert.equal(site.device('a').text('Ready'), 'True/Ready');
    assert.equal(statusOf(site).lockout, undefined);
    assert.equal(site.written().length, 1);
    assert.deepEqual(reasonsOf(site), ['Released']);
    await site.reconcile('a');
    assert.deepEqual([site.written(), reasonsOf(site)], [[], ['Released']]);
  });

  it('writes nothing when the operator begins anew, before and after its broker was looked at', async () => {
    const site = await lockedSite();
    site.restart();
    const present = site.broker;
    site.broker = undefined;
    await site.reconcile('a');
    site.clock.stopFor(10_000);
    await site.reconcile('a');
    site.broker = present;
    await site.reconcile('a');
    site.clock.stopFor(10_000);
    await site.reconcile('a');
    assert.deepEqual([site.written(), reasonsOf(site)], [[], []]);
  });

  it('says the new end of one that lasts longer, and no more', async () => {
    const site = await lockedSite();
    await seen(site, { ...denied, since: at(10), until: at(910) });
    assert.deepEqual(statusOf(site).lockout, {
      ...told,
      since: '2026-01-01T00:00:10Z',
      until: '2026-01-01T00:15:10Z',
    });
    assert.deepEqual(reasonsOf(site), []);
  });

  it('is released by hand, and says which release that was', async () => {
    const site = await lockedSite();
    askUnlock(site, at(0));
    await site.reconcile('a');
    assert.deepEqual(site.written(), [], 'its broker did not act on it yet');
    await seen(site);
    assert.equal(site.device('a').text('Ready'), 'True/Ready');
    assert.equal(statusOf(site).lastHandledUnlockAt, '2026-01-01T00:00:00Z');
    assert.equal(site.written().length, 1);
    assert.deepEqual(
      site.events.map(({ reason, note }) => `${reason}: ${note}`),
      ['Released: the device was released before its time'],
    );
    site.cluster.put(passwordDevice('a'));
    await site.reconcile('a');
    assert.equal(statusOf(site).lastHandledUnlockAt, '2026-01-01T00:00:00Z', 'it stays with the annotation gone');
  });

  it('is left as it is by a release that is no time, or none yet', async () => {
    const site = await lockedSite();
    askUnlock(site, 'soon');
    await site.reconcile('a');
    askUnlock(site, at(300));
    const looks: number[] = [];
    for (let outcome = await site.reconcile('a'); outcome.kind === 'RequeueAt' && outcome.at <= at(240);) {
      looks.push((outcome.at.getTime() - start) / 1000);
      site.clock.stopFor(outcome.at.getTime() - site.clock.now().getTime());
      outcome = await site.reconcile('a');
    }
    assert.equal(looks.at(-1), 240, 'it is looked at when a clock that is a minute ahead may have said so');
    assert.deepEqual(site.written(), []);
  });

  it('was never locked out: a release is handled when it counts, and not before', async () => {
    const site = await readySite();
    askUnlock(site, at(300));
    await site.reconcile('a');
    assert.deepEqual(site.written(), []);
    site.clock.stopFor(240_000);
    await site.reconcile('a');
    assert.equal(statusOf(site).lastHandledUnlockAt, '2026-01-01T00:05:00Z');
    assert.deepEqual(reasonsOf(site), []);
  });

  it('is revoked all the same', async () => {
    const site = await lockedSite();
    site.cluster.put(passwordDevice('a', { revoked: { reason: 'KeyCompromise' } }));
    site.prove(3);
    await site.reconcile('a');
    assert.equal(site.device('a').text('Ready'), 'True/Revoked');
    assert.equal(statusOf(site).lockout, undefined);
    assert.ok(!reasonsOf(site).includes('Released'));
  });

  it('is none of a broker that asks for none any more', async () => {
    const site = await lockedSite();
    site.cluster.put(broker);
    await seen(site);
    assert.equal(site.device('a').text('Ready'), 'True/Ready');
    assert.deepEqual(reasonsOf(site), ['Released']);
  });
});
