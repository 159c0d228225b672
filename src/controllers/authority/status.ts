/** What the status of a broker says of CAs and revocation lists. */
import type { CaKeyId, PublishedCrl } from '../../domain/pki/certificate.ts';
import { parsedCrl } from '../../domain/pki/crl.ts';
import type { Trust } from '../context.ts';
import type { AuthorityView } from './trust.ts';

/** One item of `status.crls`. */
export interface CrlStatus {
  readonly ca: string;
  /** Absent where it is too large for a JSON number. */
  readonly number?: number;
  /** RFC 3339. */
  readonly nextUpdate: string;
  readonly entries: number;
}

/** One item of `status.certificatesPerCa`. */
export interface CaCount {
  readonly ca: string;
  readonly certificates: number;
}

/** Most items that the CRD takes. */
const mostCounts = 32;

/** The lists of a trust, by the names of the CAs. */
export function crlStatuses(
  { cas, crls }: Trust,
  viewOf: (keyId: CaKeyId) => AuthorityView | undefined,
): readonly CrlStatus[] {
  return cas.flatMap(({ name, keyId, revocation }) => {
    const crl = revocation === 'None' ? undefined : crls.find(({ caKeyId }) => caKeyId === keyId);
    if (!crl) return [];
    const own = viewOf(keyId)?.crl;
    const entries = own?.pem === crl.pem ? own.read.entries.size : entryCount(crl);
    const number = crl.number <= BigInt(Number.MAX_SAFE_INTEGER) ? { number: Number(crl.number) } : {};
    return [{ ca: name, ...number, nextUpdate: `${crl.nextUpdate.toISOString().slice(0, 19)}Z`, entries }];
  });
}

const counts = new WeakMap<PublishedCrl, number>();

function entryCount(crl: PublishedCrl): number {
  const known = counts.get(crl);
  if (known !== undefined) return known;
  const read = parsedCrl(crl.pem);
  const count = read.ok ? read.value.entries.size : 0;
  counts.set(crl, count);
  return count;
}

/** Trusted CAs by their names and in their order, also those that issued nothing; others after them by their key ids. */
export function certificatesPerCa(
  { cas }: Trust,
  perCa: ReadonlyMap<CaKeyId, number> = new Map<CaKeyId, number>(),
): readonly CaCount[] {
  const trusted = cas.map(({ name, keyId }) => ({ ca: name, certificates: perCa.get(keyId) ?? 0 }));
  const others = [...perCa]
    .filter(([keyId]) => !cas.some((ca) => ca.keyId === keyId))
    .map(([keyId, certificates]) => ({ ca: keyId, certificates }))
    .sort((a, b) => (a.ca < b.ca ? -1 : 1));
  return [...trusted, ...others].slice(0, mostCounts);
}
