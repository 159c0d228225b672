import assert from 'node:assert/strict';
import fc from 'fast-check';
import { withoutManagedFields } from '../../src/kube/managed-fields.ts';

const cut = (text: string) => withoutManagedFields(Buffer.from(text)).toString();

/** Text that looks like the member where it is none, or ends where it does not. */
const tricky = ['"managedFields":[{"', '\\"managedFields\\":[{\\"', '}]', '"', '\\', 'managedFields', 'é😀', ''];

describe('managed fields', () => {
  it('are cut out, and nothing else', () => {
    const text = fc.oneof(fc.constantFrom(...tricky), fc.string());
    const value = fc.oneof(text, fc.jsonValue({ maxDepth: 3 }));
    const entry = fc.dictionary(
      text.filter((key) => key !== '__proto__'),
      value,
      { minKeys: 1, maxKeys: 3 },
    );
    const metadata = fc.record({
      annotations: fc.dictionary(text, text),
      managedFields: fc.array(entry, { minLength: 1 }),
      name: text,
    });
    const objects = fc.array(fc.record({ metadata, spec: value, managedFields: value }), { maxLength: 5 });
    const property = fc.property(objects, (given) => {
      const emptied = (key: string, member: unknown): unknown =>
        key === 'managedFields' && isEntries(member) ? [] : member;
      assert.deepEqual(JSON.parse(cut(JSON.stringify(given))), JSON.parse(JSON.stringify(given), emptied));
    });
    fc.assert(property, { numRuns: 500 });
  });

  const untouched = {
    'text that has none': '{"metadata":{"name":"a"}}',
    'an empty list': '{"managedFields":[]}',
    'another member of that name': '{"managedFields":["a",{"b":1}]}',
    'a key that ends like it': '{"x\\"managedFields":[{"a":1}]}',
    'a list that does not end': '{"managedFields":[{"a":"]}]"',
  };
  for (const [what, text] of Object.entries(untouched)) {
    it(`${what} stays as it is`, () => assert.equal(cut(text), text));
  }
});

/** A list that begins with an object that is not empty. */
function isEntries(value: unknown): boolean {
  const first: unknown = Array.isArray(value) ? value[0] : undefined;
  return typeof first === 'object' && first !== null && !Array.isArray(first) && Object.keys(first).length > 0;
}
