import assert from 'node:assert/strict';
import type { ControllerContext } from '../../../src/controllers/context.ts';
import { createFleetState } from '../../../src/controllers/fleet-state.ts';
import { templateController } from '../../../src/controllers/template/controller.ts';
import type { KubeObject } from '../../../src/kube/object.ts';
import { VirtualClock } from '../../kube/virtual-clock.ts';
import { broker, passwordDevice, template } from '../device/site.ts';
import { MemoryCluster } from '../memory-cluster.ts';

class TemplateSite {
  readonly cluster = new MemoryCluster(['MqttBroker', 'AclTemplate', 'MqttDevice']);
  readonly clock = new VirtualClock();
  #reconcile!: ReturnType<typeof templateController>;

  constructor() {
    this.cluster.put(template);
    this.restart();
  }

  restart(): void {
    const world = this.cluster.restarted();
    const state = { fleet: createFleetState(world) };
    const context = { client: this.cluster.client, world, clock: this.clock, state };
    this.#reconcile = templateController(context as unknown as ControllerContext);
  }

  reconcile() {
    return this.#reconcile('plant/sensor', { reconcileId: 'r', signal: new AbortController().signal });
  }

  /** Conditions and count, shortly; and how many writes there were since the last time. */
  view(): { readonly text: string; readonly devices: number | undefined; readonly writes: number } {
    interface Status {
      readonly conditions?: readonly { type: string; status: string; reason: string }[];
      readonly devices?: number;
    }
    const { conditions = [], devices } = (this.cluster.object('AclTemplate', 'plant/sensor')?.status ?? {}) as Status;
    const text = conditions.map(({ type, status, reason }) => `${type}=${status}/${reason}`).join(' ');
    return { text, devices, writes: this.cluster.writes.splice(0).length };
  }
}

const ready = 'Accepted=True/Accepted Ready=True/Ready';

describe('the controller of templates', () => {
  it('counts the devices that use it, once, and writes nothing when nothing changes', async () => {
    const site = new TemplateSite();
    site.cluster.put(passwordDevice('a'));
    site.cluster.put(passwordDevice('b', { templateRefs: [{ name: 'other' }] }));
    await site.reconcile();
    assert.deepEqual(site.view(), { text: ready, devices: 1, writes: 1 });
    site.restart();
    await site.reconcile();
    assert.deepEqual(site.view(), { text: ready, devices: 1, writes: 0 });
  });

  it('counts those of a broker that has it as a default', async () => {
    const site = new TemplateSite();
    const spec = { ...(broker as { spec?: object }).spec, acl: { defaultTemplateRefs: [{ name: 'sensor' }] } };
    site.cluster.put({ ...broker, spec } as KubeObject);
    site.cluster.put(passwordDevice('a'));
    site.cluster.put(passwordDevice('b', { templateRefs: [] }));
    await site.reconcile();
    assert.equal(site.view().devices, 2);
  });

  it('counts again no more often than every ten seconds', async () => {
    const site = new TemplateSite();
    await site.reconcile();
    const dueAt = new Date(site.clock.now().getTime() + 10_000);
    for (const name of ['a', 'b', 'c']) {
      site.cluster.put(passwordDevice(name));
      assert.deepEqual(await site.reconcile(), { kind: 'RequeueAt', at: dueAt });
    }
    assert.equal(site.view().writes, 1);
    site.clock.stopFor(10_000);
    await site.reconcile();
    assert.deepEqual(site.view(), { text: ready, devices: 3, writes: 1 });
  });

  it('says at once what is wrong with a new version of it', async () => {
    const site = new TemplateSite();
    await site.reconcile();
    const rules = [{ effect: 'Allow', actions: ['Subscribe'], topic: '#' }];
    site.cluster.put({ ...template, spec: { role: 'Device', rules } } as KubeObject);
    await site.reconcile();
    const refused = 'Accepted=False/OverBroad Ready=False/OverBroad Stalled=True/OverBroad';
    assert.equal(site.view().text, refused);
    site.cluster.put({ ...template, spec: { role: 'Nobody', rules } } as KubeObject);
    await site.reconcile();
    assert.equal(site.view().text, refused.replaceAll('OverBroad', 'Invalid'));
  });

  it('has nothing to say of one that is gone', async () => {
    const site = new TemplateSite();
    site.cluster.remove('AclTemplate', 'plant/sensor');
    assert.deepEqual(await site.reconcile(), { kind: 'Done' });
  });
});
