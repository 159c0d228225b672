import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../cli/program.ts';

const pages = globSync('{*.md,docs/**/*.md}', { cwd: root }).sort();

/** Anchors as GitHub makes them of headings. */
function anchorsOf(file: string): ReadonlySet<string> {
  const headings = readFileSync(file, 'utf8').matchAll(/^#+ (.*)$/gm);
  return new Set(
    [...headings].map(([, text = '']) =>
      text
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

describe('the documents', () => {
  for (const page of pages) {
    it(`${page} leads nowhere that is not there`, () => {
      const text = readFileSync(path.join(root, page), 'utf8').replaceAll(/`[^`\n]*`/g, '');
      const links = text.matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/g);
      for (const [link, target = '', anchor] of links) {
        const file = target === '' ? path.join(root, page) : path.join(root, path.dirname(page), target);
        assert.ok(existsSync(file), `${page}: ${link}`);
        if (anchor !== undefined) assert.ok(anchorsOf(file).has(anchor), `${page}: ${link}`);
      }
    });
  }

  it('include the ones that a newcomer opens first', () => {
    for (const page of ['README.md', 'docs/getting-started.md', 'docs/commands.md'])
      assert.ok(pages.includes(page), page);
  });
});
