/** Small fleets of a test's own on a control plane, and what people do to them. */
import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { BrokerUnderTest } from '../../broker/mosquitto.ts';
import { until } from '../component.ts';
import type { ControlPlane } from '../control-plane.ts';
import { type Kubelet, startKubelet } from '../kubelet.ts';
import type { TestOperator } from '../operator.ts';
import { type Endpoint, secretTexts } from './mqtt.ts';
import { listed, type ListedObject, notReady, output } from './site.ts';

/** Both are there once the tests run. */
export interface Stage {
  readonly plane: ControlPlane;
  readonly operator: TestOperator;
}

type Spec = Readonly<Record<string, unknown>>;

export function ours(kind: string, namespace: string, name: string, spec: Spec): object {
  return { apiVersion: 'mqttsecurity.io/v1alpha1', kind, metadata: { name, namespace }, spec };
}

export function namespaceNamed(name: string, labels: Readonly<Record<string, string>> = {}): object {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
}

/** Issuers `servers`, which signs each certificate with its own key, and `devices`, with the CA in Secret `device-ca`. */
export function issuers(namespace: string): readonly object[] {
  const of = (kind: string, name: string, spec: Spec) => ({
    ...{ apiVersion: 'cert-manager.io/v1', kind, metadata: { name, namespace }, spec },
  });
  return [
    of('Issuer', 'servers', { selfSigned: {} }),
    of('Certificate', 'device-ca', {
      ...{ isCA: true, commonName: `Devices of ${namespace}`, secretName: 'device-ca', duration: '87600h' },
      privateKey: { algorithm: 'ECDSA', size: 256, rotationPolicy: 'Never' },
      usages: ['cert sign', 'crl sign'],
      issuerRef: { name: 'servers' },
    }),
    of('Issuer', 'devices', { ca: { secretName: 'device-ca' } }),
  ];
}

/** Spec of a managed broker with both kinds of listeners over the issuers of its namespace. */
export function brokerSpec(version: string, more: Spec = {}): Spec {
  const signer = { name: 'device-ca' };
  return {
    mosquitto: { version },
    listeners: [
      { name: 'certificates', port: 8883, authentication: 'Certificate' },
      { name: 'passwords', port: 8884, authentication: 'Password' },
    ],
    // The name by which the clients of the tests ask.
    tls: { serverCertificate: { issuerRef: { name: 'servers' }, dnsNames: ['plant.plant.svc'] } },
    clientCertificates: {
      issuerRef: { name: 'devices' },
      trustedCas: [
        {
          ...{ name: 'devices', caRef: { kind: 'Secret', ...signer } },
          revocation: { type: 'SignedCrl', signerSecretRef: signer },
        },
      ],
    },
    workload: { managed: {} },
    ...more,
  };
}

/** A kubelet for the pods of these namespaces; `further` words are asked for at each start of an agent. */
export function kubeletFor(
  plane: ControlPlane,
  mosquitto: Pick<BrokerUnderTest, 'command' | 'pluginDirectory'>,
  namespaces: readonly string[],
  further: () => readonly string[] = () => [],
): Promise<Kubelet> {
  const agentArguments = (address: string) => [
    ...['--bind-address', address],
    ...['--plugin-directory', mosquitto.pluginDirectory],
    ...further(),
  ];
  return startKubelet(plane, { namespaces, mosquitto, agentArguments });
}

/** A file with these objects, for kubectl. */
export function manifestOf(plane: ControlPlane, objects: readonly object[]): string {
  const file = path.join(mkdtempSync(path.join(plane.directory, 'stage-')), 'objects.json');
  writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
  return file;
}

/** Merges the change into `KIND/NAME`. */
export async function changed(plane: ControlPlane, namespace: string, object: string, change: object): Promise<void> {
  await output(plane.kubectl(['patch', object, '-n', namespace, '--type=merge', '--patch', JSON.stringify(change)]));
}

/** Resolves when all these objects are Ready; fails with what they say instead. */
export async function becameReady(plane: ControlPlane, namespace: string, ...objects: string[]): Promise<void> {
  const wait = ['wait', '--for=condition=Ready', '-n', namespace, '--timeout=60s', ...objects];
  const { code, stderr } = await plane.kubectl(wait);
  if (code === 0) return;
  assert.fail([stderr, ...notReady(await listed(plane, 'mqtt-security', ['-n', namespace]))].join('\n'));
}

/** The object `KIND/NAME`; undefined when there is none. */
export async function found<T = ListedObject>(
  plane: ControlPlane,
  namespace: string,
  object: string,
): Promise<T | undefined> {
  const { code, stdout, stderr } = await plane.kubectl(['get', object, '-n', namespace, '-o', 'json']);
  if (code === 0) return JSON.parse(stdout) as T;
  assert.match(stderr, /NotFound/);
  return undefined;
}

export async function vanished(plane: ControlPlane, namespace: string, ...objects: string[]): Promise<void> {
  let left: readonly string[] = objects;
  await until(
    async () => {
      const { stdout } = await plane.kubectl(['get', '-n', namespace, '--ignore-not-found', '-o', 'name', ...left]);
      left = stdout.split('\n').filter(Boolean);
      return left.length === 0;
    },
    () => `gone: ${left.join(', ')}`,
  );
}

/** Where clients find a pod of the broker `plant` of a namespace. */
export async function endpointOf(
  plane: ControlPlane,
  kubelet: Kubelet,
  namespace: string,
  pod = 'plant-0',
): Promise<Endpoint> {
  const { address } = await kubelet.ready(namespace, pod);
  const { 'tls.crt': ca = '' } = await secretTexts(plane.admin, namespace, 'plant-server-tls');
  return { host: address, certificatePort: 8883, passwordPort: 8884, ca };
}
