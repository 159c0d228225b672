import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

export const root = path.resolve(import.meta.dirname, '../..');
export const sample = path.join(root, 'deploy/samples/plant');

export interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the command line as a user does; nothing of the environment but what is given reaches it. */
export function mqttsec(words: readonly string[], { input = '', cwd = root, env = {} } = {}): Outcome {
  const run = spawnSync(path.join(root, 'bin/mqttsec'), words, {
    cwd,
    input,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    env: { PATH: process.env['PATH'], ...env },
  });
  return { code: run.status, out: run.stdout, err: run.stderr };
}

const directories: string[] = [];
process.once('exit', () => {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

/** A directory with these files, removed when the test process ends. */
export function directoryOf(files: Readonly<Record<string, string | Uint8Array>>): string {
  const directory = mkdtempSync(path.join(tmpdir(), 'mqttsec-cli-'));
  directories.push(directory);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(directory, name)), { recursive: true });
    writeFileSync(path.join(directory, name), text);
  }
  return directory;
}

const header = 'apiVersion: mqttsecurity.io/v1alpha1\n';

/** A small fleet: one broker, a template, a device by certificate and one by password. */
export const fleet = {
  'broker.yaml': `${header}kind: MqttBroker
metadata: { name: main, namespace: plant }
spec:
  mosquitto: { version: '2.0' }
  listeners:
    - { name: certificates, port: 8883, authentication: Certificate }
    - { name: passwords, port: 8884, authentication: Password }
  tls:
    serverCertificate: { issuerRef: { name: servers } }
  clientCertificates:
    issuerRef: { name: devices }
`,
  'template.yaml': `${header}kind: AclTemplate
metadata: { name: sensor, namespace: plant }
spec:
  role: Device
  rules:
    - { effect: Allow, actions: [Publish], topic: 'sensors/{device}/#' }
    - { effect: Allow, actions: [Subscribe], topic: 'commands/{device}' }
`,
  'devices.yaml': `${header}kind: MqttDevice
metadata: { name: s-1, namespace: plant }
spec:
  brokerRef: { name: main }
  templateRefs: [{ name: sensor }]
  authentication:
    type: Certificate
    certificate: { template: {} }
---
${header}kind: MqttDevice
metadata: { name: p-1, namespace: plant }
spec:
  brokerRef: { name: main }
  templateRefs: [{ name: sensor }]
  authentication:
    type: Password
    password: { generate: {} }
`,
} as const;
