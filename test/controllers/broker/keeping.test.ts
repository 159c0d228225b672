/** What a mistake in a template or a device takes away: nothing, before a restart and after it. */
import assert from 'node:assert/strict';
import { joinParts } from '../../../src/domain/bundle/chunks.ts';
import { brokerSite, type BrokerSite } from './site.ts';

const rule = (topic: string, actions: readonly string[] = ['Publish']) => ({ topic, actions });
const good = [rule('sensors/{device}/#')];
/** Of a device as it was when it was last looked at, and had rights. */
const looked = (identity: string, observedGeneration = 1) => ({ identity, rulesHash: 'r', observedGeneration });

function part(site: BrokerSite, name: 'acl' | 'identities' | 'passwords'): string {
  const content = site.published.contents.get(site.published.index?.hash ?? '');
  assert.ok(content);
  return joinParts(content)[name];
}

/** Without the patterns, which are for everyone. */
function users(site: BrokerSite): string {
  const acl = part(site, 'acl');
  const start = acl.indexOf('user ');
  return start < 0 ? '' : acl.slice(start);
}

/** A broker that was told of `d1`, which has the rights of the template and of a rule of its own. */
async function publishedSite(): Promise<BrokerSite> {
  const site = brokerSite();
  site.putDevice('d1', { rules: [rule('own/{device}')] });
  site.setPassword('d1');
  await site.run();
  return site;
}

const block = 'user d1\ntopic write sensors/d1/#\ntopic write own/d1\n';

/** A process that begins with what the other one published; `put` is all that the server has. */
async function restarted(site: BrokerSite, put: (next: BrokerSite) => void): Promise<BrokerSite> {
  const next = brokerSite(site.published);
  next.fake.remove('AclTemplate', 'plant', 'sensor');
  put(next);
  await next.run();
  return next;
}

describe('what devices keep', () => {
  const refused = [
    ['that reaches too far', [rule('#')]],
    ['that cannot be read', [rule('sensors/{nobody}')]],
  ] as const;
  for (const [what, rules] of refused) {
    it(`is all of a template ${what}, as long as it is so`, async () => {
      const site = await publishedSite();
      site.putTemplate(rules, 2);
      await site.run();
      assert.equal(users(site), block);
      assert.match(part(site, 'identities'), /^d1 Password /);
      site.putTemplate([rule('other/{device}')], 3);
      await site.clock.advance(10_000);
      await site.run();
      assert.equal(users(site), 'user d1\ntopic write other/d1\ntopic write own/d1\n');
    });

    it(`is all of a template ${what}, after a restart`, async () => {
      const site = await publishedSite();
      const before = site.published.index?.hash;
      const next = await restarted(site, (it) => {
        it.putTemplate(rules, 2);
        it.putDevice('d1', { rules: [rule('own/{device}')] }, 1, looked('d1'));
      });
      assert.equal(next.published.index?.hash, before);
      assert.equal(users(next), block);
      assert.equal(next.state.compiled.statuses.get('d1')?.mistaken, 'Kept');
      next.putTemplate(good, 3);
      next.setPassword('d1');
      await next.clock.advance(10_000);
      await next.run();
      assert.equal(next.published.index?.hash, before);
      assert.equal(next.state.compiled.statuses.get('d1')?.mistaken, undefined);
    });
  }

  it('is what a device still asks for that is edited meanwhile', async () => {
    const site = await publishedSite();
    const next = await restarted(site, (it) => {
      it.putTemplate([rule('#')], 2);
      it.putDevice('d1', { rules: [rule('own/{device}')] }, 1, looked('d1'));
    });
    next.putDevice('d1', { rules: [] }, 2);
    await next.clock.advance(10_000);
    await next.run();
    assert.equal(users(next), 'user d1\n');
  });

  it('is what a device still asks for that was edited while nobody looked', async () => {
    const site = await publishedSite();
    const next = await restarted(site, (it) => {
      it.putTemplate([rule('#')], 2);
      it.putDevice('d1', { rules: [rule('own/{device}')] }, 2, looked('d1', 1));
    });
    assert.equal(users(next), 'user d1\ntopic write own/d1\n');
  });

  it('is what is right of a device whose own rule reaches too far', async () => {
    const site = await publishedSite();
    site.putDevice('d1', { rules: [rule('#'), { effect: 'Deny', topic: 'sensors/d1/secret' }] }, 2);
    await site.clock.advance(10_000);
    await site.run();
    assert.equal(users(site), 'user d1\ntopic deny sensors/d1/secret\ntopic write sensors/d1/#\n');
  });

  it('is denied to a device that is suspended, and gone from one that is revoked', async () => {
    const site = await publishedSite();
    const next = await restarted(site, (it) => {
      it.putTemplate([rule('#')], 2);
      it.putDevice('d1', { rules: [rule('own/{device}')], suspended: true }, 2, looked('d1'));
    });
    assert.equal(users(next), 'user d1\ntopic deny #\ntopic deny $mqttsec/#\n');
    next.putDevice('d1', { rules: [rule('own/{device}')], revoked: { reason: 'KeyCompromise' } }, 3);
    await next.clock.advance(10_000);
    await next.run();
    assert.equal(users(next), '');
    assert.equal(part(next, 'identities'), '');
  });

  describe('of a device that cannot be read', () => {
    const bad = { groups: [7], templateRefs: [{ name: 'sensor' }] };

    it('is all that it had, after a restart', async () => {
      const site = await publishedSite();
      const before = site.published.index?.hash;
      const next = await restarted(site, (it) => it.putDevice('d1', bad, 2, looked('d1')));
      assert.equal(next.published.index?.hash, before);
      assert.match(part(next, 'passwords'), /^d1:/);
    });

    it('is denied while its own fields say that it is suspended, and gone when they say that it is revoked', async () => {
      const site = await publishedSite();
      const next = await restarted(site, (it) => it.putDevice('d1', { ...bad, suspended: true }, 2, looked('d1')));
      assert.equal(users(next), 'user d1\ntopic deny #\ntopic deny $mqttsec/#\n');
      next.putDevice('d1', { ...bad, revoked: { reason: 'KeyCompromise' } }, 3, looked('d1'));
      await next.clock.advance(10_000);
      await next.run();
      assert.equal(users(next), '');
    });

    it('is nothing where it never had any rights', async () => {
      const site = await publishedSite();
      const next = await restarted(site, (it) => it.putDevice('d1', bad, 2, { identity: 'd1', observedGeneration: 1 }));
      assert.equal(users(next), '');
    });

    it('is nothing of another device that had its identity before', async () => {
      const site = await publishedSite();
      site.removeDevice('d1');
      site.putTemplate([rule('#')], 2);
      site.putDevice('d2', { identity: 'd1' });
      site.putDevice('d3', { identity: 'd1', groups: [7] });
      await site.clock.advance(10_000);
      await site.run();
      assert.doesNotMatch(users(site), /own/);
    });
  });

  it('is not looked for again where there is nothing', async () => {
    const site = await publishedSite();
    site.putDevice('d2', { rules: [rule('#')] });
    await site.clock.advance(10_000);
    for (let i = 0; i < 3; i += 1) await site.run();
    assert.equal(site.published.textReads, 0);
    assert.equal(users(site), block);
  });
});
