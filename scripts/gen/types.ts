import { compile } from 'json-schema-to-typescript';
import { apiVersion } from '../../src/domain/names.ts';
import type { Definition, SchemaNode } from './crd.ts';
import { jsonSchemaOf, metadataSchema, type JsonSchema } from './schemas.ts';

/** TypeScript types of the kinds, as they are once defaults are in: a field that has one is there. */
export async function typesText(definitions: readonly Definition[], banner: string): Promise<string> {
  const sources: string[] = [];
  for (const definition of definitions) sources.push(await typeText(definition));
  return [banner, ...sources].join('\n');
}

async function typeText({ kind, schema }: Definition): Promise<string> {
  const { spec, status } = schema.properties ?? {};
  if (!spec || !status) throw new Error(`generate type of ${kind}: it has no spec or no status`);
  const root = {
    type: 'object',
    description: schema.description,
    required: ['apiVersion', 'kind', 'metadata', 'spec'],
    properties: {
      apiVersion: { const: apiVersion },
      kind: { const: kind },
      metadata: metadataSchema,
      spec: typeSchema(spec),
      status: typeSchema(status),
    },
    additionalProperties: false,
  };
  return compile(root as Parameters<typeof compile>[0], kind, {
    bannerComment: '',
    additionalProperties: false,
    ignoreMinAndMaxItems: true,
    style: { printWidth: 120, singleQuote: true, trailingComma: 'all' },
  });
}

/** The schema of a node with its descriptions, fields with a default required, and without what types cannot say. */
function typeSchema(node: SchemaNode): JsonSchema {
  const { properties, additionalProperties, items } = node;
  const defaulted = Object.entries(properties ?? {}).filter(([, child]) => child.default !== undefined);
  const required = new Set([...(node.required ?? []), ...defaulted.map(([name]) => name)]);
  const { type, enum: values } = jsonSchemaOf(node) as { type: unknown; enum?: unknown };
  return {
    type,
    ...(node.description !== undefined && { description: node.description }),
    ...(values !== undefined && { enum: values }),
    ...(properties && {
      properties: Object.fromEntries(Object.entries(properties).map(([name, child]) => [name, typeSchema(child)])),
      required: [...required],
      additionalProperties: false,
    }),
    ...(additionalProperties && { additionalProperties: typeSchema(additionalProperties) }),
    ...(items && { items: typeSchema(items) }),
  };
}
