/** Runs helm on the chart, and reads what it rendered. */
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { chartFolder } from './source.ts';

const root = path.resolve(import.meta.dirname, '../..');

/** The version that manifests are rendered for and judged by. */
export const kubernetesVersion = '1.36.3';

/** Folder with helm, kubeconform and kube-score; builds them if need be. */
export function chartTools(): string {
  const script = path.join(root, 'scripts/chart-tools.sh');
  return execFileSync(script, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim();
}

export interface Rendering {
  readonly release: string;
  readonly namespace: string;
  /** Files with values, relative to the repository. */
  readonly values: readonly string[];
}

/** The manifests of a release, as helm writes them. Errors: what helm says. */
export function renderedText(tools: string, { release, namespace, values }: Rendering): string {
  const given = values.flatMap((file) => ['--values', file]);
  const words = [
    'template',
    release,
    chartFolder,
    '--namespace',
    namespace,
    '--kube-version',
    kubernetesVersion,
    ...given,
  ];
  return execFileSync(path.join(tools, 'helm'), words, { cwd: root, encoding: 'utf8', maxBuffer: 64 << 20 });
}

/** The same by the path of their template below `templates/`. */
export function renderedTemplates(tools: string, rendering: Rendering): ReadonlyMap<string, string> {
  return bySource(renderedText(tools, rendering));
}

/** Helm writes before each manifest which template it is from. */
function bySource(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const part of text.split(/^---\n(?=# Source: )/m)) {
    const [, source, manifest = ''] = /^# Source: [^/]+\/templates\/(\S+)\n([^]*)$/.exec(part) ?? [];
    if (source === undefined) continue;
    const former = found.get(source);
    found.set(source, former === undefined ? manifest : `${former.trimEnd()}\n---\n${manifest}`);
  }
  return found;
}
