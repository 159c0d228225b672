import assert from 'node:assert/strict';
import type { MqttDeviceObject } from '../../src/api/kinds.ts';
import { declaredDevice } from '../../src/controllers/declared.ts';
import { apiVersion } from '../../src/domain/names.ts';

function object(generation: number, resourceVersion: string, spec: object, status: object = {}): MqttDeviceObject {
  const metadata = { namespace: 'plant', name: 'pump', uid: 'a-1', generation, resourceVersion };
  const sound = { brokerRef: { name: 'main' }, authentication: { type: 'Certificate' }, ...spec };
  return { apiVersion, kind: 'MqttDevice', metadata, spec: sound, status };
}

const template = { authentication: { type: 'Certificate', certificate: { template: { duration: '24h' } } } };

describe('a device as it is declared', () => {
  it('is read once in each generation, its status each time', () => {
    const former = declaredDevice(object(1, '5', template));
    const next = declaredDevice(object(1, '6', template, { rulesHash: 'abc' }), former.key, former);
    assert.equal(next.value, former.value);
    assert.equal(next.certificateTemplate, former.certificateTemplate);
    assert.deepEqual([next.meta.resourceVersion, next.rulesHash], ['6', 'abc']);
  });

  it('is read anew in another generation', () => {
    const former = declaredDevice(object(1, '5', template));
    const next = declaredDevice(object(2, '6', { suspended: true }), former.key, former);
    assert.ok(next.value.ok && next.value.value.suspended);
    assert.deepEqual([next.meta.generation, next.certificateTemplate], [2, undefined]);
  });

  it('is read anew while it is invalid', () => {
    const former = declaredDevice(object(1, '5', { groups: 'none' }));
    const next = declaredDevice(object(1, '6', { groups: ['hall'] }), former.key, former);
    assert.deepEqual([former.value.ok, next.value.ok], [false, true]);
  });
});
