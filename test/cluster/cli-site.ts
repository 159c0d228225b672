/** The sample fleet on a cluster as an operator leaves it, and the command line as somebody who sits before it. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root, sample, type Outcome } from '../cli/program.ts';
import { applyPatch, mergePatch } from './api.ts';
import { until } from './component.ts';
import { administrator, type ControlPlane, type Identity } from './control-plane.ts';

export interface Site {
  readonly plane: ControlPlane;
  readonly namespace: string;
  /** A new directory, gone with the control plane. */
  readonly home: string;
  /** Runs the command line with this namespace in its context; as the administrator unless told otherwise. */
  mqttsec(words: readonly string[], as?: Identity): Promise<Outcome>;
  /** The same for commands of a shell. */
  shell(commands: string): Promise<Outcome>;
  /** Says what the operator would. */
  setStatus(plural: string, name: string, status: Readonly<Record<string, unknown>>): Promise<void>;
}

/** The sample in a namespace of its own, with what an operator would have made of it. */
export async function sampleSite(plane: ControlPlane, namespace: string): Promise<Site> {
  const home = mkdtempSync(path.join(plane.directory, 'home-'));
  await applySample(plane, namespace, home);
  const environment = async (identity: Identity = administrator) => ({
    HOME: home,
    PATH: `${path.join(root, 'bin')}:${plane.programs}:${process.env['PATH'] ?? ''}`,
    KUBECONFIG: await kubeconfigIn(plane, identity, namespace),
  });
  const site: Site = {
    plane,
    namespace,
    home,
    mqttsec: async (words, as) => outcomeOf(path.join(root, 'bin/mqttsec'), words, home, await environment(as)),
    shell: async (commands) =>
      outcomeOf('bash', ['-e', '-c', `{\n${commands}\n} 2>&1 < /dev/null`], home, await environment()),
    setStatus: async (plural, name, status) => {
      const place = `/apis/mqttsecurity.io/v1alpha1/namespaces/${namespace}/${plural}/${name}`;
      await plane.admin.call('PATCH', `${place}/status`, {
        contentType: mergePatch,
        body: { status },
      });
    },
  };
  await operate(site);
  return site;
}

async function applySample(plane: ControlPlane, namespace: string, home: string): Promise<void> {
  const manifests = path.join(home, 'manifests');
  mkdirSync(manifests);
  for (const name of readdirSync(sample).filter((one) => one.endsWith('.yaml'))) {
    const text = readFileSync(path.join(sample, name), 'utf8').replaceAll(
      /^( +namespace:) plant$/gm,
      `$1 ${namespace}`,
    );
    writeFileSync(
      path.join(manifests, name),
      text.replace(/(kind: Namespace\nmetadata:\n {2}name:) plant$/m, `$1 ${namespace}`),
    );
  }
  const { code, stderr } = await plane.kubectl(['apply', '--filename', manifests]);
  if (code !== 0) throw new Error(`apply the sample: ${stderr}`);
}

async function kubeconfigIn(plane: ControlPlane, identity: Identity, namespace: string): Promise<string> {
  const file = await plane.kubeconfig(identity);
  const config = JSON.parse(readFileSync(file, 'utf8')) as { contexts: { context: { namespace: string } }[] };
  for (const { context } of config.contexts) context.namespace = namespace;
  writeFileSync(file, JSON.stringify(config));
  return file;
}

function outcomeOf(file: string, words: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = execFile(file, [...words], { cwd, env, maxBuffer: 64 << 20 }, (_, out, err) => {
      resolve({ code: child.exitCode, out, err });
    });
    child.stdin?.end();
  });
}

/** Has cert-manager issue a certificate, as the operator asks for it. */
async function issued(
  { plane, namespace }: Site,
  name: string,
  spec: Readonly<Record<string, unknown>>,
): Promise<void> {
  const place = `/apis/cert-manager.io/v1/namespaces/${namespace}/certificates/${name}`;
  const metadata = { name, namespace };
  const privateKey = { algorithm: 'ECDSA', size: 256, encoding: 'PKCS8' };
  await plane.admin.call('PATCH', place, {
    query: { fieldManager: 'test' },
    contentType: applyPatch,
    body: { apiVersion: 'cert-manager.io/v1', kind: 'Certificate', metadata, spec: { privateKey, ...spec } },
  });
  await until(async () => {
    const { status } = await plane.admin.call<{ status?: { revision?: number } }>('GET', place);
    return status?.revision !== undefined;
  }, `Certificate ${name} is issued`);
}

