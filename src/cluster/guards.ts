/** Whether the admission policies of deploy/policies are in force. */
import type { KubeClient } from '../kube/client.ts';
import type { KubeObject, ResourceType } from '../kube/object.ts';
import { listed } from './listing.ts';
import { attempted } from './problems.ts';

interface Binding extends KubeObject {
  readonly spec?: {
    readonly policyName?: string;
    readonly validationActions?: readonly string[];
    readonly matchResources?: { readonly namespaceSelector?: object; readonly objectSelector?: object };
  };
}

const admission = { group: 'admissionregistration.k8s.io', version: 'v1', namespaced: false } as const;
const policies: ResourceType = {
  ...{ ...admission, plural: 'validatingadmissionpolicies', kind: 'ValidatingAdmissionPolicy' },
};
const bindings: ResourceType<Binding> = {
  ...{ ...admission, plural: 'validatingadmissionpolicybindings', kind: 'ValidatingAdmissionPolicyBinding' },
};

/** What is open without each of the policies. */
const guarded: Readonly<Record<string, string>> = {
  'mqtt-security-issuers':
    'whoever may make CertificateRequests beside a broker gets a certificate of its issuer in any name',
  'mqtt-security-cluster-issuers': 'every namespace may ask a ClusterIssuer of a broker for a certificate in any name',
  'mqtt-security-agents': 'an agent may report for instances of others',
  'mqtt-security-operator-secrets': 'the operator may write Secrets that are not its own',
  'mqtt-security-operator-children': 'the operator may write objects that are not its own',
  'mqtt-security-status': 'others than the operator may write the status of its objects',
  'mqtt-security-bundles': 'others than the operator may write bundles and ledgers',
};

/** A policy that does not hold everywhere. */
interface OpenGuard {
  readonly policy: string;
  readonly state: 'Missing' | 'Unbound' | 'Partial';
  readonly consequence: string;
}

export type Guards =
  /** Those that are not in force in the whole cluster; none is as it should be. */
  | { readonly isKnown: true; readonly open: readonly OpenGuard[] }
  /** Why it is not known: the reader may not, or the server has no such policies. */
  | { readonly isKnown: false; readonly problem: string };

export async function guardsOf(client: KubeClient): Promise<Guards> {
  const [known, bound] = await Promise.all([
    attempted(listed(client, policies, {}, ({ metadata }) => metadata.name)),
    attempted(listed(client, bindings, {}, (binding) => binding)),
  ]);
  if (!known.ok) return { isKnown: false, problem: known.problem };
  if (!bound.ok) return { isKnown: false, problem: bound.problem };
  const open = Object.entries(guarded).flatMap(([policy, consequence]): OpenGuard[] => {
    const state = stateOf(policy, known.value, bound.value);
    return state === undefined ? [] : [{ policy, state, consequence }];
  });
  return { isKnown: true, open };
}

function stateOf(policy: string, known: readonly string[], bound: readonly Binding[]): OpenGuard['state'] | undefined {
  if (!known.includes(policy)) return 'Missing';
  const denying = bound.filter(
    ({ spec }) => spec?.policyName === policy && spec.validationActions?.includes('Deny') === true,
  );
  if (denying.length === 0) return 'Unbound';
  return denying.some(({ spec }) => isEverywhere(spec?.matchResources)) ? undefined : 'Partial';
}

/** The server writes selectors that are empty, and so select all. */
function isEverywhere(match: NonNullable<Binding['spec']>['matchResources']): boolean {
  const selectors = [match?.namespaceSelector, match?.objectSelector];
  return selectors.every((selector) => selector === undefined || Object.keys(selector).length === 0);
}

const texts: Readonly<Record<OpenGuard['state'], string>> = {
  Missing: 'is not installed',
  Unbound: 'is bound to nothing',
  Partial: 'is bound in a part of the cluster only',
};

/** One line for each that is open, for a person; one for all where there is none at all. */
export function guardLines(guards: Guards): readonly string[] {
  if (!guards.isKnown) return [];
  const isNone = guards.open.length === Object.keys(guarded).length;
  if (isNone && guards.open.every(({ state }) => state === 'Missing')) {
    return [`no admission policy is installed: ${guarded['mqtt-security-issuers'] ?? ''}; apply deploy/policies`];
  }
  return guards.open.map(
    ({ policy, state, consequence }) =>
      `admission policy ${policy} ${texts[state]}: ${consequence}; apply deploy/policies`,
  );
}
