/** Signing and reading revocation lists beside openssl, and issuing device certificates beside the bare cryptography. */
import { spawnSync } from 'node:child_process';
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import type { RevocationEntry } from '../src/domain/pki/certificate.ts';
import { crlEntries, crlStamp, defaultCrlValiditySeconds } from '../src/domain/pki/crl-schedule.ts';
import { crlSignedBy, parsedCrl } from '../src/domain/pki/crl.ts';
import { emptyLedger, withRevoked } from '../src/domain/pki/ledger.ts';
import { type Authority, createAuthority, issueDeviceCertificate, signCrl } from '../src/local/authority.ts';
import type { Random } from '../src/ports.ts';
import { type BenchRow, median } from './row.ts';

export const name = 'Certificates and revocation lists';

const rounds = 7;
const certificates = 500;
const now = new Date('2026-01-01T00:00:00Z');
const notAfter = new Date('2036-01-01T00:00:00Z');
const random: Random = { bytes: (length) => randomBytes(length) };

/** The CRL entries of a ledger of so many certificates with serials of 16 bytes, taken back one second after the other. */
function entriesOf(caKeyId: string, count: number): readonly RevocationEntry[] {
  const entries = Array.from({ length: count }, (_, index): RevocationEntry => {
    const serial = `4${createHash('sha256').update(`${index}`).digest('hex').slice(1, 32)}`;
    const at = new Date(now.getTime() - index * 1000);
    return { caKeyId, serial, identity: `device-${index}`, notAfter, reason: 'KeyCompromise', at };
  });
  return crlEntries(withRevoked(emptyLedger(caKeyId), entries), []);
}

/** Median time of some runs, seconds. */
function secondsOf(run: () => unknown): number {
  const figures = Array.from({ length: rounds }, () => {
    const start = performance.now();
    run();
    return (performance.now() - start) / 1000;
  });
  return median(figures);
}

/** One pass of SHA-256 and one signature over the bytes that a CRL is. */
function signatureSeconds({ key }: Authority, tbs: Buffer): number {
  return secondsOf(() => sign('sha256', tbs, key));
}

interface OpensslSeconds {
  readonly sign: number;
  readonly verify: number;
}

/** What openssl takes to make a CRL of the same entries, and to read and verify ours; its start is included. */
function opensslSeconds(
  { certificatePem, keyPem }: Authority,
  entries: readonly RevocationEntry[],
  pem: string,
): OpensslSeconds {
  const directory = mkdtempSync(path.join(tmpdir(), 'mqttsec-bench-'));
  const index = entries.map(
    ({ serial }) => `R\t360101000000Z\t260101000000Z,keyCompromise\t${serial}\tunknown\t/CN=d\n`,
  );
  const config = '[ca]\ndefault_ca=d\n[d]\ndatabase=index\ndefault_md=sha256\ndefault_crl_days=7\n';
  const files = { config, index: index.join('').replaceAll(/[0-9a-f]{32}/g, (serial) => serial.toUpperCase()) };
  for (const [file, text] of Object.entries({ ...files, ca: certificatePem, key: keyPem, ours: pem })) {
    writeFileSync(path.join(directory, file), text);
  }
  const seconds = (args: readonly string[]) =>
    secondsOf(() => {
      const { status, stderr } = spawnSync('openssl', args, { cwd: directory, encoding: 'utf8' });
      if (status !== 0) throw new Error(`measure openssl ${args[0] ?? ''}: ${stderr}`);
    });
  const made = {
    sign: seconds(['ca', '-gencrl', '-config', 'config', '-cert', 'ca', '-keyfile', 'key', '-out', 'crl']),
    verify: seconds(['crl', '-in', 'ours', '-CAfile', 'ca', '-verify', '-noout']),
  };
  rmSync(directory, { recursive: true });
  return made;
}

/** The floor is openssl over the same entries. */
function crlRows(ca: Authority, count: number): readonly BenchRow[] {
  const size = count.toLocaleString('en');
  const entries = entriesOf(ca.issuer.keyId, count);
  const stamp = crlStamp(undefined, now, defaultCrlValiditySeconds);
  const { pem } = signCrl(ca, { ...stamp, entries });
  const crl = parsedCrl(pem);
  if (!crl.ok || crl.value.entries.size !== count) throw new Error('measure CRL: it is not read back');
  const openssl = opensslSeconds(ca, entries, pem);
  const row = (what: string, value: number, floor: number, target: string): BenchRow => {
    return { measure: `${what}, ${size} serials`, value, unit: 's', floor, ratio: value / floor, target };
  };
  const signing = secondsOf(() => signCrl(ca, { ...stamp, entries }));
  const reading = secondsOf(() => {
    const read = parsedCrl(pem);
    if (!read.ok || !crlSignedBy(read.value, ca.certificatePem)) throw new Error('measure CRL: not verified');
  });
  return [
    row('sign a CRL', signing, openssl.sign, '≤ 0.2 s for 100,000'),
    row('of it the bare signature', signatureSeconds(ca, crl.value.tbs), openssl.sign, 'for comparison'),
    row('read and verify a CRL', reading, openssl.verify, '≤ 0.5 s for 100,000'),
  ];
}

async function certificateRow(ca: Authority): Promise<BenchRow> {
  const privateKey = { algorithm: 'ECDSA', size: 256, rotationPolicy: 'Always' } as const;
  const key = { kind: 'Generated', privateKey } as const;
  const perSecond = (start: number) => certificates / ((performance.now() - start) / 1000);
  const begun = performance.now();
  for (let index = 0; index < certificates; index += 1) {
    await issueDeviceCertificate(ca, { identity: `device-${index}`, durationSeconds: 86_400, now, random, key });
  }
  const value = perSecond(begun);
  const floorBegun = performance.now();
  for (let index = 0; index < certificates; index += 1) {
    const { publicKey, privateKey: own } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    own.export({ type: 'pkcs8', format: 'pem' });
    sign('sha256', publicKey.export({ type: 'spki', format: 'der' }), ca.key);
  }
  const floor = perSecond(floorBegun);
  return { measure: 'issue device certificates', value, unit: '/s', floor, ratio: value / floor, target: '≥ 300/s' };
}

export async function run(): Promise<readonly BenchRow[]> {
  const ca = await createAuthority({ commonName: 'bench CA', now, random });
  return [...crlRows(ca, 10_000), ...crlRows(ca, 100_000), await certificateRow(ca)];
}
