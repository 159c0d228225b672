/** More than one operator, and leases that go wrong. */
import assert from 'node:assert/strict';
import { verifyPassword } from '../../../src/domain/broker/passwords.ts';
import { until } from '../component.ts';
import type { ControlPlane } from '../control-plane.ts';
import { operatorNamespace, startOperator, type TestOperator } from '../operator.ts';
import {
  authority,
  certificateDevice,
  mixedBroker,
  ours,
  passwordBroker,
  passwordDevice,
  passwordOf,
  siteIn,
  template,
} from './site.ts';

const leasePlace = `/apis/coordination.k8s.io/v1/namespaces/${operatorNamespace}/leases`;
const leaseName = 'mqtt-security-operator';

/** `operator` runs without election before and after. */
export function describeOperators(plane: () => ControlPlane, operator: () => TestOperator): void {
  describe('two operators that both believe to be alone', () => {
    it('end where one would have, and come to rest', async () => {
      const site = await siteIn(plane(), 'twice');
      const second = await startOperator(plane(), { isElected: false });
      const names = Array.from({ length: 10 }, (_, index) => `p${index}`);
      await site.made(...authority, template, mixedBroker('plant'), certificateDevice('c1', 'plant'));
      await site.made(...names.map((name) => passwordDevice(name, 'plant')));
      for (const name of [...names, 'c1']) await site.says('mqttdevices', name, 'Ready', 'True/Ready');
      await site.patch(ours, 'mqttdevices', 'c1', { spec: { revoked: { reason: 'KeyCompromise' } } });
      await site.remove(ours, 'mqttdevices', 'p9');
      await site.says('mqttdevices', 'c1', 'Ready', 'True/Revoked');
      const part = async (name: string) => (await site.published('plant'))?.part(name) ?? '';
      await until(async () => !(await part('acl')).includes('p9'), 'p9 has no rights');
      for (const one of [operator(), second]) await one.quiet(1_500);
      const set = await site.published('plant');
      assert.ok(set?.isWhole);
      const lines = new Map(
        set
          .part('passwords')
          .split('\n')
          .map((line) => line.split(':', 2) as [string, string]),
      );
      for (const name of names.slice(0, 9)) {
        const password = passwordOf(await site.present('v1', 'secrets', `${name}-password`));
        assert.ok(verifyPassword(password, lines.get(name) ?? ''), `${name}: its Secret lets it in`);
      }
      assert.match(set.part('revocations'), / c1 /);
      const calm = await writesOf([operator(), second], 2_000);
      assert.deepEqual(calm, [], 'they do not undo what the other one did');
      await second.close();
    });
  });

  describe('two operators of which one is elected', () => {
    let leader: TestOperator;
    let other: TestOperator;

    before(async () => {
      assert.equal(await operator().stop(), 0);
      const inAnHour = microTime(Date.now() + 3_600_000);
      const spec = { holderIdentity: 'dead', leaseDurationSeconds: 1, acquireTime: inAnHour, renewTime: inAnHour };
      const body = { metadata: { name: leaseName }, spec: { ...spec, leaseTransitions: 3 } };
      await plane().admin.call('POST', leasePlace, { body });
    });
    after(async () => {
      for (const one of [leader, other]) {
        await one.kill();
        await one.proxy.close();
      }
      await operator().start();
    });

    it('is, though the lease was renewed last by a clock that is an hour ahead', async () => {
      leader = await startOperator(plane(), { expected: lostLease });
      other = await startOperator(plane(), { waitsFor: 'Listening', expected: lostLease });
      const site = await siteIn(plane(), 'elected');
      await site.made(template, passwordBroker('plant'), passwordDevice('p1', 'plant'));
      await site.says('mqttdevices', 'p1', 'Ready', 'True/Ready');
      assert.equal(isLeading(other), false);
      assert.deepEqual(other.writes(), []);
    });

    it('is followed when it is stopped, and writes nothing when it goes on', async () => {
      process.kill(leader.pid(), 'SIGSTOP');
      await until(() => isLeading(other), 'the other one leads');
      const before = leader.writes().length;
      const site = await siteIn(plane(), 'followed');
      await site.made(template, passwordBroker('plant'), passwordDevice('p1', 'plant'));
      await site.says('mqttdevices', 'p1', 'Ready', 'True/Ready');
      process.kill(leader.pid(), 'SIGCONT');
      await until(() => hasFailed(leader), 'its term is over');
      assert.equal(leader.writes().length, before);
    });

    it('is another one when somebody deletes the lease', async () => {
      const next = await startOperator(plane(), { waitsFor: 'Listening' });
      await plane().admin.call('DELETE', `${leasePlace}/${leaseName}`);
      await until(() => isLeading(next), 'the next one leads');
      await until(() => hasFailed(other), 'the term of the one before is over');
      const site = await siteIn(plane(), 'succeeded');
      await site.made(template, passwordBroker('plant'), passwordDevice('p1', 'plant'));
      await site.says('mqttdevices', 'p1', 'Ready', 'True/Ready');
      for (const one of [leader, other]) assert.deepEqual(one.unexpected(), []);
      await next.close();
    });
  });
}

/** A process ends with its term, and says why. */
const lostLease: readonly RegExp[] = [
  /hold lease [^"]*: (the renew deadline is over|it was deleted|\S+ holds it)/,
  /ended: exit code 1/,
];

function isLeading(one: TestOperator): boolean {
  return one.lines().some(({ msg }) => msg === 'leading');
}

function hasFailed(one: TestOperator): boolean {
  return one.lines().some(({ msg }) => msg === 'leadership lost');
}

/** Writes that come within so many milliseconds. */
async function writesOf(operators: readonly TestOperator[], milliseconds: number): Promise<readonly string[]> {
  const before = operators.map((one) => one.writes().length);
  await Promise.all(operators.map((one) => one.quiet(milliseconds)));
  return operators.flatMap((one, index) =>
    one
      .writes()
      .slice(before[index])
      .map(({ verb, path }) => `${verb} ${path}`),
  );
}

function microTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace('Z', '000Z');
}
