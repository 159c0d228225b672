import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { isShown, partsOf, stable } from '../docs/page.ts';
import { ready, sampleSite, type Site, statusOf } from './cli-site.ts';
import type { Identity } from './control-plane.ts';
import { installOperator } from './operator.ts';
import { sharedControlPlane } from './shared.ts';

const api = '/apis/mqttsecurity.io/v1alpha1';

/** The policies come last: what stands in for the operator here asks the issuer of the broker itself. */
const sites = once(async () => {
  const plane = await sharedControlPlane();
  const [page, cli] = [await sampleSite(plane, 'commands-page'), await sampleSite(plane, 'cli')];
  await installOperator(plane);
  return { page, cli };
});

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

describe('docs/commands.md does what it says on a cluster', function () {
  this.timeout(120_000);
  let site: Site;

  before(async () => {
    ({ page: site } = await sites());
  });

  for (const part of partsOf('docs/commands.md', undefined, 'cluster').filter(({ kind }) => kind === 'Type')) {
    it(`at line ${String(part.line)}`, async () => {
      if (part.kind !== 'Type') return;
      const { out, code } = await site.shell(part.text);
      const printed = stable(out.replaceAll(site.namespace, 'plant'), site.home);
      const wanted = stable(part.printed, '/home/ada');
      const isSame = isShown(printed, wanted) && printed.split('\n').length === wanted.split('\n').length;
      if (!isSame) assert.equal(printed, wanted);
      assert.equal(code, 0);
    });
  }
});

