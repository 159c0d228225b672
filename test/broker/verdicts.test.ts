/**
 * What the verdict engine answers is what Mosquitto does: 20,000 random cases of (fleet, identity, action, topic), each
 * asked of both lines of Mosquitto in both layouts, through the files that the compiler makes of the fleet.
 * MQTTSEC_SEED=N draws other cases, MQTTSEC_FLEETS=N more or fewer.
 */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import mqtt, { type MqttClient } from 'mqtt';
import { deviceVerdicts, type VerdictEngine } from '../../src/domain/acl/verdict.ts';
import { filterMatches, filterOf, filterText, topicLevels } from '../../src/domain/acl/filter.ts';
import type { EffectiveRule, Rule } from '../../src/domain/acl/rule.ts';
import { passwordHash, passwordsText } from '../../src/domain/broker/passwords.ts';
import { joinParts } from '../../src/domain/bundle/chunks.ts';
import { compileBroker } from '../../src/domain/bundle/compile.ts';
import { type Device, type Fleet, fleetOf, type Template } from '../../src/domain/fleet.ts';
import { resolveDevice, type ResolvedDevice } from '../../src/domain/resolve.ts';
import { ShardedMap } from '../../src/domain/sharded.ts';
import { aBroker, aDevice, allow, aTemplate, aTemplateUse, deny, mainBroker } from '../fixtures.ts';
import { type BrokerUnderTest, brokers, currentUser, freePorts, runningBroker, scratchDirectory } from './mosquitto.ts';

const seed = Number(process.env['MQTTSEC_SEED'] ?? 20_261);
const fleetCount = Number(process.env['MQTTSEC_FLEETS'] ?? 100);
const casesPerFleet = 200;
const now = new Date('2026-06-01T00:00:00Z');
const before = new Date(now.getTime() - 1000);
const after = new Date(now.getTime() + 365 * 24 * 3600 * 1000);

type Action = 'publish' | 'receive' | 'subscribe';

interface Question {
  readonly identity: string;
  readonly action: Action;
  /** A topic, or for `subscribe` a filter. */
  readonly topic: string;
  /** For `subscribe`: topics that the filter selects. */
  readonly samples: readonly string[];
}

interface Scenario {
  readonly templates: readonly Template[];
  readonly devices: readonly Device[];
  readonly questions: readonly Question[];
}

const identities = ['dev1', 'dev2', 'a', 'A.b@c_d'] as const;
const names = ['a', 'b', 'c', '', 'plant', 'north', 'site-7', 'x y', 'é', '%', ...identities];
const variables = ['{device}', '{group}', '{namespace}', '{param.site}'];

const patternLevel = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...names.filter((name) => name !== 'x y' && name !== '%')) },
  { weight: 3, arbitrary: fc.constantFrom(...variables) },
  { weight: 3, arbitrary: fc.constant('+') },
);
const firstLevel = fc.oneof(
  { weight: 8, arbitrary: patternLevel },
  { weight: 2, arbitrary: fc.constantFrom('$x', '$SYS', '$CONTROL') },
);
const patternText = fc
  .tuple(firstLevel, fc.array(patternLevel, { maxLength: 3 }), fc.boolean())
  .map(([first, rest, open]) => [first, ...rest, ...(open ? ['#'] : [])].join('/'))
  .filter((text) => text !== '');

const ruleOf = fc
  .tuple(fc.integer({ min: 0, max: 9 }), patternText, fc.constantFrom('Publish', 'Subscribe', 'both'))
  .map(([kind, topic, action]): Rule => {
    if (kind < 2) return deny(topic);
    return allow(action === 'both' ? ['Publish', 'Subscribe'] : [action], topic);
  });

const templateOf = (name: string) =>
  fc.array(ruleOf, { minLength: 1, maxLength: 5 }).map((rules) =>
    aTemplate({
      origin: { name },
      role: 'Admin',
      allowControl: true,
      parameters: new Map([['site', { type: 'string', default: 'north' }]]),
      rules,
    }),
  );

