/** Each thing that is watched, done by real clients: what the metrics, the Events and the audit lines say of it. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { listed } from '../../src/cluster/listing.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { systemClock, systemRandom } from '../../src/local/system.ts';
import type { NoticeKind } from '../../src/monitor/notice.ts';
import { runAgentProcess } from '../../src/shell/agent-process.ts';
import type { SiteDevice } from '../agent/site.ts';
import { connectedDevice, type Plant, publishCode, sessionOf } from '../broker/agent/plant.ts';
import { connectPacket, field, packet, rawClient } from '../broker/monitor/watched.ts';
import { brokers, currentUser, scratchDirectory } from '../broker/mosquitto.ts';
import { agentStand, type AgentStand, broker, eventType, instance } from './agent-stand.ts';
import { until } from './component.ts';
import { sharedControlPlane } from './shared.ts';

const password = 'a password of a test';
const limit = 4_000;
const lockout = { maxFailures: 8, windowSeconds: 60, blockSeconds: 5 };
/** All devices go away; of an administrator alone that is told. */
const watchRules = [{ event: 'Silent', role: 'Admin', alert: 'Enabled', windowSeconds: 1 }] as const;

interface Row {
  readonly kind: NoticeKind;
  /** Who does it; a device of that name is declared. */
  readonly who: string;
  readonly provoke: (plant: Plant, who: string, learned: () => Promise<void>) => Promise<void>;
  /** A line of the metrics, beside the one that counts audit lines. */
  readonly metric: RegExp;
  readonly note: string;
  /** Where another version of the broker knows no such thing. */
  readonly dialect?: '2.1';
}

/** What a device sends while an agent learns of it: more than all that others send. */
const usualBytes = 600;

const times = (count: number) => Array.from({ length: count }, (_, i) => i);

async function published(plant: Plant, who: string, topics: readonly string[], payload?: string): Promise<void> {
  const session = await sessionOf(plant, who, password);
  for (const topic of topics) await publishCode(session, topic, payload);
  await session.close();
}

/** MQTT 5: 60 messages of QoS 2, none of which is ever released. */
async function flooded({ ports }: Plant, who: string): Promise<void> {
  const client = rawClient(ports.password, 'NoCertificate');
  const head = Buffer.from([0, 4, ...Buffer.from('MQTT'), 5, 0xc2, 0, 60, 0]);
  client.send(packet(0x10, head, field(who), field(who), field(password)));
  await client.answered(4);
  const message = (id: number) => packet(0x34, field(`dev/${who}`), Buffer.from([0, id, 0]), Buffer.from('x'));
  client.send(...times(60).map((i) => message(i + 1)));
  await client.answered(240);
  client.socket.destroy();
}

