/** Brokers outside of the cluster: agents as processes with the rights of deploy/external, which show life by a Lease. */
import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import path from 'node:path';
import type { BrokerUnderTest } from '../../broker/mosquitto.ts';
import { mergePatch } from '../api.ts';
import { type Component, freePorts, startedComponent, until } from '../component.ts';
import { deviceClient, mayPublish, secretTexts } from './mqtt.ts';
import { listed, namespace, output } from './site.ts';
import { becameReady, brokerSpec, found, issuers, manifestOf, namespaceNamed, ours, type Stage } from './stage.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const address = '127.0.0.1';

function objectsOf(version: string, port: number): readonly object[] {
  return [
    namespaceNamed(namespace),
    ...issuers(namespace),
    ours('MqttBroker', namespace, 'plant', {
      ...brokerSpec(version, { workload: { external: { instances: ['outpost', 'shed'] } } }),
      listeners: [{ name: 'passwords', port, authentication: 'Password' }],
      clientCertificates: undefined,
    }),
    ours('AclTemplate', namespace, 'sensor', {
      role: 'Device',
      rules: [{ effect: 'Allow', actions: ['Publish'], topic: 'sensors/{device}/#' }],
    }),
    ours('MqttDevice', namespace, 's1', {
      brokerRef: { name: 'plant' },
      templateRefs: [{ name: 'sensor' }],
      authentication: { type: 'Password', password: { generate: {} } },
    }),
  ];
}

interface SeenBroker {
  readonly status?: { readonly instances?: { readonly expected: number; readonly programmed: number } };
}

export function describeOutposts(stage: () => Stage, mosquitto: BrokerUnderTest): void {
  describe('brokers outside of the cluster', () => {
    let port: number;
    let manifest: string;
    let agent: Component;

    before(async () => {
      const { plane } = stage();
      [port = 0] = await freePorts(1);
      manifest = manifestOf(plane, objectsOf(mosquitto.dialect, port));
      const rights = path.join(root, 'deploy/external');
      await output(plane.kubectl(['apply', '-f', manifest]));
      await output(plane.kubectl(['apply', '-f', rights]));
      agent = await startedAgent();
    });
    after(() => agent.terminate());

    const startedAgent = async () => {
      const { plane } = stage();
      const account = { kind: 'ServiceAccount', namespace, name: 'plant-outpost' } as const;
      const directory = mkdtempSync(path.join(plane.directory, 'outpost-'));
      const args = [
        ...['agent', '--external', '--broker', `${namespace}/plant`, '--instance', 'outpost'],
        ...['--directory', path.join(directory, 'agent'), '--bind-address', address],
        ...mosquitto.command.flatMap((word) => ['--mosquitto', word]),
        ...['--plugin-directory', mosquitto.pluginDirectory, '--kubeconfig', await plane.kubeconfig(account)],
      ];
      const program = { name: 'outpost', file: path.join(root, 'bin/mqttsec'), args, isReady: () => true };
      return startedComponent(program, directory);
    };
    const instances = async () =>
      (await found<SeenBroker>(stage().plane, namespace, 'mqttbroker/plant'))?.status?.instances;
    const becameNot = (object: string) =>
      output(stage().plane.kubectl(['wait', '--for=condition=Ready=false', object, '-n', namespace, '--timeout=60s']));
    /** As if the last sign of life had been so many seconds ago. */
    const setLease = (name: string, ageSeconds: number) =>
      stage().plane.admin.call('PATCH', `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/${name}`, {
        contentType: mergePatch,
        body: { spec: { renewTime: new Date(Date.now() - ageSeconds * 1000).toISOString().replace('Z', '000Z') } },
      });

    it('are expected while they show life, and count when they have proved what is published', async () => {
      const { plane } = stage();
      await becameReady(plane, namespace, 'mqttbroker/plant', 'mqttdevice/s1', 'brokerinstance/outpost');
      assert.deepEqual(await instances(), { expected: 1, programmed: 1 });
      const names = (await listed(plane, 'brokerinstances', ['-n', namespace])).map(({ metadata }) => metadata.name);
      assert.deepEqual(names, ['outpost', 'shed'], 'one for each that is listed');
    });

    it('serve devices, with no more rights than their documented ones', async () => {
      const { admin } = stage().plane;
      const { 'tls.crt': ca = '' } = await secretTexts(admin, namespace, 'plant-server-tls');
      const endpoint = { host: address, certificatePort: 0, passwordPort: port, ca };
      const client = await deviceClient(endpoint, 's1', await secretTexts(admin, namespace, 's1-password'));
      assert.equal(await mayPublish(client, 'sensors/s1/t', '20'), true);
      assert.equal(await mayPublish(client, 'sensors/s2/t', '20'), false);
      client.end(true);
      assert.doesNotMatch(agent.logged(), /Forbidden/);
    });

    it('are waited for as soon as they show life', async () => {
      const { plane } = stage();
      const lease = {
        ...{ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'shed', namespace } },
        spec: {
          holderIdentity: 'shed',
          leaseDurationSeconds: 20,
          renewTime: new Date().toISOString().replace('Z', '000Z'),
        },
      };
      await output(plane.kubectl(['apply', '-f', manifestOf(plane, [lease])]));
      await until(async () => (await instances())?.expected === 2, 'the other one is expected');
      await becameNot('mqttbroker/plant');
    });

    it('are not waited for any more when they do not', async () => {
      await setLease('shed', 3600);
      await until(async () => (await instances())?.expected === 1, 'the other one is not expected any more');
      await becameReady(stage().plane, namespace, 'mqttbroker/plant', 'mqttdevice/s1');
    });

    it('cost no write while nothing changes', async () => {
      const { operator } = stage();
      await operator.quiet(5_000);
    });

    it('leave nothing when all is deleted', async () => {
      const { plane } = stage();
      await agent.terminate();
      await output(plane.kubectl(['delete', '-f', path.join(root, 'deploy/external')]));
      await output(plane.kubectl(['delete', '-f', manifest, '--timeout=60s']));
    });
  });
}
