import assert from 'node:assert/strict';
import { isProved } from '../../../src/controllers/broker/outcome.ts';
import { brokerSite, type BrokerSite } from './site.ts';

const more = { rules: [{ topic: 'boards/{device}', actions: ['Publish'] }] };

/** Devices `d1` and `d2`, whose set both instances have proved; then time enough for no window to be open. */
async function settledSite(): Promise<BrokerSite> {
  const site = brokerSite();
  for (const name of ['d1', 'd2']) {
    site.putDevice(name);
    site.setPassword(name);
  }
  await site.run();
  site.prove('a', 'b');
  await site.run();
  await site.clock.advance(10_000);
  return site;
}

const provedIn = (site: BrokerSite) => ['d1', 'd2'].filter((name) => isProved(site.state, name));

describe('rights that are given and taken again', () => {
  it('are proved by an instance that got past what was between, not by its proof of before', async () => {
    const site = await settledSite();
    site.putDevice('d1', more, 2);
    await site.run();
    site.putDevice('d1', {}, 3);
    await site.run();
    assert.equal(site.published.writes, 3);
    assert.deepEqual(provedIn(site), ['d2']);
    await site.clock.advance(10_000);
    await site.run();
    assert.equal(site.condition['Programmed'], 'False Pending');
    assert.deepEqual(site.statuses.at(-1)?.['instances'], { expected: 2, programmed: 0 });
    site.prove('a');
    await site.run();
    assert.deepEqual(provedIn(site), ['d2']);
    site.woken.device.clear();
    site.prove('b');
    await site.run();
    assert.deepEqual(provedIn(site), ['d1', 'd2']);
    assert.deepEqual([...site.woken.device], ['plant/d1']);
    assert.equal(site.condition['Programmed'], 'True Programmed');
  });

  it('are not proved while they wait to be published', async () => {
    const site = await settledSite();
    site.putDevice('d1', { suspended: true }, 2);
    await site.run();
    site.putDevice('d1', {}, 3);
    assert.equal(await site.run(), 500);
    assert.deepEqual(provedIn(site), ['d2']);
  });

  it('are not proved from the moment on at which what is between begins to be written', async () => {
    const site = await settledSite();
    const seen: string[][] = [];
    site.published.duringWrite = () => void seen.push(provedIn(site));
    site.putDevice('d1', more, 2);
    await site.run();
    assert.deepEqual(seen, [['d2']]);
  });

  it('are not proved when nobody knows whether what is between was written', async () => {
    const site = await settledSite();
    site.published.isAnswerLost = true;
    site.putDevice('d1', more, 2);
    await assert.rejects(site.run(), /no answer/);
    site.published.isAnswerLost = false;
    site.putDevice('d1', {}, 3);
    // A set whose writer nobody knows is looked into first, and put right with the next look.
    for (let look = 0; look < 2; look += 1) {
      await site.run();
      assert.equal(isProved(site.state, 'd1'), false);
      await site.clock.advance(10_000);
    }
    site.prove('a', 'b');
    await site.run();
    assert.deepEqual(provedIn(site), ['d1', 'd2']);
  });

  it('are published anew, so that what failed to be written between cannot be written late', async () => {
    const site = await settledSite();
    site.published.failure = new Error('write: the connection was cut');
    site.putDevice('d1', more, 2);
    await assert.rejects(site.run(), /cut/);
    site.published.failure = undefined;
    site.putDevice('d1', {}, 3);
    const { revision = 0 } = site.published.index ?? {};
    await site.run();
    assert.ok((site.published.index?.revision ?? 0) > revision);
    assert.equal(isProved(site.state, 'd1'), false);
    site.prove('a', 'b');
    await site.run();
    assert.deepEqual(provedIn(site), ['d1', 'd2']);
  });

  it('are not proved by a report of before to an operator that has just begun', async () => {
    const site = await settledSite();
    const { revision, hash } = site.published.index ?? {};
    site.putDevice('d1', more, 2);
    await site.run();
    site.putDevice('d1', {}, 3);
    await site.run();
    assert.equal(site.published.index?.hash, hash);
    const next = brokerSite(site.published);
    for (const name of ['d1', 'd2']) {
      next.putDevice(name, {}, 3);
      next.setPassword(name);
    }
    for (const name of ['a', 'b']) next.report(name, { loadedRevision: revision, loadedHash: hash });
    await next.run();
    assert.deepEqual(provedIn(next), []);
    next.woken.device.clear();
    next.prove('a', 'b');
    await next.run();
    assert.deepEqual(provedIn(next), ['d1', 'd2']);
    assert.deepEqual([...next.woken.device].sort(), ['plant/d1', 'plant/d2']);
    assert.equal(next.published.writes, 3, 'by both operators');
  });

  it('are not proved while there is a set of somebody else', async () => {
    const site = await settledSite();
    const index = site.published.index;
    assert.ok(index);
    site.published.index = { ...index, revision: index.revision + 1, hash: 'of somebody else' };
    await site.run();
    assert.deepEqual(provedIn(site), []);
    await site.clock.advance(10_000);
    await site.run();
    assert.deepEqual(provedIn(site), [], 'the instances may have it');
    site.prove('a', 'b');
    await site.run();
    assert.deepEqual(provedIn(site), ['d1', 'd2']);
  });

  it('are forgotten once both have got past them, for an instance that begins anew has proved nothing at all', async () => {
    const site = await settledSite();
    site.published.failure = new Error('write: the connection was cut');
    site.putDevice('d1', more, 2);
    await assert.rejects(site.run(), /cut/);
    site.published.failure = undefined;
    site.putDevice('d1', {}, 3);
    await site.run();
    assert.equal(site.state.changes.changedIn.has('d1'), true);
    site.prove('a', 'b');
    await site.run();
    assert.equal(site.state.changes.changedIn.has('d1'), false);
  });
});
