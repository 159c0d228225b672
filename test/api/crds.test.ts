import assert from 'node:assert/strict';
import path from 'node:path';
import { definitionsIn, nodesOf, type Definition, type SchemaNode } from '../../scripts/gen/crd.ts';
import { revocationReasons } from '../../src/domain/fleet.ts';
import { crossFieldRules } from '../../src/parse/rules.ts';

const definitions = definitionsIn(path.resolve(import.meta.dirname, '../../crds'));

/** What every node of a schema must say about itself; the API server needs the bounds to estimate the cost of rules. */
const demands: readonly { readonly what: string; readonly isMet: (node: SchemaNode, path: string) => boolean }[] = [
  { what: 'a description that is a sentence', isMet: ({ description }) => /^[A-Z'`].*\.$/.test(description ?? '') },
  { what: 'maxLength', isMet: ({ type, maxLength }) => type !== 'string' || maxLength !== undefined },
  { what: 'maxItems', isMet: ({ type, maxItems }) => type !== 'array' || maxItems !== undefined },
  { what: 'a list type', isMet: (node) => node.type !== 'array' || node['x-kubernetes-list-type'] !== undefined },
  {
    what: 'maxProperties',
    isMet: ({ type, properties, maxProperties }) =>
      type !== 'object' || properties !== undefined || maxProperties !== undefined,
  },
  {
    what: 'minimum and maximum',
    isMet: ({ type, minimum, maximum }) => type !== 'integer' || (minimum !== undefined && maximum !== undefined),
  },
  {
    what: 'bounds for every type when it has none',
    isMet: (node) =>
      node.type !== undefined ||
      (node.maxLength !== undefined && node.minimum !== undefined && node.maximum !== undefined),
  },
  {
    // The API server takes any list where a format is given, and lists, mappings and fractions where there is no type.
    what: 'bounds that no list meets where its type lets lists through',
    isMet: ({ format, minItems = 0, maxItems = Infinity, ...node }) =>
      (isTyped(node) && format !== 'date-time') || minItems > maxItems,
  },
  {
    what: 'bounds that no mapping and no fraction meets where it has no type',
    isMet: ({ multipleOf, minProperties = 0, maxProperties = Infinity, ...node }) =>
      isTyped(node) || (minProperties > maxProperties && multipleOf === 1),
  },
  {
    what: 'CamelCase values (those of JSON Schema types and of versions aside)',
    isMet: (node, at) =>
      at.endsWith('properties.*.type') ||
      at.endsWith('.version') ||
      (node.enum ?? []).every((value) => /^[A-Z][A-Za-z0-9]*$/.test(value)),
  },
];

function isTyped(node: SchemaNode): boolean {
  return node.type !== undefined || node['x-kubernetes-int-or-string'] === true;
}

/** Fields that the API server describes itself. */
const common = ['', 'apiVersion', 'kind', 'metadata'];

describe('custom resource definitions', () => {
  it('describe five kinds', () => {
    const kinds = definitions.map(({ kind }) => kind);
    assert.deepEqual(kinds, ['MqttBroker', 'AclTemplate', 'MqttDevice', 'DeviceCertificate', 'BrokerInstance']);
  });

  for (const { kind, schema } of definitions) {
    for (const { what, isMet } of demands) {
      it(`${kind}: every field has ${what}`, () => {
        const fields = nodesOf(schema).filter(({ path: at }) => !common.includes(at));
        assert.deepEqual(
          fields.filter(({ path: at, node }) => !isMet(node, at)).map(({ path: at }) => at),
          [],
        );
      });
    }
  }

  for (const { kind, schema, columns, shortNames } of definitions) {
    it(`${kind} counts as unseen until the operator has seen it`, () => {
      assert.deepEqual(schema.properties?.['status']?.default, { observedGeneration: -1 });
    });

    it(`${kind} has conditions by type`, () => {
      const conditions = schema.properties?.['status']?.properties?.['conditions'];
      assert.deepEqual(conditions?.['x-kubernetes-list-map-keys'], ['type']);
    });

    it(`${kind} shows Ready first and Age last, and has a short name`, () => {
      assert.equal(columns[0]?.name, 'Ready');
      assert.equal(columns.at(-1)?.name, 'Age');
      assert.equal(shortNames.length, 1);
    });
  }

  it('take the revocation reasons that the domain knows', () => {
    for (const kind of ['MqttDevice', 'DeviceCertificate']) {
      assert.deepEqual(nodeAt(kind, 'spec.revoked.reason')?.enum, revocationReasons);
    }
  });

  it('have the same cross-field rules as the offline table, word for word', () => {
    const inDefinitions = definitions.flatMap(celRules).sort();
    const offline = Object.values(crossFieldRules)
      .flat()
      .map(({ kind, at, field, message }) => `${kind} ${at} ${field} ${message}`)
      .sort();
    assert.deepEqual(offline, inDefinitions);
    assert.equal(new Set(offline).size, offline.length);
  });
});

function nodeAt(kind: string, at: string): SchemaNode | undefined {
  const definition = definitions.find((candidate) => candidate.kind === kind);
  return definition && nodesOf(definition.schema).find(({ path: found }) => found === at)?.node;
}

function celRules({ kind, schema }: Definition): string[] {
  return nodesOf(schema).flatMap(({ path: at, node }) =>
    (node['x-kubernetes-validations'] ?? []).map(
      ({ message, fieldPath = '' }) => `${kind} ${at} ${fieldPath.slice(1)} ${message}`,
    ),
  );
}
