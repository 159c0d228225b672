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
  const isFine = (rulesByNode.get(kind) ?? none).every(({ at, rules }) =>
    isTrueBelow(stepsOf(at), 0, object, old, (self, former) => rules.every(({ holds }) => holds(self, former))),
  );
  return [
    ...(isFine ? none : crossFieldRules[kind].flatMap((rule) => ruleProblems(rule, object, old))),
    ...keyedLists[kind].flatMap(({ at, key }) => keyProblems(at, key, object)),
  ];
}

interface NodeRules {
  readonly at: string;
  readonly rules: readonly CrossFieldRule[];
}

/** By kind, the rules of each node: hardly any object breaks one, and each node is looked for once. */
const rulesByNode: ReadonlyMap<string, readonly NodeRules[]> = new Map(
  Object.entries(crossFieldRules).map(([kind, rules]) => [
    kind,
    Array.from(
      Map.groupBy(rules, ({ at }) => at),
      ([at, ofNode]) => ({ at, rules: ofNode }),
    ),
  ]),
);

function ruleProblems(
  { at, field, message, holds }: CrossFieldRule,
  object: unknown,
  old: unknown,
): readonly CrossFieldProblem[] {
  return nodesAt(at, object, old)
    .filter((node) => !holds(node.self, node.old))
    .map((node) => ({ path: pathText([...node.path, ...field.split('.').filter(Boolean)]), message }));
}

const knownSteps = new Map<string, readonly string[]>();

/** Patterns are those of the tables: each is taken apart once. */
function stepsOf(pattern: string): readonly string[] {
  const known = knownSteps.get(pattern);
  if (known) return known;
  const steps = pattern.match(/\[\*\]|[^.[]+/g) ?? [];
  knownSteps.set(pattern, steps);
  return steps;
}

/** Whether `isTrue` of all nodes that `nodesAt` would give, without making them: hardly any object breaks a rule. */
function isTrueBelow(
  steps: readonly string[],
  at: number,
  self: unknown,
  old: unknown,
  isTrue: CrossFieldRule['holds'],
): boolean {
  const step = steps[at];
  if (step === undefined) return isTrue(self, old);
  if (typeof self !== 'object' || self === null) return true;
  if (Array.isArray(self)) return self.every((item) => isTrueBelow(steps, at + 1, item, undefined, isTrue));
  const isTrueOf = (name: string) => {
    const value = own(self, name);
    return value === undefined || isTrueBelow(steps, at + 1, value, own(old, name), isTrue);
  };
  return step === '*' ? Object.keys(self).every(isTrueOf) : isTrueOf(step);
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
  const hasKeysOnce = (list: unknown) => !Array.isArray(list) || isEachOnce(list.map((item) => own(item, key)));
  if (isTrueBelow(stepsOf(at), 0, object, undefined, hasKeysOnce)) return none;
  return nodesAt(at, object, undefined).flatMap(({ path, self }) => {
    const keys = Array.isArray(self) ? self.map((item) => own(item, key)) : [];
    const message = `must have a \`${key}\` that no other item of the list has`;
    return keys.flatMap((value, i) => (keys.indexOf(value) < i ? [{ path: pathText([...path, i]), message }] : []));
  });
}

function isEachOnce(keys: readonly unknown[]): boolean {
  return keys.length < 2 || new Set(keys).size === keys.length;
}
