/**
 * What holds for everything that the chart renders, whatever its values: pods that the level `restricted` of pod security
 * admits, rights without wildcards, references that lead somewhere. Each rule is a row.
 */

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly rules?: readonly PolicyRule[];
  readonly roleRef?: { readonly kind: string; readonly name: string };
  readonly spec?: Spec;
}

interface PolicyRule {
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly verbs: readonly string[];
}

interface Spec extends PodSpec {
  readonly replicas?: number;
  readonly selector?: { readonly matchLabels?: Labels } & Labels;
  readonly podSelector?: { readonly matchLabels?: Labels };
  /** Of a Service. */
  readonly ports?: readonly { readonly port: number; readonly targetPort?: number | string }[];
  readonly template?: { readonly metadata: { readonly labels: Labels }; readonly spec: PodSpec };
}

type Labels = Readonly<Record<string, unknown>>;

interface PodSpec {
  readonly automountServiceAccountToken?: boolean;
  readonly hostNetwork?: boolean;
  readonly hostPID?: boolean;
  readonly hostIPC?: boolean;
  readonly securityContext?: { readonly runAsNonRoot?: boolean; readonly seccompProfile?: { readonly type: string } };
  readonly volumes?: readonly { readonly name: string; readonly hostPath?: unknown }[];
  readonly containers?: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly topologySpreadConstraints?: readonly unknown[];
  readonly affinity?: unknown;
}

interface Probe {
  readonly httpGet?: { readonly port: number | string };
}

interface Container {
  readonly image: string;
  readonly ports?: readonly { readonly name?: string; readonly containerPort: number }[];
  readonly startupProbe?: Probe;
  readonly livenessProbe?: Probe;
  readonly readinessProbe?: Probe;
  readonly resources?: { readonly requests?: Labels; readonly limits?: Labels };
  readonly securityContext?: {
    readonly allowPrivilegeEscalation?: boolean;
    readonly privileged?: boolean;
    readonly readOnlyRootFilesystem?: boolean;
    readonly capabilities?: { readonly drop?: readonly string[]; readonly add?: readonly string[] };
  };
}

/** What is wrong with one manifest among all of its release; nothing if all is well. */
type Rule = (one: Manifest, all: readonly Manifest[]) => string | false | undefined;

const rules: readonly Rule[] = [
  (one) => missingLabels(one).length > 0 && `lacks the labels ${missingLabels(one).join(', ')}`,
  (one, all) => all.filter((other) => idOf(other) === idOf(one)).length > 1 && 'is there twice',
  ...[
    podRule((pod) => pod.securityContext?.runAsNonRoot !== true && 'may run as root'),
    podRule((pod) => pod.securityContext?.seccompProfile?.type !== 'RuntimeDefault' && 'has no seccomp profile'),
    podRule((pod) => (pod.hostNetwork ?? pod.hostPID ?? pod.hostIPC ?? false) && 'shares a namespace of its node'),
    podRule((pod) => pod.volumes?.some(({ hostPath }) => hostPath !== undefined) && 'mounts a path of its node'),
    podRule((pod) => pod.automountServiceAccountToken === undefined && 'does not say whether it has a token'),
  ],
  ...[
    containerRule(
      ({ securityContext: context }) => context?.allowPrivilegeEscalation !== false && 'may get more rights',
    ),
    containerRule(({ securityContext: context }) => context?.privileged && 'is privileged'),
    containerRule(
      ({ securityContext: context }) => context?.readOnlyRootFilesystem !== true && 'may write to its root',
    ),
    containerRule(({ securityContext: context }) => !hasNoCapabilities(context?.capabilities) && 'keeps capabilities'),
    containerRule(({ image }) => /(:latest|^[^:@]+|\/[^:@]+)$/.test(image) && 'has an image without a version'),
    containerRule(
      ({ resources }) => !hasLimits(resources) && 'asks for no processor or memory, or has no limit of memory',
    ),
    containerRule((container, { kind }) => kind === 'Deployment' && !isProbed(container) && 'has no probes'),
    containerRule(
      (container) => probedPorts(container).some((port) => !opens(container, port)) && 'probes a closed port',
    ),
  ],
  ...[
    grantRule(
      ({ verbs, resources = [], apiGroups = [] }) => [...verbs, ...resources, ...apiGroups].includes('*') && 'anything',
    ),
    grantRule(
      ({ verbs, resources }) =>
        includesAny(resources, ['secrets']) && includesAny(verbs, ['list', 'watch']) && 'to list Secrets',
    ),
    grantRule(({ verbs }) => includesAny(verbs, ['escalate', 'bind', 'impersonate']) && 'to take the rights of others'),
    grantRule(
      ({ resources }) =>
        includesAny(resources, ['pods/exec', 'pods/attach', 'pods/ephemeralcontainers', 'nodes/proxy']) &&
        'to enter pods',
    ),
    grantRule(
      ({ verbs, resources }) => includesAny(resources, ['pods']) && includesAny(verbs, ['create']) && 'to make pods',
    ),
  ],
  ({ roleRef, metadata }, all) =>
    roleRef && !isRendered(all, roleRef, metadata.namespace) && `binds ${roleRef.name}, which is not there`,
  (one, all) => one.kind === 'Service' && !selectsPods(one.spec?.selector, all) && 'selects no pods',
  (one, all) => one.kind === 'Service' && leadsNowhere(one.spec ?? {}, all) && 'leads to a closed port',
  (one, all) =>
    one.kind === 'PodDisruptionBudget' && !selectsPods(one.spec?.selector?.matchLabels, all) && 'selects no pods',
  (one, all) =>
    one.kind === 'NetworkPolicy' && !selectsPods(one.spec?.podSelector?.matchLabels, all) && 'selects no pods',
  (one, all) =>
    one.kind === 'Deployment' && !selectsPods(one.spec?.selector?.matchLabels, all) && 'does not select its pods',
];

