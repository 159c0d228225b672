/** The sample fleet in a control plane of its own, with the operator and the stand-in for the kubelet. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type CommandResult, type ControlPlane, startControlPlane } from '../control-plane.ts';
import { installOperator } from '../operator.ts';

const root = path.resolve(import.meta.dirname, '../../..');
export const sample = path.join(root, 'deploy/samples/plant');
export const namespace = 'plant';

/** Manifests of the sample fleet for one line of Mosquitto. */
export interface Sample {
  readonly directory: string;
  /** Private key of `cam-loading-dock`, which keeps it and sent a signing request. */
  readonly cameraKey: string;
}

/** A copy of the sample fleet, in which the camera that has its own key has one that we know. */
export function sampleFor(plane: ControlPlane, line: '2.0' | '2.1'): Sample {
  const directory = mkdtempSync(path.join(plane.directory, 'plant-'));
  cpSync(sample, directory, { recursive: true });
  const edited = (name: string, edit: (text: string) => string) => {
    const file = path.join(directory, name);
    const text = readFileSync(file, 'utf8');
    assert.notEqual(edit(text), text, name);
    writeFileSync(file, edit(text));
  };
  if (line !== '2.0') edited('20-broker.yaml', (text) => text.replace("version: '2.0'", `version: '${line}'`));
  const { csr, key } = signingRequest(plane.directory, 'cam-loading-dock');
  const indented = csr.trimEnd().replaceAll(/^/gm, '    ');
  edited('40-devices.yaml', (text) => text.replace(/ {4}-----BEGIN[^]*?END CERTIFICATE REQUEST-----/, indented));
  return { directory, cameraKey: key };
}

/** A key of a device's own and the signing request for it, PEM; the key is left in the directory. */
export function signingRequest(directory: string, commonName: string): { readonly key: string; readonly csr: string } {
  const keyFile = path.join(directory, `${commonName}.key`);
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const words = ['req', '-new', ...curve, '-keyout', keyFile, '-subj', `/CN=${commonName}`];
  const csr = execFileSync('openssl', words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  return { key: readFileSync(keyFile, 'utf8'), csr };
}

export async function operatedControlPlane(): Promise<ControlPlane> {
  const plane = await startControlPlane();
  await installOperator(plane);
  return plane;
}

/** Output of a command that has to succeed. */
export async function output(command: Promise<CommandResult>): Promise<string> {
  const { code, stdout, stderr } = await command;
  assert.equal(code, 0, stderr);
  return stdout;
}

export interface ListedObject {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly status?: {
    readonly identity?: string;
    readonly certificate?: string;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason: string;
      readonly message: string;
    }[];
  };
}

/** Objects of these resources, of one namespace or of all. */
export async function listed(
  plane: ControlPlane,
  resources: string,
  where: readonly string[] = ['-A'],
): Promise<readonly ListedObject[]> {
  const text = await output(plane.kubectl(['get', resources, ...where, '-o', 'json']));
  return (JSON.parse(text) as { readonly items: readonly ListedObject[] }).items;
}

/** `KIND/NAME REASON: MESSAGE` for each object that does not say Ready=True. */
export function notReady(objects: readonly ListedObject[]): readonly string[] {
  return objects.flatMap(({ kind, metadata, status }) => {
    const ready = status?.conditions?.find(({ type }) => type === 'Ready');
    if (ready?.status === 'True') return [];
    return [`${kind}/${metadata.name} ${ready?.reason ?? 'says nothing'}: ${ready?.message ?? ''}`];
  });
}
