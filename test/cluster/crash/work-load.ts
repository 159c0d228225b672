/** What a run does to its plant: about ten objects, then the changes of their lives, one after the other. */
import type { Api } from '../api.ts';
import { applyPatch, mergePatch } from '../api.ts';

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

/** How the API server calls the kinds of the work-load. */
export function placeOf(namespace: string, { apiVersion, kind, metadata }: Manifest): string {
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  return `${root}/namespaces/${namespace}/${kind.toLowerCase()}s/${metadata.name}`;
}

function ours(kind: string, name: string, spec: object): Manifest {
  return { ...{ apiVersion: 'mqttsecurity.io/v1alpha1', kind, metadata: { name } }, ...{ spec } };
}

function certManager(kind: string, name: string, spec: object): Manifest {
  return { ...{ apiVersion: 'cert-manager.io/v1', kind, metadata: { name } }, ...{ spec } };
}

/** Secrets that hold a CA, which no other run has: made outside of cert-manager, which has nothing to do again then. */
export const authorities = ['device-ca', 'server-ca'] as const;

function issuer(name: string, secretName: (typeof authorities)[number]): Manifest {
  return certManager('Issuer', name, { ca: { secretName } });
}

/** There before the operator starts, beside the CAs. */
export const issuers: readonly Manifest[] = [issuer('devices', 'device-ca'), issuer('servers', 'server-ca')];

/** Of somebody else. */
export const bystanders: readonly Manifest[] = [
  { ...{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'of-somebody-else' } }, ...{ stringData: { a: 'b' } } },
  { ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'plant-of-others' } }, ...{ data: { a: 'b' } } },
];

const broker = ours('MqttBroker', 'plant', {
  mosquitto: { version: '2.0' },
  listeners: [
    { name: 'certificates', port: 8883, authentication: 'Certificate' },
    { name: 'passwords', port: 8884, authentication: 'Password' },
  ],
  tls: { serverCertificate: { issuerRef: { name: 'servers' }, dnsNames: ['plant.test'] } },
  clientCertificates: {
    issuerRef: { name: 'devices' },
    trustedCas: [
      {
        name: 'devices',
        caRef: { kind: 'Secret', name: 'device-ca' },
        revocation: { type: 'SignedCrl', signerSecretRef: { name: 'device-ca' } },
      },
    ],
  },
  workload: { external: { instances: ['machine'] } },
});

function template(name: string, leaf: string): Manifest {
  const rules = [{ actions: ['Publish'], topic: `plant/{device}/${leaf}/#` }];
  return ours('AclTemplate', name, { role: 'Device', rules });
}

function device(name: string, templateName: string, authentication: object): Manifest {
  const references = { brokerRef: { name: 'plant' }, templateRefs: [{ name: templateName }] };
  return ours('MqttDevice', name, { ...references, authentication });
}

const withPassword = { type: 'Password', password: { generate: {}, revision: 1 } };
const withCertificate = { type: 'Certificate', certificate: { template: {} } };

const declared: readonly Manifest[] = [
  broker,
  template('meter', 'figures'),
  template('camera', 'pictures'),
  ...['p1', 'p2', 'p3', 'p4'].map((name) => device(name, 'meter', withPassword)),
  ...['c1', 'c2', 'c3'].map((name) => device(name, 'camera', withCertificate)),
];

const find = (kind: string, name: string): Manifest => ours(kind, name, {});

/** Of the lives of the objects. */
export type Part = 'Create' | 'Change' | 'Delete';

export interface Step {
  readonly name: string;
  readonly part: Part;
  readonly change: (api: Api, namespace: string) => Promise<unknown>;
}

function changed(api: Api, namespace: string, object: Manifest, spec: object): Promise<unknown> {
  return api.call('PATCH', placeOf(namespace, object), { body: { spec }, contentType: mergePatch });
}

/** The device whose certificate and rights are taken back for good. */
export const revoked = 'c2';

export const steps: readonly Step[] = [
  {
    name: 'declare',
    part: 'Create',
    change: (api, namespace) =>
      Promise.all(
        declared.map((object) =>
          api.call('PATCH', placeOf(namespace, object), {
            ...{ body: object, contentType: applyPatch, query: { fieldManager: 'person' } },
          }),
        ),
      ),
  },
  {
    name: 'edit',
    part: 'Change',
    change: async (api, namespace) => {
      const rules = [{ actions: ['Publish', 'Subscribe'], topic: 'plant/{device}/new/#' }];
      await changed(api, namespace, find('AclTemplate', 'meter'), { rules });
      const authentication = { password: { revision: 2 } };
      await changed(api, namespace, find('MqttDevice', 'p1'), { authentication });
    },
  },
  {
    name: 'suspend',
    part: 'Change',
    change: async (api, namespace) => {
      for (const name of ['c1', 'p2']) await changed(api, namespace, find('MqttDevice', name), { suspended: true });
    },
  },
  {
    name: 'revoke',
    part: 'Change',
    change: (api, namespace) =>
      changed(api, namespace, find('MqttDevice', revoked), { revoked: { reason: 'KeyCompromise' } }),
  },
  {
    name: 'delete',
    part: 'Delete',
    change: async (api, namespace) => {
      for (const name of ['c3', 'p3']) await api.call('DELETE', placeOf(namespace, find('MqttDevice', name)));
    },
  },
];
