/** The manifests of deploy/ that are rendered from the chart, for those who do not use Helm. */
import type { Rendering } from './render.ts';
import { definitionFiles, repositoryText } from './source.ts';

const plain = { release: 'mqtt-security-operator', namespace: 'mqtt-security-system' } as const;
const plainValues = (...more: readonly string[]) => ({
  ...plain,
  values: ['plain', ...more].map((name) => `scripts/chart/${name}-values.yaml`),
});

/** What renders them: most the first. */
export const plainReleases = {
  plain: plainValues(),
  guarded: plainValues('guarded'),
  enrolment: plainValues('enrolment'),
  namespaced: plainValues('namespaced'),
} satisfies Readonly<Record<string, Rendering>>;

/** What each component of kustomize makes of deploy/, but for the kinds. */
export const componentReleases = {
  namespaced: plainReleases.namespaced,
  ha: plainValues('ha'),
  'without-kinds': plainReleases.plain,
} satisfies Readonly<Record<string, Rendering>>;

type PlainRelease = keyof typeof plainReleases;

/** Of each release, what its templates have rendered. */
export type PlainRenderings = Readonly<Record<PlainRelease, ReadonlyMap<string, string>>>;

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
};

/** What others than the first render of one template; what the first has of it, too, is left out. */
const furtherOf: Readonly<Record<string, { readonly release: PlainRelease; readonly template: string }>> = {
  'deploy/monitoring/guarded-metrics.yaml': { release: 'guarded', template: 'monitoring/guarded-metrics.yaml' },
  'deploy/enrolment/plant.yaml': { release: 'enrolment', template: 'enrolment.yaml' },
  'deploy/components/namespaced/rbac.yaml': { release: 'namespaced', template: 'rbac.yaml' },
};

/** Not for everybody. */
const apart = ['deploy/monitoring/'];

const notice = '# Rendered from charts/mqtt-security-operator by `npm run gen`: change it there.\n';

/** The files by their path. Errors: a template that is in none of them, or has rendered nothing. */
export function plainManifests(rendered: PlainRenderings): ReadonlyMap<string, string> {
  const used = new Set(Object.values(templatesOf).flat());
  const unused = [...rendered.plain.keys()].filter((name) => !used.has(name));
  if (unused.length > 0) throw new Error(`render deploy: ${unused.join(', ')} is in no file`);
  const files = Object.entries(templatesOf).map(([file, templates]) => {
    return [file, templates.map((name) => plainText(name, rendered.plain.get(name))).join('---\n')] as const;
  });
  const further = Object.entries(furtherOf).map(([file, { release, template }]) => {
    const known = documents(rendered.plain.get(template) ?? '');
    const more = documents(rendered[release].get(template) ?? '').filter((text) => !known.includes(text));
    return [file, plainText(template, more.join('\n---\n'))] as const;
  });
  const all = [...definitionFiles(), namespaceFile].map(repositoryText);
  const installed = files.filter(([file]) => !apart.some((folder) => file.startsWith(folder)));
  const install = [...all, ...installed.map(([, text]) => text)].join('---\n');
  return new Map([
    ...[...files, ...further].map(([file, text]) => [file, notice + text] as const),
    ['deploy/install.yaml', notice + install],
  ]);
}

function documents(text: string): readonly string[] {
  return text.split(/^---\n/m).map((one) => one.trim());
}

function plainText(name: string, text: string | undefined): string {
  if (!text) throw new Error(`render deploy: ${name} has rendered nothing`);
  return `${withoutHelm(text).trim()}\n`;
}

/** Without what says that Helm keeps it. */
export function withoutHelm(text: string): string {
  return text.replace(/^ *(app\.kubernetes\.io\/managed-by: Helm|helm\.sh\/chart: .*)\n/gm, '');
}
