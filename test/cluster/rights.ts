/** Rights as RBAC names them: those that are granted, those that were used, and what is too much on either side. */
import { readFileSync } from 'node:fs';
import { loadAll } from 'js-yaml';
import type { ApiCall } from './fault-proxy/call.ts';

/** One right: `verb resource.group`, the subresource after a slash; of one name only, when there is one. */
export interface Right {
  readonly verb: string;
  /** Such as `configmaps`, `mqttdevices.mqttsecurity.io` or `mqttdevices/status.mqttsecurity.io`. */
  readonly resource: string;
  readonly name?: string;
}

export interface PolicyRule {
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

interface RoleLike {
  readonly kind: string;
  readonly rules?: readonly PolicyRule[];
}

export function rightsOf(rules: readonly PolicyRule[]): readonly Right[] {
  return rules.flatMap(({ apiGroups = [], resources = [], resourceNames = [undefined], verbs }) =>
    apiGroups.flatMap((group) =>
      resources.flatMap((resource) =>
        verbs.flatMap((verb) =>
          resourceNames.map((name) => ({
            verb,
            resource: resourceText(group, resource),
            ...(name !== undefined && { name }),
          })),
        ),
      ),
    ),
  );
}

/** What the Roles and ClusterRoles of a file with manifests grant. */
export function grantedIn(file: string): readonly Right[] {
  const documents = loadAll(readFileSync(file, 'utf8')) as readonly RoleLike[];
  const roles = documents.filter(({ kind }) => kind === 'Role' || kind === 'ClusterRole');
  return rightsOf(roles.flatMap(({ rules = [] }) => rules));
}

/** The rights that a call needs which was answered with this status: an apply that made the object needs two. */
function rightsFor(call: ApiCall, status: number): readonly Right[] {
  const { api, plural, subresource, verb } = call;
  if (plural === '' || verb === 'other') return [];
  const [, , group = ''] = api.startsWith('/apis/') ? api.split('/') : [];
  const resource = resourceText(group, subresource === undefined ? plural : `${plural}/${subresource}`);
  const name = call.name ?? nameInSelector(call);
  const right = (of: string): Right => ({ verb: of, resource, ...(name !== undefined && { name }) });
  if (verb !== 'apply') return [right(verb)];
  return status === 201 ? [right('patch'), right('create')] : [right('patch')];
}

/** Who grants a right must have it: what is in the Role that is written. */
function rightsGranted({ plural, body, verb }: ApiCall): readonly Right[] {
  if (plural !== 'roles' || !['create', 'apply', 'update'].includes(verb)) return [];
  return rightsOf((JSON.parse(body.toString()) as { readonly rules?: readonly PolicyRule[] }).rules ?? []);
}

/** A list or a watch of one object is allowed where that name is. */
function nameInSelector({ query }: ApiCall): string | undefined {
  return /^metadata\.name=([^,]+)$/.exec(query.get('fieldSelector') ?? '')?.[1];
}

function resourceText(group: string, resource: string): string {
  return group === '' ? resource : `${resource}.${group}`;
}

/** Collects the rights that somebody used. */
export class RightsLog {
  readonly #used = new Map<string, Right>();
  readonly #refused = new Map<string, Right>();

  get used(): readonly Right[] {
    return [...this.#used.values()];
  }

  /** Calls that were answered with 403, as text. */
  get refused(): readonly string[] {
    return [...this.#refused.values()].map(rightText);
  }

  add(call: ApiCall, status: number): void {
    const into = status === 403 ? this.#refused : this.#used;
    const rights = [...rightsFor(call, status), ...(status < 300 ? rightsGranted(call) : [])];
    for (const right of rights) into.set(JSON.stringify(right), right);
  }
}

export interface RightsDifference {
  /** Used and not granted. */
  readonly missing: readonly string[];
  /** Granted and never used. */
  readonly surplus: readonly string[];
}

export function rightsDifference(granted: readonly Right[], used: readonly Right[]): RightsDifference {
  const isMet = (need: Right) => granted.some((right) => grants(right, need));
  const isUsed = (right: Right) => used.some((need) => grants(right, need));
  return {
    missing: sortedTexts(used.filter((need) => !isMet(need))),
    surplus: sortedTexts(granted.filter((right) => !isUsed(right))),
  };
}

/** A right without a name is one to every name; `create` is decided before there is a name. */
function grants(right: Right, need: Right): boolean {
  const isNamed = right.name === undefined || (right.name === need.name && need.verb !== 'create');
  return right.verb === need.verb && right.resource === need.resource && isNamed;
}

function rightText({ verb, resource, name }: Right): string {
  return `${verb} ${resource}${name === undefined ? '' : ` ${name}`}`;
}

function sortedTexts(rights: readonly Right[]): readonly string[] {
  return [...new Set(rights.map(rightText))].sort();
}
