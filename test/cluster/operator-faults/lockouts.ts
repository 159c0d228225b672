/** Lockouts that instances report, forged ones among them, and how they end. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { root } from '../../cli/program.ts';
import { mergePatch } from '../api.ts';
import { until } from '../component.ts';
import { administrator, type ControlPlane } from '../control-plane.ts';
import type { TestOperator } from '../operator.ts';
import { type Found, ours, passwordBroker, passwordDevice, type Site, siteIn, template } from './site.ts';

const namespace = 'lockouts';
const blockSeconds = 600;
const lockout = { maxFailures: 5, windowSeconds: 10, blockSeconds };

interface Reported {
  readonly identity: string;
  readonly reason: string;
  readonly since: string;
  readonly until: string;
}

/** One that began so many seconds ago, rounded to the second as agents do. */
function reported(identity: string, secondsAgo = 0, overrides: Partial<Reported> = {}): Reported {
  const begin = Math.floor(Date.now() / 1000) - secondsAgo;
  const text = (seconds: number) => `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
  return { identity, reason: 'DeniedPublish', since: text(begin), until: text(begin + blockSeconds), ...overrides };
}

/** Brokers `asking` with p1 to p3 and `other` with q1, both with lockouts; `operator` runs before and after. */
export function describeLockouts(plane: () => ControlPlane, operator: () => TestOperator): void {
  describe('a device that an instance locks out', () => {
    let site: Site;
    const device = (name: string) => site.present(ours, 'mqttdevices', name);
    const denied = async (broker = 'asking') => {
      const acl = (await site.published(broker))?.part('acl') ?? '';
      return [...acl.matchAll(/^user (\S+)\ntopic deny #$/gm)].map(([, identity]) => identity);
    };
    const report = (...lockouts: readonly Reported[]) =>
      plane().admin.call('PATCH', `/apis/${ours}/namespaces/${namespace}/brokerinstances/asking-one/status`, {
        ...{ body: { status: { lockouts } }, contentType: mergePatch },
      });
    /** How many devices use a template is told later. */
    const writesHere = () =>
      operator()
        .writes()
        .filter(({ namespace: place, plural }) => place === namespace && plural !== 'acltemplates');
    const told = async (name: string, reason: string) =>
      (await site.events(name)).filter((one) => one === reason).length;

    before(async () => {
      site = await siteIn(plane(), namespace);
      await site.made(template, passwordBroker('asking', { lockout }), passwordBroker('other', { lockout }));
      for (const name of ['p1', 'p2', 'p3']) await site.made(passwordDevice(name, 'asking'));
      await site.made(passwordDevice('q1', 'other'));
      for (const name of ['p1', 'p2', 'p3', 'q1']) await site.says('mqttdevices', name, 'Ready', 'True/Ready');
      for (const name of ['asking', 'other']) await site.says('mqttbrokers', name, 'Ready', 'True/Ready');
    });

    it('is denied everything, and it alone; status and one Event say so', async () => {
      const neighbour = await device('p2');
      const one = reported('p1');
      await report(one);
      await site.says('mqttdevices', 'p1', 'Ready', 'True/Locked');
      const { identity, ...rest } = one;
      assert.deepEqual((await device('p1')).status?.['lockout'], rest);
      assert.deepEqual(await denied(), [identity]);
      await until(async () => (await told('p1', 'LockedOut')) > 0, 'an Event says so');
      await operator().quiet(1_000);
      assert.equal(await told('p1', 'LockedOut'), 1);
      assert.equal((await device('p2')).metadata['resourceVersion'], neighbour.metadata['resourceVersion']);
    });

    it('stays so when its instance says nothing of it any more, over a restart of the operator, which writes nothing', async () => {
      const [set, one] = [await site.published('asking'), await device('p1')];
      await report();
      await operator().quiet(1_000);
      assert.equal(await operator().stop(), 0);
      const before = writesHere().length;
      await operator().start();
      // Progress of a device is told after five seconds.
      await operator().quiet(6_000);
      assert.deepEqual(writesHere().slice(before), []);
      assert.equal((await site.published('asking'))?.hash, set?.hash);
      assert.deepEqual((await device('p1')).status, one.status);
      assert.equal(await told('p1', 'LockedOut'), 1);
    });

    it('is released by mqttsec unlock, and not locked out again by what is reported of before', async () => {
      const { lockout: former } = (await device('p1')).status as { readonly lockout: Omit<Reported, 'identity'> };
      const env = { ...process.env, KUBECONFIG: await plane().kubeconfig(administrator) };
      const words = ['unlock', 'p1', '-n', namespace];
      const { stdout } = await promisify(execFile)(path.join(root, 'bin/mqttsec'), words, { env });
      assert.match(stdout, /^MqttDevice lockouts\/p1 is released/);
      await site.says('mqttdevices', 'p1', 'Ready', 'True/Ready');
      const { status } = await device('p1');
      assert.equal(status?.['lockout'], undefined);
      assert.ok(new Date(String(status?.['lastHandledUnlockAt'])) >= new Date(former.since));
      assert.deepEqual(await denied(), []);
      await until(async () => (await told('p1', 'Released')) === 1, 'an Event says so');
      await report({ identity: 'p1', ...former });
      await operator().quiet(1_000);
      assert.deepEqual(await denied(), []);
    });

    it('is released by the time', async () => {
      await report(reported('p3', blockSeconds - 8));
      await until(async () => (await told('p3', 'LockedOut')) === 1, 'it is locked out');
      await until(async () => (await told('p3', 'Released')) === 1, 'it is released');
      await site.says('mqttdevices', 'p3', 'Ready', 'True/Ready');
      assert.deepEqual(await denied(), []);
    });

    it('is locked out for no longer than its broker blocks, and none of another broker, whatever is reported', async () => {
      const far = '2199-01-01T00:00:00Z';
      const other = await site.published('other');
      const forged = reported('p2', 0, { until: far });
      await report(
        forged,
        reported('q1'),
        reported('nobody'),
        reported('p3', 0, { since: far, until: '2199-01-01T00:10:00Z' }),
      );
      await site.says('mqttdevices', 'p2', 'Ready', 'True/Locked');
      const end = new Date(Date.parse(forged.since) + blockSeconds * 1000);
      const { lockout: kept } = (await device('p2')).status as { readonly lockout: Reported };
      assert.deepEqual(new Date(kept.until), end);
      await operator().quiet(1_000);
      assert.deepEqual(await denied(), ['p2']);
      assert.deepEqual(await denied('other'), []);
      assert.equal((await site.published('other'))?.hash, other?.hash);
      assert.equal(readyOf(await device('q1')), 'True/Ready');
    });
  });
}

function readyOf({ status }: Found): string {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  return `${ready?.status ?? ''}/${ready?.reason ?? ''}`;
}
