import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { load } from 'js-yaml';
import type { Kind } from '../../src/domain/names.ts';

/** A node of the OpenAPI schema of a custom resource definition, as far as our definitions use it. */
export interface SchemaNode {
  readonly description?: string;
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'boolean';
  readonly format?: string;
  readonly enum?: readonly string[];
  readonly default?: unknown;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly multipleOf?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly additionalProperties?: SchemaNode;
  readonly items?: SchemaNode;
  readonly 'x-kubernetes-list-type'?: 'atomic' | 'set' | 'map';
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-validations'?: readonly CelRule[];
}

interface CelRule {
  readonly rule: string;
  readonly message: string;
  readonly fieldPath?: string;
  readonly reason?: string;
}

export interface Definition {
  readonly kind: Kind;
  readonly plural: string;
  readonly shortNames: readonly string[];
  readonly schema: SchemaNode;
  readonly columns: readonly { readonly name: string; readonly jsonPath: string; readonly priority?: number }[];
  readonly selectable: readonly string[];
}

interface DefinitionYaml {
  readonly spec: {
    readonly names: { readonly kind: Kind; readonly plural: string; readonly shortNames: readonly string[] };
    readonly versions: readonly [
      {
        readonly schema: { readonly openAPIV3Schema: SchemaNode };
        readonly additionalPrinterColumns: Definition['columns'];
        readonly selectableFields?: readonly { readonly jsonPath: string }[];
      },
    ];
  };
}

/** In which order the kinds are presented: what one needs first comes first. */
const order: readonly Kind[] = ['MqttBroker', 'AclTemplate', 'MqttDevice', 'DeviceCertificate', 'BrokerInstance'];

export function definitionsIn(directory: string): readonly Definition[] {
  const files = readdirSync(directory).filter((name) => name.endsWith('.yaml'));
  const definitions = files.map((name) => definitionOf(readFileSync(path.join(directory, name), 'utf8')));
  return definitions.sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
}

function definitionOf(text: string): Definition {
  const { spec } = load(text) as DefinitionYaml;
  const [version] = spec.versions;
  return {
    kind: spec.names.kind,
    plural: spec.names.plural,
    shortNames: spec.names.shortNames,
    schema: version.schema.openAPIV3Schema,
    columns: version.additionalPrinterColumns,
    selectable: (version.selectableFields ?? []).map(({ jsonPath }) => jsonPath),
  };
}

export interface Located {
  /** Such as `spec.rules[*].topic`; `.*` stands for each value of a map. */
  readonly path: string;
  readonly node: SchemaNode;
  readonly required: boolean;
}

/** The node and all below it, parents first, in the order of the definition. */
export function nodesOf(node: SchemaNode, at = '', required = true): readonly Located[] {
  const below = (name: string) => (at === '' ? name : `${at}.${name}`);
  return [
    { path: at, node, required },
    ...Object.entries(node.properties ?? {}).flatMap(([name, child]) =>
      nodesOf(child, below(name), node.required?.includes(name) ?? false),
    ),
    ...(node.additionalProperties ? nodesOf(node.additionalProperties, below('*')) : []),
    ...(node.items ? nodesOf(node.items, `${at}[*]`) : []),
  ];
}
