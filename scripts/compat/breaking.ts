/**
 * What a change of a definition breaks: manifests that were good and are not any more, stored objects that cannot be written again,
 * and words that people type. Each rule is a row. Widening is free.
 */
import { isDeepStrictEqual } from 'node:util';

/** A node of the schema of a custom resource definition. */
export type Schema = Readonly<Record<string, unknown>>;

/** What users rely on of a definition, without descriptions and columns. */
export interface Kind {
  readonly scope: string;
  readonly plural: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  /** By name; those that are served alone. */
  readonly versions: Readonly<Record<string, Version>>;
}

interface Version {
  readonly subresources: readonly string[];
  readonly selectable: readonly string[];
  readonly schema: Schema;
}

export type Kinds = Readonly<Record<string, Kind>>;

/** One thing that breaks. */
export interface Break {
  /** Such as `MqttDevice v1alpha1 spec.rules[*].topic`. */
  readonly at: string;
  /** Such as `the field is gone`. */
  readonly what: string;
}

/** All that the later definitions break of the former ones. */
export function breaksBetween(former: Kinds, later: Kinds): readonly Break[] {
  return Object.entries(former).flatMap(([name, kind]) => {
    const same = later[name];
    return same ? kindBreaks(name, kind, same) : [{ at: name, what: 'the kind is gone' }];
  });
}

function kindBreaks(at: string, former: Kind, later: Kind): readonly Break[] {
  return [
    ...(former.scope === later.scope ? [] : [{ at, what: `the scope was ${former.scope}` }]),
    ...(former.plural === later.plural ? [] : [{ at, what: `its plural was ${former.plural}` }]),
    ...gone(former.shortNames, later.shortNames).map((name) => ({ at, what: `the short name ${name} is gone` })),
    ...gone(former.categories, later.categories).map((name) => ({ at, what: `the category ${name} is gone` })),
    ...Object.entries(former.versions).flatMap(([name, version]) => {
      const same = later.versions[name];
      return same ? versionBreaks(`${at} ${name}`, version, same) : [{ at, what: `version ${name} is not served` }];
    }),
  ];
}

function versionBreaks(at: string, former: Version, later: Version): readonly Break[] {
  return [
    ...gone(former.subresources, later.subresources).map((name) => ({ at, what: `the subresource ${name} is gone` })),
    ...gone(former.selectable, later.selectable).map((name) => ({ at, what: `${name} cannot be selected by` })),
    ...nodeBreaks(`${at} `, former.schema, later.schema),
  ];
}

/** What is wrong between a node as it was and as it is; nothing if all is well. */
type Rule = (former: Schema, later: Schema) => readonly string[];

/** Keywords whose value may be any other. */
const free = new Set(['description', 'title', 'example', 'externalDocs']);
const limits = {
  upper: ['maximum', 'maxLength', 'maxItems', 'maxProperties'],
  lower: ['minimum', 'minLength', 'minItems', 'minProperties'],
} as const;
/** Keywords that a rule below knows. Any other that changes is told, for nobody has thought of it. */
const known = new Set([
  ...['properties', 'items', 'additionalProperties', 'required', 'enum', 'pattern', 'multipleOf', 'default'],
  ...['x-kubernetes-validations', 'x-kubernetes-preserve-unknown-fields', ...limits.upper, ...limits.lower],
]);

