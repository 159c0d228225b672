/** What a device is told of a mistake that takes no rights away. */
import assert from 'node:assert/strict';
import { keptIdentities } from '../../../src/domain/bundle/kept.ts';
import { joinParts } from '../../../src/domain/bundle/chunks.ts';
import { keyOf } from '../../../src/domain/fleet.ts';
import { ShardedMap } from '../../../src/domain/sharded.ts';
import type { KubeObject } from '../../../src/kube/object.ts';
import { object, passwordDevice, Site } from './site.ts';

function templateWith(topic: string): KubeObject {
  return object('AclTemplate', 'sensor', { role: 'Device', rules: [{ effect: 'Allow', actions: ['Publish'], topic }] });
}

async function readySite(): Promise<Site> {
  const site = new Site();
  site.cluster.put(passwordDevice('a'));
  await site.reconcile('a');
  site.prove(1);
  await site.reconcile('a');
  assert.equal(site.device('a').text('Ready'), 'True/Ready');
  site.written();
  return site;
}

/** As the controller of brokers does it, of what is published now. */
function keep(site: Site): void {
  const { content } = site.compiled();
  const device = site.context.state.fleet.deviceOf('plant/a');
  assert.ok(content && device);
  const { origin, identity } = device;
  const holder = { identity, ref: origin, device: keyOf(device), uid: origin.uid, basis: device };
  const kept = keptIdentities(joinParts(content), [holder]);
  assert.ok(kept.ok);
  site.kept = ShardedMap.from(kept.value);
}

const mistakes = [
  ['reaches too far', '#', 'Accepted', 'OverBroad'],
  ['cannot be read', 'a/{nobody}', 'ResolvedRefs', 'TemplateInvalid'],
] as const;

for (const [what, topic, type, reason] of mistakes) {
  describe(`a device whose template ${what}`, () => {
    it('says so, and that it has its former rights still', async () => {
      const site = await readySite();
      site.cluster.put(templateWith(topic));
      await site.reconcile('a');
      const { text, message } = site.device('a');
      assert.deepEqual([text(type), text('Ready')], [`False/${reason}`, `False/${reason}`]);
      assert.match(message(type), /; its former rights stay in force$/);
      assert.equal(text('Programmed'), 'True/Programmed');
      assert.equal(text('Stalled'), `True/${reason}`);
    });

    it('is taken back all the same', async () => {
      const site = await readySite();
      site.cluster.put(templateWith(topic));
      site.cluster.put(passwordDevice('a', { revoked: { reason: 'KeyCompromise' } }));
      await site.reconcile('a');
      assert.equal(site.compiled().statuses.get('a')?.state, 'Revoked');
    });

    it('says the same after a restart, and nothing before its broker was looked at', async () => {
      const site = await readySite();
      keep(site);
      site.cluster.put(templateWith(topic));
      const { rulesHash } = site.device('a').status;
      site.broker = undefined;
      site.restart();
      await site.reconcile('a');
      assert.deepEqual(site.written(), []);
      site.prove(1);
      assert.equal(site.compiled().statuses.get('a')?.mistaken, 'Kept');
      await site.reconcile('a');
      const { text, status } = site.device('a');
      assert.deepEqual([text('Ready'), text('Programmed')], [`False/${reason}`, 'True/Programmed']);
      assert.equal(status.rulesHash, rulesHash);
      const { message } = site.device('a');
      assert.equal(message(type).split('is refused').length, 2, 'it is said once');
      site.written();
      site.broker = undefined;
      site.restart();
      await site.reconcile('a');
      assert.deepEqual(site.written(), [], 'not even after another restart');
      assert.equal(site.device('a').status.rulesHash, rulesHash);
    });
  });
}

describe('a device that cannot be read', () => {
  it('keeps its rights over restarts, and says that it is invalid', async () => {
    const site = await readySite();
    keep(site);
    const { rulesHash } = site.device('a').status;
    site.cluster.put(passwordDevice('a', { groups: [7] }));
    for (let restarts = 0; restarts < 2; restarts += 1) {
      site.broker = undefined;
      site.restart();
      await site.reconcile('a');
      site.prove(1);
      assert.equal(site.compiled().statuses.get('a')?.state, 'Active');
      await site.reconcile('a');
      const { text, status } = site.device('a');
      assert.deepEqual([text('Accepted'), text('Programmed')], ['False/Invalid', 'True/Programmed']);
      assert.deepEqual([status.identity, status.rulesHash], ['a', rulesHash]);
    }
  });
});
