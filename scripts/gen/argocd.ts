/** The scripts for Argo CD: a folder in the shape that upstream has them in, and a ConfigMap with all of them. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';

const intro = `# Generated from resource_customizations by \`npm run gen\`. Health and actions of our kinds for Argo CD; other keys stay as they are:
#   kubectl apply --server-side -f deploy/gitops/argocd/argocd-cm.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: argocd-cm
  namespace: argocd
  labels:
    app.kubernetes.io/name: argocd-cm
    app.kubernetes.io/part-of: argocd
data:
`;

export interface ArgocdSource {
  readonly group: string;
  readonly kinds: readonly string[];
  /** Path of what is below it in the repository. */
  readonly folder: string;
}

/** The generated files by their path: the one health script for each kind, and the ConfigMap with those and the actions. */
export function argocdFiles({
  group,
  kinds,
  folder,
}: ArgocdSource): readonly (readonly [name: string, text: string])[] {
  const health = readFileSync(path.join(folder, 'health.lua'), 'utf8');
  const customizations = path.join(folder, 'resource_customizations', group);
  const sorted = kinds.toSorted();
  const texts = sorted.map((kind) => kindText(`${group}_${kind}`, health, path.join(customizations, kind, 'actions')));
  return [
    ...sorted.map((kind) => [`resource_customizations/${group}/${kind}/health.lua`, health] as const),
    ['argocd-cm.yaml', intro + texts.join('')],
  ];
}

function kindText(name: string, health: string, actions: string): string {
  const text = `  resource.customizations.health.${name}: |\n${block(health, 4)}`;
  return existsSync(actions) ? `${text}  resource.customizations.actions.${name}: |\n${actionsText(actions)}` : text;
}

function actionsText(folder: string): string {
  const discovery = block(readFileSync(path.join(folder, 'discovery.lua'), 'utf8'), 6);
  const definitions = globSync('*/action.lua', { cwd: folder })
    .sort()
    .map((file) => {
      const script = block(readFileSync(path.join(folder, file), 'utf8'), 10);
      return `      - name: ${path.dirname(file)}\n        action.lua: |\n${script}`;
    });
  return `    discovery.lua: |\n${discovery}    definitions:\n${definitions.join('')}`;
}

function block(text: string, indent: number): string {
  return text.replaceAll(/^(?=.)/gm, ' '.repeat(indent));
}
