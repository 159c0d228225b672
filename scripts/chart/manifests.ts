/** The manifests of deploy/ that are rendered from the chart, for those who do not use Helm. */
import { definitionFiles, repositoryText } from './source.ts';

const plain = { release: 'mqtt-security-operator', namespace: 'mqtt-security-system' } as const;
const plainValues = 'scripts/chart/plain-values.yaml';

/** What renders them: most by the first, one template by each of the others. */
export const plainReleases = [
  { ...plain, values: [plainValues] },
  { ...plain, values: [plainValues, 'scripts/chart/guarded-values.yaml'] },
  { ...plain, values: [plainValues, 'scripts/chart/enrolment-values.yaml'] },
] as const;

/** What the second release alone has, and the third. */
const guardedTemplate = 'monitoring/guarded-metrics.yaml';
const enrolmentTemplate = 'enrolment.yaml';

const namespaceFile = 'deploy/operator/00-namespace.yaml';

/** Which templates each file has, in the order in which they are to be applied. */
const templatesOf: Readonly<Record<string, readonly string[]>> = {
  'deploy/operator/10-rbac.yaml': ['serviceaccount.yaml', 'rbac.yaml'],
  'deploy/operator/15-aggregate-roles.yaml': ['aggregate-roles.yaml'],
  'deploy/policies/10-operator-writes.yaml': ['policies/10-operator-writes.yaml'],
  'deploy/policies/20-issuers.yaml': ['policies/20-issuers.yaml'],
  'deploy/policies/30-agents.yaml': ['policies/30-agents.yaml'],
  'deploy/policies/40-state.yaml': ['policies/40-state.yaml'],
  'deploy/operator/20-deployment.yaml': ['deployment.yaml'],
  'deploy/operator/30-disruption.yaml': ['poddisruptionbudget.yaml'],
  'deploy/operator/40-network.yaml': ['networkpolicy.yaml'],
  'deploy/monitoring/pod-monitors.yaml': ['monitoring/operator-monitor.yaml', 'monitoring/agents-monitor.yaml'],
  'deploy/monitoring/guarded-metrics.yaml': [guardedTemplate],
  'deploy/enrolment/plant.yaml': [enrolmentTemplate],
};

/** Not for everybody. */
const apart = ['deploy/monitoring/', 'deploy/enrolment/'];

const notice = '# Rendered from charts/mqtt-security-operator by `npm run gen`: change it there.\n';

/** The files by their path. Errors: a template that is in none of them, or has rendered nothing. */
export function plainManifests(releases: readonly ReadonlyMap<string, string>[]): ReadonlyMap<string, string> {
  const [first, second, third] = releases;
  const rendered = new Map([
    ...(first ?? []),
    [guardedTemplate, second?.get(guardedTemplate) ?? ''],
    [enrolmentTemplate, third?.get(enrolmentTemplate) ?? ''],
  ]);
  const used = new Set(Object.values(templatesOf).flat());
  const unused = [...rendered.keys()].filter((name) => !used.has(name));
  if (unused.length > 0) throw new Error(`render deploy: ${unused.join(', ')} is in no file`);
  const files = Object.entries(templatesOf).map(([file, templates]) => {
    return [file, templates.map((name) => plainText(name, rendered.get(name))).join('---\n')] as const;
  });
  const all = [...definitionFiles(), namespaceFile].map(repositoryText);
  const installed = files.filter(([file]) => !apart.some((folder) => file.startsWith(folder)));
  const install = [...all, ...installed.map(([, text]) => text)].join('---\n');
  return new Map([
    ...files.map(([file, text]) => [file, notice + text] as const),
    ['deploy/install.yaml', notice + install],
  ]);
}

/** Without what says that Helm keeps it. */
function plainText(name: string, text: string | undefined): string {
  if (!text) throw new Error(`render deploy: ${name} has rendered nothing`);
  return `${text.replace(/^ *(app\.kubernetes\.io\/managed-by: Helm|helm\.sh\/chart: .*)\n/gm, '').trim()}\n`;
}
