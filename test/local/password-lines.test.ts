import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { verifyPassword } from '../../src/domain/broker/passwords.ts';
import { passwordLines } from '../../src/local/password-lines.ts';
import { openState } from '../../src/local/state.ts';
import { openStore, type Store } from '../../src/local/store.ts';
import { systemRandom } from '../../src/local/system.ts';
import { parseFile, assembled } from '../../src/parse/manifests.ts';
import { fleet } from '../cli/program.ts';

const now = new Date('2026-06-01T00:00:00Z');
const device = fleet['devices.yaml'].replace('generate: {}', 'secretRef: { name: kept, key: password }');
const secret = (password: string) =>
  `apiVersion: v1\nkind: Secret\nmetadata: { name: kept, namespace: plant }\nstringData: { password: ${password} }\n`;

describe('password lines of a local fleet', () => {
  let root: string;
  let store: Store;
  beforeEach(async () => {
    root = mkdtempSync(path.join(tmpdir(), 'mqttsec-passwords-'));
    store = await openStore(await openState(path.join(root, 'state')), { now, random: systemRandom });
  });
  afterEach(() => rmSync(root, { recursive: true }));

  async function linesWith(...more: readonly string[]) {
    const texts = [fleet['broker.yaml'], fleet['template.yaml'], device, ...more];
    const result = assembled(texts.map((text, index) => parseFile({ name: `${String(index)}.yaml`, text })));
    const { lines, findings } = await passwordLines(store, result.fleet, 'plant/main', result.values, systemRandom);
    return { hash: lines.get('p-1'), codes: findings.map(({ code }) => code) };
  }

  it('are of the password in the Secret, with the same salt as long as it is the same', async () => {
    const first = await linesWith(secret('one'));
    assert.ok(first.hash !== undefined && verifyPassword('one', first.hash));
    assert.deepEqual(await linesWith(secret('one')), first);
    const second = await linesWith(secret('two'));
    assert.ok(second.hash !== undefined && verifyPassword('two', second.hash));
    assert.deepEqual(second.codes, []);
  });

  it('keep the password of a Secret that is gone, and say so', async () => {
    const { hash } = await linesWith(secret('one'));
    assert.deepEqual(await linesWith(), { hash, codes: ['MQS125'] });
  });

  it('are without a device whose Secret never was there', async () => {
    assert.deepEqual(await linesWith(), { hash: undefined, codes: ['MQS125'] });
  });
});
