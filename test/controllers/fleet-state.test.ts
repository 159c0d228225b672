import assert from 'node:assert/strict';
import type { KubeObject } from '../../src/kube/object.ts';
import { createFleetState } from '../../src/controllers/fleet-state.ts';
import { fakeWorld } from './fake-world.ts';

const apiVersion = 'mqttsecurity.io/v1alpha1';

function device(
  name: string,
  more: { readonly spec?: object; readonly metadata?: object; readonly status?: object } = {},
): KubeObject {
  return {
    apiVersion,
    kind: 'MqttDevice',
    metadata: {
      ...{ namespace: 'plant', name, uid: `uid-${name}`, generation: 1, creationTimestamp: '2026-01-01T00:00:00Z' },
      ...more.metadata,
    },
    spec: {
      brokerRef: { name: 'main' },
      authentication: { type: 'Password', password: { generate: {} } },
      ...more.spec,
    },
    ...(more.status && { status: more.status }),
  } as KubeObject;
}

function setUp() {
  const fake = fakeWorld();
  const state = createFleetState(fake.world);
  return { ...fake, state, claimants: (identity: string) => state.fleet.devices.get(identity) ?? [] };
}

describe('the fleet of a cluster', () => {
  it('follows devices that come, change their groups and go', () => {
    const { put, remove, claimants } = setUp();
    put(device('a'));
    assert.equal(claimants('a').length, 1);
    put(device('a', { spec: { groups: ['hall-1'] }, metadata: { generation: 2 } }));
    assert.deepEqual(claimants('a')[0]?.groups, ['hall-1']);
    remove('MqttDevice', 'plant', 'a');
    assert.deepEqual(claimants('a'), []);
  });

  it('keeps the value, and so the compiled shard, of a device of which only the status changed', () => {
    const { put, state } = setUp();
    put(device('a'));
    const { devices } = state.fleet;
    put(device('a', { status: { observedGeneration: 1, conditions: [] } }));
    assert.equal(state.fleet.devices, devices);
  });

  it('keeps the last good version of a device that became invalid', () => {
    const { put, claimants } = setUp();
    put(device('a', { spec: { groups: ['hall-1'] } }));
    put(device('a', { spec: { groups: [7] }, metadata: { generation: 2 } }));
    assert.deepEqual(claimants('a')[0]?.groups, ['hall-1']);
  });

  it('does not lend the good version of a device to another one of its name', () => {
    const { put, claimants } = setUp();
    put(device('a'));
    put(device('a', { spec: { groups: [7] }, metadata: { uid: 'another' } }));
    assert.deepEqual(claimants('a'), []);
  });

  it('has a device that is being deleted as revoked, and its identity taken', () => {
    const { put, claimants } = setUp();
    put(device('a'));
    put(
      device('a', { metadata: { deletionTimestamp: '2026-01-02T00:00:00Z', finalizers: ['mqttsecurity.io/revoke'] } }),
    );
    assert.deepEqual(claimants('a')[0]?.revoked, { reason: 'CessationOfOperation' });
    put(device('b', { spec: { identity: 'a' } }));
    assert.deepEqual(
      claimants('a').map(({ origin }) => origin.name),
      ['a', 'b'],
    );
  });

  it('is the same, however many devices come at once', () => {
    const { put, state } = setUp();
    for (let i = 0; i < 5_000; i += 1) put(device(`d-${i}`));
    assert.equal(state.fleet.devices.size, 5_000);
    put(device('one-more'));
    assert.equal(state.fleet.devices.size, 5_001);
  });

  it('has other templates after each change of one, and the same after none', () => {
    const { put, state } = setUp();
    const template = (generation: number) => ({
      apiVersion,
      kind: 'AclTemplate',
      metadata: { namespace: 'plant', name: 't', uid: 'uid-t', generation },
      spec: { role: 'Device', rules: [{ effect: 'Allow', actions: ['Publish'], topic: 'a/{device}' }] },
    });
    put(template(1));
    const { templates } = state.fleet;
    put(template(1));
    assert.equal(state.fleet.templates, templates);
    put(template(2));
    assert.notEqual(state.fleet.templates, templates);
  });

  it('knows the labels of namespaces', () => {
    const { put, remove, state } = setUp();
    put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'plant', labels: { mqtt: 'yes' } } });
    const { namespaces } = state.fleet;
    assert.equal(namespaces.get('plant')?.get('mqtt'), 'yes');
    put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'plant', labels: { mqtt: 'yes' } } });
    assert.equal(state.fleet.namespaces, namespaces);
    remove('Namespace', undefined, 'plant');
    assert.equal(state.fleet.namespaces.has('plant'), false);
  });
});