const rules: readonly Rule[] = [
  (former, later) => {
    const isOpen = later['x-kubernetes-preserve-unknown-fields'] === true || later['additionalProperties'];
    return isOpen ? [] : gone(fieldsOf(former), fieldsOf(later)).map((name) => `the field ${name} is gone`);
  },
  ({ additionalProperties, items }, later) => [
    ...(additionalProperties && !later['additionalProperties'] ? ['it takes no other keys any more'] : []),
    ...(items && !later['items'] ? ['its items are not known any more'] : []),
  ],
  (former, later) =>
    former['x-kubernetes-preserve-unknown-fields'] && !later['x-kubernetes-preserve-unknown-fields']
      ? ['unknown fields are dropped']
      : [],
  (former, later) =>
    added(former, later, 'required')
      .filter((name) => !hasDefault(later, name))
      .map((name) => `${name} is required`),
  (former, later) => {
    if (later['enum'] === undefined) return [];
    if (former['enum'] === undefined) return ['only certain values are taken'];
    return gone(listed(former, 'enum'), listed(later, 'enum')).map((value) => `${value} is not taken any more`);
  },
  ({ pattern }, later) =>
    later['pattern'] === undefined || later['pattern'] === pattern ? [] : ['values have to match another pattern'],
  ({ multipleOf }, later) => {
    const step = later['multipleOf'];
    const isFiner = typeof step !== 'number' || (typeof multipleOf === 'number' && multipleOf % step === 0);
    return isFiner ? [] : [`values have to be multiples of ${step}`];
  },
  ...limits.upper.map((name) => limitRule(name, (was, is) => is < was)),
  ...limits.lower.map((name) => limitRule(name, (was, is) => is > was)),
  (former, later) =>
    former['default'] === undefined || isDeepStrictEqual(former['default'], later['default'])
      ? []
      : [`the default was ${JSON.stringify(former['default'])}`],
  (former, later) => {
    const isOfNewField = (rule: string) =>
      added(former, later, 'properties').some((name) => rule.startsWith(`!has(self.${name}) || `));
    return gone(celOf(later), celOf(former))
      .filter((rule) => !isOfNewField(rule))
      .map((rule) => `there is the rule ${rule}`);
  },
  (former, later) =>
    [...new Set([...Object.keys(former), ...Object.keys(later)])]
      .filter((name) => !free.has(name) && !known.has(name) && !isDeepStrictEqual(former[name], later[name]))
      .map((name) => `${name} was ${former[name] === undefined ? 'not there' : JSON.stringify(former[name])}`),
];

function nodeBreaks(at: string, former: Schema, later: Schema): readonly Break[] {
  const below = (name: string) => (at.endsWith(' ') ? `${at}${name}` : `${at}.${name}`);
  const pairs: readonly (readonly [string, unknown, unknown])[] = [
    ...fieldsOf(former).map((name) => [below(name), fieldOf(former, name), fieldOf(later, name)] as const),
    [below('*'), former['additionalProperties'], later['additionalProperties']],
    [`${at}[*]`, former['items'], later['items']],
  ];
  return [
    ...rules.flatMap((rule) => rule(former, later).map((what) => ({ at: at.trimEnd(), what }))),
    ...pairs.flatMap(([place, one, other]) => (isSchema(one) && isSchema(other) ? nodeBreaks(place, one, other) : [])),
  ];
}

function limitRule(name: string, isTighter: (was: number, is: number) => boolean): Rule {
  return ({ [name]: was }, { [name]: is }) =>
    typeof is === 'number' && (typeof was !== 'number' || isTighter(was, is)) ? [`${name} is ${is}`] : [];
}

function gone(former: readonly string[], later: readonly string[]): readonly string[] {
  return former.filter((one) => !later.includes(one));
}

function added(former: Schema, later: Schema, keyword: string): readonly string[] {
  return gone(listed(later, keyword), listed(former, keyword));
}

/** The items of a list, or the keys of a map, as text. */
function listed(node: Schema, keyword: string): readonly string[] {
  const value = node[keyword];
  if (Array.isArray(value)) return value.map(String);
  return isSchema(value) ? Object.keys(value) : [];
}

function fieldsOf(node: Schema): readonly string[] {
  return listed(node, 'properties');
}

function fieldOf({ properties }: Schema, name: string): unknown {
  return isSchema(properties) && Object.hasOwn(properties, name) ? properties[name] : undefined;
}

function hasDefault(node: Schema, name: string): boolean {
  const field = fieldOf(node, name);
  return isSchema(field) && field['default'] !== undefined;
}

function celOf({ 'x-kubernetes-validations': rules }: Schema): readonly string[] {
  return Array.isArray(rules) ? rules.map((one) => String((one as { readonly rule: unknown }).rule)) : [];
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
