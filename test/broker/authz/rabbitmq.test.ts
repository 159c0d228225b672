/**
 * Clients of a real RabbitMQ that asks the authorization service get exactly the verdicts of can-i, within what its dialect
 * can express: names without dots and topics that do not begin with `$`. MQTTSEC_SEED=N draws other cases.
 */
import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import mqtt, { type MqttClient } from 'mqtt';
import { denialLog } from '../../../src/authz/audit.ts';
import { dialects } from '../../../src/authz/dialects/index.ts';
import { type AuthzServer, startAuthzServer } from '../../../src/authz/server.ts';
import { authzService, type AuthzService } from '../../../src/authz/service.ts';
import { oracleOf } from '../../../src/domain/acl/cani.ts';
import { filterMatches, filterOf, topicLevels } from '../../../src/domain/acl/filter.ts';
import { passwordHash } from '../../../src/domain/broker/passwords.ts';
import type { Fleet } from '../../../src/domain/fleet.ts';
import { now, plainNames, type Question, scenarios } from '../../authz/scenarios.ts';
import { sourceOf } from '../../authz/source.ts';
import { aDevice, aFleet, allow, aTemplate, aTemplateUse, mainBroker } from '../../fixtures.ts';
import { until } from '../mosquitto.ts';
import { managedSessions } from '../../../src/authz/sessions/rabbitmq.ts';
import { type SessionKeeper, sessionKeeper } from '../../../src/authz/sessions/live.ts';
import { type RabbitMq, rabbitVersion, runningRabbit } from './rabbitmq.ts';

interface Told {
  readonly ended: (readonly [string, string])[];
  readonly problems: string[];
}

const secret = '0123456789abcdef01234567';
const seed = Number(process.env['MQTTSEC_SEED'] ?? 20_264);
const [fleetCount, casesPerFleet] = [12, 50];