const deviceOf = (identity: string) =>
  fc
    .record({
      templates: fc.subarray(['t1', 't2', 't3']),
      site: fc.constantFrom('north', 'site-7', 'x y', 'a', '%'),
      groups: fc.subarray(['a', 'b', 'plant']),
      rules: fc.array(fc.tuple(ruleOf, fc.constantFrom(undefined, before, after)), { maxLength: 2 }),
      state: fc.constantFrom('active', 'active', 'active', 'active', 'suspended', 'revoked', 'expired'),
    })
    .map(({ templates, site, groups, rules, state }): Device =>
      aDevice(identity.toLowerCase().replaceAll(/[^a-z0-9]/g, '-'), {
        identity,
        // Every device has t1, so that layout Patterns has something to fold.
        templates: [...new Set(['t1', ...templates])].map((name) => aTemplateUse(name, name === 't1' ? {} : { site })),
        groups,
        rules: rules.map(([rule, expiresAt]) => (expiresAt && rule.effect === 'Allow' ? { ...rule, expiresAt } : rule)),
        authentication: { type: 'Password', password: { kind: 'Hash', hash: hashes.get(identity) ?? '' } },
        suspended: state === 'suspended',
        ...(state === 'revoked' && { revoked: { reason: 'KeyCompromise' } }),
        ...(state === 'expired' && { expiresAt: before }),
      }),
    );

const hashes = new Map(
  [...identities, 'oracle'].map((name) => [name, passwordHash(name, Buffer.alloc(12, name.length))]),
);

const roots = ['$x', '$mqttsec', '$SYS', '$CONTROL'];
const topicLevel = fc.constantFrom(...names);
const freeTopic = fc
  .tuple(
    fc.oneof({ weight: 9, arbitrary: topicLevel }, { weight: 1, arbitrary: fc.constantFrom(...roots) }),
    fc.array(topicLevel, { maxLength: 3 }),
  )
  .map(([first, rest]) => [first, ...rest].join('/'))
  .filter((topic) => topic !== '');
const ownTopics = fc
  .tuple(fc.constantFrom(...identities), fc.constantFrom('certificate', 'certificate/ack', 'certificate/x', 'other'))
  .map(([identity, rest]) => `$mqttsec/${identity}/${rest}`);

/** A topic near a rule of the fleet: its wildcards filled, its end sometimes cut or grown. */
function nearTopic(filters: readonly string[]): fc.Arbitrary<string> {
  if (filters.length === 0) return freeTopic;
  return fc
    .tuple(
      fc.constantFrom(...filters),
      fc.array(topicLevel, { minLength: 8, maxLength: 8 }),
      fc.integer({ min: 0, max: 9 }),
    )
    .map(([filter, fill, twist]) => {
      const levels = filter.split('/').flatMap((level, i) => {
        if (level === '+') return [fill[i] ?? ''];
        return level === '#' ? fill.slice(i, i + (twist % 3)) : [level];
      });
      if (twist === 8) levels.pop();
      if (twist === 9) levels.push(fill[7] ?? '');
      return levels.join('/');
    })
    .filter((topic) => topic !== '');
}

function filtersIn({ templates, devices }: Pick<Scenario, 'templates' | 'devices'>): string[] {
  const fleet = fleetFor({ templates, devices }, '2.0', 'PerIdentity', 1);
  return devices.flatMap((device) => {
    const resolved = resolveDevice(fleet, device);
    return resolved.ok ? resolved.value.rules.map(({ filter }) => filterText(filter)) : [];
  });
}

const scenarios: fc.Arbitrary<Scenario> = fc
  .record({
    templates: fc.tuple(templateOf('t1'), templateOf('t2'), templateOf('t3')),
    devices: fc.tuple(...identities.map(deviceOf)),
  })
  .chain((fleet) => {
    const filters = filtersIn(fleet);
    const topic = fc.oneof(
      { weight: 5, arbitrary: nearTopic(filters) },
      { weight: 4, arbitrary: freeTopic },
      { weight: 1, arbitrary: ownTopics },
    );
    const opened = fc
      .tuple(topic, fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }), fc.boolean())
      .map(([text, opened, open]) => {
        const levels = text.split('/').map((level, i) => (opened[i] === true && !level.startsWith('$') ? '+' : level));
        return [...levels, ...(open ? ['#'] : [])].join('/');
      });
    const whole = filters.length > 0 ? fc.constantFrom(...filters) : opened;
    const subscription = fc.oneof(opened, whole);
    const question = fc.oneof(
      { weight: 4, arbitrary: fc.record({ action: fc.constant<Action>('publish'), topic, samples: fc.constant([]) }) },
      { weight: 4, arbitrary: fc.record({ action: fc.constant<Action>('receive'), topic, samples: fc.constant([]) }) },
      {
        weight: 2,
        arbitrary: subscription.chain((filter) =>
          fc.record({
            action: fc.constant<Action>('subscribe'),
            topic: fc.constant(filter),
            samples: fc
              .array(nearTopic([filter]), { minLength: 5, maxLength: 5 })
              .map((topics) => topics.filter((sample) => selects(filter, sample))),
          }),
        ),
      },
    );
    const asked = fc.tuple(fc.constantFrom(...identities), question).map(([identity, rest]) => ({ identity, ...rest }));
    return fc
      .array(asked, { minLength: casesPerFleet, maxLength: casesPerFleet })
      .map((questions) => ({ ...fleet, questions }));
  });

