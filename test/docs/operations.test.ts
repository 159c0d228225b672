import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { load } from 'js-yaml';
import { root } from '../cli/program.ts';

const page = 'docs/operations.md';
const text = readFileSync(path.join(root, page), 'utf8');

interface Definition {
  readonly spec: {
    readonly versions: readonly {
      readonly schema: { readonly openAPIV3Schema: { readonly properties: { readonly spec: Schema } } };
    }[];
  };
}
interface Schema {
  readonly default?: unknown;
  readonly properties: Readonly<Record<string, Schema>>;
}

describe(page, () => {
  const crd = readFileSync(path.join(root, 'crds/mqttsecurity.io_mqttbrokers.yaml'), 'utf8');
  const limits = (load(crd) as Definition).spec.versions[0]?.schema.openAPIV3Schema.properties.spec.properties[
    'limits'
  ];
  assert.ok(limits);

  it('tells of each limit that an MqttBroker may have, and of no other', () => {
    const section = text.split('\n## ').find((one) => one.startsWith('Limits\n')) ?? '';
    const rows = [...section.matchAll(/^\| `(\w+)` /gm)].map(([, field]) => field);
    assert.deepEqual(rows.sort(), Object.keys(limits.properties).sort());
  });
});
