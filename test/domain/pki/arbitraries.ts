import fc from 'fast-check';
import { revocationReasons } from '../../../src/domain/fleet.ts';
import type { RevocationEntry } from '../../../src/domain/pki/certificate.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

/** Whole seconds between 1990 and 2090: both time forms of X.509 (RFC 5280 section 5.1.2.4). */
export const times = fc
  .integer({ min: Date.UTC(1990, 0, 1) / 1000, max: Date.UTC(2090, 0, 1) / 1000 })
  .map((seconds) => new Date(seconds * 1000));

export const caKeyIds = fc.uint8Array({ minLength: 32, maxLength: 32 }).map(hex);

/** Positive serials of 1 to 20 bytes, lower-case hex without leading zeros. */
export const serials = fc.bigInt({ min: 1n, max: (1n << 159n) - 1n }).map((serial) => serial.toString(16));

export const identities = fc.stringMatching(/^[A-Za-z0-9]([A-Za-z0-9._:@-]{0,20}[A-Za-z0-9])?$/);

export const revocationEntry: fc.Arbitrary<RevocationEntry> = fc.record({
  caKeyId: caKeyIds,
  serial: serials,
  identity: identities,
  notAfter: times,
  reason: fc.constantFrom(...revocationReasons, 'CertificateHold' as const),
  at: times,
});

export const revocationEntries = fc.uniqueArray(revocationEntry, { maxLength: 20, selector: ({ serial }) => serial });
