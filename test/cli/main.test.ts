import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { mqttsec, root, sample } from './program.ts';

describe('mqttsec', () => {
  it('prints its version', () => {
    assert.deepEqual(mqttsec(['version']), { code: 0, out: 'mqttsec 0.1.0\n', err: '' });
    assert.deepEqual(JSON.parse(mqttsec(['version', '-o', 'json']).out), { version: '0.1.0' });
  });

  it('shows all commands without one, on stderr, as wrong usage', () => {
    const { code, out, err } = mqttsec([]);
    assert.deepEqual([code, out], [2, '']);
    assert.match(err, /^Usage: mqttsec COMMAND/);
  });

  const overview = mqttsec(['help']).out;
  const commands = [...overview.matchAll(/^ {2}([a-z-]+) {2,}\S/gm)].map(([, name = '']) => name);
  it('has the commands of the contract', () => {
    const expected = [
      'validate',
      'render',
      'can-i',
      'audit',
      'diff',
      'import',
      'dev',
      'status',
      'bundle',
      'revoke',
      'renew',
      'unlock',
      'wait',
      'hash',
      'completion',
      'version',
    ];
    for (const name of expected) assert.ok(commands.includes(name), name);
  });
  for (const name of commands) {
    it(`helps with ${name}, by help and by -h`, () => {
      const { code, out, err } = mqttsec(['help', name]);
      assert.deepEqual([code, err], [0, '']);
      assert.ok(out.startsWith(`Usage: mqttsec ${name} `), out);
      assert.equal(mqttsec([name, '-h']).out, out);
    });
  }

  it('calls itself as the user did: kubectl mqttsec', () => {
    const main = path.join(root, 'src/cli/main.ts');
    const run = spawnSync(path.join(root, 'bin/node'), [main, 'help', 'hash'], {
      env: { ...process.env, MQTTSEC_PROGRAM: 'kubectl-mqttsec' },
      encoding: 'utf8',
    });
    assert.match(run.stdout, /^Usage: kubectl mqttsec hash/);
  });

  const misuses: Record<string, [words: string[], message: RegExp]> = {
    'an unknown command': [['frobnicate'], /^mqttsec: unknown command 'frobnicate'; commands are validate, /],
    'a command that is spelt wrong': [
      ['validat', sample],
      /^mqttsec: unknown command 'validat'; did you mean 'validate'\?/,
    ],
    'help on an unknown command': [['help', 'frobnicate'], /^mqttsec: unknown command 'frobnicate'/],
    'an unknown option': [['version', '--frob'], /^mqttsec: Unknown option '--frob'$/m],
    'an option without its value': [['validate', sample, '--severity'], /^mqttsec: Option '--severity <value>'/],
    'a value that is none of the choices': [['validate', sample, '-o', 'xml'], /'xml' is none of table, json, sarif/],
    'a time that is none': [['can-i', 'a', 'publish', 'b', sample, '--now', '2026-01-01'], /is not an RFC 3339 time/],
    'a day that is not in the calendar': [
      ['can-i', 'a', 'publish', 'b', sample, '--now', '2026-13-01T00:00:00Z'],
      /is not an RFC 3339 time/,
    ],
    'an action that is none': [['can-i', 'a', 'listen', 'b', sample], /action 'listen' is none of publish, /],
    'render without --out': [['render', sample], /^mqttsec: render needs --out DIR$/m],
    'a port that is none': [['dev', sample, '--port', '70000'], /--port '70000' is not a port number/],
    'dev without a directory': [['dev'], /^mqttsec: dev takes one DIR$/m],
    'dev on one file without a state of its own': [
      ['dev', path.join(sample, '20-broker.yaml')],
      /^mqttsec: dev takes a directory; for one file, .*20-broker\.yaml, it needs --state DIR$/m,
    ],
    'no address to listen on': [['dev', sample, '--host', ''], /^mqttsec: --host is empty/],
    'no device, wherever the state may be': [['renew'], /^mqttsec: give one DEVICE/],
    'revoke without a reason': [['revoke', 'a'], /^mqttsec: revoke needs --reason, one of Unspecified, /],
    'revoke with a hold': [['revoke', 'a', '--reason', 'CertificateHold'], /is none of Unspecified, /],
    'an argument to hash': [['hash', 'secret'], /^mqttsec: hash takes no argument/],
  };
  for (const [name, [words, message]] of Object.entries(misuses)) {
    it(`answers ${name} with one line, a pointer to help and exit code 2`, () => {
      const { code, out, err } = mqttsec(words);
      assert.deepEqual([code, out], [2, '']);
      assert.match(err, message);
      assert.match(err, /^mqttsec: .*\nTry 'mqttsec help[^\n]*'\.\n$/);
    });
  }

  it('shows a stack only when asked', () => {
    const words = ['status', '--state', '/nonexistent'];
    assert.equal(mqttsec(words).err.split('\n').length, 2);
    assert.match(mqttsec(words, { env: { MQTTSEC_DEBUG: '1' } }).err, /\n {4}at /);
  });

  it('ends quietly when its reader goes away', () => {
    const question = '{"identity":"a","action":"publish","topic":"b"}\n';
    const command = `"${path.join(root, 'bin/mqttsec')}" can-i --batch - "${sample}" | head -1`;
    const run = spawnSync('sh', ['-c', command], { input: question.repeat(50_000), encoding: 'utf8' });
    assert.equal(run.stdout.trim().split('\n').length, 1);
    assert.equal(run.stderr, '');
  });
});
