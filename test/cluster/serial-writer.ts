/** A process that writes one object after the other, to be killed in between. */
import type { ResourceType } from '../../src/kube/object.ts';
import { testClient } from './client.ts';

const [server = '', namespace = '', prefix = ''] = process.argv.slice(2);
const configMaps: ResourceType = {
  group: '',
  version: 'v1',
  plural: 'configmaps',
  kind: 'ConfigMap',
  namespaced: true,
};
const { client } = testClient({ server }, { userAgent: prefix });

for (let index = 1; ; index += 1) {
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name: `${prefix}-${index}` } };
  await client.apply(configMaps, object, { fieldManager: prefix, force: true });
}