/** What is wrong with the manifests of a release, one line for each. */
export function lintProblems(manifests: readonly Manifest[]): readonly string[] {
  return manifests.flatMap((one) =>
    rules.flatMap((rule) => {
      const problem = rule(one, manifests);
      return typeof problem === 'string' ? [`${one.kind} ${one.metadata.name} ${problem}`] : [];
    }),
  );
}

function podOf({ kind, spec }: Manifest): PodSpec | undefined {
  return kind === 'Pod' ? spec : spec?.template?.spec;
}

function podRule(problem: (pod: PodSpec) => string | false | undefined): Rule {
  return (one) => {
    const pod = podOf(one);
    return pod && problem(pod);
  };
}

function containerRule(problem: (container: Container, one: Manifest) => string | false | undefined): Rule {
  return (one) => {
    const { containers = [], initContainers = [] } = podOf(one) ?? {};
    return [...containers, ...initContainers].map((container) => problem(container, one)).find(Boolean);
  };
}

function grantRule(grant: (rule: PolicyRule) => string | false): Rule {
  return ({ kind, rules: granted = [] }) => {
    const found = kind.endsWith('Role') ? granted.map(grant).find(Boolean) : undefined;
    return found && `grants a right ${found}`;
  };
}

const neededLabels = ['name', 'instance', 'version', 'component', 'part-of', 'managed-by'];

/** What somebody adds by `extraObjects` has the labels that he gives it. */
function missingLabels({ metadata: { labels = {} } }: Manifest): readonly string[] {
  if (labels['helm.sh/chart'] === undefined) return [];
  return neededLabels.map((name) => `app.kubernetes.io/${name}`).filter((name) => labels[name] === undefined);
}

function idOf({ kind, metadata: { name, namespace = '' } }: Manifest): string {
  return `${kind} ${namespace}/${name}`;
}

function hasNoCapabilities(capabilities: { readonly drop?: readonly string[]; readonly add?: readonly string[] } = {}) {
  return (capabilities.drop ?? []).includes('ALL') && (capabilities.add ?? []).length === 0;
}

function hasLimits({ requests = {}, limits = {} }: NonNullable<Container['resources']> = {}): boolean {
  return requests['cpu'] !== undefined && requests['memory'] !== undefined && limits['memory'] !== undefined;
}

function isProbed({ livenessProbe, readinessProbe }: Container): boolean {
  return livenessProbe !== undefined && readinessProbe !== undefined;
}

function probedPorts({ startupProbe, livenessProbe, readinessProbe }: Container): readonly (number | string)[] {
  return [startupProbe, livenessProbe, readinessProbe].flatMap((probe) => probe?.httpGet?.port ?? []);
}

function opens({ ports = [] }: Container, port: number | string): boolean {
  return ports.some(({ name, containerPort }) => port === name || port === containerPort);
}

function leadsNowhere({ selector = {}, ports = [] }: Spec, all: readonly Manifest[]): boolean {
  const containers = selectedPods(selector, all).flatMap((pod) => pod.containers ?? []);
  const targets = ports.map(({ port, targetPort = port }) => targetPort);
  return containers.length > 0 && targets.some((port) => !containers.some((container) => opens(container, port)));
}

function includesAny(words: readonly string[] = [], wanted: readonly string[]): boolean {
  return words.some((word) => wanted.includes(word));
}

function isRendered(
  all: readonly Manifest[],
  { kind, name }: { readonly kind: string; readonly name: string },
  namespace = '',
): boolean {
  const inNamespace = kind === 'Role' ? namespace : '';
  return all.some((one) => idOf(one) === idOf({ apiVersion: '', kind, metadata: { name, namespace: inNamespace } }));
}

function selectsPods(selector: Labels | undefined, all: readonly Manifest[]): boolean {
  return selectedPods(selector ?? {}, all).length > 0;
}

/** Of the Deployments; none by an empty selector. */
function selectedPods(selector: Labels, all: readonly Manifest[]): readonly PodSpec[] {
  const wanted = Object.entries(selector);
  if (wanted.length === 0) return [];
  const isSelected = (labels: Labels) => wanted.every(([name, value]) => labels[name] === value);
  return all.flatMap(({ spec }) =>
    spec?.template && isSelected(spec.template.metadata.labels) ? [spec.template.spec] : [],
  );
}
