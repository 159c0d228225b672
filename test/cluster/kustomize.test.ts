/** deploy/ as a base of kustomize, with the overlay of docs/install.md, taken by a real API server. */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { loadAll } from 'js-yaml';
import { componentReleases, withoutHelm } from '../../scripts/chart/manifests.ts';
import { chartTools, renderedText } from '../../scripts/chart/render.ts';
import { definitionFiles } from '../../scripts/chart/source.ts';
import type { ControlPlane } from './control-plane.ts';
import { installOperator } from './operator.ts';
import { pageTexts } from './reader.ts';
import { sharedControlPlane } from './shared.ts';

const root = path.resolve(import.meta.dirname, '../..');
const [overlay = ''] = pageTexts('docs/install.md', 'yaml');

interface Built {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
  };
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

  describe('with a component', () => {
    /**
     * Its objects by their names, but for the namespace and the kinds, which are no templates of the chart. kustomize breaks the lines
     * of expressions elsewhere.
     */
    const objects = (all: readonly Built[]) =>
      new Map(
        all
          .filter(({ kind }) => kind !== 'Namespace' && kind !== 'CustomResourceDefinition')
          .map((one) => [
            `${one.kind} ${one.metadata.namespace ?? ''}/${one.metadata.name}`,
            JSON.parse(JSON.stringify(one).replace(/(\s|\\n)+/g, ' ')) as Built,
          ]),
      );
    const definitions = (all: readonly Built[]) => all.filter(({ kind }) => kind === 'CustomResourceDefinition').length;

    it('has a test below for each of them', () => {
      assert.deepEqual(readdirSync(path.join(root, 'deploy/components')).sort(), Object.keys(componentReleases).sort());
    });

    for (const [name, release] of Object.entries(componentReleases)) {
      it(`is what the chart is with its values: ${name}`, async () => {
        const folder = path.join(plane.directory, `component-${name}`);
        mkdirSync(folder);
        const place = (of: string) => path.relative(folder, path.join(root, of));
        const text = `resources: [${place('deploy')}]\ncomponents: [${place(`deploy/components/${name}`)}]\n`;
        writeFileSync(path.join(folder, 'kustomization.yaml'), text);
        const all = await built(folder);
        assert.equal(definitions(all), name === 'without-kinds' ? 0 : definitionFiles().length);
        const byHelm = loadAll(withoutHelm(renderedText(chartTools(), release))) as readonly (Built | null)[];
        // Monitors are a base of their own.
        const expected = byHelm.filter((one): one is Built => one !== null && one.kind !== 'PodMonitor');
        assert.deepEqual(objects(all), objects(expected));
      });
    }
  });

  it('has a second base that watches it', async () => {
    const kinds = async (...bases: readonly string[]) => (await built(overlayOver(...bases))).map(({ kind }) => kind);
    const both = await kinds('deploy', 'deploy/monitoring');
    assert.deepEqual(both.sort(), [...(await kinds('deploy')), 'PodMonitor', 'PodMonitor', 'PrometheusRule'].sort());
  });
});
