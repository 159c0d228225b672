import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { usedByBase } from '../../scripts/bundle.ts';

describe('the bundle', () => {
  it('has all that the base of the shell uses of client-node, and no more', () => {
    const base = readFileSync(createRequire(import.meta.url).resolve('@dot-i/k8s-operator'), 'utf8');
    const used = new Set(Array.from(base.matchAll(/(?<![.\w])(?:k8s|client_node_1)\.(\w+)/g), ([, name]) => name));
    assert.deepEqual([...used].sort(), usedByBase);
  });
});
