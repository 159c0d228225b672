import assert from 'node:assert/strict';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  currentLink,
  linkedGeneration,
  linkedText,
  openGenerations,
  removeUnlinked,
  setLink,
  writtenGeneration,
} from '../../src/agent/generation.ts';
import { recordedAdmission, recordedGood, recordGood } from '../../src/agent/record.ts';
import { sha256 } from '../../src/domain/hash.ts';
import { bundleOf, newSite } from './site.ts';

const now = new Date('2026-01-01T00:00:00Z');
const ports = { mtls: 8883, password: 8884 };
const site = newSite({ now, link: '/plant/current', dialect: { version: '2.0' }, user: 'mosquitto', ports });
const devices = [{ identity: 'a', lines: [] }] as const;

describe('generations', () => {
  let root: string;
  const generations = (): string[] => readdirSync(path.join(root, 'generations')).sort();
  const written = (text: string): Promise<string> => writtenGeneration(root, new Map([['acl', text]]));

  beforeEach(async () => {
    root = path.join(mkdtempSync(path.join(tmpdir(), 'mqttsec-')), 'agent');
    await openGenerations(root);
  });
  afterEach(() => rmSync(path.dirname(root), { recursive: true }));

  it('are for their owner alone', async () => {
    const name = await written('x');
    const modes = ['', 'generations', `generations/${name}`, `generations/${name}/acl`].map(
      (file) => statSync(path.join(root, file)).mode & 0o777,
    );
    assert.deepEqual(modes, [0o700, 0o700, 0o700, 0o600]);
  });

  it('change under the link in one step, and the former stays until it is removed', async () => {
    for (const text of ['one', 'two']) await setLink(root, 'current', await written(text));
    assert.equal(readFileSync(path.join(currentLink(root), 'acl'), 'utf8'), 'two');
    assert.deepEqual(generations(), ['1', '2']);
    await removeUnlinked(root);
    assert.deepEqual(generations(), ['2']);
  });

  it('are kept as long as one link names them', async () => {
    for (const link of ['good', 'kicked', 'current'] as const) await setLink(root, link, await written(link));
    await setLink(root, 'current', await written('new'));
    await removeUnlinked(root);
    assert.deepEqual(generations(), ['1', '2', '4']);
    assert.equal(await linkedText(root, 'kicked', 'acl'), 'kicked');
    assert.equal(await linkedGeneration(root, 'current'), '4');
  });

  it('begin anew where a kill left half of one', async () => {
    mkdirSync(path.join(root, 'generations/1.partial'));
    writeFileSync(path.join(root, 'generations/1.partial/acl'), 'half');
    symlinkSync('generations/1', path.join(root, '.current.partial'));
    await openGenerations(root);
    assert.deepEqual(generations(), []);
    await setLink(root, 'current', await written('whole'));
    assert.equal(await linkedText(root, 'current', 'acl'), 'whole');
  });

  it('hold the very text, however long it is and wherever it is cut to be written', async () => {
    const text = `${'é'.repeat(65_535)}\u{1f600}${'x'.repeat(131_071)}\u{1f600}`;
    await setLink(root, 'current', await written(text));
    assert.equal(await linkedText(root, 'current', 'acl'), text);
    const bundle = bundleOf(site, { revision: 3, devices, parts: { notices: text, crl: '"\\' } });
    await recordGood(root, await written('x'), bundle);
    assert.deepEqual(await recordedGood(root), { kind: 'Read', bundle });
  });

  it('remember the bundle that was proved, unless the record was damaged', async () => {
    assert.equal(await recordedGood(root), undefined);
    const bundle = bundleOf(site, { revision: 3, devices });
    const name = await written('x');
    await recordGood(root, name, bundle);
    assert.deepEqual(await recordedGood(root), { kind: 'Read', bundle });
    const file = path.join(root, 'good/bundle.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace('"revision":3', '"revision":2'));
    assert.deepEqual(await recordedGood(root), { kind: 'Useless', why: 'its record was damaged' });
  });

  it('remember it over another version of the agent, and say what cannot be taken from there', async () => {
    const bundle = bundleOf(site, { revision: 3, devices });
    await recordGood(root, await written('x'), bundle);
    const record = (parts: object) => {
      const text = JSON.stringify({ ...bundle, parts });
      writeFileSync(path.join(root, 'good/bundle.json'), `${sha256(text)}\n${text}`);
    };
    record(Object.fromEntries(Object.entries(bundle.parts).map(([name, pieces]) => [name, pieces.join('')])));
    assert.deepEqual(await recordedGood(root), { kind: 'Read', bundle });
    const rows: readonly (readonly [string, object])[] = [
      ['acl', { ...bundle.parts, acl: { chunks: [] } }],
      ['crl, notices', { ...bundle.parts, crl: undefined, notices: [1] }],
    ];
    for (const [unknown, parts] of rows) {
      record(parts);
      const why = `its record is of another version: it has no ${unknown}`;
      assert.deepEqual(await recordedGood(root), { kind: 'Useless', why });
    }
  });

  it('remember who was admitted, unless that cannot be read', async () => {
    assert.equal(await recordedAdmission(root), undefined);
    const { parts } = bundleOf(site, { revision: 3, devices });
    const { identities, revocations } = parts;
    const name = await writtenGeneration(root, new Map(Object.entries({ identities, revocations })));
    await setLink(root, 'kicked', name);
    assert.deepEqual([...((await recordedAdmission(root))?.identities.keys() ?? [])], ['a']);
    writeFileSync(path.join(root, 'kicked/identities'), 'a Certif');
    assert.equal(await recordedAdmission(root), undefined);
  });
});
