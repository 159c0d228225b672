import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { mqttsec, root } from '../cli/program.ts';

/** The sections of docs/commands.md by their headings. */
function sections(): ReadonlyMap<string, string> {
  const text = readFileSync(path.join(root, 'docs/commands.md'), 'utf8');
  return new Map(
    text
      .split(/^## /m)
      .slice(1)
      .map((section) => [section.split('\n', 1)[0] ?? '', section]),
  );
}

/** Commands, in their order, as the help text lists them. */
const commands = [...mqttsec(['help']).out.matchAll(/^ {2}([a-z-]+) {2,}\S/gm)].map(([, name = '']) => name);

/** Such as `-o, --output FORMAT`. */
const sorted = (options: Iterable<string>) => [...options].sort();

describe('docs/commands.md', () => {
  const page = sections();

  it('has a section for each command, in the order of the help text, and no other', () => {
    assert.deepEqual([...page.keys()], commands);
  });

  for (const name of commands) {
    const help = mqttsec(['help', name]).out;
    const section = page.get(name) ?? '';

    it(`shows the options of ${name} that its help text shows, and no other`, () => {
      const shown = [...help.matchAll(/^ {2}(?:-\w, | {4})--.*?(?= {2})/gm)].map(([text]) => text.trim());
      const rows = [...section.matchAll(/^\| (`-.*?`) +\|/gm)].map(([, cell = '']) => cell.replaceAll('`', ''));
      assert.deepEqual(sorted(['-h, --help', ...rows]), sorted(shown));
    });

    it(`calls ${name} as its help text does`, () => {
      const [usage = ''] = help.split('\n\n');
      const calls = usage.split('\n').map((line) => line.replace('Usage:', '').trim());
      assert.deepEqual(
        [...section.matchAll(/^ {4}(mqttsec .*)$/gm)].map(([, call]) => call),
        calls,
      );
    });

    it(`shows an example of ${name} that is run`, () => {
      assert.match(section, new RegExp(`^\`\`\`sh(?: cluster)?\n[^\`]*mqttsec ${name}\\b`, 'm'));
    });
  }
});
