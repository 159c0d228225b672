/** deploy/ as a base of kustomize, with the overlay of docs/install.md, taken by a real API server. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { loadAll } from 'js-yaml';
import type { ControlPlane } from './control-plane.ts';
import { installOperator } from './operator.ts';
import { pageTexts } from './reader.ts';
import { sharedControlPlane } from './shared.ts';

const root = path.resolve(import.meta.dirname, '../..');
const [overlay = ''] = pageTexts('docs/install.md', 'yaml');

interface Built {
  readonly kind: string;
  readonly spec?: { readonly template?: { readonly spec: { readonly containers: readonly Container[] } } };
}

interface Container {
  readonly image: string;
  readonly env: readonly { readonly name: string; readonly value?: string }[];
}

describe('deploy/ as a base of kustomize', function () {
  this.timeout(120_000);
  let plane: ControlPlane;

  before(async () => {
    plane = await sharedControlPlane();
    await installOperator(plane);
  });

  /** The folder of an overlay over these folders of deploy/; kustomize takes relative paths alone. */
  function overlayOver(...bases: readonly string[]): string {
    const folder = path.join(plane.directory, 'overlay');
    mkdirSync(folder, { recursive: true });
    const places = bases.map((base) => `  - ${path.relative(folder, path.join(root, base))}`).join('\n');
    const text = overlay.replace('  - ../mqtt-security-operator/deploy', places);
    assert.notEqual(text, overlay);
    writeFileSync(path.join(folder, 'kustomization.yaml'), text);
    return folder;
  }

  async function built(folder: string): Promise<readonly Built[]> {
    const { code, stdout, stderr } = await plane.kubectl(['kustomize', folder]);
    assert.deepEqual([code, stderr], [0, '']);
    return loadAll(stdout) as readonly Built[];
  }

  it('gets the name of the image once, for the operator and for its agents', async () => {
    const [deployment] = (await built(overlayOver('deploy'))).filter(({ kind }) => kind === 'Deployment');
    const [container] = deployment?.spec?.template?.spec.containers ?? [];
    const forAgents = container?.env.find(({ name }) => name === 'MQTTSEC_IMAGE')?.value;
    assert.deepEqual([container?.image, forAgents], Array(2).fill('registry.example.com/mqttsec:v1'));
  });

  it('is taken by the server as it is', async () => {
    const folder = overlayOver('deploy');
    const { code, stdout, stderr } = await plane.kubectl([
      'apply',
      '--server-side',
      '--dry-run=server',
      '--force-conflicts',
      '-k',
      folder,
    ]);
    assert.deepEqual([code, stderr], [0, '']);
    assert.equal(stdout.trim().split('\n').length, (await built(folder)).length);
  });

  it('has a second base that watches it', async () => {
    const kinds = async (...bases: readonly string[]) => (await built(overlayOver(...bases))).map(({ kind }) => kind);
    const both = await kinds('deploy', 'deploy/monitoring');
    assert.deepEqual(both.sort(), [...(await kinds('deploy')), 'PodMonitor', 'PodMonitor', 'PrometheusRule'].sort());
  });
});
