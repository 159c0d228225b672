import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chunkOf, contentOf } from '../../src/domain/bundle/chunks.ts';
import type { BundleContent } from '../../src/domain/bundle/content.ts';
import type { RevocationEntry } from '../../src/domain/pki/certificate.ts';
import { crlEntries } from '../../src/domain/pki/crl-schedule.ts';
import { withRevoked } from '../../src/domain/pki/ledger.ts';
import { revocationsText } from '../../src/domain/pki/revocations.ts';
import { newList } from '../../src/domain/pki/signed-list.ts';
import { directorySink } from '../../src/local/sink.ts';
import { openState, type StatePaths } from '../../src/local/state.ts';
import { keepCrl, keepLedger, openStore, type Store } from '../../src/local/store.ts';
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
  const publish = (entries: readonly RevocationEntry[], crl?: string) => {
    const parts: BundleContent['parts'] = {
      'mosquitto.conf': [],
      acl: [],
      passwords: [],
      identities: [],
      ...(crl === undefined
        ? { crl: [], ca: [] }
        : { crl: [chunkOf(crl)], ca: [chunkOf(store.authority.certificatePem)] }),
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

  it('says what it took back from what was published', async () => {
    await revoke('1');
    await publish([revocation('1', 'KeyCompromise'), revocation('2', 'KeyCompromise')]);
    const { findings } = await opened(paths);
    assert.deepEqual(
      findings.map(({ code, message }) => [code, /lacked 1 revocations/.test(message)]),
      [['MQS190', true]],
    );
    assert.deepEqual((await opened(await openState(path.join(root, 'other')))).findings, []);
    rmSync(paths.bundle, { recursive: true });
    assert.deepEqual(serials(await opened(paths)), ['1', '2'], 'it is written at once');
  });

  /** A list of all that is in the ledger, signed a second later than the one before. */
  const sign = (second: number) =>
    keepCrl(
      store,
      newList(store.authority, {
        entries: crlEntries(store.ledger, []),
        ...{ formerNumber: store.crlNumber, validitySeconds: 86_400, now: new Date(now.getTime() + second * 1000) },
      }),
    );

  it('is put back with the whole directory from an older copy: that is refused, and said how to go on', async () => {
    await revoke('1');
    await sign(1);
    cpSync(paths.root, path.join(root, 'backup'), { recursive: true });
    await revoke('2');
    await sign(2);
    assert.deepEqual(serials(await opened(paths)), ['1', '2'], 'it is not refused as it is');
    rmSync(paths.root, { recursive: true });
    cpSync(path.join(root, 'backup'), paths.root, { recursive: true });
    const refusal =
      /^Error: open state .*: it is an older copy: .* number \d+ was in force .*; put the latest copy .* delete/;
    await assert.rejects(opened(paths), refusal);
    rmSync(paths.mark);
    assert.deepEqual(serials(await opened(paths)), ['1'], 'who takes it as it is has said so');
  });

  it('is put back alone, with nothing published that would tell: the list knows more', async () => {
    await revoke('1');
    const older = readFileSync(file());
    await revoke('2');
    await sign(1);
    writeFileSync(file(), older);
    await assert.rejects(opened(paths), /its revocation list holds 1 serials that its ledger does not know/);
  });

  it('goes on with the numbers of its lists when the list is lost', async () => {
    await sign(3_600);
    const { crlNumber } = store;
    await publish([], store.crl?.pem);
    rmSync(path.join(paths.crl, `${store.ledger.caKeyId}.pem`));
    store = await opened(paths);
    await sign(0);
    assert.equal(store.crlNumber, crlNumber + 1n);
  });

  it('asks nothing of a directory with another CA', async () => {
    await sign(1);
    rmSync(paths.root, { recursive: true });
    paths = await openState(path.join(root, 'state'));
    assert.deepEqual(serials(await opened(paths)), []);
  });

  it('cannot be read: nothing is guessed', async () => {
    await revoke('1');
    writeFileSync(file(), 'garbage\n');
    await assert.rejects(opened(paths), /^Error: read ledger .*: /);
  });
});
