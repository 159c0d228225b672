/** `mqttsec authz` as processes with the rights of deploy/authorization, of a fleet on a real API server. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { load, loadAll } from 'js-yaml';
import { mqttBrokers, type MqttBrokerObject } from '../../src/api/kinds.ts';
import { createPublisher } from '../../src/controllers/bundle/publisher.ts';
import { bundleSite } from '../../src/controllers/bundle/site.ts';
import { metaOf } from '../../src/controllers/declared.ts';
import { createWorld } from '../../src/controllers/world.ts';
import { chunkOf, contentOf } from '../../src/domain/bundle/chunks.ts';
import { partNames } from '../../src/domain/bundle/content.ts';
import { ofParts } from '../../src/domain/bundle/set.ts';
import { passwordHash, passwordLine } from '../../src/domain/broker/passwords.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import type { DialectRequest } from '../../src/authz/dialects/dialect.ts';
import type { Question } from '../authz/scenarios.ts';
import { type Way, ways } from '../authz/ways.ts';
import { authzProcess, type AuthzUnderTest, secret } from '../cli/authz-process.ts';
import { mergePatch } from './api.ts';
import { sampleSite, type Site } from './cli-site.ts';
import { realClock, realRandom, testClient } from './client.ts';
import { until } from './component.ts';
import { administrator } from './control-plane.ts';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';
import type { ApiCall } from './fault-proxy/call.ts';
import { proxiedKubeconfig } from './operator.ts';
import { grantedIn, rightsDifference, RightsLog } from './rights.ts';
import { sharedControlPlane } from './shared.ts';

const root = path.resolve(import.meta.dirname, '../..');
const shipped = path.join(root, 'deploy/authorization/10-service.yaml');
const namespace = 'authz';
const maxAgeSeconds = 20;
const coldStore = 'thermo-cold-store';

/** Each identity of the sample with something that it may do, and something that it may not. */
const questions: readonly Question[] = [
  ...(
    [
      ['thermo-hall-1', 'plant/devices/thermo-hall-1/telemetry/celsius', 'plant/devices/thermo-hall-1/commands/#'],
      ['thermo-hall-2', 'plant/devices/thermo-hall-2/vibration', 'plant/groups/hall-2/broadcast/#'],
      [coldStore, `plant/devices/${coldStore}/status`, 'plant/groups/cold-chain/broadcast/+'],
      ['panel-hall-1', 'plant/groups/hall-1/presence/panel-hall-1', 'plant/groups/hall-1/broadcast/#'],
      ['cam-gate', 'plant/sites/gate/cameras/cam-gate/events/motion', 'plant/devices/cam-gate/commands/firmware'],
      ['cam-old-gate', 'plant/devices/cam-old-gate/status', 'plant/devices/cam-old-gate/commands/#'],
      ['Press_7', 'spBv1.0/press-shop/NDATA/Press_7', 'spBv1.0/STATE/+'],
      ['Press_8', 'spBv1.0/press-shop/NDATA/Press_8', 'spBv1.0/STATE/+'],
      ['analytics', 'analytics/analytics/mean', 'plant/devices/+/telemetry/#'],
      ['ada', 'admin/notes', 'plant/#'],
      ['nobody', 'plant/devices/nobody/status', 'plant/#'],
    ] as const
  ).flatMap(([identity, topic, filter]): Question[] => [
    { identity, action: 'publish', topic },
    { identity, action: 'publish', topic: 'plant/devices/thermo-yard/status' },
    { identity, action: 'receive', topic: 'plant/devices/thermo-hall-1/commands/x' },
    { identity, action: 'subscribe', topic: filter },
    { identity, action: 'subscribe', topic: '#' },
  ]),
];

/** Devices whose rules have dots, which this broker cannot tell from ends of levels: denied everything, as its page says. */
const dotted: ReadonlySet<string> = new Set(['Press_7', 'Press_8', 'analytics', 'ada']);