function selects(filter: string, topic: string): boolean {
  const read = filterOf(filter);
  return read.ok && filterMatches(read.value, topicLevels(topic));
}

type Layout = 'PerIdentity' | 'Patterns';

function fleetFor(
  { templates, devices }: Pick<Scenario, 'templates' | 'devices'>,
  version: '2.0' | '2.1',
  layout: Layout,
  port: number,
): Fleet {
  const { clientCertificates, ...broker } = aBroker({
    version,
    listeners: [{ name: 'plain', port, authentication: 'Password', tls: false, protocol: 'MQTT' }],
    acl: { layout, defaultTemplates: [] },
  });
  assert.ok(clientCertificates);
  return fleetOf({ brokers: [broker], templates, devices });
}

/** May be sent to and received by the oracle: everything that a client can send to at all. */
const oracleRights = ['user oracle', ...['#', '$x/#', '$mqttsec/#'].map((topic) => `topic readwrite ${topic}`), ''];

async function writtenFiles(fleet: Fleet, directory: string, pluginDirectory: string): Promise<string> {
  const placement = { directory, user: currentUser, pluginDirectory, bindAddress: '127.0.0.1', ports: new Map() };
  const compiled = compileBroker(
    {
      fleet,
      broker: mainBroker,
      certificates: ShardedMap.empty(),
      cas: [],
      passwordLines: ShardedMap.from(hashes),
      crls: [],
      revocations: [],
      lockouts: ShardedMap.empty(),
      placement,
    },
    now,
  );
  assert.ok(compiled.content, JSON.stringify(compiled.findings));
  const parts = joinParts(compiled.content);
  await writeFile(path.join(directory, 'acl'), parts.acl + oracleRights.join('\n'));
  const oracle = passwordsText(new Map([['oracle', hashes.get('oracle') ?? '']]));
  await writeFile(path.join(directory, 'passwords'), parts.passwords + oracle, { mode: 0o600 });
  return parts['mosquitto.conf'];
}

async function connectedAs(identity: string, port: number): Promise<MqttClient | undefined> {
  try {
    return await mqtt.connectAsync(`mqtt://127.0.0.1:${String(port)}`, {
      clientId: identity,
      username: identity,
      password: identity,
      protocolVersion: 5,
      reconnectPeriod: 0,
    });
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (code === 0x87 || code === 0x86) return undefined;
    throw error;
  }
}

const notAuthorized = 0x87;

/** True if the broker took the message; a client that is thrown out for it was refused too. */
async function published(client: MqttClient, topic: string): Promise<boolean> {
  try {
    await client.publishAsync(topic, topic, { qos: 1 });
    return true;
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (code === notAuthorized) return false;
    throw new Error(`publish to ${topic} as ${String(client.options.clientId)}`, { cause: error });
  }
}

/** What the broker lets each identity do with each topic asked about; `|` cannot be in an identity. */
interface Seen {
  readonly published: ReadonlySet<string>;
  readonly received: ReadonlySet<string>;
}

const key = (identity: string, topic: string) => `${identity}|${topic}`;

function topicsOf(questions: readonly Question[], identity: string, action: 'publish' | 'receive'): string[] {
  const own = questions.filter((question) => question.identity === identity);
  const wanted = own.flatMap(({ action: asked, topic, samples }) => {
    if (asked === action) return [topic];
    return asked === 'subscribe' && action === 'receive' ? samples : [];
  });
  return [...new Set(wanted)];
}

/** Topics on which a message can exist for a client to get: those of the oracle, and what the broker says of itself. */
function canBeSent(topic: string): boolean {
  return topic === brokersOwn || !/^\$(SYS|CONTROL|share)/.test(topic);
}
const brokersOwn = '$SYS/broker/version';

