import assert from 'node:assert/strict';
import { resolveDevice } from '../../src/domain/resolve.ts';
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
    const { put, remove, claimants, state } = setUp();
    put(device('a'));
    assert.equal(claimants('a').length, 1);
    put(device('a', { spec: { groups: ['hall-1'] }, metadata: { generation: 2 } }));
    assert.deepEqual(claimants('a')[0]?.groups, ['hall-1']);
    assert.equal(state.deviceOf('plant/a'), claimants('a')[0]);
    remove('MqttDevice', 'plant', 'a');
    assert.deepEqual([claimants('a'), state.deviceOf('plant/a')], [[], undefined]);
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

  describe('of a device that nobody remembers as it was when it was good', () => {
    const bad = { spec: { groups: [7] }, metadata: { generation: 2 } };
    const status = { identity: 'a', rulesHash: 'r', observedGeneration: 1 };

    it('has what its status tells, and takes it back as its own fields say', () => {
      const { put, state, claimants } = setUp();
      put(device('a', { ...bad, status }));
      const [remnant] = claimants('a');
      assert.equal(remnant?.isUnreadable, true);
      assert.deepEqual([remnant.broker, remnant.suspended, remnant.revoked], ['plant/main', false, undefined]);
      assert.equal(resolveDevice(state.fleet, remnant).ok, false);
      put(device('a', { spec: { ...bad.spec, suspended: true }, metadata: { generation: 3 }, status }));
      assert.equal(claimants('a')[0]?.suspended, true);
      put(device('a', { spec: { ...bad.spec, revoked: { reason: 7 } }, metadata: { generation: 4 }, status }));
      assert.deepEqual(claimants('a')[0]?.revoked, { reason: 'Unspecified' });
      put(device('a', { metadata: { generation: 5 }, status }));
      assert.deepEqual([claimants('a')[0]?.isUnreadable, claimants('a')[0]?.revoked], [undefined, undefined]);
    });

    it('has nothing where it never had any rights', () => {
      const { put, claimants } = setUp();
      put(device('a', { ...bad, status: { identity: 'a', observedGeneration: 1 } }));
      assert.deepEqual(claimants('a'), []);
    });
  });

  it('takes an invalid device back that was good, and stays so', () => {
    const { put, claimants } = setUp();
    put(device('a', { spec: { groups: ['hall-1'] } }));
    put(device('a', { spec: { groups: [7], suspended: true }, metadata: { generation: 2 } }));
    put(device('a', { spec: { groups: [7] }, metadata: { generation: 3 } }));
    assert.deepEqual([claimants('a')[0]?.groups, claimants('a')[0]?.suspended], [['hall-1'], true]);
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

  it('has a template that reaches too far as it last was when it did not, and says what is wrong', () => {
    const { put, state, remove } = setUp();
    const template = (generation: number, topic: string) => ({
      apiVersion,
      kind: 'AclTemplate',
      metadata: { namespace: 'plant', name: 't', uid: 'uid-t', generation },
      spec: { role: 'Device', rules: [{ effect: 'Allow', actions: ['Publish'], topic }] },
    });
    const seen = () => {
      const { templates, refusals } = state.fleet;
      return [templates.get('plant/t')?.rules[0]?.topic, refusals?.templates.get('plant/t')?.[0]?.reason];
    };
    put(template(1, '#'));
    assert.deepEqual(seen(), ['#', 'OverBroad'], 'one that was never good says so itself');
    put(template(2, 'a/{device}'));
    assert.deepEqual(seen(), ['a/{device}', undefined]);
    put(template(3, '+/b'));
    assert.deepEqual(seen(), ['a/{device}', 'OverBroad']);
    put(template(4, 'a/{nobody}'));
    assert.deepEqual(seen(), ['a/{device}', 'Invalid']);
    remove('AclTemplate', 'plant', 't');
    assert.deepEqual(seen(), [undefined, undefined]);
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