describe('mqttsec authz on a cluster', function () {
  this.timeout(240_000);
  let site: Site;
  let client: KubeClient;
  let proxy: FaultProxy;
  let words: readonly string[];
  const services = new Map<Way, AuthzUnderTest>();
  const [emqx] = ways;
  const used = new RightsLog();
  const ends: (() => unknown)[] = [];

  before(async () => {
    const plane = await sharedControlPlane();
    site = await sampleSite(plane, namespace);
    ({ client } = testClient(await plane.credentials(administrator), { userAgent: 'operator-stand-in' }));
    const text = readFileSync(shipped, 'utf8').replaceAll(/namespace: plant$/gm, `namespace: ${namespace}`);
    const file = path.join(mkdtempSync(path.join(plane.directory, 'authz-')), 'service.yaml');
    writeFileSync(file, text);
    const { code, stderr } = await plane.kubectl(['apply', '-f', file]);
    assert.equal(code, 0, stderr);
    await publish([passwordLine(coldStore, hashOf('first'))]);
    const account = { kind: 'ServiceAccount', namespace, name: 'plant-authz' } as const;
    proxy = await startFaultProxy({
      upstream: await plane.credentials(account),
      onAnswer: (call, status) => used.add(call, status),
    });
    ends.push(() => proxy.close());
    const kubeconfig = path.join(path.dirname(file), 'kubeconfig');
    writeFileSync(kubeconfig, proxiedKubeconfig(proxy.server), { mode: 0o600 });
    const secretFile = path.join(path.dirname(file), 'secret');
    writeFileSync(secretFile, secret);
    words = [
      ...['--broker', `${namespace}/plant`, '--kubeconfig', kubeconfig, '--secret-file', secretFile],
      ...['--max-age', String(maxAgeSeconds), '--http-host', '127.0.0.1', '--http-port', '0', '--trust-certificates'],
    ];
    for (const way of ways) {
      const service = await authzProcess([...words, '--dialect', way.dialect.name]);
      services.set(way, service);
      ends.push(() => service.kill());
    }
    for (const service of services.values()) await until(() => isReady(service), 'it is ready');
  });

  after(async () => {
    for (const end of ends.toReversed()) await end();
  });

  const hashOf = (password: string) => passwordHash(password, Buffer.alloc(12, 7));

  /** As the operator does; there are as many objects as the shipped Role names. */
  async function publish(lines: readonly string[]): Promise<void> {
    const world = createWorld({ client, clock: realClock, random: realRandom, namespace });
    world.configMaps.start();
    await world.configMaps.ready;
    const broker = await client.get<MqttBrokerObject>(mqttBrokers, namespace, 'plant');
    const fillers = [1, 2, 3].map((number) => passwordLine(`other-${String(number)}`, hashOf('other')));
    const chunks = [lines.join(''), ...fillers].map(chunkOf);
    const parts = ofParts(partNames, (part) => (part === 'passwords' ? chunks : []));
    const publisher = createPublisher({ client, configMaps: world.configMaps });
    const result = await publisher.publish(bundleSite(metaOf(broker)), contentOf(parts));
    world.configMaps.stop();
    assert.equal(result.kind, 'Published');
  }

  function serviceOf(way: Way | undefined): AuthzUnderTest {
    const service = way && services.get(way);
    assert.ok(service);
    return service;
  }

  async function isReady({ healthPort }: AuthzUnderTest): Promise<boolean> {
    return (await fetch(`http://127.0.0.1:${String(healthPort)}/readyz`)).ok;
  }

  async function sent(way: Way | undefined, request: DialectRequest, service = serviceOf(way)): Promise<boolean> {
    assert.ok(way);
    const answer = await fetch(`http://127.0.0.1:${String(service.port)}/${request.call}`, {
      method: 'POST',
      headers: {
        'content-type': request.contentType,
        authorization: `Bearer ${secret}`,
        ...(request.hook !== undefined && { 'vernemq-hook': request.hook }),
      },
      body: request.body,
    });
    return way.isYes({ status: answer.status, body: await answer.text() });
  }

  const may = (way: Way | undefined, question: Question) => sent(way, way!.ask(question));
  const comesIn = (way: Way | undefined, identity: string, password: string) =>
    sent(way, way!.login(identity, password));

  /** For what does not depend on a password. */
  const telemetry = (identity: string): Question => ({
    ...{ identity, action: 'publish', topic: `plant/devices/${identity}/telemetry/x` },
  });

  async function patched(plural: string, name: string, body: object): Promise<void> {
    const place = `/apis/mqttsecurity.io/v1alpha1/namespaces/${namespace}/${plural}/${name}`;
    await site.plane.admin.call('PATCH', place, { contentType: mergePatch, body });
  }

  const lastReason = () => serviceOf(emqx).audit.at(-1)?.['reason'];

  async function deniedAs(reason: string, question: Question): Promise<void> {
    await until(
      async () => !(await may(emqx, question)) && lastReason() === reason,
      () => `${question.identity} is denied as ${reason}, not as ${String(lastReason())}`,
    );
  }

  it('answers as can-i on the cluster does, in each dialect', async () => {
    const batch = path.join(site.home, 'questions');
    writeFileSync(batch, questions.map((question) => `${JSON.stringify(question)}\n`).join(''));
    const { code, out, err } = await site.mqttsec(['can-i', '--batch', batch, '--broker', `${namespace}/plant`]);
    assert.equal(code, 0, err);
    const verdicts = out
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { readonly allowed: boolean }).allowed);
    assert.ok(verdicts.filter((allowed) => allowed).length > 10, out);
    for (const way of ways) {
      for (const [index, question] of questions.entries()) {
        if (!way.actions.includes(question.action)) continue;
        const isExpressible = !way.dialect.hasDottedLevels || !dotted.has(question.identity);
        const wanted = verdicts[index] === true && isExpressible;
        assert.equal(await may(way, question), wanted, `${way.dialect.name} ${JSON.stringify(question)}`);
      }
    }
  });

  it('lets in by the password that is declared, and by the one that the operator published', async () => {
    for (const way of ways) {
      const { name } = way.dialect;
      assert.ok(await comesIn(way, 'panel-hall-1', 'sample-only-4711'), name);
      assert.ok(!(await comesIn(way, 'panel-hall-1', 'sample-only-4712')), name);
      assert.ok(await comesIn(way, coldStore, 'first'), name);
      assert.ok(!(await comesIn(way, coldStore, 'second')), name);
      assert.ok(!(await comesIn(way, 'thermo-hall-1', 'first')), `${name}: it has a certificate`);
      assert.ok(!(await comesIn(way, 'other-1', 'other')), `${name}: nobody declares it`);
    }
  });

  it('uses the rights of deploy/authorization, all of them and no others', () => {
    assert.deepEqual(rightsDifference(grantedIn(shipped), used.used), { missing: [], surplus: [] });
    assert.deepEqual(used.refused, []);
    assert.deepEqual(proxy.writes, []);
  });

  it('takes the options of the shipped Deployment', async () => {
    const documents = loadAll(readFileSync(shipped, 'utf8')) as readonly { readonly kind: string }[];
    const deployment = documents.find(({ kind }) => kind === 'Deployment') as unknown as {
      readonly spec: { readonly template: { readonly spec: { readonly containers: readonly { args: string[] }[] } } };
    };
    const [, ...args] = deployment.spec.template.spec.containers[0]!.args;
    // Without a certificate it listens on this machine alone; the rest is for a pod.
    const [, , ...own] = words;
    const given = args.filter((word) => !/^--(host|tls-dir|secret-file|http-port)=/.test(word));
    assert.deepEqual(given, ['--broker=plant', '--dialect=rabbitmq']);
    const service = await authzProcess([...given, '--namespace', namespace, ...own]);
    await until(() => isReady(service), 'it is ready');
    assert.equal(await service.stop(), 0);
  });

  it('follows edits, revocations, lockouts and passwords', async () => {
    const question = { ...telemetry('thermo-hall-1'), topic: 'plant/new/thermo-hall-1' };
    assert.ok(!(await may(emqx, question)));
    const { spec } = load((await site.shell('kubectl get acltemplate temperature-sensor -o yaml')).out) as {
      spec: { rules: object[] };
    };
    const added = { actions: ['Publish'], topic: 'plant/new/{device}' };
    await patched('acltemplates', 'temperature-sensor', { spec: { rules: [...spec.rules, added] } });
    await until(() => may(emqx, question), 'the edit of a template');
    await patched('acltemplates', 'temperature-sensor', { spec: { rules: spec.rules } });
    await deniedAs('NotAllowed', question);

    assert.ok(await may(emqx, telemetry('thermo-yard')));
    await patched('mqttdevices', 'thermo-yard', { spec: { revoked: { reason: 'KeyCompromise' } } });
    for (const way of ways) await until(async () => !(await may(way, telemetry('thermo-yard'))), 'the revocation');
    await deniedAs('Revoked', telemetry('thermo-yard'));

    assert.ok(await may(emqx, telemetry('thermo-hall-2')));
    const lockout = { reason: 'Flood', since: '2026-01-01T00:00:00Z', until: '2099-01-01T00:00:00Z' };
    await site.setStatus('mqttdevices', 'thermo-hall-2', { identity: 'thermo-hall-2', lockout });
    await deniedAs('Blocked', telemetry('thermo-hall-2'));
    await site.setStatus('mqttdevices', 'thermo-hall-2', { lockout: null });
    await until(() => may(emqx, telemetry('thermo-hall-2')), 'the end of the lockout');

    await publish([passwordLine(coldStore, hashOf('second'))]);
    await until(() => comesIn(emqx, coldStore, 'second'), 'the new password');
    assert.ok(!(await comesIn(emqx, coldStore, 'first')), 'the former one');
  });

  it('denies only those passwords that it cannot read, when they are too old', async () => {
    proxy.inject({
      matches: ({ plural }) => plural === 'secrets',
      fault: { kind: 'Answer', status: 403, reason: 'Forbidden' },
    });
    await publish([passwordLine(coldStore, hashOf('third'))]);
    await until(
      async () => !(await comesIn(emqx, coldStore, 'second')) && lastReason() === 'Stale',
      'the former password is too old',
    );
    assert.ok(await comesIn(emqx, 'panel-hall-1', 'sample-only-4711'));
    assert.ok(await may(emqx, telemetry('thermo-hall-1')));
    await proxy.heal();
    await until(() => comesIn(emqx, coldStore, 'third'), 'the new password');
  });

  /** Everything is denied, and that is told. */
  async function isStale(): Promise<void> {
    await deniedAs('Stale', telemetry('thermo-hall-1'));
    assert.ok(!(await isReady(serviceOf(emqx))));
    const { healthPort } = serviceOf(emqx);
    const metrics = await (await fetch(`http://127.0.0.1:${String(healthPort)}/metrics`)).text();
    assert.match(metrics, /^mqttsec_authz_denials_total\{reason="Stale"\} [1-9]/m);
    const [, age] = /^mqttsec_authz_source_age_seconds (\d+)/m.exec(metrics) ?? [];
    assert.ok(Number(age) >= maxAgeSeconds, metrics);
  }

  const outages: readonly (readonly [string, (call: ApiCall) => boolean])[] = [
    [
      'the storage of the API server does not answer, though watches go on',
      ({ verb, plural }) => verb === 'get' && plural === 'mqttbrokers',
    ],
    ['devices cannot be watched, though all else can', ({ plural }) => plural === 'mqttdevices'],
  ];
  for (const [what, matches] of outages) {
    it(`denies everything when ${what}, for too long, and goes on after that`, async () => {
      await until(() => may(emqx, telemetry('thermo-hall-1')), 'it is answered');
      proxy.inject({ matches, fault: { kind: 'Answer', status: 403, reason: 'Forbidden' } });
      await isStale();
      await proxy.heal();
      await until(() => may(emqx, telemetry('thermo-hall-1')), 'it is answered again');
      await until(() => isReady(serviceOf(emqx)), 'it is ready again');
    });
  }

  it('denies everything when the API server is away for too long, and answers by what happened meanwhile', async () => {
    const status = { ...telemetry('cam-gate'), topic: 'plant/devices/cam-gate/status' };
    assert.ok(await may(emqx, status));
    await proxy.down();
    await patched('mqttdevices', 'cam-gate', { spec: { suspended: true } });
    await isStale();
    await proxy.heal();
    const answers: boolean[] = [];
    await until(async () => {
      answers.push(await may(emqx, status));
      return may(emqx, telemetry('thermo-hall-1'));
    }, 'it is answered again');
    assert.ok(answers.every((isAllowed) => !isAllowed));
    await deniedAs('Suspended', status);
    await until(() => isReady(serviceOf(emqx)), 'it is ready again');
  });

  it('waits for an API server that is away when it begins, and denies meanwhile', async () => {
    await proxy.down();
    const service = await authzProcess([...words, '--dialect', 'emqx']);
    const ask = () => sent(emqx, emqx!.ask(telemetry('thermo-hall-1')), service);
    assert.ok(!(await ask()));
    assert.ok(!(await isReady(service)));
    await until(() => service.audit.at(-1)?.['reason'] === 'NotReady', 'the audit line');
    await proxy.heal();
    await until(ask, 'it is answered');
    assert.ok(await isReady(service));
    assert.equal(await service.stop(), 0);
  });

  it('needs rights in one namespace alone where it looks at no other', async () => {
    const roles = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}`;
    const [apiGroup, name] = ['rbac.authorization.k8s.io', 'authz-narrow'];
    const { rules } = await site.plane.admin.call<{ rules: readonly object[] }>('GET', `${roles}/roles/plant-authz`);
    const resources = ['mqttbrokers', 'acltemplates', 'mqttdevices'];
    const declared = { apiGroups: ['mqttsecurity.io'], resources, verbs: ['list', 'watch'] };
    await site.plane.admin.call('POST', `${roles}/roles`, {
      body: { metadata: { name }, rules: [...rules, declared] },
    });
    await site.plane.admin.call('POST', `${roles}/rolebindings`, {
      body: {
        metadata: { name },
        ...{ roleRef: { apiGroup, kind: 'Role', name }, subjects: [{ apiGroup, kind: 'User', name }] },
      },
    });
    const kubeconfig = await site.plane.kubeconfig({ kind: 'User', name });
    const given = [...words, '--dialect', 'emqx', '--kubeconfig', kubeconfig, '--watch-namespace', namespace];
    const service = await authzProcess(given);
    await until(() => sent(emqx, emqx!.ask(telemetry('thermo-hall-1')), service), 'it is answered');
    assert.ok(await sent(emqx, emqx!.login(coldStore, 'third'), service));
    assert.ok(!service.log().includes('"level":"warn"'), service.log());
    assert.equal(await service.stop(), 0);
  });

  it('denies everything while its broker is not declared', async () => {
    await patched('mqttbrokers', 'plant', { metadata: { finalizers: null } });
    await client.delete(mqttBrokers, namespace, 'plant');
    await deniedAs('NotReady', telemetry('thermo-hall-1'));
    assert.ok(!(await isReady(serviceOf(emqx))));
    for (const service of services.values()) assert.equal(await service.stop(), 0);
  });
});