export type Told = readonly [type: string, status: 'True' | 'False' | 'Unknown', reason: string, message?: string];

/** Conditions of one generation, as a status holds them. */
export function statusOf(generation: number, conditions: readonly Told[], fields: object = {}) {
  return {
    ...fields,
    observedGeneration: generation,
    conditions: conditions.map(([type, status, reason, message = '']) => {
      const lastTransitionTime = '2026-01-01T00:00:00Z';
      return { type, status, reason, message, lastTransitionTime, observedGeneration: generation };
    }),
  };
}

/** Of an object whose generation is 1. */
export const ready = statusOf(1, [['Ready', 'True', 'Ready']]);
const pending = statusOf(1, [
  ['Accepted', 'True', 'Accepted'],
  ['Programmed', 'False', 'Pending', 'the broker has not proved it'],
  ['Ready', 'False', 'Pending', 'the broker has not proved it'],
]);

const templates = ['temperature-sensor', 'sparkplug-edge-node', 'group-member'];
const devices = ['analytics', 'cam-gate', 'cam-loading-dock', 'operator-ada', 'panel-hall-1'];

/** One broker with one instance, press-7 with its certificate; thermo-hall-1 is on its way, others were not looked at. */
async function operate(site: Site): Promise<void> {
  const { plane, namespace } = site;
  const setStatus = (plural: string, name: string, status: Readonly<Record<string, unknown>>) =>
    site.setStatus(plural, name, status);
  const hash = 'ab'.repeat(32);
  const place = `/apis/mqttsecurity.io/v1alpha1/namespaces/${namespace}`;
  await plane.admin.call('POST', `${place}/brokerinstances`, {
    body: {
      ...{ apiVersion: 'mqttsecurity.io/v1alpha1', kind: 'BrokerInstance' },
      metadata: { name: 'plant-0', namespace },
      spec: { brokerRef: { name: 'plant' } },
    },
  });
  await plane.admin.call('POST', `${place}/devicecertificates`, {
    body: {
      ...{ apiVersion: 'mqttsecurity.io/v1alpha1', kind: 'DeviceCertificate' },
      metadata: { name: 'press-7', namespace },
      spec: { deviceRef: { name: 'press-7' } },
    },
  });
  // Of the other issuer a policy, where it is installed, lets the operator alone ask.
  const leaf = { issuerRef: { name: 'servers' }, usages: ['digital signature', 'client auth'] };
  const server = { issuerRef: { name: 'servers' }, dnsNames: ['plant.plant.svc', 'mqtt.plant.example.com'] };
  await Promise.all([
    issued(site, 'press-7', { ...leaf, secretName: 'press-7-tls', commonName: 'Press_7' }),
    issued(site, 'plant-server', { ...server, secretName: 'plant-server-tls' }),
    setStatus('mqttbrokers', 'plant', { ...ready, bundle: { revision: 7, hash, identities: 11, bytes: 4096 } }),
    setStatus('brokerinstances', 'plant-0', {
      ...ready,
      loadedRevision: 7,
      loadedHash: hash,
      mosquittoVersion: '2.0.11',
    }),
    ...templates.map((name) => setStatus('acltemplates', name, ready)),
    ...devices.map((name) => setStatus('mqttdevices', name, ready)),
    setStatus('mqttdevices', 'cam-old-gate', statusOf(1, [['Ready', 'True', 'Revoked']])),
    setStatus('mqttdevices', 'press-8', statusOf(1, [['Ready', 'True', 'Suspended']])),
    setStatus('devicecertificates', 'press-7', { ...ready, revision: 1, notAfter: '2027-02-20T21:29:00Z' }),
    setStatus('mqttdevices', 'press-7', {
      ...ready,
      ...{
        identity: 'Press_7',
        bundleRevision: 7,
        certificate: { serialNumber: '1f', notAfter: '2027-02-20T21:29:00Z' },
      },
    }),
    setStatus('mqttdevices', 'thermo-hall-1', pending),
  ]);
}