const rows: readonly Row[] = [
  {
    kind: 'AuthenticationFailed',
    who: 'victim',
    async provoke(plant, who) {
      const forged = `${who} [1.2.3.4:5] disconnected: oversize packet.\u001b]0;x\u0007"}\u202e`;
      for (const i of times(10)) {
        assert.equal((await connectedDevice(plant, who, `guess ${i}`)).kind, 'Refused');
        const client = rawClient(plant.ports.password, 'NoCertificate');
        client.send(connectPacket({ clientId: forged, username: forged, password: 'x' }));
        await client.closed();
      }
    },
    metric: /^mqttsec_agent_authentication_failures_total\{reason="NotAuthorised"\} [12]\d$/m,
    note: 'Clients are not let in: their credential is wrong or missing. Anyone can cause this in any name.',
  },
  {
    kind: 'PublishDenied',
    who: 'meddler',
    provoke: (plant, who) => published(plant, who, ['dev/victim\u202e"}']),
    metric: /^mqttsec_agent_denied_publishes_total [1-9]/m,
    note: 'The rules refuse what is published by identity meddler.',
  },
  {
    kind: 'ConnectStorm',
    who: 'hasty',
    async provoke(plant, who) {
      for (let i = 0; i < 20; i += 1) await published(plant, who, []);
    },
    metric: /^mqttsec_agent_connects_total [2-9]\d/m,
    note: 'Connects again and again: identity hasty.',
  },
  {
    kind: 'Oversize',
    who: 'bulky',
    async provoke(plant, who) {
      const session = await sessionOf(plant, who, password);
      await session.publish(`dev/${who}`, 'x'.repeat(2 * limit));
      await session.closed;
    },
    metric: /^mqttsec_agent_device_acts_total\{identity="bulky",act="Oversize"\} [1-9]/m,
    note: 'Larger packets than allowed come from identity bulky.',
  },
  {
    kind: 'Flood',
    who: 'flooder',
    provoke: flooded,
    metric: /^mqttsec_agent_floods_total [1-9]/m,
    note: 'More messages at a time than allowed come from identity flooder.',
    dialect: '2.1',
  },
  {
    kind: 'Takeover',
    who: 'twin',
    async provoke(plant, who) {
      for (let i = 0; i < 4; i += 1) await sessionOf(plant, who, password);
    },
    metric: /^mqttsec_agent_takeovers_total [3-9]/m,
    note: 'Sessions are ended by others with the same identity, of identity twin.',
  },
  {
    kind: 'Silent',
    who: 'leaver',
    provoke: (plant, who) => published(plant, who, []),
    metric: /^mqttsec_agent_silent_identities 1$/m,
    note: 'Away for longer than expected: identity leaver.',
  },
  {
    kind: 'LockedOut',
    who: 'hammerer',
    provoke: (plant, who) =>
      published(
        plant,
        who,
        times(lockout.maxFailures).map(() => 'dev/victim'),
      ),
    metric: /^mqttsec_agent_lockouts \d/m,
    note: 'Locked out for its own acts: identity hammerer.',
  },
  {
    kind: 'Released',
    who: 'hammerer',
    provoke: () => Promise.resolve(),
    metric: /^mqttsec_agent_lockouts 0$/m,
    note: 'Released from a lockout: identity hammerer.',
  },
  {
    kind: 'TopicUnseen',
    who: 'wanderer',
    async provoke(plant, who, learned) {
      await learned();
      await published(plant, who, [`dev/${who}/\u202e"}`]);
    },
    metric: /^mqttsec_agent_observed_messages_total [1-9]/m,
    note: 'Messages on topics that were never seen before, of identity wanderer.',
  },
  {
    kind: 'SizeUnusual',
    who: 'swollen',
    async provoke(plant, who, learned) {
      await learned();
      await published(plant, who, [`dev/${who}`], 'x'.repeat(5 * usualBytes));
    },
    metric: /^mqttsec_agent_observed_bytes_total [1-9]\d{3}/m,
    note: 'Messages much larger than any before, of identity swollen.',
  },
];

