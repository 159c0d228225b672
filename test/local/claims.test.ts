import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Claim, claimBytes, newClaim } from '../../src/domain/enrol/claim.ts';
import { directoryClaims, keepClaim, pruneClaims } from '../../src/local/claims.ts';

const now = new Date('2026-01-01T00:00:00Z');
const day = 86_400_000;
const terms = { broker: 'plant/main', device: 'plant/pump-1', networks: [] } as const;
const claimOf = (fill: number, expiresAt: Date): Claim =>
  newClaim({ ...terms, expiresAt }, Buffer.alloc(claimBytes, fill)).claim;

describe('local/claims', () => {
  let directory: string;
  beforeEach(() => {
    directory = path.join(mkdtempSync(path.join(tmpdir(), 'mqttsec-claims-')), 'claims');
  });
  afterEach(() => rmSync(path.dirname(directory), { recursive: true }));

  it('keeps a claim for nobody else to read', async () => {
    const claim = claimOf(1, now);
    await keepClaim(directory, claim);
    assert.deepEqual(await directoryClaims(directory).claim(claim.id), claim);
    assert.equal(statSync(path.join(directory, claim.id)).mode & 0o777, 0o600);
    assert.equal(statSync(directory).mode & 0o777, 0o700);
  });

  it('finds none where there is none, and under no other name', async () => {
    const { claim } = directoryClaims(directory);
    for (const id of ['0'.repeat(16), '..', '../claims', '']) assert.equal(await claim(id), undefined);
  });

  it('tells of a claim that is damaged', async () => {
    const { id } = claimOf(1, now);
    await keepClaim(directory, claimOf(1, now));
    writeFileSync(path.join(directory, id), '{');
    await assert.rejects(directoryClaims(directory).claim(id), /read claim .*: it is no JSON object/);
  });

  it('gives a claim to one of hundreds that take it at once, and to that one again', async () => {
    const { id } = claimOf(1, now);
    await keepClaim(directory, claimOf(1, now));
    const { take } = directoryClaims(directory);
    const hashes = Array.from({ length: 300 }, (_, index) => index.toString(16).padStart(64, '0'));
    const takings = await Promise.all(hashes.map((hash) => take(id, hash)));
    assert.equal(takings.filter((taking) => taking === 'Taken').length, 1);
    assert.equal(takings.filter((taking) => taking === 'TakenByOther').length, 299);
    const winner = hashes[takings.indexOf('Taken')] ?? '';
    const again = directoryClaims(directory);
    assert.deepEqual(await Promise.all([winner, 'f'.repeat(64)].map((hash) => again.take(id, hash))), [
      'TakenBefore',
      'TakenByOther',
    ]);
    assert.deepEqual(readdirSync(directory), [id, `${id}.taken`]);
  });

  it('forgets what is over for a day, and that it was taken', async () => {
    const [old, recent] = [claimOf(1, new Date(now.getTime() - day)), claimOf(2, new Date(now.getTime() - day + 1))];
    for (const claim of [old, recent]) {
      await keepClaim(directory, claim);
      await directoryClaims(directory).take(claim.id, '0'.repeat(64));
    }
    writeFileSync(path.join(directory, 'f'.repeat(16)), 'damaged');
    await pruneClaims(directory, now);
    assert.deepEqual(readdirSync(directory), [recent.id, `${recent.id}.taken`, 'f'.repeat(16)]);
  });
});
