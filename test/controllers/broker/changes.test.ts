import assert from 'node:assert/strict';
import { isProved } from '../../../src/controllers/broker/outcome.ts';
import { expectationOf } from '../../../src/controllers/device/expectation.ts';
import { programmedOf } from '../../../src/controllers/device/programmed.ts';
import { givenHash } from '../../domain/bundle/compile-fixtures.ts';
import { brokerSite, type BrokerSite, noTrust } from './site.ts';

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

/** An operator that begins after the one of this site ended, with the instances having proved this set; statuses are old. */
function successor({ published }: BrokerSite, proved: BrokerSite['published']['index']): BrokerSite {
  const next = brokerSite(published);
  for (const name of ['d1', 'd2']) {
    next.putDevice(name, {}, 3);
    next.setPassword(name);
  }
  const { revision, hash } = proved ?? {};
  for (const name of ['a', 'b']) next.report(name, { loadedRevision: revision, loadedHash: hash });
  return next;
}

/** Devices that stay programmed of which the former operator said so for the present template. */
function stillProgrammed({ state, context }: BrokerSite): readonly string[] {
  const { fleet } = context.state.fleet;
  const said = [...fleet.devices.entries()].flatMap(([name, [device]]) => {
    if (!device) return [];
    const known = { passwordHash: givenHash, certificates: [], trusted: new Set<string>(), lockedUntil: undefined };
    const expectation = expectationOf({ fleet, device, ...known }, context.clock.now());
    const former = { rulesHash: expectation.hash, revision: 1 };
    const nothing = { holds: [], good: [], unpublished: 0, leastRevision: 0 };
    const { condition } = programmedOf({ expectation, broker: state, former, ...nothing });
    return condition.status === 'True' ? [name] : [];
  });
  return said.sort();
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
    const before = site.published.index;
    site.putDevice('d1', more, 2);
    await site.run();
    site.putDevice('d1', {}, 3);
    await site.run();
    assert.equal(site.published.index?.hash, before?.hash);
    const next = successor(site, before);
    await next.run();
    assert.deepEqual(provedIn(next), ['d2']);
    next.woken.device.clear();
    next.prove('a', 'b');
    await next.run();
    assert.deepEqual(provedIn(next), ['d1', 'd2']);
    assert.deepEqual([...next.woken.device], ['plant/d1']);
    assert.equal(next.published.writes, 3, 'by both operators');
  });

  it('are not proved to an operator that has just begun, and knows only that something was published since', async () => {
    const site = await settledSite();
    const before = site.published.index;
    site.putTemplate([{ topic: 'sensors/{device}/raw', actions: ['Publish'] }], 2);
    await site.run();
    site.published.annex = undefined;
    const next = successor(site, before);
    await next.run();
    assert.deepEqual(provedIn(next), []);
    assert.deepEqual(stillProgrammed(next), []);
    next.prove('a', 'b');
    await next.run();
    assert.deepEqual(stillProgrammed(next), ['d1', 'd2']);
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

describe('what devices were said to have before the operator began anew', () => {
  const others = [{ topic: 'sensors/{device}/raw', actions: ['Publish'] }];

  it('stays at rest, and nothing is read', async () => {
    const site = await settledSite();
    const next = successor(site, site.published.index);
    await next.run();
    assert.deepEqual(stillProgrammed(next), ['d1', 'd2']);
    assert.deepEqual([next.published.textReads, next.published.writes], [0, 1]);
  });

  it('stays for whom nothing else was published, however long an instance is away', async () => {
    const site = await settledSite();
    const before = site.published.index;
    for (const generation of [2, 3, 4]) {
      site.putDevice('d1', generation % 2 === 0 ? more : {}, generation);
      await site.run();
      await site.clock.advance(10_000);
    }
    const next = successor(site, before);
    await next.run();
    assert.deepEqual(stillProgrammed(next), ['d2']);
  });

  it('stays for whom nothing was changed while there was no operator', async () => {
    const site = await settledSite();
    const next = successor(site, site.published.index);
    next.putDevice('d1', more, 4);
    await next.run();
    assert.deepEqual(provedIn(next), [], 'nobody compiled what the instances have');
    assert.deepEqual(stillProgrammed(next), ['d2']);
    assert.equal(next.published.textReads, 1);
  });

  it('stays at rest where an instance begins anew with the operator, for the status of the broker says what all had', async () => {
    for (const isSaid of [true, false]) {
      const site = await settledSite();
      const next = successor(site, site.published.index);
      next.report('a');
      if (isSaid) next.changeBroker({ status: site.statuses.at(-1) ?? {} } as object);
      await next.run();
      assert.deepEqual(stillProgrammed(next), isSaid ? ['d1', 'd2'] : []);
    }
  });

  it('goes where an instance may have begun with something else before that', async () => {
    const site = await settledSite();
    const before = site.published.index;
    const status = site.statuses.at(-1) ?? {};
    site.putDevice('d1', more, 2);
    await site.run();
    await site.clock.advance(10_000);
    site.putDevice('d1', {}, 3);
    await site.run();
    const next = successor(site, before);
    next.report('a');
    next.changeBroker({ status } as object);
    await next.run();
    assert.deepEqual(stillProgrammed(next), ['d2']);
  });

  it('goes where a template gave something else that was published, and nobody lived to say so', async () => {
    const site = await settledSite();
    const before = site.published.index;
    site.putTemplate(others, 2);
    await site.run();
    const next = successor(site, before);
    await next.run();
    assert.deepEqual(stillProgrammed(next), []);
    next.prove('a', 'b');
    await next.run();
    assert.deepEqual(stillProgrammed(next), ['d1', 'd2']);
  });

  it('goes where that was proved, and nothing can be published now', async () => {
    const site = await settledSite();
    site.putTemplate(others, 2);
    await site.run();
    const next = successor(site, site.published.index);
    const finding = { code: 'MQS106', severity: 'Error', message: 'no CA', path: '' } as const;
    next.known.trust = { ...noTrust, findings: [finding] };
    await next.run();
    assert.deepEqual(stillProgrammed(next), []);
  });

  it('goes where what is published cannot be read, and nothing can be published now', async () => {
    const site = await settledSite();
    const next = successor(site, site.published.index);
    next.published.contents.clear();
    const finding = { code: 'MQS106', severity: 'Error', message: 'no CA', path: '' } as const;
    next.known.trust = { ...noTrust, findings: [finding] };
    await next.run();
    assert.deepEqual(stillProgrammed(next), []);
    next.known.trust = noTrust;
    await next.run();
    assert.deepEqual([stillProgrammed(next), next.published.writes], [['d1', 'd2'], 1], 'it is what is compiled');
  });

  it('goes where an instance turns out to have loaded a later set than the one that is published', async () => {
    const site = await settledSite();
    const next = successor(site, site.published.index);
    await next.run();
    assert.deepEqual(stillProgrammed(next), ['d1', 'd2']);
    next.published.failure = new Error('write: refused');
    next.report('a', { loadedRevision: 9, loadedHash: 'of a set that is lost' });
    await assert.rejects(next.run(), /refused/);
    assert.deepEqual(stillProgrammed(next), []);
    next.published.failure = undefined;
    await next.run();
    assert.deepEqual([next.published.index?.revision, stillProgrammed(next)], [10, []]);
    next.prove('a', 'b');
    await next.run();
    assert.deepEqual(stillProgrammed(next), ['d1', 'd2']);
  });

  it('goes where an operator that knows of no such text published something else before', async () => {
    const site = await settledSite();
    const { index: before, annex } = site.published;
    assert.ok(annex);
    site.putTemplate(others, 2);
    await site.run();
    await site.clock.advance(10_000);
    site.putTemplate([{ topic: 'sensors/{device}/#', actions: ['Publish'] }], 3);
    await site.run();
    assert.equal(site.published.index?.hash, before?.hash);
    // It leaves what lies beside its index as it was.
    site.published.annex = annex;
    const next = successor(site, before);
    await next.run();
    assert.deepEqual(stillProgrammed(next), []);
    assert.equal(next.published.writes, 3, 'by both operators');
  });

  it('stays at rest where no such text was ever written, and none is written now', async () => {
    const site = await settledSite();
    site.published.annex = undefined;
    const next = successor(site, site.published.index);
    await next.run();
    assert.deepEqual(stillProgrammed(next), ['d1', 'd2']);
    assert.deepEqual([next.published.textReads, next.published.writes, next.published.annex], [0, 1, undefined]);
    // One that is replaced later has nothing but what is published.
    next.report('a');
    await next.run();
    assert.deepEqual(stillProgrammed(next), ['d1', 'd2']);
  });

  it('is looked at again when somebody else publishes', async () => {
    const site = await settledSite();
    const conditions = [{ type: 'Programmed', status: 'True' }];
    const status = { observedGeneration: 1, rulesHash: 'rules', bundleRevision: 1, conditions };
    for (const name of ['d1', 'd2']) site.putDevice(name, {}, 1, status);
    await site.run();
    site.woken.device.clear();
    const { index } = site.published;
    assert.ok(index);
    site.published.index = { ...index, revision: index.revision + 1, hash: 'of somebody else' };
    site.published.annex = undefined;
    await site.run();
    assert.deepEqual([...site.woken.device].sort(), ['plant/d1', 'plant/d2']);
    assert.deepEqual(stillProgrammed(site), []);
  });
});
