/** Values that a broker refers to, read by name. */
import { configMaps, secrets } from '../api/kinds.ts';
import type { Broker, ValueRef } from '../domain/fleet.ts';
import type { KubeClient } from '../kube/client.ts';
import { attempted } from './problems.ts';

export interface BrokerValues {
  /** By `Kind/namespace/name/key`, as manifests give them. */
  readonly values: ReadonlyMap<string, string>;
  /** What could not be had, one sentence each. */
  readonly notes: readonly string[];
}

/** CAs and revocation lists that the broker names. */
export async function brokerValues(client: KubeClient, { origin, clientCertificates }: Broker): Promise<BrokerValues> {
  const refs = (clientCertificates?.trustedCas ?? []).flatMap(({ ca, revocation }) =>
    revocation.type === 'ExternalCrl' && revocation.crl.kind !== 'Url' ? [ca, revocation.crl] : [ca],
  );
  const values = new Map<string, string>();
  const notes: string[] = [];
  for (const ref of refs) {
    const object = `${ref.kind} ${origin.namespace}/${ref.name}`;
    const read = await attempted(dataOf(client, origin.namespace, ref));
    const value = read.ok ? read.value[ref.key] : undefined;
    if (value !== undefined) values.set(`${ref.kind}/${origin.namespace}/${ref.name}/${ref.key}`, value);
    else notes.push(`${object}: ${read.ok ? `it has no key ${ref.key}` : read.problem}: its value is left out`);
  }
  return { values, notes };
}

async function dataOf(
  client: KubeClient,
  namespace: string,
  { kind, name }: ValueRef,
): Promise<Readonly<Record<string, string | undefined>>> {
  if (kind === 'ConfigMap') return (await client.get(configMaps, namespace, name)).data ?? {};
  return secretTexts(client, namespace, name);
}

/** The texts of a Secret, by key. */
export async function secretTexts(
  client: KubeClient,
  namespace: string,
  name: string,
): Promise<Readonly<Record<string, string | undefined>>> {
  const { data = {} } = await client.get(secrets, namespace, name);
  const decoded = Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]);
  return Object.fromEntries(decoded) as Readonly<Record<string, string>>;
}
