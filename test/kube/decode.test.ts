import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type ListHead, listHead, listItems } from '../../src/kube/decode.ts';

const large = 'x'.repeat(400_000);
/** Text that means something to who splits it wrongly. */
const tricky = ['"items":[', '\\', '\\"', ']}', '},{', '[[[', 'é\u2028😀', ''];

async function decodedList(body: Buffer): Promise<ListHead & { items: readonly unknown[] }> {
  const items: unknown[] = [];
  for await (const part of listItems(body)) items.push(...part);
  return { ...listHead(body), items };
}

describe('decoding lists', () => {
  it('gives the same in steps as at once', async () => {
    const value = fc.oneof(fc.constantFrom(...tricky), fc.jsonValue({ maxDepth: 3 }));
    const item = fc.record({ name: fc.constantFrom(...tricky), value, items: fc.array(value, { maxLength: 3 }) });
    const property = fc.asyncProperty(fc.array(item, { maxLength: 8 }), fc.boolean(), async (small, itemsFirst) => {
      const items = small.flatMap((one) => [one, { large }]);
      const rest = {
        kind: 'List',
        odd: '"items":[',
        annotations: { items: ['no'] },
        metadata: { resourceVersion: '5', continue: 'c' },
      };
      const text = JSON.stringify(itemsFirst ? { items, ...rest } : { ...rest, items });
      const expected = JSON.parse(text) as { items: unknown[] };
      assert.deepEqual(await decodedList(Buffer.from(text)), {
        items: expected.items,
        resourceVersion: '5',
        continueToken: 'c',
      });
    });
    await fc.assert(property, { numRuns: 40 });
  });

  it('lets others run between its steps', async () => {
    const items = Array.from({ length: 20 }, (_, index) => ({ index, large }));
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 0);
    const { items: found } = await decodedList(
      Buffer.from(JSON.stringify({ metadata: { resourceVersion: '1' }, items })),
    );
    clearInterval(timer);
    assert.equal(found.length, 20);
    assert.ok(turns >= 3, `${turns} turns`);
  });

  const bad: Record<string, string> = {
    'a list without a version': '{"metadata":{},"items":[]}',
    'a list that ends in the middle': `{"metadata":{"resourceVersion":"1"},"items":[{"a":"${large.repeat(3)}"}`,
    'a string that ends in the middle': `{"metadata":{"resourceVersion":"1"},"items":["${large.repeat(3)}`,
    'what is no JSON': '<html>',
  };
  for (const [what, text] of Object.entries(bad)) {
    it(`refuses ${what}`, () => assert.rejects(decodedList(Buffer.from(text)), SyntaxError));
  }
});
