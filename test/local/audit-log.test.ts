import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { auditLog } from '../../src/local/audit-log.ts';
import type { Notice } from '../../src/monitor/notice.ts';

const origin = { broker: 'plant/main', instance: 'local' };
const notice = (identity: string): Notice => ({ kind: 'Takeover', identity, count: 3, at: new Date(0) });

describe('audit log of local mode', () => {
  let root: string;
  let file: string;
  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), 'mqttsec-audit-'));
    file = path.join(root, 'audit.jsonl');
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it('has all lines in their order, for nobody else, and goes on where a former run ended', async () => {
    for (const run of ['former', 'present']) {
      const log = auditLog(file, origin);
      for (let i = 0; i < 100; i += 1) log.write(notice(`${run}-${i}`));
      await log.written();
      log.write(notice(`${run}-last`));
      await log.written();
    }
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    const identities = lines.map((line) => (JSON.parse(line) as { identity: string; broker: string }).identity);
    const at = (index: number) => identities[index];
    assert.deepEqual([lines.length, at(99), at(100), at(201)], [202, 'former-99', 'former-last', 'present-last']);
    assert.match(lines[0] ?? '', /"broker":"plant\/main","instance":"local"/);
    assert.equal(statSync(file).mode & 0o777, 0o600);
  });

  it('takes two files of its limit, whatever happens', async () => {
    const log = auditLog(file, origin, 1_000);
    for (let i = 0; i < 50; i += 1) {
      log.write(notice('x'.repeat(64)));
      await log.written();
    }
    for (const one of [file, `${file}.1`]) assert.ok(statSync(one).size < 1_500, one);
    assert.equal(existsSync(`${file}.2`), false);
  });

  it('loses what cannot be written, and goes on', async () => {
    mkdirSync(file);
    const log = auditLog(file, origin);
    log.write(notice('lost'));
    await log.written();
    rmdirSync(file);
    log.write(notice('kept'));
    await log.written();
    assert.match(readFileSync(file, 'utf8'), /^[^\n]*"kept"[^\n]*\n$/);
  });
});
