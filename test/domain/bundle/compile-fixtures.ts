/** Inputs of a compile, for tests: one broker, one CA, and what is named. */
import { chunkHashes, joinParts } from '../../../src/domain/bundle/chunks.ts';
import { compileBroker, type Compiled, type CompileInput } from '../../../src/domain/bundle/compile.ts';
import { type BundleContent, type PartName } from '../../../src/domain/bundle/content.ts';
import { imagePlacement } from '../../../src/domain/bundle/placement.ts';
import type { IssuedCertificate, RevocationEntry, TrustedCa } from '../../../src/domain/pki/certificate.ts';
import { ShardedMap } from '../../../src/domain/sharded.ts';
import { aFleet, mainBroker } from '../../fixtures.ts';

export const start = new Date('2026-01-01T00:00:00Z');

/** `start` plus so many hours. */
export function hour(hours: number): Date {
  return new Date(start.getTime() + hours * 3_600_000);
}

export const caKeyId = '0a'.repeat(32);
export const otherCaKeyId = '0b'.repeat(32);

export const deviceCa: TrustedCa = {
  name: 'devices',
  keyId: caKeyId,
  certificates: 'CA CERTIFICATE\n',
  revocation: 'SignedCrl',
};

export const deviceCrl = { caKeyId, pem: 'CRL\n', number: 1n, thisUpdate: start, nextUpdate: hour(168) };

/** For password `pw`. */
export const givenHash =
  '$7$101$1b3JxznSF0Di4ykf$DucdfH3KAc4ehKkIEMNUxvSpGwWFOOZuSd6L/NWxBiPdQKGkKlAJT6BXvSpHRlLf3zrx1wkPDmxvPHYSY9puig==';

export function aCertificate(identity: string, overrides: Partial<IssuedCertificate> = {}): IssuedCertificate {
  const serial = '1f';
  return { identity, caKeyId, serial, notBefore: start, notAfter: hour(24), fingerprint: 'ff', ...overrides };
}

export function aRevocation(identity: string, overrides: Partial<RevocationEntry> = {}): RevocationEntry {
  const { serial, notAfter } = aCertificate(identity);
  return { identity, caKeyId, serial, notAfter, reason: 'KeyCompromise', at: start, ...overrides };
}

/** One certificate for each of these identities. */
export function certificatesOf(...certificates: readonly IssuedCertificate[]): CompileInput['certificates'] {
  const byIdentity = Map.groupBy(certificates, ({ identity }) => identity);
  return ShardedMap.from<readonly IssuedCertificate[]>(byIdentity);
}

export function anInput(overrides: Partial<CompileInput> = {}): CompileInput {
  return {
    fleet: aFleet(),
    broker: mainBroker,
    certificates: certificatesOf(aCertificate('sensor-1')),
    cas: [deviceCa],
    passwordLines: ShardedMap.empty(),
    crls: [deviceCrl],
    revocations: [],
    lockouts: ShardedMap.empty(),
    placement: imagePlacement,
    ...overrides,
  };
}

export function contentOf(compiled: Compiled): BundleContent {
  if (compiled.content) return compiled.content;
  throw new Error(`fixture: refused: ${compiled.findings.map(({ message }) => message).join('; ')}`);
}

/** The texts of the parts at `now`. */
export function partsOf(input: CompileInput, now = start): Readonly<Record<PartName, string>> {
  return joinParts(contentOf(compileBroker(input, now)));
}

/** Names and numbers of the chunks that differ, such as `acl[3]`. */
export function changedChunks(a: BundleContent, b: BundleContent): string[] {
  const [before, after] = [chunkHashes(a.parts), chunkHashes(b.parts)];
  return Object.entries(after).flatMap(([part, hashes]) =>
    hashes.flatMap((hash, i) => (before[part as PartName][i] === hash ? [] : [`${part}[${i}]`])),
  );
}