describe('the command line on a cluster', function () {
  this.timeout(120_000);
  let site: Site;

  before(async () => {
    ({ cli: site } = await sites());
  });

  async function annotation(plural: string, name: string): Promise<string | undefined> {
    const place = `${api}/namespaces/${site.namespace}/${plural}/${name}`;
    const { metadata } = await site.plane.admin.call<{ metadata: { annotations?: Record<string, string> } }>(
      'GET',
      place,
    );
    return metadata.annotations?.['mqttsecurity.io/renew-at'];
  }

  /** A user with a Role that has these rules, in the namespace of the site. */
  async function userWith(name: string, rules: readonly object[]): Promise<Identity> {
    const metadata = { name, namespace: site.namespace };
    const group = `/apis/rbac.authorization.k8s.io/v1/namespaces/${site.namespace}`;
    const apiGroup = 'rbac.authorization.k8s.io';
    await site.plane.admin.call('POST', `${group}/roles`, { body: { metadata, rules } });
    await site.plane.admin.call('POST', `${group}/rolebindings`, {
      body: { metadata, roleRef: { apiGroup, kind: 'Role', name }, subjects: [{ apiGroup, kind: 'User', name }] },
    });
    return { kind: 'User', name };
  }

  it('gives the same verdicts as for the manifests, one by one and as a batch', async () => {
    const questions = [
      ['thermo-hall-1', 'publish', 'plant/devices/thermo-hall-1/status'],
      ['thermo-hall-1', 'publish', 'plant/devices/thermo-hall-2/status'],
      ['Press_8', 'publish', 'spBv1.0/press-shop/NDATA/Press_8'],
      ['analytics', 'receive', 'plant/devices/thermo-yard/status'],
      ['cam-old-gate', 'publish', 'plant/devices/cam-old-gate/status'],
      ['nobody', 'publish', 'plant/devices/nobody/status'],
    ] as const;
    const lines = questions.map(([identity, action, topic]) => JSON.stringify({ identity, action, topic })).join('\n');
    const batch = (path: string) => site.shell(`echo '${lines}' | mqttsec can-i --batch /dev/stdin ${path}`);
    const [ofCluster, ofFiles] = [await batch(''), await batch('manifests')];
    assert.deepEqual(ofCluster, ofFiles);
    for (const [index, line] of ofFiles.out.trimEnd().split('\n').entries()) {
      const { code } = await site.mqttsec(['can-i', ...(questions[index] ?? [])]);
      assert.equal(code, line.includes('"allowed":true') ? 0 : 1, line);
    }
  });

  it('renders the files of the cluster as those of its manifests, the CA beside them', async () => {
    const both = await site.shell('mqttsec render --out cluster && mqttsec render manifests --out files');
    assert.equal(both.code, 0, both.out);
    const text = (place: string, name: string) => readFileSync(path.join(site.home, place, name), 'utf8');
    for (const name of ['acl', 'identities', 'passwords', 'mosquitto.conf']) {
      assert.equal(text('cluster', name), text('files', name), name);
    }
    assert.match(new X509Certificate(text('cluster', 'ca')).subject, /device CA/);
  });

  it('finds nothing wrong with the sample', async () => {
    const { code, out, err } = await site.mqttsec(['validate']);
    assert.deepEqual([code, out, err], [0, '21 objects in namespace cli: nothing wrong\n', '']);
  });

  it('audits what the cluster declares, and what the operator says of certificates', async () => {
    // What is refused elsewhere is no business of who asks about this namespace.
    const elsewhere = { metadata: { name: 'audit-elsewhere' } };
    await site.plane.admin.call('POST', '/api/v1/namespaces', { body: elsewhere });
    await site.plane.admin.call('POST', '/apis/mqttsecurity.io/v1alpha1/namespaces/audit-elsewhere/mqttdevices', {
      body: {
        ...{ apiVersion: 'mqttsecurity.io/v1alpha1', kind: 'MqttDevice', metadata: { name: 'lost' } },
        spec: { brokerRef: { name: 'nowhere' }, authentication: { type: 'Password', password: { generate: {} } } },
      },
    });
    const named = await site.mqttsec(['audit']);
    assert.deepEqual([named.code, named.err], [0, '']);
    assert.match(named.out, /^Info MQS247 MqttBroker \S+: 1 device with role Admin: operator-ada\n$/);
    const certificate = { serialNumber: '01', notAfter: '2030-01-05T00:00:00Z' };
    await site.setStatus('mqttdevices', 'thermo-hall-1', { ...ready, certificate });
    const told = async (now: string) => {
      const { out } = await site.mqttsec(['audit', '--severity', 'Warning', '--now', now]);
      return /^Warning MQS252 MqttDevice \S+\/thermo-hall-1: its certificate (\w+)/m.exec(out)?.[1];
    };
    const times = ['2029-12-01T00:00:00Z', '2030-01-01T00:00:00Z', '2030-01-06T00:00:00Z'];
    assert.deepEqual(await Promise.all(times.map(told)), [undefined, 'ends', 'ended']);
  });

  it('compares what the cluster declares with manifests', async () => {
    const same = await site.mqttsec(['diff', 'manifests']);
    assert.deepEqual([same.code, same.out, same.err], [0, 'nothing changes\n', '']);
    const { code, out } = await site.shell(
      "cp -r manifests edited && sed -i '0,/commands/s//orders/' edited/30-templates.yaml && mqttsec diff edited",
    );
    assert.equal(code, 1);
    assert.match(
      out,
      /^MqttBroker \S+\/plant reloads\n {2}~ thermo-cold-store\n {4}- receive \S+\/commands\/#\n {4}\+ receive \S+\/orders\/#/,
    );
  });

  it('counts what the operator has seen: a lockout takes rights away until it ends', async () => {
    const lockout = { reason: 'DeniedPublishes', until: '2030-01-01T00:00:00Z' };
    await site.setStatus('mqttdevices', 'thermo-yard', { ...ready, lockout });
    const words = ['can-i', 'thermo-yard', 'publish', 'plant/devices/thermo-yard/status', '--explain'];
    const locked = await site.mqttsec([...words, '--now', '2029-12-31T23:59:59Z']);
    assert.deepEqual([locked.code, locked.out], [1, 'no: the device is locked out until 2030-01-01T00:00:00Z\n']);
    assert.equal((await site.mqttsec([...words, '--now', '2030-01-01T00:00:00Z'])).code, 0);
  });

  it('writes a kit whose certificate and key are those of the Secret, for its owner alone', async () => {
    const kit = path.join(site.home, 'kit');
    const { code, err } = await site.mqttsec(['bundle', 'Press_7', '--out', kit]);
    assert.deepEqual([code, err], [0, '']);
    const text = (name: string) => readFileSync(path.join(kit, name), 'utf8');
    const certificate = new X509Certificate(text('client.crt'));
    assert.equal(certificate.subject, 'CN=Press_7');
    assert.match(text('client.key'), /PRIVATE KEY/);
    assert.match(new X509Certificate(text('ca.crt')).subject, /server CA/);
    for (const name of readdirSync(kit)) assert.equal(statSync(path.join(kit, name)).mode & 0o777, 0o600, name);
    const { broker, clientId } = JSON.parse(text('connection.json')) as Record<string, unknown>;
    assert.deepEqual(broker, { host: 'mqtt.plant.example.com', port: 8883, protocol: 'MQTT', tls: true });
    assert.equal(clientId, 'Press_7');
  });

  it('writes a kit without a key for a device that made its own', async () => {
    const pem = readFileSync(path.join(site.home, 'kit/client.crt'), 'utf8');
    await site.setStatus('devicecertificates', 'cam-loading-dock', { ...ready, certificate: pem });
    const kit = path.join(site.home, 'csr-kit');
    assert.equal((await site.mqttsec(['bundle', 'cam-loading-dock', '--out', kit])).code, 0);
    assert.equal(readFileSync(path.join(kit, 'client.crt'), 'utf8'), pem);
    assert.ok(!readdirSync(kit).includes('client.key'));
  });

  it('says who may not read what, and stays within its rights', async () => {
    const everything = { apiGroups: ['mqttsecurity.io', 'cert-manager.io'], resources: ['*'], verbs: ['get', 'list'] };
    const reader = await userWith('reader', [everything]);
    const kit = await site.mqttsec(['bundle', 'press-7', '--out', path.join(site.home, 'none')], reader);
    assert.equal(kit.code, 2);
    assert.match(kit.err, /^mqttsec: read Secret cli\/press-7-tls: you may not: ask for the right to get/);
    const allowed = await site.mqttsec(
      ['can-i', 'thermo-hall-1', 'publish', 'plant/devices/thermo-hall-1/status'],
      reader,
    );
    assert.deepEqual([allowed.code, allowed.out], [0, 'yes\n']);
    assert.match(allowed.err, /note: you may not list all namespaces: .* outside of namespace cli/);
    const refused = await site.mqttsec(['revoke', 'press-8', '--reason', 'Superseded'], reader);
    assert.equal(refused.code, 2);
    assert.match(refused.err, /^mqttsec: patch mqttdevices cli\/press-8: Forbidden: .*; ask for that right/);
    const blind = await site.mqttsec(['status'], { kind: 'User', name: 'stranger' });
    assert.equal(blind.code, 2);
    assert.match(blind.err, /^mqttsec: list \w+ cli: Forbidden: .*; ask for that right, or name another/);
  });

  it('revokes the very object that was looked at, once, with the time', async () => {
    const { code } = await site.mqttsec(['revoke', 'Press_8', '--reason', 'Superseded', '--yes']);
    assert.equal(code, 0);
    const place = `${api}/namespaces/${site.namespace}/mqttdevices/press-8`;
    interface Revoked {
      readonly metadata: { readonly generation: number };
      readonly spec: { readonly revoked: { readonly reason: string; readonly at: string } };
    }
    const first = await site.plane.admin.call<Revoked>('GET', place);
    assert.equal(first.spec.revoked.reason, 'Superseded');
    assert.match(first.spec.revoked.at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    assert.equal((await site.mqttsec(['revoke', 'press-8', '--reason', 'Superseded'])).code, 0);
    assert.deepEqual(await site.plane.admin.call<Revoked>('GET', place), first);
    const topic = 'spBv1.0/press-shop/NDATA/Press_8';
    assert.match(
      (await site.mqttsec(['can-i', 'Press_8', 'publish', topic, '--explain'])).out,
      /^no: the device is revoked/,
    );
  });

  it('renews every certificate of a device by an annotation that leaves others alone', async () => {
    await site.plane.kubectl(['annotate', 'devcert', 'press-7', 'example.com/kept=yes', '-n', site.namespace]);
    assert.equal((await site.mqttsec(['renew', 'Press_7'])).code, 0);
    assert.match((await annotation('devicecertificates', 'press-7')) ?? '', /^\d{4}-/);
    const kept = await site.plane.kubectl(['get', 'devcert', 'press-7', '-n', site.namespace, '-o', 'yaml']);
    assert.match(kept.stdout, /example\.com\/kept: "yes"/);
  });

  it('waits until the status is about the object as it is, and ends at once when it is', async () => {
    const waiting = site.mqttsec(['wait', 'thermo-hall-2', 'thermo-cold-store', '--timeout', '60s']);
    const old = statusOf(0, [['Ready', 'True', 'Ready']]);
    await site.setStatus('mqttdevices', 'thermo-hall-2', old);
    await site.setStatus('mqttdevices', 'thermo-cold-store', ready);
    await site.setStatus('mqttdevices', 'thermo-hall-2', ready);
    const { code, out, err } = await waiting;
    assert.deepEqual([code, err], [0, '']);
    assert.match(out, /^MqttDevice cli\/thermo-hall-2: Ready=True Ready\nMqttDevice cli\/thermo-cold/);
  });

  it('gives trees as JSON and YAML of the same content', async () => {
    const json = await site.mqttsec(['status', 'press-7', '-o', 'json']);
    const { objects } = JSON.parse(json.out) as { objects: { kind: string; children: { kind: string }[] }[] };
    assert.deepEqual(
      objects.map(({ kind, children }) => [kind, ...children.map((child) => child.kind)]),
      [['MqttDevice', 'AclTemplate', 'DeviceCertificate', 'MqttBroker']],
    );
    const { out } = await site.mqttsec(['status', 'press-7', '-o', 'yaml']);
    assert.match(out, /^objects:\n {2}- kind: MqttDevice\n/);
    assert.equal((await site.mqttsec(['status', 'press-7', '-o', 'name'])).out, 'mqttdevice/cli/press-7\n');
  });

  it('is a plugin of kubectl, with its flags, and calls itself so', async () => {
    const { code, out } = await site.shell('kubectl mqttsec status press-7 --namespace cli -o name');
    assert.deepEqual([code, out], [0, 'mqttdevice/cli/press-7\n']);
    assert.match((await site.shell('kubectl mqttsec help wait')).out, /^Usage: kubectl mqttsec wait /);
  });

  it('shows all namespaces side by side', async () => {
    const { out } = await site.mqttsec(['status', '-A']);
    assert.match(out, /^NAMESPACE +BROKER /);
    assert.match(out, /^cli +press-7 +Press_7 +plant +Certificate +2027-02-20 21:29 +True +Ready$/m);
  });
});
