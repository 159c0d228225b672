/** What a broker trusts, as the operator published it: the certificates of the CAs of its devices. */
import { configMaps } from '../../api/kinds.ts';
import { contentHash } from '../../domain/bundle/chunks.ts';
import { indexName, parseIndex } from '../../domain/bundle/index-text.ts';
import { bundleLayout, chunkPlace } from '../../domain/bundle/objects.ts';
import { sha256 } from '../../domain/hash.ts';
import type { ObjectKey } from '../../domain/names.ts';
import type { KubeClient } from '../../kube/client.ts';
import { keyParts } from '../../kube/object.ts';

/** PEM. Errors: nothing is published yet, or what is there is not what the index names. */
export async function publishedCas(client: Pick<KubeClient, 'get'>, broker: ObjectKey): Promise<string> {
  const { namespace } = keyParts(broker);
  const layout = bundleLayout(broker);
  const textIn = async (name: string, key: string) => {
    const { data } = await client.get(configMaps, namespace, name);
    return data?.[key] ?? '';
  };
  const index = parseIndex(await textIn(layout.index, indexName));
  if (typeof index === 'string') throw new Error(`read ConfigMap ${layout.index}: ${index}`);
  if (index.broker !== broker || contentHash(index.parts) !== index.hash) {
    throw new Error(`read ConfigMap ${layout.index}: it is not the index of MqttBroker ${broker}`);
  }
  const texts = await Promise.all(
    index.parts.ca.map(async (hash, number) => {
      const { name } = chunkPlace(layout, 'ca', number);
      const text = await textIn(name, hash);
      if (sha256(text) === hash) return text;
      throw new Error(`read ConfigMap ${name}: it does not hold what the index names (${hash})`);
    }),
  );
  const cas = texts.join('');
  if (cas.includes('-----BEGIN CERTIFICATE-----')) return cas;
  throw new Error(`read ConfigMap ${layout.index}: MqttBroker ${broker} trusts no CA of devices`);
}
