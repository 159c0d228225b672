/** JSON schemas of kinds, by which kubeconform judges manifests: of Kubernetes itself, and of custom resources. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { load } from 'js-yaml';

interface Schema {
  readonly type?: string | readonly string[];
  readonly $ref?: string;
  readonly oneOf?: readonly Schema[];
  readonly format?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly enum?: readonly unknown[];
  readonly required?: readonly string[];
  readonly pattern?: string;
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-group-version-kind'?: readonly GroupVersionKind[];
}

interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

interface Definition {
  readonly spec: {
    readonly group: string;
    readonly names: { readonly kind: string };
    readonly versions: readonly {
      readonly name: string;
      readonly schema: { readonly openAPIV3Schema: Schema };
    }[];
  };
}

/** Their names, as kubeconform is told. */
export const schemaName = '{{.Group}}_{{.ResourceAPIVersion}}_{{.ResourceKind}}.json';

/** Writes schemas of Kubernetes (`swagger.json` of `folder`), and of all definitions in other folders. */
export function writeSchemas(into: string, folder: string, definitions: readonly string[]): void {
  mkdirSync(into, { recursive: true });
  const write = ({ group, version, kind }: GroupVersionKind, schema: object) => {
    // The group of `v1` is `v1` to kubeconform.
    writeFileSync(path.join(into, `${group || version}_${version}_${kind.toLowerCase()}.json`), JSON.stringify(schema));
  };
  const swagger = JSON.parse(readFileSync(path.join(folder, 'swagger.json'), 'utf8')) as {
    readonly definitions: Readonly<Record<string, Schema>>;
  };
  const known = Object.entries(swagger.definitions).map(([name, schema]) => [name, strict(schema)] as const);
  const common = path.join(into, 'definitions.json');
  writeFileSync(common, JSON.stringify({ definitions: Object.fromEntries(known) }));
  for (const [name, { 'x-kubernetes-group-version-kind': kinds = [] }] of Object.entries(swagger.definitions)) {
    // Options of deletion and the like are of every group.
    if (kinds.length === 1) for (const kind of kinds) write(kind, { $ref: `file://${common}#/definitions/${name}` });
  }
  const meta = { $ref: `file://${common}#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta` };
  for (const { spec } of definitions.flatMap(definitionsIn)) {
    for (const { name, schema } of spec.versions) {
      const { properties, ...rest } = strict(schema.openAPIV3Schema);
      const kind = { group: spec.group, version: name, kind: spec.names.kind };
      write(kind, { ...rest, properties: { ...properties, metadata: meta } });
    }
  }
}

function definitionsIn(folder: string): readonly Definition[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  return files.map((name) => load(readFileSync(path.join(folder, name), 'utf8')) as Definition);
}

const intOrString: Schema = { oneOf: [{ type: 'string' }, { type: 'integer' }] };

/** The same with no fields that are not named in it; a reference within it then points into `definitions.json`. */
function strict(schema: Schema): Schema {
  if (schema['x-kubernetes-int-or-string'] || schema.format === 'int-or-string') return intOrString;
  const { type, $ref, properties, additionalProperties, items } = schema;
  const isClosed = properties && !additionalProperties && !schema['x-kubernetes-preserve-unknown-fields'];
  return {
    ...(type !== undefined && { type }),
    ...($ref !== undefined && { $ref }),
    ...(schema.enum && { enum: schema.enum }),
    ...(schema.required && { required: schema.required }),
    ...(schema.pattern !== undefined && { pattern: schema.pattern }),
    ...(properties && {
      properties: Object.fromEntries(Object.entries(properties).map(([name, one]) => [name, strict(one)])),
    }),
    ...(typeof additionalProperties === 'object' && { additionalProperties: strict(additionalProperties) }),
    ...(isClosed && { additionalProperties: false }),
    ...(items && { items: strict(items) }),
  };
}