async function seen(questions: readonly Question[], port: number): Promise<Seen> {
  const taken = new Set<string>();
  const received = new Set<string>();
  const oracle = await connectedAs('oracle', port);
  assert.ok(oracle);
  const clients = new Map<string, MqttClient>();
  for (const identity of identities) {
    const client = await connectedAs(identity, port);
    if (!client) continue;
    clients.set(identity, client);
    client.on('message', (topic) => received.add(key(identity, topic)));
    const topics = topicsOf(questions, identity, 'receive');
    if (topics.length > 0) await client.subscribeAsync(topics, { qos: 0 });
  }
  const all = new Set(identities.flatMap((identity) => topicsOf(questions, identity, 'receive')));
  for (const topic of all)
    if (canBeSent(topic) && topic !== brokersOwn) assert.ok(await published(oracle, topic), topic);
  for (const [identity, client] of clients) {
    for (const topic of topicsOf(questions, identity, 'publish')) {
      if (await published(client, topic)) taken.add(key(identity, topic));
    }
    // Its PUBACK comes behind every message that was sent to it before.
    await published(client, 'barrier');
  }
  await Promise.all([oracle, ...clients.values()].map((client) => client.endAsync()));
  return { published: taken, received };
}

function engineOf(fleet: Fleet, devices: readonly Device[]): VerdictEngine<EffectiveRule | undefined> {
  const resolved = new Map<string, ResolvedDevice>();
  for (const device of devices) {
    const one = resolveDevice(fleet, device);
    if (one.ok) resolved.set(device.identity, one.value);
  }
  return deviceVerdicts((identity) => resolved.get(identity), now);
}

/** What is wrong with the engine's answer, given what the broker did. */
function disagreement(
  engine: VerdictEngine<unknown>,
  question: Question,
  { published, received }: Seen,
): string | undefined {
  const { identity, action, topic, samples } = question;
  const verdict = engine[action](identity, topic);
  const says = `${identity} ${action} ${JSON.stringify(topic)}: engine ${verdict.allowed ? 'yes' : 'no'} (${verdict.why})`;
  if (action === 'publish') return published.has(key(identity, topic)) === verdict.allowed ? undefined : says;
  if (action === 'receive') {
    return !canBeSent(topic) || received.has(key(identity, topic)) === verdict.allowed ? undefined : says;
  }
  const missing = samples.find((sample) => canBeSent(sample) && !received.has(key(identity, sample)));
  return verdict.allowed && missing !== undefined ? `${says}, but ${missing} was not delivered` : undefined;
}

async function disagreements(
  broker: BrokerUnderTest,
  layout: Layout,
  scenario: Scenario,
  tally: Map<string, number>,
): Promise<string[]> {
  const [port] = await freePorts(1);
  assert.ok(port);
  const directory = scratchDirectory();
  const fleet = fleetFor(scenario, broker.dialect, layout, port);
  const conf = await writtenFiles(fleet, directory, broker.pluginDirectory);
  const running = await runningBroker(broker, directory, conf);
  try {
    const found = await seen(scenario.questions, port);
    const engine = engineOf(fleet, scenario.devices);
    for (const { identity, action, topic } of scenario.questions) {
      const answer = `${action} ${engine[action](identity, topic).allowed ? 'yes' : 'no'}`;
      tally.set(answer, (tally.get(answer) ?? 0) + 1);
    }
    return scenario.questions.flatMap((question) => disagreement(engine, question, found) ?? []);
  } finally {
    await running.stop();
  }
}

describe('verdicts are those of the broker', () => {
  const drawn = fc.sample(scenarios, { seed, numRuns: fleetCount });
  for (const broker of brokers) {
    for (const layout of ['PerIdentity', 'Patterns'] as const) {
      it(`${String(fleetCount * casesPerFleet)} cases on ${broker.name}, layout ${layout}, seed ${String(seed)}`, async function () {
        this.timeout(600_000);
        const tally = new Map<string, number>();
        for (const [index, scenario] of drawn.entries()) {
          const wrong = await disagreements(broker, layout, scenario, tally);
          assert.deepEqual(wrong, [], `fleet ${String(index)} of seed ${String(seed)}`);
        }
        // Both answers are met often: a broker that lets all or nothing through would agree with neither.
        for (const answer of [
          'publish yes',
          'publish no',
          'receive yes',
          'receive no',
          'subscribe yes',
          'subscribe no',
        ]) {
          assert.ok((tally.get(answer) ?? 0) > fleetCount / 2, `${answer}: ${String(tally.get(answer) ?? 0)}`);
        }
      });
    }
  }
});
