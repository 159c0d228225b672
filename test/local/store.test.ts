import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chunkOf, contentOf } from '../../src/domain/bundle/chunks.ts';
import type { BundleContent } from '../../src/domain/bundle/content.ts';
import type { RevocationEntry } from '../../src/domain/pki/certificate.ts';
import { withRevoked } from '../../src/domain/pki/ledger.ts';
import { revocationsText } from '../../src/domain/pki/revocations.ts';
import { directorySink } from '../../src/local/sink.ts';
import { openState, type StatePaths } from '../../src/local/state.ts';
import { keepLedger, openStore, type Store } from '../../src/local/store.ts';
import { systemRandom } from '../../src/local/system.ts';

const now = new Date('2026-06-01T00:00:00Z');
const opened = (paths: StatePaths) => openStore(paths, { now, random: systemRandom });
const serials = ({ ledger }: Store) => [...ledger.entries.keys()].sort();

describe('ledger of the state directory', () => {
  let root: string;
  let paths: StatePaths;
  let store: Store;
  const revocation = (serial: string, reason: RevocationEntry['reason']): RevocationEntry => ({
    caKeyId: store.ledger.caKeyId,
    serial,
    identity: `device-${serial}`,
    notAfter: new Date('2027-01-01T00:00:00Z'),
    reason,
    at: now,
  });
  const revoke = (serial: string) =>
    keepLedger(store, withRevoked(store.ledger, [revocation(serial, 'KeyCompromise')]));
  const publish = (entries: readonly RevocationEntry[]) => {
    const parts: BundleContent['parts'] = {
      'mosquitto.conf': [],
      acl: [],
      passwords: [],
      identities: [],
      crl: [],
      ca: [],
      revocations: [chunkOf(revocationsText(entries))],
      notices: [],
    };
    return directorySink(paths.bundle, () => 0).publish('plant/main', contentOf(parts));
  };

  beforeEach(async () => {
    root = mkdtempSync(path.join(tmpdir(), 'mqttsec-store-'));
    paths = await openState(path.join(root, 'state'));
    store = await opened(paths);
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const file = () => path.join(paths.ledger, store.ledger.caKeyId);

  it('is put back from an older copy: what was published since stays revoked, a hold does not become one', async () => {
    await revoke('1');
    const older = readFileSync(file());
    await revoke('2');
    await publish([
      revocation('1', 'KeyCompromise'),
      revocation('2', 'KeyCompromise'),
      revocation('3', 'CertificateHold'),
    ]);
    writeFileSync(file(), older);
    assert.deepEqual(serials(await opened(paths)), ['1', '2']);
  });

  it('is lost: it comes back from what was published', async () => {
    await revoke('1');
    await publish([revocation('1', 'KeyCompromise')]);
    rmSync(file());
    assert.deepEqual(serials(await opened(paths)), ['1']);
  });

  it('cannot be read: nothing is guessed', async () => {
    await revoke('1');
    writeFileSync(file(), 'garbage\n');
    await assert.rejects(opened(paths), /^Error: read ledger .*: /);
  });
});
