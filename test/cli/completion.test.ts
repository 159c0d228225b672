import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mqttsec } from './program.ts';

/** What bash offers after these words, the last of which is begun. */
function offered(...words: readonly string[]): readonly string[] {
  const line = words.map((word) => `'${word}'`).join(' ');
  const script = `${mqttsec(['completion', 'bash']).out}COMP_WORDS=(${line}); COMP_CWORD=${words.length - 1}; _mqttsec; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const run = spawnSync('bash', ['-c', script], { encoding: 'utf8' });
  assert.deepEqual([run.status, run.stderr], [0, '']);
  return run.stdout.split('\n').filter(Boolean);
}

describe('mqttsec completion', () => {
  const rows: Readonly<Record<string, readonly [words: readonly string[], offers: readonly string[]]>> = {
    'a command': [['mqttsec', 'va'], ['validate']],
    'several commands': [
      ['mqttsec', 're'],
      ['render', 'revoke', 'renew'],
    ],
    'the subject of help': [['mqttsec', 'help', 'im'], ['import']],
    'options of a command': [['mqttsec', 'audit', 'x', '--re'], ['--reach']],
    'options it does not have': [['mqttsec', 'version', '--reach'], []],
    'a file, which is left to the shell': [['mqttsec', 'validate', 'x'], []],
  };
  for (const [name, [words, offers]] of Object.entries(rows)) {
    it(`completes ${name}`, () => assert.deepEqual(offered(...words), offers));
  }

  it('is for shells that it knows', () => {
    for (const words of [[], ['tcsh'], ['bash', 'zsh']]) assert.equal(mqttsec(['completion', ...words]).code, 2);
    assert.match(mqttsec(['completion', 'zsh']).out, /^autoload .*bashcompinit/);
  });
});
