/** `mqttsec agent` as a process with the rights of an agent, between a real API server and a real Mosquitto. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { brokerInstances, type BrokerInstanceObject, configMaps } from '../../src/api/kinds.ts';
import { noticeEvents } from '../../src/agent/cluster/notice-events.ts';
import { agentFieldManager } from '../../src/api/labels.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import type { Site, SiteDevice } from '../agent/site.ts';
import { connectedDevice, type Plant, publishCode, sessionOf } from '../broker/agent/plant.ts';
import { mosquittoWords } from '../broker/local/dev-process.ts';
import { brokers, scratchDirectory } from '../broker/mosquitto.ts';
import { VirtualClock } from '../kube/virtual-clock.ts';
import { agentStand, type AgentStand, broker, eventType, instance } from './agent-stand.ts';
import { testClient } from './client.ts';
import { type Component, type Program, startedComponent, until, whenReady } from './component.ts';
import type { ControlPlane } from './control-plane.ts';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';
import { proxiedKubeconfig } from './operator.ts';
import { type PolicyRule, type Right, rightsDifference, RightsLog, rightsOf } from './rights.ts';
import { sharedControlPlane } from './shared.ts';

const root = path.resolve(import.meta.dirname, '../..');
const password = 'a password of a test';

function device(...topics: readonly string[]): SiteDevice {
  return { identity: 'sensor-1', password, lines: topics.map((topic) => ({ access: 'write', topic })) };
}

for (const mosquitto of brokers) {
  describe(`agent of a cluster on ${mosquitto.name}`, function () {
    this.timeout(120_000);
    const namespace = `agents-${mosquitto.dialect.replace('.', '-')}`;
    const directory = scratchDirectory();
    let client: KubeClient;
    let admin: ControlPlane['admin'];
    let proxy: FaultProxy;
    let stand: AgentStand;
    let plant: Plant;
    let program: Program;
    let agent: Component;
    let granted: readonly PolicyRule[] = [];
    const used = new RightsLog();
    /** Has all its rights; what is refused else is no finding. */
    let isRightful = true;
    const ends: (() => unknown)[] = [];

    before(async () => {
      const plane = await sharedControlPlane();
      ({ admin } = plane);
      stand = await agentStand({ plane, mosquitto, namespace, directory });
      ({ client, plant, granted } = stand);
      ends.push(stand.close);
      proxy = await startFaultProxy({
        upstream: await plane.credentials(stand.account),
        onAnswer: (call, code) => {
          if (isRightful) used.add(call, code);
        },
      });
      ends.push(() => proxy.close());
      program = await agentProgram();
      agent = startedComponent(program, directory);
      ends.push(() => agent.terminate());
      await whenReady(program, agent);
    });

    after(async () => {
      for (const end of ends.toReversed()) await end();
    });

    async function grant(rules: readonly PolicyRule[]): Promise<void> {
      const name = `${broker}-agent`;
      const body = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: { name }, rules };
      await admin.call('PUT', `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/roles/${name}`, { body });
    }

    async function agentProgram(): Promise<Program> {
      const kubeconfig = path.join(directory, 'kubeconfig');
      await writeFile(kubeconfig, proxiedKubeconfig(proxy.server), { mode: 0o600 });
      const words = mosquittoWords(mosquitto.dialect).map((word) => word.replace(/^--plugins=/, '--plugin-directory='));
      return {
        name: 'agent',
        file: path.join(root, 'bin/mqttsec'),
        args: [
          ...['agent', '--broker', `${namespace}/${broker}`, '--instance', instance, '--kubeconfig', kubeconfig],
          ...['--directory', path.join(directory, 'agent'), '--bind-address', '127.0.0.1'],
          ...['--http-host', '127.0.0.1', '--http-port', '0', ...words],
        ],
        isReady: (logged) => logged().includes('"msg":"started"'),
      };
    }

    const publish = (one: SiteDevice, added: Partial<Site['conf']> = {}) => stand.publish([one], added);

    async function status(): Promise<NonNullable<BrokerInstanceObject['status']>> {
      return (await client.get(brokerInstances, namespace, instance)).status ?? {};
    }

    async function isReported(revision: number): Promise<void> {
      await until(
        async () => (await status()).loadedRevision === revision,
        () => `revision ${revision} to be reported\n${agent.logged().split('\n').slice(-25).join('\n')}`,
      );
    }

    /** Reason code of a publish by the device: 0 granted, 135 not authorized. */
    async function codeOf(topic: string): Promise<number> {
      const session = await sessionOf(plant, 'sensor-1', password);
      const code = await publishCode(session, topic);
      await session.close();
      return code;
    }

    async function metrics(): Promise<string> {
      const port = /"port":(\d+)/.exec(agent.logged())?.[1] ?? '';
      return (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    }

    const conditionOf = async (type: string) => (await status()).conditions?.find((one) => one.type === type);
    const writes = () => proxy.writes.length;

    it('enforces what is published, and reports when its BrokerInstance is made', async () => {
      await publish(device('a/first'));
      await until(() => agent.logged().includes('remembered the bundle'), 'the first proof');
      assert.equal(await codeOf('a/first'), 0);
      assert.equal(await codeOf('a/second'), 135);
      await stand.makeInstance();
      await isReported(1);
      const { conditions = [], observedGeneration, mosquittoVersion, lastError } = await status();
      assert.deepEqual(
        conditions.map(({ type, status: state, reason }) => [type, state, reason]),
        [
          ['Ready', 'True', 'Ready'],
          ['Programmed', 'True', 'Programmed'],
        ],
      );
      assert.deepEqual([observedGeneration, mosquittoVersion, lastError], [1, mosquitto.version, '']);
    });

    it('follows an edit, and leaves to the status what it does not know', async () => {
      const lockouts = [{ identity: 'sensor-9', until: '2030-01-01T00:00:00Z' }];
      const metadata = { namespace, name: instance };
      const present = await status();
      const object = { apiVersion: '', kind: '', metadata, status: { ...present, lockouts } };
      await client.applyStatus(brokerInstances, object, { fieldManager: agentFieldManager, force: true });
      const revision = await publish(device('a/first', 'a/second'));
      await isReported(revision);
      assert.equal(await codeOf('a/second'), 0);
      assert.deepEqual((await status()).lockouts, lockouts);
    });

    it('keeps its set while a chunk of the next one is damaged, says so, and goes on when it is mended', async () => {
      const next = device('a/third');
      const chunk = stand.contentOf([next]).parts.acl[0];
      const name = `${broker}-acl-00`;
      const spoil = proxy.inject({
        matches: (call) => call.verb === 'get' && call.name === name,
        fault: { kind: 'Answer', status: 404, reason: 'NotFound' },
      });
      const revision = await publish(next);
      assert.ok((await client.get(configMaps, namespace, name)).data?.[chunk?.hash ?? '']);
      await until(async () => (await conditionOf('Ready'))?.reason === 'Refused', 'the refusal to be reported');
      assert.match((await conditionOf('Ready'))?.message ?? '', /^Readable: chunk acl\[0\] is missing/);
      assert.equal(await codeOf('a/first'), 0);
      spoil.remove();
      await isReported(revision);
      assert.equal(await codeOf('a/first'), 135);
      assert.equal((await conditionOf('Ready'))?.status, 'True');
    });

    it('serves on while the API server is away, and follows when it is back with its history gone', async () => {
      await proxy.down();
      await publish(device('a/passing'));
      const revision = await publish(device('a/fourth'));
      const index = await client.get(configMaps, namespace, `${broker}-bundle`);
      proxy.forget(BigInt(index.metadata.resourceVersion ?? '0'));
      await until(() => agent.logged().includes('not done, tried again'), 'the agent to notice');
      assert.equal(await codeOf('a/third'), 0);
      await proxy.up();
      await isReported(revision);
      assert.equal(await codeOf('a/fourth'), 0);
    });

    it('keeps its set while it may not read the passwords, says so, and follows when it may', async () => {
      isRightful = false;
      await grant(
        granted.map(({ resourceNames = [], ...rule }) => ({
          ...rule,
          resourceNames: resourceNames.filter((name) => !name.startsWith(`${broker}-passwords-`)),
        })),
      );
      const changed = { ...device('a/fifth'), password: 'another password' };
      const revision = await publish(changed);
      await until(async () => (await conditionOf('Programmed'))?.reason === 'Refused', 'the refusal to be reported');
      assert.match((await conditionOf('Ready'))?.message ?? '', /^Readable: .*Forbidden/);
      assert.equal((await status()).loadedRevision, revision - 1);
      assert.deepEqual([await codeOf('a/fourth'), await codeOf('a/fifth')], [0, 135]);
      await grant(granted);
      await isReported(revision);
      assert.equal((await conditionOf('Ready'))?.status, 'True');
      await assert.rejects(sessionOf(plant, 'sensor-1', password));
      await (await sessionOf(plant, 'sensor-1', changed.password)).close();
      isRightful = true;
      await isReported(await publish(device('a/fourth')));
    });

    it('writes nothing when nothing changes, not even after it was started again', async () => {
      const former = writes();
      assert.equal(await agent.terminate(), 0);
      agent = startedComponent(program, directory);
      await whenReady(program, agent);
      await until(() => agent.logged().includes('"msg":"reported"'), 'the report after the start');
      assert.equal(await codeOf('a/fourth'), 0);
      assert.equal(writes(), former);
    });

    it('tells of guessed passwords in one audit line and one Event, counts them, and writes nothing else', async () => {
      const former = writes();
      for (let i = 0; i < 12; i += 1) {
        assert.equal((await connectedDevice(plant, 'sensor-1', `guess ${i}`)).kind, 'Refused');
      }
      const counted = 'mqttsec_agent_authentication_failures_total{reason="NotAuthorised"} 12\n';
      await until(async () => (await metrics()).includes(counted), 'all to be counted');
      const lines = agent.logged().match(/^\{"version":1,.*"event":"AuthenticationFailed".*\}$/gm) ?? [];
      const [line = '{}', ...others] = lines;
      const { broker: of, instance: from, count } = JSON.parse(line) as Readonly<Record<string, unknown>>;
      assert.deepEqual([of, from, count, others], [`${namespace}/${broker}`, instance, 10, []]);
      await until(() => writes() > former, 'the Event to be written');
      const written = proxy.writes.slice(former).map(({ verb, plural }) => `${verb} ${plural}`);
      assert.deepEqual(written, ['create events']);
    });

    it('counts an Event up once a minute', async () => {
      const minutes = new VirtualClock();
      const about = await client.get(brokerInstances, namespace, instance);
      const events = noticeEvents({
        ...{ client: testClient({ server: proxy.server }, { userAgent: 'agent' }).client, clock: minutes },
        ...{ instanceName: instance, instance: () => about, newSuffix: () => 'f00' },
        onLoss: (loss, error) => losses.push(`${loss}: ${String(error)}`),
      });
      const losses: string[] = [];
      const end = new AbortController();
      const run = events.run(end.signal);
      const notice = { kind: 'Flood', identity: 'sensor-1', count: 3, at: new Date() } as const;
      const former = writes();
      for (let minute = 0; minute < 3; minute += 1) {
        for (let i = 0; i < 5; i += 1) events.record(notice);
        await minutes.advance(60_000);
        await until(async () => {
          await minutes.advance(500);
          return writes() === former + minute + 1;
        }, 'the Event to be written');
      }
      const count = async () => (await client.get(eventType, namespace, 'plant-0.f00')).series?.count;
      await until(async () => (await count()) === 45, 'all to be counted');
      assert.deepEqual(losses, []);
      end.abort();
      await run;
      const verbs = proxy.writes.slice(former).map(({ verb, name }) => `${verb} ${name ?? ''}`);
      assert.deepEqual(verbs, ['create ', 'patch plant-0.f00', 'patch plant-0.f00']);
    });

    it('reports a device that hammers forbidden topics, and keeps that when it was killed', async () => {
      const lockout = { maxFailures: 5, windowSeconds: 600, blockSeconds: 600 };
      await isReported(await publish(device('a/sixth'), { logsDenials: true, lockout }));
      for (let i = 0; i < lockout.maxFailures; i += 1) assert.equal(await codeOf('a/forbidden'), 135);
      const own = async () => (await status()).lockouts?.find(({ identity }) => identity === 'sensor-1');
      await until(async () => (await own()) !== undefined, 'the lockout to be reported');
      const { lockouts } = await status();
      assert.equal((await own())?.reason, 'PublishDenied');
      const former = writes();
      await agent.kill();
      agent = startedComponent(program, directory);
      await whenReady(program, agent);
      await until(async () => (await metrics()).includes('mqttsec_agent_lockouts 1\n'), 'it to be taken up');
      for (let i = 0; i < 2 * lockout.maxFailures; i += 1) assert.equal(await codeOf('a/forbidden'), 135);
      const counted = 'mqttsec_agent_denied_publishes_total 10\n';
      await until(async () => (await metrics()).includes(counted), 'all to be counted');
      assert.deepEqual((await status()).lockouts, lockouts);
      assert.deepEqual(
        proxy.writes.slice(former).filter(({ plural }) => plural !== 'events'),
        [],
      );
    });

    it('tells probes whether the broker is proved, and ends the broker with itself', async () => {
      const port = /"port":(\d+)/.exec(agent.logged())?.[1] ?? '';
      const answer = await fetch(`http://127.0.0.1:${port}/readyz`);
      assert.equal(answer.status, 200);
      assert.match(await metrics(), /^mqttsec_agent_proofs_total/m);
      assert.equal(await agent.terminate(), 0);
      await assert.rejects(sessionOf(plant, 'sensor-1', password));
    });

    it('ends at once when it cannot begin, also while the server is away', async () => {
      await proxy.down();
      const args = [...program.args, '--external', '--directory', path.join(directory, 'x'.repeat(100))];
      const failing = startedComponent({ ...program, name: 'failing', args }, directory);
      ends.push(() => failing.kill());
      await until(() => failing.ending() !== undefined, 'the agent to end');
      assert.equal(failing.ending(), 'failing ended: exit code 2');
      assert.match(failing.logged(), /^mqttsec: listen on .*: the path has \d+ bytes/m);
      await proxy.up();
    });

    it('used all rights that it was given, each for one of the names at least, and no others', () => {
      assert.deepEqual(used.refused, []);
      const { missing } = rightsDifference(rightsOf(granted), used.used);
      const kinds = (rights: readonly Right[]) => rights.map(({ verb, resource }) => ({ verb, resource }));
      const { surplus } = rightsDifference(kinds(rightsOf(granted)), kinds(used.used));
      assert.deepEqual({ missing, surplus }, { missing: [], surplus: [] });
      assert.doesNotMatch(agent.logged(), /Forbidden/);
    });
  });
}
