/**
 * As users install it: the chart, the image of the Dockerfile, the sample fleet, in real pods under PodSecurity `restricted`;
 * clients come through the Service. What happens to pods in the course of time happens here, one after another.
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { MqttClient } from 'mqtt';
import { bundleHashAnnotation } from '../../src/api/labels.ts';
import { mqttsec } from '../cli/program.ts';
import { until } from '../cluster/component.ts';
import { comparedWithCanI, deviceClients } from '../cluster/plant/fleet-clients.ts';
import { deviceClient, type Endpoint, mayPublish, received, secretTexts } from '../cluster/plant/mqtt.ts';
import { listed, namespace, notReady, type Sample, sampleFor } from '../cluster/plant/site.ts';
import { brokerSpec, issuers, manifestOf, ours } from '../cluster/plant/stage.ts';
import { type NameServer, startNameServer } from './dns.ts';
import { removeKits, removeOpenBroker, startOpenBroker, storeKits, testedDevices, turnKitsAway } from './kits.ts';
import { bridgeAddress, nodeNames } from './node.ts';
import { followedLogs, leakingLines, type PodLogs, secretWords, unexpectedLines } from './pod-logs.ts';
import { chart, operatorNamespace, type PodSite, startPodSite } from './site.ts';

const release = 'mqtt-security-operator';
const inRelease = ['--namespace', operatorNamespace];
const patience = 180_000;
const agentFiles = '/run/mqttsec/agent';
const operatorPods = 'app.kubernetes.io/component=operator';
const allKinds = 'mqttbroker,mqttdevice,devicecertificate,acltemplate,brokerinstance';

const twoRolled = { replicas: 2, acknowledgeNoClustering: true };
const rolledFleet = [
  ...issuers('rolls'),
  ours('MqttBroker', 'rolls', 'rolled', {
    ...brokerSpec('2.1', { workload: { managed: twoRolled } }),
    update: { strategy: 'Roll' },
  }),
  ours('AclTemplate', 'rolls', 'sensor', {
    role: 'Device',
    rules: [{ effect: 'Allow', actions: ['Publish'], topic: 'sensors/{device}' }],
  }),
  ours('MqttDevice', 'rolls', 's1', {
    brokerRef: { name: 'rolled' },
    templateRefs: [{ name: 'sensor' }],
    authentication: { type: 'Password', password: { generate: {} } },
  }),
];

interface SeenContainer {
  readonly name: string;
  readonly image: string;
}

interface SeenPod {
  readonly metadata: { readonly name: string; readonly uid: string; readonly deletionTimestamp?: string };
  readonly spec: { readonly initContainers?: readonly SeenContainer[]; readonly containers: readonly SeenContainer[] };
  readonly status: {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    readonly initContainerStatuses?: readonly { readonly restartCount: number }[];
    readonly containerStatuses?: readonly { readonly restartCount: number }[];
  };
}

describe('the sample fleet in pods', function () {
  this.timeout(600_000);
  let site: PodSite;
  let fleet: Sample;
  let logs: PodLogs;
  let names: NameServer | undefined;
  let endpoint: Endpoint;
  /** Certificate and key of thermo-hall-2, from before it was revoked. */
  let revoked: Readonly<Record<string, string>>;
  /** Words that no log may have. */
  const secrets = new Set<string>();
  let clients: ReadonlyMap<string, MqttClient> = new Map();

  before(async () => {
    site = await startPodSite();
    fleet = sampleFor(site.plane, '2.0');
    logs = followedLogs(site.plane);
    await site.createVolumes(1);
    for (const name of [operatorNamespace, namespace, 'rolls']) await site.createNamespace(name);
  });
  after(async () => {
    for (const client of clients.values()) client.end(true);
    await names?.stop();
    logs.stop();
    const ends = site.nodes.unexpectedEnds();
    await site.stop();
    assert.deepEqual(ends, []);
  });

  const podsOf = async (where: string, selector: string) => {
    const text = await site.kubectl('get', 'pods', '-n', where, '-l', selector, '-o', 'json');
    return (JSON.parse(text) as { readonly items: readonly SeenPod[] }).items;
  };
  const brokerPods = async (where: string) => podsOf(where, 'app.kubernetes.io/component=broker');
  /** The pods of the plant and how often their containers began. */
  const lives = async () =>
    (await brokerPods(namespace)).map(({ metadata, status }) => {
      const containers = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
      return { uid: metadata.uid, restarts: containers.map(({ restartCount }) => restartCount) };
    });
  const clientOf = (identity: string) => {
    const client = clients.get(identity);
    assert.ok(client, identity);
    return client;
  };
  const connected = () => [...clients].filter(([, client]) => client.connected).map(([identity]) => identity);
  /** Has sensors publish one topic more, and waits until the broker lets one do it. */
  const grantMore = async (client: MqttClient) => {
    const level = `more-${randomUUID().slice(0, 8)}`;
    const topic = `plant/devices/thermo-hall-1/${level}`;
    assert.equal(await mayPublish(client, topic, 'before'), false);
    const rule = { effect: 'Allow', actions: ['Publish'], topic: `plant/devices/{device}/${level}` };
    const patch = JSON.stringify([{ op: 'add', path: '/spec/rules/-', value: rule }]);
    await site.kubectl('patch', 'aclt', 'temperature-sensor', '-n', namespace, '--type=json', '-p', patch);
    await until(() => mayPublish(client, topic, 'after'), `${topic} is granted`, patience);
  };
  /** Of the devices that connect at the same time none is refused. */
  const revokedStaysOut = () => assert.rejects(deviceClient(endpoint, 'thermo-hall-2', revoked));
  const noteSecrets = async () => {
    for (const word of await secretWords(site.plane)) secrets.add(word);
  };
  /** Leaves a message with the broker. */
  const retain = (text: string) =>
    clientOf('thermo-hall-1').publishAsync('plant/devices/thermo-hall-1/status', text, { qos: 1, retain: true });
  /** Another pod than the former serves, with the message and without whom was revoked. */
  const isServedAgain = async (formerUid: string | undefined, text: string) => {
    await until(
      async () => {
        const [pod] = await brokerPods(namespace);
        return pod !== undefined && pod.metadata.uid !== formerUid && isReady(pod);
      },
      'another pod is Ready',
      patience,
    );
    clients = await deviceClients(site.plane, fleet, endpoint);
    assert.equal(clients.has('thermo-hall-2'), false);
    await revokedStaysOut();
    const mailbox = await received(clientOf('operator-ada'));
    await mailbox.settled();
    assert.ok(mailbox.payloads.has(text));
    await grantMore(clientOf('thermo-hall-1'));
  };
  /** Name of the pod of the operator that leads; nothing while none does. */
  const leader = async () => {
    const lease = ['get', 'lease', release, '-n', operatorNamespace, '-o', 'jsonpath={.spec.holderIdentity}'];
    return (await site.kubectl(...lease)).split('_', 1)[0] ?? '';
  };
  const clusterIp = async (where: string, name: string) =>
    site.kubectl('get', 'service', name, '-n', where, '-o', 'jsonpath={.spec.clusterIP}');

  it('has an operator after helm install, which can lead', async () => {
    const kits = `verify.kits={${testedDevices.join(',')}},verify.extraArgs={--timeout=30}`;
    await site.helm('install', release, chart, ...inRelease, '--set', kits, '--wait', '--timeout=5m');
    const pods = await podsOf(operatorNamespace, operatorPods);
    assert.equal(pods.length, 2);
    assert.deepEqual(pods.map(isReady), [true, true]);
  });

  it('is Ready, each object of it, with its broker in a pod', async () => {
    // The policy on issuers refuses Certificates until the API server has found the kinds that were just installed.
    const isApplied = async () => (await site.plane.kubectl(['apply', '-f', fleet.directory])).code === 0;
    await until(isApplied, 'the fleet is admitted', patience);
    await until(async () => (await listed(site.plane, 'mqttdevice')).length === 12, 'the devices are there');
    const wait = ['wait', '--for=condition=Ready', '--all', '-n', namespace, '--timeout=300s'];
    await site.kubectl(...wait, 'mqttbroker,mqttdevice,devicecertificate,acltemplate');
    assert.deepEqual(notReady(await listed(site.plane, allKinds)), []);
    assert.deepEqual((await brokerPods(namespace)).map(isReady), [true]);
  });

  it('passes helm test, by kits of its devices, and fails one that leads elsewhere: to nobody, to a broker that is open', async () => {
    const tested = () => site.attemptHelm('test', release, ...inRelease, '--logs', '--timeout=2m');
    // Nobody needed a name so far.
    names = await startNameServer(site.plane.admin, bridgeAddress);
    await storeKits(site);
    const { code, stdout, stderr } = await tested();
    assert.equal(code, 0, stdout + stderr);
    assert.match(stdout, /^pass +CredentialsAdmitted /m);

    await turnKitsAway(site);
    const unreachable = await tested();
    assert.notEqual(unreachable.code, 0, unreachable.stdout);
    assert.match(unreachable.stdout, /open\.plant\.svc/);

    await startOpenBroker(site);
    const open = await tested();
    assert.notEqual(open.code, 0, open.stdout);
    for (const point of ['CredentialsAdmitted', 'ServerCertificateValid']) {
      assert.match(open.stdout, new RegExp(`^pass +${point} `, 'm'));
    }
    for (const point of ['NoAnonymousAccess', 'CertificateRequired', 'WrongPasswordRefused', 'PublishLimited']) {
      assert.match(open.stdout, new RegExp(`^FAIL +${point} `, 'm'));
    }
    // Helm keeps the pod of a test that failed, over `helm uninstall` too: somebody may want to read what it said.
    await site.kubectl('delete', 'pod', `${release}-verify`, '-n', operatorNamespace);
    await removeOpenBroker(site);
    await removeKits(site);
  });

  it('gives clients that come through the Service exactly the rights that can-i tells', async () => {
    const { 'tls.crt': ca = '' } = await secretTexts(site.plane.admin, namespace, 'server-ca');
    const host = await clusterIp(namespace, 'plant');
    endpoint = { host, certificatePort: 8883, passwordPort: 8884, ca };
    clients = await deviceClients(site.plane, fleet, endpoint);
    assert.equal(clients.size, 9);
    const { differences, delivered } = await comparedWithCanI(fleet.directory, clients);
    assert.deepEqual(differences, []);
    assert.ok(delivered > 50, `only ${delivered} messages were let through`);
  });

  it('lets an edited right reach open sessions, and restarts nothing', async () => {
    const before = await lives();
    await grantMore(clientOf('thermo-hall-1'));
    assert.deepEqual(await lives(), before);
    assert.equal(connected().length, 9);
  });

  it('cuts a device that is revoked, and nobody else', async () => {
    const client = clientOf('thermo-hall-2');
    revoked = await secretTexts(site.plane.admin, namespace, 'thermo-hall-2-tls');
    await noteSecrets();
    const patch = JSON.stringify({ spec: { revoked: { reason: 'KeyCompromise' } } });
    await site.kubectl('patch', 'mqttdevice', 'thermo-hall-2', '-n', namespace, '--type=merge', '-p', patch);
    await until(() => !client.connected, 'the session of the revoked device ends', patience);
    // The session may end before the list is proved: then it is Ready.
    const wait = ['wait', '--for=condition=Ready', 'mqttdevice/thermo-hall-2', '-n', namespace, '--timeout=300s'];
    await site.kubectl(...wait);
    await revokedStaysOut();
    assert.equal(connected().length, 8);
  });

  it('keeps sessions over helm upgrade, which gives the operator other pods', async () => {
    const before = await lives();
    const uids = async () => (await podsOf(operatorNamespace, operatorPods)).map(({ metadata }) => metadata.uid);
    const former = await uids();
    await site.helm('upgrade', release, chart, ...inRelease, '--set', 'logLevel=debug', '--wait', '--timeout=5m');
    await until(async () => !(await uids()).some((uid) => former.includes(uid)), 'the former pods are gone', patience);
    await grantMore(clientOf('thermo-hall-1'));
    assert.deepEqual(await lives(), before);
    assert.equal(connected().length, 8);
  });

  it('keeps sessions when the kubelets start anew', async () => {
    const before = await lives();
    await site.nodes.restartKubelets();
    await grantMore(clientOf('thermo-hall-1'));
    assert.deepEqual(await lives(), before);
    assert.equal(connected().length, 8);
  });

  it('keeps sessions when the pod of the operator that leads is deleted, and the other one goes on', async () => {
    const before = await lives();
    let former = '';
    await until(async () => (former = await leader()) !== '', 'a pod leads', patience);
    await site.kubectl('delete', 'pod', former, '-n', operatorNamespace, '--wait=false');
    const isAnother = async () => !['', former].includes(await leader());
    await until(isAnother, 'another pod leads', patience);
    await grantMore(clientOf('thermo-hall-1'));
    assert.deepEqual(await lives(), before);
    assert.equal(connected().length, 8);
  });

  it('keeps sessions when all replicas of the operator are killed', async () => {
    const before = await lives();
    const former = (await podsOf(operatorNamespace, operatorPods)).map(({ metadata }) => metadata.uid);
    const killed = ['--grace-period=0', '--force', '--wait=false'];
    await site.kubectl('delete', 'pods', '-n', operatorNamespace, '-l', operatorPods, ...killed);
    await grantMore(clientOf('thermo-hall-1'));
    const pods = await podsOf(operatorNamespace, operatorPods);
    assert.ok(pods.every(({ metadata }) => !former.includes(metadata.uid)));
    assert.deepEqual(await lives(), before);
    assert.equal(connected().length, 8);
  });

  it('tells by kubectl exec who came, for an audit, and what is revoked, for a restore', async () => {
    const inPod = ['exec', 'plant-0', '-n', namespace, '-c'];
    const asked = [...inPod, 'agent', '--', 'mqttsec', 'sightings', '--directory', agentFiles];
    let sightings = '';
    // It is written a minute after the agent began.
    await until(
      async () => {
        sightings = await site.kubectl(...asked).catch(() => '');
        return sightings !== '';
      },
      'the agent has written who came',
      patience,
    );
    const file = path.join(site.plane.directory, 'sightings.json');
    writeFileSync(file, sightings);
    const { code, out, err } = mqttsec(['audit', fleet.directory, '--sightings', file, '-o', 'json']);
    assert.notEqual(code, 2, out + err);
    assert.match(sightings, /thermo-hall-1/);
    const list = await site.kubectl(...inPod, 'mosquitto', '--', 'cat', `${agentFiles}/current/revocations`);
    assert.match(list, /thermo-hall-2/);
  });

  it('is served again after the pod of its broker was deleted: messages are kept, who was revoked stays out', async () => {
    await retain('kept over a deletion');
    const [former] = await lives();
    await site.kubectl('delete', 'pod', 'plant-0', '-n', namespace);
    await isServedAgain(former?.uid, 'kept over a deletion');
  });

  /** Image of the agent of the plant: that of the operator without a name. */
  const pinAgent = (image?: string) => {
    const patch = JSON.stringify({ spec: { workload: { managed: { agentImage: image ?? null } } } });
    return site.kubectl('patch', 'mqttbroker', 'plant', '-n', namespace, '--type=merge', '-p', patch);
  };
  const operatorsRun = (image: string) =>
    until(
      async () => {
        const pods = await podsOf(operatorNamespace, operatorPods);
        return pods.length === 2 && pods.every((pod) => isServing(pod) && imageOf(pod, 'operator') === image);
      },
      `both replicas of the operator serve from ${image}`,
      patience,
    );

  it('is upgraded to another image, and taken back, with agents of the other one beside the operator', async () => {
    const [before] = await podsOf(operatorNamespace, operatorPods);
    const present = imageOf(before, 'operator') ?? '';
    const next = present.replace(/:.*/, ':next');
    await site.nodes.nameImage(present, next);
    const sameLives = await lives();
    const keepsSessions = async () => {
      await grantMore(clientOf('thermo-hall-1'));
      assert.deepEqual(await lives(), sameLives);
      assert.equal(connected().length, 8);
    };

    await pinAgent(present);
    const toNext = ['--reset-then-reuse-values', '--set', 'image.tag=next', '--wait', '--timeout=5m'];
    await site.helm('upgrade', release, chart, ...inRelease, ...toNext);
    await operatorsRun(next);
    await keepsSessions();

    await retain('kept over another image');
    await pinAgent();
    await isServedAgain(sameLives[0]?.uid, 'kept over another image');
    const [pod] = await brokerPods(namespace);
    assert.equal(imageOf(pod, 'agent'), next);

    sameLives.splice(0, 1, ...(await lives()));
    await pinAgent(next);
    await site.helm('rollback', release, ...inRelease, '--wait', '--timeout=5m');
    await operatorsRun(present);
    await keepsSessions();
  });

  it('rolls pods one at a time where the broker says so, and so when edits follow on each other', async () => {
    const patiently = ['-n', 'rolls', '--timeout=300s'];
    const becameReady = () =>
      site.kubectl('wait', '--for=condition=Ready', '--all', 'mqttbroker,mqttdevice', ...patiently);
    await site.kubectl('apply', '-f', manifestOf(site.plane, rolledFleet));
    await becameReady();
    await site.kubectl('rollout', 'status', 'statefulset/rolled', ...patiently);
    const former = (await brokerPods('rolls')).map(({ metadata }) => metadata.uid);
    assert.equal(former.length, 2);
    let fewest = 2;
    /** Names of those that serve now. */
    const serving = async () => {
      const pods = (await brokerPods('rolls')).filter(isServing);
      fewest = Math.min(fewest, pods.length);
      return pods.map(({ metadata: { uid, name } }) => ({ name, isOther: !former.includes(uid) }));
    };
    const edit = async (topic: string) => {
      const patch = JSON.stringify([{ op: 'replace', path: '/spec/rules/0/topic', value: topic }]);
      await site.kubectl('patch', 'aclt', 'sensor', '-n', 'rolls', '--type=json', '-p', patch);
    };
    const hash = async (object: string, place: string) => {
      const escaped = bundleHashAnnotation.replaceAll('.', String.raw`\.`);
      return site.kubectl('get', object, '-n', 'rolls', '-o', `jsonpath={${place}.annotations.${escaped}}`);
    };
    const template = () => hash('statefulset/rolled', '.spec.template.metadata');
    await edit('first/{device}');
    await until(
      async () => {
        const [only, ...others] = await serving();
        return only?.isOther === true && others.length === 0;
      },
      'the next pod is replaced',
      patience,
    );
    // In the middle of a roll: it has to wait for the end of it.
    const middle = await template();
    await edit('second/{device}');
    await until(
      async () => {
        const last = await template();
        const of = await Promise.all(
          ['pod/rolled-0', 'pod/rolled-1'].map((pod) => hash(pod, '.metadata').catch(String)),
        );
        return (await serving()).length === 2 && last !== middle && of.every((one) => one === last);
      },
      'both pods have the last set',
      patience,
    );
    assert.equal(fewest, 1);
    await becameReady();
    const versions = 'jsonpath={.items[*].status.mosquittoVersion}';
    assert.match(await site.kubectl('get', 'brokerinstances', '-n', 'rolls', '-o', versions), /^2\.1\.\d+ 2\.1\.\d+$/);
  });

  it('goes on while its node is drained: pods of operator and brokers go one by one, messages are kept', async () => {
    await retain('kept over a drain');
    const [former] = await lives();
    const place = ['get', 'pod', 'plant-0', '-n', namespace, '-o', 'jsonpath={.spec.nodeName}'];
    const node = await site.kubectl(...place);
    const serving = async () => ({
      operators: (await podsOf(operatorNamespace, operatorPods)).filter(isServing).length,
      brokers: (await brokerPods('rolls')).filter(isServing).length,
    });
    // All of them are brought to that node first.
    const others = nodeNames.filter((name) => name !== node);
    await site.kubectl('cordon', ...others);
    await site.kubectl('delete', 'pods', '-n', operatorNamespace, '-l', operatorPods);
    await site.kubectl('delete', 'pods', '-n', 'rolls', '--all');
    const areBack = async () => Object.values(await serving()).every((count) => count === 2);
    await until(areBack, 'two pods of each serve', patience);
    await site.kubectl('uncordon', ...others);

    const words = ['--ignore-daemonsets', '--delete-emptydir-data', '--timeout=300s'];
    const draining = site.kubectl('drain', node, ...words);
    const counts = await countsDuring(draining, serving);
    assert.equal(Math.min(...counts.map(({ operators }) => operators)), 1);
    assert.equal(Math.min(...counts.map(({ brokers }) => brokers)), 1);
    await isServedAgain(former?.uid, 'kept over a drain');
    assert.notEqual(await site.kubectl(...place), node);
    await site.kubectl('uncordon', node);
    // The last pod that was evicted may still start.
    let waiting: readonly string[] = [];
    const isAllReady = async () => {
      waiting = notReady(await listed(site.plane, allKinds));
      return waiting.length === 0;
    };
    await until(isAllReady, () => `Ready: ${waiting.join(', ')}`, patience);
  });

  it('leaves kinds and ledgers when fleet and operator go', async () => {
    await noteSecrets();
    await site.kubectl(
      'delete',
      'mqttdevices,devicecertificates,mqttbrokers,acltemplates',
      '--all',
      '-A',
      '--timeout=300s',
    );
    await site.helm('uninstall', release, ...inRelease, '--wait', '--timeout=5m');
    const kinds = 'all,configmaps,secrets,roles,rolebindings,serviceaccounts';
    const ofEach = ['ConfigMap/kube-root-ca.crt', 'ServiceAccount/default'];
    const left = async () =>
      (await listed(site.plane, kinds, ['-n', operatorNamespace]))
        .map(({ kind, metadata }) => `${kind}/${metadata.name}`)
        .filter((name) => !ofEach.includes(name));
    // Pods go after their Deployment.
    await until(async () => !(await left()).some((name) => name.startsWith('Pod/')), 'the pods are gone', patience);
    const ledgers = await left();
    assert.ok(ledgers.length > 0);
    assert.deepEqual(
      ledgers.filter((name) => !name.startsWith('ConfigMap/ledger-')),
      [],
    );
    assert.equal((await site.kubectl('get', 'mqtt-security', '-A', '--ignore-not-found')).trim(), '');
  });

  it('has printed no secret, and no problem that nobody expects, in any pod', () => {
    const all = logs.logs();
    const sources = new Set(all.map(({ namespace: of, container }) => `${of}/${container}`));
    for (const source of [`${operatorNamespace}/operator`, 'plant/agent', 'plant/mosquitto', 'rolls/agent']) {
      assert.ok(sources.has(source), source);
    }
    assert.ok(secrets.size > 20, `only ${secrets.size} words of secrets are known`);
    assert.deepEqual(leakingLines(all, secrets), []);
    assert.deepEqual(unexpectedLines(all), []);
  });
});

function isReady({ status }: SeenPod): boolean {
  return status.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') ?? false;
}

function imageOf(pod: SeenPod | undefined, container: string): string | undefined {
  const { initContainers = [], containers = [] } = pod?.spec ?? {};
  return [...initContainers, ...containers].find(({ name }) => name === container)?.image;
}

function isServing(pod: SeenPod): boolean {
  return isReady(pod) && !pod.metadata.deletionTimestamp;
}

/** What was counted, again and again, before the deed was done. */
async function countsDuring<T>(deed: Promise<unknown>, count: () => Promise<T>): Promise<readonly T[]> {
  const counts: T[] = [];
  const isDone = deed.then(() => true);
  do counts.push(await count());
  while (!(await Promise.race([isDone, delay(20, false)])));
  return counts;
}