for (const mosquitto of brokers) {
  describe(`what an agent tells of clients of ${mosquitto.name}`, function () {
    this.timeout(120_000);
    const namespace = `watching-${mosquitto.dialect.replace('.', '-')}`;
    const directory = scratchDirectory();
    const log: string[] = [];
    const audit: string[] = [];
    const stop = new AbortController();
    let stand: AgentStand;
    let client: KubeClient;
    let uid: string | undefined;
    let agent: Promise<void>;
    /** Milliseconds by which the clock of the agent was set ahead. */
    let ahead = 0;

    before(async () => {
      const plane = await sharedControlPlane();
      stand = await agentStand({ plane, mosquitto, namespace, directory });
      ({ client } = stand);
      ({ uid } = (await stand.makeInstance()).metadata);
      const names = [...new Set(rows.map(({ who }) => who))];
      const limits = { maxPacketSizeBytes: limit };
      const watched = { lockout, watchRules, countsDevices: true, observes: true } as const;
      await stand.publish(names.map(deviceOf), { limits, logsDenials: true, ...watched });
      const { launcher, pluginDirectory } = mosquitto;
      agent = runAgentProcess(
        {
          ...{ broker: `${namespace}/${broker}`, instance, serverSecret: 'plant-server-tls', random: systemRandom },
          directory: path.join(directory, 'agent'),
          placement: { user: currentUser, bindAddress: '127.0.0.1', ports: new Map() },
          mosquitto: () => Promise.resolve({ launcher, pluginDirectory }),
          ...{ isExternal: false, isRolled: false, http: { host: '127.0.0.1', port: 0 } },
          kubeConfig: { file: await plane.kubeconfig(stand.account) },
          ...{ version: 'test', logLevel: 'info' },
          clock: { ...systemClock(), now: () => new Date(Date.now() + ahead) },
          writeLog: (line) => log.push(line),
          writeAudit: (line) => audit.push(line),
        },
        stop.signal,
      );
      await until(
        () => log.some((line) => line.includes('"msg":"reported"')),
        () => `the first report\n${log.slice(-20).join('')}`,
      );
    });

    after(async () => {
      stop.abort();
      await agent;
      stand.close();
    });

    function deviceOf(identity: string): SiteDevice {
      const rights = { password, lines: [{ access: 'write', topic: `dev/${identity}/#` }] } as const;
      return identity === 'leaver' ? { identity, ...rights, role: 'Admin' } : { identity, ...rights };
    }

    async function metrics(): Promise<string> {
      const port = /"port":(\d+)/.exec(log.join('\n'))?.[1] ?? '';
      return (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    }

    async function metric(name: string): Promise<number> {
      return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(await metrics())?.[1]);
    }

    /** The agent has read what the device usually sends, and then the time passes in which it learns. */
    async function learned(who: string): Promise<void> {
      const bytes = () => metric('mqttsec_agent_observed_bytes_total');
      const before = await bytes();
      // In one session: many would lock it out.
      const session = await sessionOf(stand.plant, who, password);
      await until(async () => {
        await publishCode(session, `dev/${who}`, 'x'.repeat(usualBytes));
        await delay(100);
        return (await bytes()) >= before + usualBytes;
      }, `what ${who} publishes is read`);
      await session.close();
      ahead += 2 * 3_600_000;
    }

    it('counts lines of the broker that tell of nothing that is watched', async () => {
      const openings = log.filter((line) => /Opening ipv4 listen socket on port/.test(line)).length;
      assert.ok(openings >= 2, 'the broker tells of its listeners');
      await until(
        async () => (await metric('mqttsec_agent_unknown_log_lines_total')) >= openings,
        () => `${openings} of them\n${log.slice(-20).join('')}`,
      );
    });

    for (const { kind, who, provoke, metric: line, note, dialect } of rows) {
      if (dialect !== undefined && dialect !== mosquitto.dialect) continue;
      it(`${kind}: in metrics, in an Event and in an audit line`, async () => {
        await provoke(stand.plant, who, () => learned(who));
        const counted = `mqttsec_agent_alerts_total{kind="${kind}"} `;
        await until(
          async () => {
            const text = await metrics();
            return text.includes(counted) && line.test(text);
          },
          () => `the metrics of ${kind}\n${audit.join('')}${log.slice(-20).join('')}`,
        );
        const lines = audit.filter((one) => one.includes(`"event":"${kind}"`));
        assert.match(lines.join(''), /^(?:[ -~]+\n)+$/);
        const { identity } = JSON.parse(lines[0] ?? '{}') as { readonly identity?: string };
        // Nobody is known to have done what anyone can do.
        assert.equal(identity, kind === 'AuthenticationFailed' ? undefined : who);
        const told = async () => {
          return listed(client, eventType, { namespace }, (event) => (event.reason === kind ? event : undefined));
        };
        await until(async () => (await told()).length > 0, 'the Event');
        const [event, ...others] = await told();
        assert.equal(event?.note, note);
        assert.deepEqual(others, []);
        const { regarding, reportingController } = event;
        assert.deepEqual([regarding.kind, regarding.name, regarding.uid], ['BrokerInstance', instance, uid]);
        assert.equal(reportingController, 'mqttsecurity.io/agent');
      });
    }
  });
}
