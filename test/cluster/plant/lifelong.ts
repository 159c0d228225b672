/** The fleet whose certificates are followed for their whole life, and requests that are no good for it. */
import { execFileSync } from 'node:child_process';
import { issuerRef } from './issuer.ts';
import { signingRequest } from './site.ts';
import { brokerSpec, ours } from './stage.ts';

export const namespace = 'lifelong';

export interface Step {
  readonly begunAt: string;
  readonly [step: string]: unknown;
}

export interface Seen {
  readonly metadata: { readonly name: string };
  readonly status?: {
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason: string;
      readonly message: string;
    }[];
    readonly revocation?: Step;
    readonly revision?: number;
    readonly serialNumber?: string;
    readonly certificate?: string;
    readonly notAfter?: string;
    readonly history?: readonly { readonly serialNumber: string; readonly revokedAt?: string }[];
    readonly renewals?: Readonly<Record<string, number>>;
  };
}

function device(name: string, template?: object): object {
  return ours('MqttDevice', namespace, name, {
    ...{ brokerRef: { name: 'plant' }, templateRefs: [{ name: 'sensor' }] },
    authentication: { type: 'Certificate', ...(template && { certificate: { template } }) },
  });
}

export function certificate(name: string, of: string, spec: object = {}): object {
  return ours('DeviceCertificate', namespace, name, { deviceRef: { name: of }, ...spec });
}

export function broker(version: string): object {
  const spec = brokerSpec(version) as { readonly clientCertificates: object };
  const clientCertificates = { ...spec.clientCertificates, issuerRef };
  return ours('MqttBroker', namespace, 'plant', { ...spec, clientCertificates });
}

export function objectsOf(version: string, csr: string): readonly object[] {
  return [
    {
      apiVersion: 'cert-manager.io/v1',
      kind: 'Issuer',
      metadata: { name: 'servers', namespace },
      spec: { selfSigned: {} },
    },
    broker(version),
    ours('AclTemplate', namespace, 'sensor', {
      role: 'Device',
      rules: [{ effect: 'Allow', actions: ['Publish'], topic: 'sensors/{device}/#' }],
    }),
    ...['short', 'renewed'].map((name) => device(name, {})),
    device('ends', { csr }),
    ...['twice', 'own', 'store'].map((name) => device(name)),
    ...['twice-a', 'twice-b'].map((name) => certificate(name, 'twice')),
  ];
}

/** Requests that are no good for device `own`, each with what its condition says. */
export function badRequests(directory: string): ReadonlyMap<string, readonly [csr: string, message: RegExp]> {
  const lines = signingRequest(directory, 'own').csr.split('\n');
  const made = (words: readonly string[]) =>
    execFileSync('openssl', ['req', '-new', '-nodes', '-keyout', '/dev/null', ...words], {
      ...{ encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
    });
  const curve = (name: string) => ['-newkey', 'ec', '-pkeyopt', `ec_paramgen_curve:${name}`];
  return new Map([
    ['garbage', [[lines[0], 'AAAA', lines.at(-2), ''].join('\n'), /cannot be read/]],
    ['curve', [made([...curve('secp521r1'), '-subj', '/CN=own']), /on curve secp521r1, not P-256 or P-384/]],
    ['name', [signingRequest(directory, 'short').csr, /common name is "short", not "own"/]],
    ['ca', [made([...curve('P-256'), '-subj', '/CN=own', '-addext', 'basicConstraints=CA:TRUE']), /asks to be a CA/]],
  ] as const);
}
