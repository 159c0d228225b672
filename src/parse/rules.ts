import { keyedLists } from '../api/lists.gen.ts';
import type { Kind } from '../domain/names.ts';
import { pathText, type Path } from './path.ts';
import { mqttBrokerRules } from './rules/broker.ts';
import { deviceCertificateRules } from './rules/certificate.ts';
import { brokerInstanceRules, mqttDeviceRules } from './rules/device.ts';
import type { CrossFieldRule } from './rules/table.ts';
import { aclTemplateRules } from './rules/template.ts';

/** Every cross-field rule, by kind; the same as in crds/. */
export const crossFieldRules: Readonly<Record<Kind, readonly CrossFieldRule[]>> = {
  MqttBroker: mqttBrokerRules,
  BrokerInstance: brokerInstanceRules,
  AclTemplate: aclTemplateRules,
  MqttDevice: mqttDeviceRules,
  DeviceCertificate: deviceCertificateRules,
};

const none: readonly never[] = [];

export interface CrossFieldProblem {
  /** Such as `spec.rules[2].actions`; it names the missing field where one is missing. */
  readonly path: string;
  readonly message: string;
}

/**
 * What the cross-field rules of `kind` find in an object that its schema has accepted, with defaults put in: the rules
 * of crds/, and items of a list that have the same key. `old` is the version before; without it nothing is immutable.
 */
export function crossFieldProblems(kind: Kind, object: unknown, old?: unknown): readonly CrossFieldProblem[] {
  if (areTrueBelow(checksOf(kind), object, old)) return none;
  return [
    ...crossFieldRules[kind].flatMap((rule) => ruleProblems(rule, object, old)),
    ...keyedLists[kind].flatMap(({ at, key }) => keyProblems(at, key, object)),
  ];
}

/** What is asked of a node, and of those below it, by the step that leads there. */
interface Checks {
  readonly holds: CrossFieldRule['holds'][];
  readonly below: { readonly step: string; readonly checks: Checks }[];
}

const checksByKind = new Map<Kind, Checks>();

/** All rules of a kind as a tree, for hardly any object breaks one: each node is looked at once, whatever rules it has. */
function checksOf(kind: Kind): Checks {
  const known = checksByKind.get(kind);
  if (known) return known;
  const root: Checks = { holds: [], below: [] };
  for (const { at, holds } of crossFieldRules[kind]) checksAt(root, at).holds.push(holds);
  for (const { at, key } of keyedLists[kind]) checksAt(root, at).holds.push((list) => isEachOnce(keysIn(list, key)));
  checksByKind.set(kind, root);
  return root;
}

function checksAt(root: Checks, pattern: string): Checks {
  return stepsOf(pattern).reduce((above, step) => {
    const known = above.below.find((one) => one.step === step);
    if (known) return known.checks;
    const checks: Checks = { holds: [], below: [] };
    above.below.push({ step, checks });
    return checks;
  }, root);
}

function areTrueBelow({ holds, below }: Checks, self: unknown, old: unknown): boolean {
  if (!holds.every((isTrue) => isTrue(self, old))) return false;
  if (below.length === 0 || typeof self !== 'object' || self === null) return true;
  if (Array.isArray(self)) {
    return below.every(({ checks }) => self.every((item) => areTrueBelow(checks, item, undefined)));
  }
  return below.every(({ step, checks }) => {
    const names = step === '*' ? Object.keys(self) : [step];
    return names.every((name) => {
      const value = own(self, name);
      return value === undefined || areTrueBelow(checks, value, own(old, name));
    });
  });
}

function ruleProblems(
  { at, field, message, holds }: CrossFieldRule,
  object: unknown,
  old: unknown,
): readonly CrossFieldProblem[] {
  return nodesAt(at, object, old)
    .filter((node) => !holds(node.self, node.old))
    .map((node) => ({ path: pathText([...node.path, ...field.split('.').filter(Boolean)]), message }));
}

function stepsOf(pattern: string): readonly string[] {
  return pattern.match(/\[\*\]|[^.[]+/g) ?? [];
}

interface Node {
  readonly path: Path;
  readonly self: unknown;
  readonly old: unknown;
}

/** The nodes that a pattern such as `spec.rules[*].topic` selects and that are there. */
function nodesAt(pattern: string, self: unknown, old: unknown): readonly Node[] {
  let nodes: readonly Node[] = [{ path: [], self, old }];
  for (const step of stepsOf(pattern)) nodes = nodes.flatMap((node) => nodesBelow(node, step));
  return nodes;
}

function nodesBelow({ path, self, old }: Node, step: string): Node[] {
  if (typeof self !== 'object' || self === null) return [];
  // Items of a list have no former version: nothing says which one it was.
  if (Array.isArray(self)) return self.map((item: unknown, i) => ({ path: [...path, i], self: item, old: undefined }));
  const names = step === '*' ? Object.keys(self) : [step];
  return names
    .map((name) => ({ path: [...path, name], self: own(self, name), old: own(old, name) }))
    .filter((node) => node.self !== undefined);
}

function own(object: unknown, name: string): unknown {
  if (typeof object !== 'object' || object === null || !Object.hasOwn(object, name)) return undefined;
  return (object as Readonly<Record<string, unknown>>)[name];
}

function keyProblems(at: string, key: string, object: unknown): readonly CrossFieldProblem[] {
  return nodesAt(at, object, undefined).flatMap(({ path, self }) => {
    const keys = keysIn(self, key);
    const message = `must have a \`${key}\` that no other item of the list has`;
    return keys.flatMap((value, i) => (keys.indexOf(value) < i ? [{ path: pathText([...path, i]), message }] : []));
  });
}

function keysIn(list: unknown, key: string): readonly unknown[] {
  return Array.isArray(list) ? list.map((item) => own(item, key)) : none;
}

function isEachOnce(keys: readonly unknown[]): boolean {
  return keys.length < 2 || new Set(keys).size === keys.length;
}
