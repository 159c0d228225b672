import { apiVersion } from '../../src/domain/names.ts';
import { nodesOf, type Definition, type SchemaNode } from './crd.ts';

export type JsonSchema = Readonly<Record<string, unknown>>;

/** Keywords that mean the same to the API server and to ajv. */
const shared = [
  'enum',
  'default',
  'pattern',
  'minLength',
  'maxLength',
  'minimum',
  'maximum',
  'minItems',
  'maxItems',
  'minProperties',
  'maxProperties',
] as const;

/** Metadata is the API server's business; these are the fields that we read. */
export const metadataSchema: JsonSchema = {
  type: 'object',
  required: ['name'],
  properties: {
    name: { type: 'string' },
    namespace: { type: 'string' },
    uid: { type: 'string' },
    generation: { type: 'integer' },
    resourceVersion: { type: 'string' },
    creationTimestamp: { type: ['string', 'null'] },
    deletionTimestamp: { type: 'string' },
    finalizers: { type: 'array', items: { type: 'string' } },
    labels: { type: 'object', additionalProperties: { type: 'string' } },
    annotations: { type: 'object', additionalProperties: { type: 'string' } },
  },
};

/** JSON Schema of one node; a value that may be of any type is a string, an integer or a boolean. */
export function jsonSchemaOf(node: SchemaNode): JsonSchema {
  const { properties, additionalProperties, items } = node;
  return {
    type: typeOf(node),
    ...Object.fromEntries(shared.filter((key) => isOfType(key, node)).map((key) => [key, node[key]])),
    ...(node.format === 'date-time' && { format: 'date-time' }),
    ...(node['x-kubernetes-list-type'] === 'set' && { uniqueItems: true }),
    ...(node.required && { required: node.required }),
    ...(properties && {
      properties: Object.fromEntries(Object.entries(properties).map(([name, child]) => [name, jsonSchemaOf(child)])),
      additionalProperties: false,
    }),
    ...(additionalProperties && { additionalProperties: jsonSchemaOf(additionalProperties) }),
    ...(items && { items: jsonSchemaOf(items) }),
  };
}

/** False for a bound that only refuses what the API server, but not ajv, takes for the type of the node. */
function isOfType(key: (typeof shared)[number], node: SchemaNode): boolean {
  if (node[key] === undefined) return false;
  if (key.endsWith('Items')) return node.type === 'array';
  return key.endsWith('Properties') ? node.type === 'object' : true;
}

function typeOf(node: SchemaNode): string | readonly string[] {
  if (node['x-kubernetes-int-or-string']) return ['integer', 'string'];
  return node.type ?? ['string', 'integer', 'boolean'];
}

/** What a manifest of this kind must be. Status is the operator's, so nothing is asked of it. */
export function manifestSchema({ kind, schema }: Definition): JsonSchema {
  const { spec } = schema.properties ?? {};
  if (!spec) throw new Error(`generate schema of ${kind}: it has no spec`);
  return {
    type: 'object',
    required: ['apiVersion', 'kind', 'metadata', 'spec'],
    properties: {
      apiVersion: { const: apiVersion },
      kind: { const: kind },
      metadata: metadataSchema,
      spec: jsonSchemaOf(spec),
      status: { type: 'object' },
    },
    additionalProperties: false,
  };
}

export interface KeyedList {
  readonly at: string;
  readonly key: string;
}

/** Lists whose items have a key of their own (`x-kubernetes-list-type: map`), which JSON Schema cannot say. */
export function keyedListsOf({ schema }: Definition): readonly KeyedList[] {
  return nodesOf(schema)
    .filter(({ path }) => path.startsWith('spec.'))
    .flatMap(({ path, node }) => (node['x-kubernetes-list-map-keys'] ?? []).map((key) => ({ at: path, key })));
}
