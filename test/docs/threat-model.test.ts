import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../cli/program.ts';

const page = 'docs/threat-model.md';
const text = readFileSync(path.join(root, page), 'utf8');
/** From the heading of a threat to the next heading. */
const threats = [...text.matchAll(/^### (T\d+) .*\n([\s\S]*?)(?=^##)/gm)].map(([, name = '', body = '']) => ({
  name,
  body,
}));

describe(page, () => {
  it('has each of the threats once, in their order', () => {
    const wanted = Array.from({ length: 28 }, (_, index) => `T${index + 1}`);
    assert.deepEqual(
      threats.map(({ name }) => name),
      wanted,
    );
  });

  for (const { name, body } of threats) {
    it(`tells of ${name} what is done, and names tests that are there`, () => {
      assert.match(body, /^\*\*Defence\.\*\* \w/m);
      const shown = (/^\*\*Shown by\*\* ([\s\S]*?)\n\n/m.exec(body)?.[1] ?? '').replaceAll('\n', ' ');
      const tests = [...shown.matchAll(/\]\(\.\.\/(test\/[^)]+)\): ((?:"[^"]+"(?:, )?)+)/g)];
      assert.equal(tests.length, shown.split('](').length - 1, `titles for each file in: ${shown}`);
      assert.ok(tests.length > 0, `${name} names no test`);
      for (const [, file = '', titles = ''] of tests) {
        const source = readFileSync(path.join(root, file), 'utf8');
        for (const [, title = ''] of titles.matchAll(/"([^"]+)"/g)) {
          assert.ok(source.includes(title), `${file} has no "${title}"`);
        }
      }
    });
  }
});
