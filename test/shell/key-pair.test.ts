import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type KeyPair, keyPairIn } from '../../src/shell/key-pair.ts';
import { authority, certificateOf } from '../domain/pki/authorities.ts';
import { eventually } from '../kube/scripted-server.ts';

const ca = authority('servers');
const pairOf = (name: string): KeyPair => {
  const { pem: cert, keyPem: key } = certificateOf(ca, name);
  return { cert, key };
};
const [first, second] = [pairOf('first'), pairOf('second')];

describe('key pair in a directory', () => {
  let directory: string;
  const problems: unknown[] = [];

  beforeEach(() => {
    problems.length = 0;
    directory = mkdtempSync(path.join(tmpdir(), 'mqttsec-key-pair-'));
    put(first);
  });

  afterEach(() => rmSync(directory, { recursive: true }));

  function put({ cert, key }: KeyPair): void {
    writeFileSync(path.join(directory, 'tls.crt'), cert);
    writeFileSync(path.join(directory, 'tls.key'), key);
  }

  const files = () => keyPairIn({ directory, onProblem: (problem) => problems.push(problem), lookMilliseconds: 5 });

  it('is read', async () => assert.deepEqual(await files().current(), first));

  it('has to be a pair', async () => {
    put({ ...first, key: second.key });
    await assert.rejects(files().current(), /^Error: read key pair .*: tls.key is not the key of tls.crt$/);
    put({ ...first, cert: 'none' });
    await assert.rejects(files().current(), /^Error: read key pair /);
  });

  it('has to be there', async () => {
    rmSync(path.join(directory, 'tls.key'));
    await assert.rejects(files().current(), /^Error: read key pair .*ENOENT/);
  });

  it('is followed: another one is told once, one without use is a problem', async () => {
    const told: KeyPair[] = [];
    const found = files();
    await found.current();
    const unfollowed = found.follow((pair) => told.push(pair));
    put({ ...second, key: first.key });
    await eventually(() => problems.length > 0, 'a problem');
    assert.deepEqual(told, []);
    put(second);
    await eventually(() => told.length > 0, 'the other pair');
    const count = problems.length;
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.deepEqual([told, problems.length], [[second], count]);
    unfollowed();
  });
});
