/**
 * Renewal of many certificates at once by the operator and the real cert-manager, beside the same number of bare Certificates
 * that nobody looks after: what cert-manager takes by itself. BENCH_CERTIFICATES=100 takes so many instead of 1,000.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { certificates, type CertificateObject, deviceCertificates, mqttDevices } from '../src/api/kinds.ts';
import { renewAtAnnotation } from '../src/api/labels.ts';
import type { KubeClient } from '../src/kube/client.ts';
import { testClient } from '../test/cluster/client.ts';
import { until } from '../test/cluster/component.ts';
import { administrator, type ControlPlane } from '../test/cluster/control-plane.ts';
import { startOperator } from '../test/cluster/operator.ts';
import { operatedControlPlane } from '../test/cluster/plant/site.ts';
import { brokerSpec, issuers, namespaceNamed, ours } from '../test/cluster/plant/stage.ts';
import type { BenchRow } from './row.ts';

export const name = 'Renewal of certificates';

const count = Number(process.env['BENCH_CERTIFICATES'] ?? 1_000);
const [managed, bare] = ['managed', 'bare'] as const;
const atOnce = 16;

const names = Array.from({ length: count }, (_, index) => `d-${String(index).padStart(5, '0')}`);

export async function run(): Promise<readonly BenchRow[]> {
  const plane = await operatedControlPlane();
  const operator = await startOperator(plane, { expected: [/./] });
  const { client, transport } = testClient(await plane.credentials(administrator), { userAgent: 'bench' });
  try {
    await prepared(plane, bare, []);
    await prepared(plane, managed, ourObjects());
    const floor = await rates(client, bare, makeBare, renewBare);
    const value = await rates(client, managed, makeDevice, renewDevice);
    return (['issued', 'renewed'] as const).map((what) => ({
      ...{ measure: `certificates ${what}, ${count.toLocaleString('en')} at once`, unit: '/s', target: 'none' },
      ...{ value: value[what], floor: floor[what], ratio: value[what] / floor[what] },
    }));
  } finally {
    await operator.stop();
    await operator.proxy.close();
    await transport.close();
    await plane.stop();
  }
}

/** A broker outside of the cluster that nobody runs: certificates need none. */
function ourObjects(): readonly object[] {
  const { clientCertificates } = brokerSpec('2.1');
  const listeners = [{ name: 'certificates', port: 8883, authentication: 'Certificate' }];
  const tls = { serverCertificate: { issuerRef: { name: 'servers' }, dnsNames: ['plant'] } };
  const workload = { external: { instances: ['nobody'] } };
  return [
    ours('MqttBroker', managed, 'plant', {
      mosquitto: { version: '2.1' },
      listeners,
      tls,
      clientCertificates,
      workload,
    }),
    ours('AclTemplate', managed, 'sensor', {
      role: 'Device',
      rules: [{ effect: 'Allow', actions: ['Publish'], topic: 'sensors/{device}/#' }],
    }),
  ];
}

/** Where there is no broker, the policies let everybody ask the issuer. */
async function prepared(plane: ControlPlane, namespace: string, more: readonly object[]): Promise<void> {
  const objects = [namespaceNamed(namespace), ...issuers(namespace), ...more];
  const file = path.join(plane.directory, `${namespace}.json`);
  writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
  const { code, stderr } = await plane.kubectl(['apply', '-f', file]);
  if (code !== 0) throw new Error(`apply ${file}: ${stderr}`);
}

type Deed = (client: KubeClient, namespace: string, name: string) => Promise<unknown>;

/** Certificates a second: first ones, and then all of them again. */
async function rates(client: KubeClient, namespace: string, make: Deed, renew: Deed) {
  const timed = async (deed: Deed, revision: number): Promise<number> => {
    const begun = performance.now();
    const queue = names.values();
    const worker = async () => {
      for (const one of queue) await deed(client, namespace, one);
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
    await untilAll(client, namespace, revision);
    return count / ((performance.now() - begun) / 1000);
  };
  const issued = await timed(make, 1);
  return { issued, renewed: await timed(renew, 2) };
}

interface Issued extends CertificateObject {
  readonly status?: CertificateObject['status'] & { readonly revision?: number };
}

/** Waits as long as there is progress. */
async function untilAll(client: KubeClient, namespace: string, revision: number): Promise<void> {
  for (let [done, last] = [0, -1]; done < count;) {
    await until(
      async () => {
        done = 0;
        for await (const { items } of client.list<Issued>(certificates, { namespace })) {
          done += items.filter(
            (one) => names.includes(one.metadata.name) && (one.status?.revision ?? 0) >= revision,
          ).length;
        }
        return done > last;
      },
      () => `${last} of ${count} certificates have revision ${revision}`,
    );
    last = done;
  }
}

const makeDevice: Deed = (client, namespace, name) =>
  client.create(mqttDevices, {
    ...(ours('MqttDevice', namespace, name, {
      ...{ brokerRef: { name: 'plant' }, templateRefs: [{ name: 'sensor' }] },
      authentication: { type: 'Certificate', certificate: { template: {} } },
    }) as { readonly apiVersion: string; readonly kind: string; readonly metadata: { readonly name: string } }),
  });

const renewDevice: Deed = (client, namespace, name) =>
  client.patchJson(deviceCertificates, namespace, name, [
    { op: 'add', path: '/metadata/annotations', value: { [renewAtAnnotation]: new Date().toISOString() } },
  ]);

const makeBare: Deed = (client, namespace, name) =>
  client.create(certificates, {
    ...{ apiVersion: 'cert-manager.io/v1', kind: 'Certificate', metadata: { namespace, name } },
    spec: {
      ...{ commonName: name, secretName: `${name}-tls`, usages: ['digital signature', 'client auth'] },
      ...{ privateKey: { algorithm: 'ECDSA', size: 256 }, issuerRef: { name: 'devices' } },
    },
  } as CertificateObject);

/** As `cmctl renew` does it. */
const renewBare: Deed = (client, namespace, name) =>
  client.patchJson(
    ...([certificates, namespace, name] as const),
    [
      {
        ...{ op: 'add', path: '/status/conditions/-' },
        value: {
          ...{ type: 'Issuing', status: 'True', reason: 'ManuallyTriggered', message: 'by the bench' },
          lastTransitionTime: new Date().toISOString(),
        },
      },
    ],
    { subresource: 'status' },
  );
