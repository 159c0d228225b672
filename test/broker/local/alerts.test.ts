/** From the fields of a manifest to what a backend hears: alerts on a topic, and rules by role. */
import assert from 'node:assert/strict';
import { mqttsec } from '../../cli/program.ts';
import { brokers, until } from '../mosquitto.ts';
import {
  allProved,
  basicFleet,
  connected,
  type DevProcess,
  kitOf,
  mayPublish,
  mosquittoWords,
  type Plant,
  plantOf,
  startedDev,
} from './dev-process.ts';

const monitoring = `  monitoring:
    aclViolations: Enabled
    alertTopic: admin/alerts
    rules:
      - { event: Silent, role: Backend, windowSeconds: 1 }
      - { event: PublishDenied, role: Backend, alert: Disabled }
`;

const header = 'apiVersion: mqttsecurity.io/v1alpha1\n';

function backend(name: string, template: string): string {
  return `${header}kind: MqttDevice
metadata: { name: ${name}, namespace: plant }
spec:
  brokerRef: { name: main }
  templateRefs: [{ name: ${template} }]
  authentication: { type: Certificate, certificate: { template: {} } }
`;
}

function template(name: string, action: string): string {
  return `${header}kind: AclTemplate
metadata: { name: ${name}, namespace: plant }
spec:
  role: Backend
  rules: [{ effect: Allow, actions: [${action}], topic: 'admin/#' }]
`;
}

const files = {
  ...basicFleet,
  'broker.yaml': (basicFleet['broker.yaml'] ?? '').replace('spec:\n', `spec:\n${monitoring}`),
  'templates.yaml': template('reader', 'Subscribe'),
  'hub.yaml': backend('hub', 'reader'),
  'worker.yaml': backend('worker', 'reader'),
};

for (const broker of brokers) {
  describe(`alerts of mqttsec dev on ${broker.name}`, function () {
    this.timeout(60_000);
    let plant: Plant;
    let dev: DevProcess;

    before(async () => {
      plant = plantOf(files);
      dev = startedDev(plant.directory, mosquittoWords(broker.dialect));
      await allProved(plant, dev);
    });
    after(async () => {
      await dev.stop();
      plant.remove();
    });

    it('reach a backend that may read them, by the rules of each role', async () => {
      const hub = await connected(kitOf(plant, 'hub'));
      const heard: string[] = [];
      hub.on('message', (_, payload) => {
        const { event, identity = '' } = JSON.parse(payload.toString()) as Record<string, string>;
        heard.push(`${String(event)} ${identity}`);
      });
      await hub.subscribeAsync('admin/alerts', { qos: 1 });
      try {
        // Neither is told of, for its role: a device that leaves, a backend that meddles.
        for (const name of ['worker', 's-1']) {
          const one = await connected(kitOf(plant, name));
          assert.equal(await mayPublish(one, 'admin/alerts'), false);
          await one.endAsync();
        }
        await until(
          () => heard.length === 2,
          () => heard.join(),
          20,
        );
        assert.deepEqual(heard.sort(), ['PublishDenied s-1', 'Silent worker']);
      } finally {
        hub.end(true);
      }
    });

    it('are forged by nobody: a rule to publish there is refused', () => {
      plant.edit('templates.yaml', () => template('reader', 'Publish, Subscribe'));
      const { code, out } = mqttsec(['validate', plant.directory]);
      assert.equal(code, 1);
      assert.equal(out.match(/MQS055/g)?.length, 2, out);
    });
  });
}