describe(`RabbitMQ ${rabbitVersion ?? 'is not there'}, asking the authorization service`, function () {
  this.timeout(600_000);
  if (rabbitVersion === undefined) return;
  const audit: Record<string, unknown>[] = [];
  let service: AuthzService;
  let server: AuthzServer;
  let rabbit: RabbitMq;

  before(async () => {
    const monotonic = () => performance.now();
    const write = (line: string) => void audit.push(JSON.parse(line) as Record<string, unknown>);
    service = authzService({
      ...{ dialect: dialects.rabbitmq, secret, isCertificateProven: false, maxAgeSeconds: 3600 },
      ...{ requestsPerSecond: 1e9, loginsPerSecond: 1e9, monotonic, now: () => now },
      log: denialLog({ broker: mainBroker, write, monotonic }),
    });
    const body = { bytes: 65_536, milliseconds: 10_000 };
    const onError = (error: unknown) => assert.fail(String(error));
    server = await startAuthzServer({ service, host: '127.0.0.1', port: 0, maxConnections: 1000, body, onError });
    rabbit = await runningRabbit(`http://127.0.0.1:${String(server.port)}/${secret}`);
  });

  after(async () => {
    await rabbit.stop();
    await server.close();
  });

  beforeEach(() => void (audit.length = 0));

  function serve(fleet: Fleet): void {
    service.serve(sourceOf(fleet));
  }

  /** Undefined: it was not let in. The password of a device is its identity. */
  async function connected(username: string, more: mqtt.IClientOptions = {}): Promise<MqttClient | undefined> {
    const options = {
      username,
      clientId: username,
      password: username,
      protocolVersion: 4,
      reconnectPeriod: 0,
    } as const;
    try {
      return await mqtt.connectAsync(`mqtt://127.0.0.1:${String(rabbit.mqttPort)}`, { ...options, ...more });
    } catch (error) {
      if ((error as { code?: unknown }).code === 4 || (error as { code?: unknown }).code === 5) return undefined;
      throw error;
    }
  }

  /** What RabbitMQ denies it answers by ending the connection. */
  async function isDone(client: MqttClient, act: () => Promise<unknown>): Promise<boolean> {
    const closed = Promise.withResolvers<false>();
    const onClose = () => closed.resolve(false);
    client.once('close', onClose);
    const done = act().then(
      () => true,
      () => closed.promise,
    );
    const isAllowed = await Promise.race([done, closed.promise]);
    client.off('close', onClose);
    return isAllowed;
  }

  const reasonOf = () => audit.at(-1)?.['reason'];

  it(`gives the verdicts of can-i: ${String(fleetCount * casesPerFleet)} cases, seed ${String(seed)}`, async () => {
    const drawn = fc.sample(scenarios(plainNames, ['publish', 'subscribe'], casesPerFleet), {
      seed,
      numRuns: fleetCount,
    });
    const tally = new Map<string, number>();
    for (const { fleet, questions } of drawn) {
      serve(fleet);
      const clients = new Map<string, MqttClient>();
      const done = async ({ identity, action, topic }: Question): Promise<boolean> => {
        const known = clients.get(identity);
        const client = known?.connected === true ? known : await connected(identity);
        if (!client) return false;
        clients.set(identity, client);
        const publish = () => client.publishAsync(topic, 'x', { qos: 1 });
        const subscribe = () => client.subscribeAsync(topic, { qos: 0 });
        return isDone(client, action === 'publish' ? publish : subscribe);
      };
      const oracle = oracleOf(fleet, now);
      assert.ok(oracle.ok);
      for (const question of questions) {
        const { allowed } = oracle.value.verdict(question);
        assert.equal(await done(question), allowed, `${JSON.stringify(question)} ${JSON.stringify(audit.at(-1))}`);
        const answer = `${question.action} ${allowed ? 'yes' : 'no'}`;
        tally.set(answer, (tally.get(answer) ?? 0) + 1);
      }
      await Promise.all([...clients.values()].map((client) => client.endAsync(true)));
    }
    for (const answer of ['publish yes', 'publish no', 'subscribe yes', 'subscribe no']) {
      assert.ok((tally.get(answer) ?? 0) >= fleetCount, `${answer}: ${String(tally.get(answer) ?? 0)}`);
    }
  });

  const password = (name: string) =>
    ({ type: 'Password', password: { kind: 'Hash', hash: passwordHash(name, Buffer.alloc(12, 1)) } }) as const;
  const person = (name: string, overrides: Parameters<typeof aDevice>[1] = {}) =>
    aDevice(name, { authentication: password(name), ...overrides });
  const all = aTemplate({ origin: { name: 'all' }, role: 'Admin', rules: [allow(['Publish', 'Subscribe'], '#')] });
  const admin = person('admin', { templates: [aTemplateUse('all')] });
  const plant = aFleet({
    templates: [aTemplate(), all],
    devices: [person('s-1'), person('s-2'), admin, person('s.3')],
  });

  it('delivers by levels as MQTT does, so that containment says what is received', async () => {
    serve(plant);
    const topics = ['a', 'a/', 'a/b', '/b', 'a//b', 'a/b/c', 'é/b', 'x y/b'];
    const filters = ['a', 'a/+', 'a/#', '+/b', '/+', 'a//b', '+/+/+', '#', '+', 'a/+/#'];
    for (const filter of filters) {
      const client = await connected('admin');
      assert.ok(client);
      const received = new Set<string>();
      client.on('message', (topic) => received.add(topic));
      await client.subscribeAsync([filter, 'end/of/all'], { qos: 0 });
      for (const topic of topics) await client.publishAsync(topic, 'x', { qos: 1 });
      await client.publishAsync('end/of/all', 'x', { qos: 1 });
      await until(() => received.has('end/of/all'), `the last message for ${filter}`);
      const read = filterOf(filter);
      assert.ok(read.ok);
      const wanted = topics.filter((topic) => filterMatches(read.value, topicLevels(topic)));
      const got = topics.filter((topic) => received.has(topic));
      assert.deepEqual(got, wanted, filter);
      await client.endAsync();
    }
  });

  it('lets in only who is who they say, as a client of their own name', async () => {
    serve(plant);
    assert.ok(await (await connected('s-1'))?.endAsync().then(() => true));
    const refused: readonly (readonly [mqtt.IClientOptions, string])[] = [
      [{ password: 'wrong' }, 'WrongCredential'],
      [{ clientId: 's-2' }, 'WrongClient'],
      [{ username: 'nobody', clientId: 'nobody' }, 'UnknownIdentity'],
      [{ username: 's.3', clientId: 's.3', password: 's.3' }, 'NotExpressible'],
    ];
    for (const [options, reason] of refused) {
      assert.equal(await connected('s-1', options), undefined, reason);
      assert.equal(reasonOf(), reason);
    }
  });

  it('lets nobody speak in the place of another by a dot', async () => {
    serve(plant);
    for (const topic of ['sensors/s-2/x', 'sensors.s-2/x', 'sensors.s-2.x']) {
      const client = await connected('s-1');
      assert.ok(client);
      assert.equal(await isDone(client, () => client.publishAsync(topic, 'x', { qos: 1 })), false, topic);
      assert.equal(reasonOf(), 'NotAllowed');
    }
  });

  it('has no topics that begin with $ or have a star', async () => {
    serve(plant);
    for (const topic of ['$SYS/x', '$mqttsec/admin/certificate/ack', 'a/*', 'a/x*']) {
      const client = await connected('admin');
      assert.ok(client);
      assert.equal(await isDone(client, () => client.publishAsync(topic, 'x', { qos: 1 })), false, topic);
      assert.equal(reasonOf(), 'NotExpressible');
    }
  });

  it('takes back logins and new topics at once; what a session did before goes on until it is ended', async () => {
    serve(plant);
    const client = await connected('s-1');
    assert.ok(client);
    const publish = (topic: string) => isDone(client, () => client.publishAsync(topic, 'x', { qos: 1 }));
    assert.ok(await publish('sensors/s-1/known'));
    await client.subscribeAsync('commands/s-1');
    const received: string[] = [];
    client.on('message', (topic) => received.push(topic));
    serve(
      aFleet({
        templates: [aTemplate(), all],
        devices: [admin, person('s-1', { revoked: { reason: 'KeyCompromise' } })],
      }),
    );
    assert.equal(await connected('s-1'), undefined);
    assert.equal(reasonOf(), 'Revoked');
    // RabbitMQ remembers what it asked for this session, and asks for no delivery.
    assert.ok(await publish('sensors/s-1/known'));
    const other = await connected('admin');
    assert.ok(other);
    await other.publishAsync('commands/s-1', 'x', { qos: 1 });
    await until(() => received.length > 0, 'a delivery');
    rabbit.endSessions('s-1');
    await until(() => !client.connected, 'the session ends');
    assert.equal(await connected('s-1'), undefined);
    await other.endAsync();
  });

  it('denies a live session what it did not do before', async () => {
    serve(plant);
    const client = await connected('s-2');
    assert.ok(client);
    const publish = (topic: string) => isDone(client, () => client.publishAsync(topic, 'x', { qos: 1 }));
    assert.ok(await publish('sensors/s-2/known'));
    serve(aFleet({ devices: [person('s-2', { suspended: true })] }));
    assert.equal(await publish('sensors/s-2/new'), false);
    assert.equal(reasonOf(), 'Suspended');
  });

  /** As the service does, until what is to be shown is so. */
  async function keptSessions<T>(password: string, act: (keeper: SessionKeeper, told: Told) => Promise<T>): Promise<T> {
    const told: Told = { ended: [], problems: [] };
    const { url, administrator: user } = rabbit.management;
    const keeper = sessionKeeper({
      sessions: managedSessions({ url, user, password }),
      standing: service.standing,
      isKnown: () => service.problem() === undefined,
      sleep: (milliseconds, signal) => delay(milliseconds, undefined, { signal }),
      onEnded: (identity, reason) => void told.ended.push([identity, reason]),
      onProblem: (error) => void told.problems.push(String(error)),
    });
    const stop = new AbortController();
    const running = keeper.run(stop.signal);
    try {
      return await act(keeper, told);
    } finally {
      stop.abort();
      await running;
    }
  }

  it('ends the sessions of those who are taken back by the management API, and no others', async () => {
    const odd = 's@4_x-y';
    const devices = [admin, person('s-1'), person(odd)];
    serve(aFleet({ templates: [aTemplate(), all], devices }));
    const clients = await Promise.all(['s-1', odd, 'admin'].map((name) => connected(name)));
    const [first, second, third] = clients;
    assert.ok(first && second && third);
    await keptSessions(rabbit.management.password, async (keeper, told) => {
      const [, ...others] = devices.toReversed();
      const held = person(odd, { suspended: true });
      serve(aFleet({ templates: [aTemplate(), all], devices: [held, ...others] }));
      keeper.changed();
      await until(() => !second.connected, 'the session of who is suspended ends');
      serve(aFleet({ templates: [aTemplate(), all], devices: [admin] }));
      keeper.changed();
      await until(() => !first.connected, 'the session of who is gone ends');
      await until(() => told.ended.length >= 2, 'both are told');
      assert.ok(third.connected);
      assert.deepEqual(new Set(told.ended.map(String)), new Set([`${odd},Suspended`, 's-1,UnknownIdentity']));
      assert.deepEqual(told.problems, []);
    });
    await third.endAsync();
  });

  it('tells that it may not end sessions, and that there are none', async () => {
    const { url, administrator: user, password } = rabbit.management;
    const { signal } = new AbortController();
    const [wrong, right] = ['wrong', password].map((one) => managedSessions({ url, user, password: one }));
    assert.ok(wrong && right);
    await assert.rejects(wrong.users(signal), /list sessions of RabbitMQ at 127\.0\.0\.1:\d+: status 401/);
    await assert.rejects(wrong.end('s-1', 'Revoked', signal), /end sessions of RabbitMQ at .*: status 401/);
    await right.end('nobody-is-here', 'Revoked', signal);
    await Promise.all([wrong.close(), right.close()]);
  });
});
