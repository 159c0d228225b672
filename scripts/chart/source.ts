/** What the chart takes from elsewhere in the repository: the kinds, the alert rules and the dashboard. */
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { dump, load } from 'js-yaml';
import { readmeText } from './readme.ts';

export const chartFolder = 'charts/mqtt-security-operator';
const root = path.resolve(import.meta.dirname, '../..');

export function repositoryText(file: string): string {
  return readFileSync(path.join(root, file), 'utf8');
}

/** Paths of the definitions of the kinds. */
export function definitionFiles(): readonly string[] {
  return readdirSync(path.join(root, 'crds'))
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => `crds/${name}`);
}

/** Files of the chart that are generated, by their path in the repository. */
export function generatedFiles(): ReadonlyMap<string, string> {
  const rules = load(repositoryText('deploy/monitoring/prometheus-rules.yaml')) as { readonly spec: object };
  const kinds = definitionFiles().map(
    (file) => [`${chartFolder}/templates/${file}`, definitionTemplate(file, repositoryText(file))] as const,
  );
  return new Map([
    ...kinds,
    [`${chartFolder}/files/alerts.yaml`, `# Generated from deploy/monitoring.\n${dump(rules.spec, { lineWidth: -1 })}`],
    [`${chartFolder}/README.md`, readmeText(repositoryText(`${chartFolder}/values.yaml`))],
    [`${chartFolder}/files/dashboard.json`, repositoryText('deploy/monitoring/grafana-dashboard.json')],
  ]);
}

const ownLabels = /^ {2}labels:\n(?: {4}app\.kubernetes\.io\/.*\n)+/m;

/** Errors: a definition that Helm would read as a template, or whose labels are not where they are expected. */
function definitionTemplate(file: string, text: string): string {
  if (text.includes('{{') || !ownLabels.test(text))
    throw new Error(`make a template of ${file}: it does not look as expected`);
  const labels = [
    '  {{- if .Values.crds.keep }}',
    '  annotations:',
    '    helm.sh/resource-policy: keep',
    '  {{- end }}',
    '  labels:',
    '    {{- include "mqtt-security-operator.commonLabels" . | nindent 4 }}',
    '    app.kubernetes.io/component: kinds',
    '',
  ].join('\n');
  const body = text.replace(ownLabels, () => labels);
  return `{{- /* Generated from ${file} by \`npm run gen\`. */ -}}\n{{- if .Values.crds.enabled }}\n${body.trimEnd()}\n{{- end }}\n`;
}
