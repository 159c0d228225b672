import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { load } from 'js-yaml';
import { brokerLabel } from '../../src/api/labels.ts';
import { root } from '../cli/program.ts';

const page = 'docs/guides/network-limits.md';

interface NetworkPolicy {
  readonly kind: string;
  readonly metadata: { readonly namespace: string };
  readonly spec: {
    readonly podSelector: { readonly matchLabels: Readonly<Record<string, string>> };
    readonly ingress: readonly { readonly ports: readonly { readonly port: number }[] }[];
  };
}

describe(page, () => {
  const text = readFileSync(path.join(root, page), 'utf8');
  const blocks = (language: string) =>
    [...text.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(([, block = '']) => block);

  it('shows a NetworkPolicy for the pods and ports of the sample broker, and of agents', () => {
    const policies = blocks('yaml').map((block) => load(block) as NetworkPolicy);
    assert.deepEqual(
      policies.map(({ kind }) => kind),
      ['NetworkPolicy'],
    );
    for (const { metadata, spec } of policies) {
      assert.deepEqual(spec.podSelector.matchLabels, { [brokerLabel]: metadata.namespace });
      const ports = spec.ingress.flatMap((rule) => rule.ports.map(({ port }) => port));
      assert.deepEqual(ports, [8883, 8080]);
    }
  });

  it('has rules of nftables that name no set but their own', () => {
    const [rules = ''] = blocks('nft');
    const sets = [...rules.matchAll(/^ {2}set (\w+) /gm)].map(([, name]) => name);
    const used = [...rules.matchAll(/@(\w+)/g)].map(([, name]) => name);
    assert.deepEqual([...new Set(used)].sort(), sets.sort());
    assert.equal(rules.split('{').length, rules.split('}').length);
  });
});
