/** Mistakes in manifests take nothing away from those who had it, neither under a running operator nor over its restart. */
import assert from 'node:assert/strict';
import { givenHash } from '../domain/bundle/compile-fixtures.ts';
import { mergePatch } from './api.ts';
import { until } from './component.ts';
import type { ControlPlane } from './control-plane.ts';
import { startOperator, type TestOperator } from './operator.ts';
import { sharedControlPlane } from './shared.ts';

const namespace = 'mistakes';
const api = `/apis/mqttsecurity.io/v1alpha1/namespaces/${namespace}`;
const block = 'user d1\ntopic write sensors/d1/#\n';

interface Device {
  readonly status?: {
    readonly rulesHash?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly reason: string }[];
  };
}

describe('a mistake in a manifest', function () {
  this.timeout(120_000);
  let plane: ControlPlane;
  let operator: TestOperator;

  const make = (plural: string, kind: string, name: string, spec: object) =>
    plane.admin.call('POST', `${api}/${plural}`, {
      body: { apiVersion: 'mqttsecurity.io/v1alpha1', kind, metadata: { name }, spec },
    });
  const change = (place: string, spec: object) =>
    plane.admin.call('PATCH', `${api}/${place}`, { body: { spec }, contentType: mergePatch });
  const rules = (topic: string) => ({ rules: [{ topic, actions: ['Publish'] }] });

  before(async () => {
    plane = await sharedControlPlane();
    await plane.admin.call('POST', '/api/v1/namespaces', { body: { metadata: { name: namespace } } });
    operator = await startOperator(plane, {
      ...{ watchNamespace: namespace, isElected: false },
      // One that was on its way when the operator was stopped.
      expected: [/"msg":"event lost"/],
    });
    await make('mqttbrokers', 'MqttBroker', 'main', {
      mosquitto: { version: '2.1' },
      listeners: [{ name: 'passwords', port: 8884, authentication: 'Password' }],
      tls: { serverCertificate: { secretRef: { name: 'server' } } },
      update: { windowMilliseconds: 0 },
      workload: { external: { instances: ['nobody'] } },
    });
    await make('acltemplates', 'AclTemplate', 'sensor', { role: 'Device', ...rules('sensors/{device}/#') });
    await make('mqttdevices', 'MqttDevice', 'd1', {
      ...{ brokerRef: { name: 'main' }, templateRefs: [{ name: 'sensor' }] },
      authentication: { type: 'Password', password: { hash: givenHash } },
    });
    await until(async () => (await published('acl')).includes(block), 'the device to be published');
  });
  after(() => operator.close());

  /** The texts of the present chunks of a part, users alone. */
  async function published(part: 'acl' | 'identities'): Promise<string> {
    const name = (text: string) => `/api/v1/namespaces/${namespace}/configmaps/main-${text}`;
    const index = await plane.admin.answer<{ data: { 'index.json': string } }>('GET', name('bundle'));
    if (!index.ok) return '';
    const { parts } = JSON.parse(index.body.data['index.json']) as { parts: Record<string, readonly string[]> };
    const chunks = (parts[part] ?? []).map(async (hash, number) => {
      const place = name(`${part}-${String(number).padStart(2, '0')}`);
      return (await plane.admin.call<{ data: Record<string, string> }>('GET', place)).data[hash] ?? '';
    });
    const text = (await Promise.all(chunks)).join('');
    return part === 'acl' ? text.slice(text.indexOf('user ') < 0 ? text.length : text.indexOf('user ')) : text;
  }

  const device = () => plane.admin.call<Device>('GET', `${api}/mqttdevices/d1`);
  const ready = async () => {
    const condition = (await device()).status?.conditions?.find(({ type }) => type === 'Ready');
    return `${condition?.status ?? ''}/${condition?.reason ?? ''}`;
  };
  async function restart(): Promise<void> {
    await operator.stop();
    await operator.start();
    await operator.quiet(1_000);
  }

  it('in a template leaves devices what they had, says so, and goes on to over a restart', async () => {
    await operator.quiet(500);
    await change('acltemplates/sensor', rules('#'));
    await until(async () => (await ready()) === 'False/OverBroad', 'the device to tell of it');
    assert.equal(await published('acl'), block);
    await operator.quiet(500);
    const [before, { status }] = [operator.writes().length, await device()];
    await restart();
    assert.equal(await published('acl'), block);
    assert.match(await published('identities'), /^d1 Password /);
    assert.deepEqual((await device()).status, status);
    assert.deepEqual(
      operator
        .writes()
        .slice(before)
        .map(({ plural }) => plural),
      [],
    );
  });

  it('is over when it is corrected, with what is written then', async () => {
    await change('acltemplates/sensor', rules('other/{device}'));
    await until(async () => (await published('acl')) === 'user d1\ntopic write other/d1\n', 'the corrected rights');
    await until(async () => !(await ready()).endsWith('OverBroad'), 'the device to be told');
  });

  it('does not keep a device from being revoked, after a restart either', async () => {
    await change('acltemplates/sensor', rules('#'));
    await until(async () => (await ready()) === 'False/OverBroad', 'the device to tell of it');
    await restart();
    assert.equal(await published('acl'), 'user d1\ntopic write other/d1\n');
    await change('mqttdevices/d1', { revoked: { reason: 'KeyCompromise' } });
    await until(async () => (await published('identities')) === '', 'the device to be taken off');
    assert.equal(await published('acl'), '');
  });
});
