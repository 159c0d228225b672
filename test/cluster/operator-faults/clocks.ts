/** Clocks that do not agree: of agents, of whoever wrote a status, of the operator itself. */
import assert from 'node:assert/strict';
import { mergePatch } from '../api.ts';
import type { ControlPlane } from '../control-plane.ts';
import { startOperator, type TestOperator } from '../operator.ts';
import {
  authority,
  certificateDevice,
  instanceLease,
  mixedBroker,
  ours,
  passwordBroker,
  passwordDevice,
  type Site,
  type StandInAgents,
  siteIn,
  template,
} from './site.ts';

const hour = 3_600_000;

/** `operator` runs without election before and after. */
export function describeClocks(
  plane: () => ControlPlane,
  operator: () => TestOperator,
  agents: () => StandInAgents,
): void {
  describe('clocks that are an hour ahead', () => {
    it('do not make an agent count as dead', async () => {
      const site = await siteIn(plane(), 'clocks');
      agents().absent.add(site.namespace);
      await site.made(instanceLease('plant-one', new Date(Date.now() + hour)));
      await site.made(template, passwordBroker('plant'), passwordDevice('p1', 'plant'));
      await site.says('mqttbrokers', 'plant', 'Ready', 'Unknown/NoInstances');
      agents().absent.delete(site.namespace);
      await site.made(instanceLease('plant-one', new Date(Date.now() + hour + 10_000)));
      await site.says('mqttdevices', 'p1', 'Ready', 'True/Ready');
    });

    it('keep nothing from being said or done, where a status has their times', async () => {
      const site = await siteIn(plane(), 'ahead');
      await site.made(template, passwordBroker('plant'), passwordDevice('p1', 'plant'));
      await site.says('mqttdevices', 'p1', 'Ready', 'True/Ready');
      const { conditions = [] } = (await site.present(ours, 'mqttdevices', 'p1')).status ?? {};
      const lastTransitionTime = new Date(Date.now() + hour).toISOString().replace(/\.\d+Z/, 'Z');
      const ahead = conditions.map((condition) => ({ ...condition, status: 'False', lastTransitionTime }));
      await plane().admin.call('PATCH', `/apis/${ours}/namespaces/ahead/mqttdevices/p1/status`, {
        ...{ body: { status: { conditions: ahead } }, contentType: mergePatch },
      });
      await site.says('mqttdevices', 'p1', 'Ready', 'True/Ready');
      await site.patch(ours, 'mqttdevices', 'p1', { spec: { suspended: true } });
      await site.says('mqttdevices', 'p1', 'Ready', 'True/Suspended');
    });
  });

  for (const [word, seconds] of [
    ['ahead', 3_600],
    ['behind', -3_600],
  ] as const) {
    describe(`an operator whose clock is an hour ${word}`, () => {
      let site: Site;
      let wrong: TestOperator;
      let list: string;
      const part = async (broker: string, name: string) => (await site.published(broker))?.part(name) ?? '';

      before(async () => {
        site = await siteIn(plane(), `hour-${word}`);
        await site.made(...authority, template, mixedBroker('plant'));
        await site.made(certificateDevice('c1', 'plant'), passwordDevice('p1', 'plant'));
        for (const name of ['c1', 'p1']) await site.says('mqttdevices', name, 'Ready', 'True/Ready');
        list = await part('plant', 'crl');
        assert.equal(await operator().stop(), 0);
        wrong = await startOperator(plane(), { isElected: false, clockSeconds: seconds });
      });
      after(async () => {
        await wrong.close();
        await operator().start();
      });

      it('says so, and goes on with the revocation list that there is', async () => {
        await site.says('mqttbrokers', 'plant', 'Ready', 'False/ClockSkewed');
        await site.says('mqttbrokers', 'plant', 'Programmed', 'True/Programmed');
        assert.equal(await part('plant', 'crl'), list);
      });

      it('signs nothing, and denies at once what is taken back', async () => {
        await site.patch(ours, 'mqttdevices', 'c1', { spec: { revoked: { reason: 'KeyCompromise' } } });
        await site.says('mqttdevices', 'c1', 'Ready', 'False/Pending');
        assert.doesNotMatch(await part('plant', 'acl'), /c1/);
        assert.doesNotMatch(await part('plant', 'identities'), /^c1 /m);
        assert.equal(await part('plant', 'crl'), list);
      });

      it('does all the rest', async () => {
        await site.made(passwordDevice('p2', 'plant'));
        await site.says('mqttdevices', 'p2', 'Ready', 'True/Ready');
      });

      it('signs what is due when its clock is right', async () => {
        process.kill(wrong.pid(), 'SIGUSR2');
        await site.says('mqttbrokers', 'plant', 'Ready', 'True/Ready');
        await site.says('mqttdevices', 'c1', 'Ready', 'True/Revoked');
        assert.notEqual(await part('plant', 'crl'), list);
      });
    });
  }
}
