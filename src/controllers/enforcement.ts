/** Whether what was taken back is enforced, by what the instances of a broker have proved. */
import type { RevocationEntry } from '../domain/pki/certificate.ts';
import type { BrokerState, Proof, Trust } from './context.ts';

export interface Enforcement {
  readonly provedAt: Date | true;
  readonly sessionsEndedAt: Date | true;
}

/** When the last of all expected instances had proved such a set; undefined as long as one has not. */
export function enforcementOf(
  broker: BrokerState | undefined,
  isSuch: (proof: Proof) => boolean,
): Enforcement | undefined {
  if (!broker) return undefined;
  const { proved, expectedInstances } = broker;
  if (expectedInstances === 0 || proved.length < expectedInstances || !proved.every(isSuch)) return undefined;
  return {
    provedAt: latest(proved.map(({ provedAt }) => provedAt)),
    sessionsEndedAt: latest(proved.map(({ sessionsEndedAt, provedAt }) => sessionsEndedAt ?? provedAt)),
  };
}

/** True where one of them does not know its time. */
function latest(times: readonly (Date | undefined)[]): Date | true {
  const known = times.flatMap((time) => (time ? [time.getTime()] : []));
  return known.length === times.length ? new Date(Math.max(...known)) : true;
}

/** Whether a revocation list of a set holds them all; those of a CA of which we make none need not be. */
export function areListed(
  trust: Trust | undefined,
  certificates: readonly Pick<RevocationEntry, 'caKeyId' | 'serial'>[],
): boolean {
  if (certificates.length === 0) return true;
  if (!trust) return false;
  const [serials, signed] = [listedIn(trust), new Set(trust.cas.filter(isSigned).map(({ keyId }) => keyId))];
  return certificates.every(({ caKeyId, serial }) => !signed.has(caKeyId) || serials.has(`${caKeyId} ${serial}`));
}

/** Whether a revocation list of a set holds one of them. */
export function isAnyListed(
  trust: Trust | undefined,
  certificates: readonly Pick<RevocationEntry, 'caKeyId' | 'serial'>[],
): boolean {
  if (!trust || certificates.length === 0) return false;
  const serials = listedIn(trust);
  return certificates.some(({ caKeyId, serial }) => serials.has(`${caKeyId} ${serial}`));
}

/** By the list of revocations, which is the same as long as nothing in it changed. */
const listed = new WeakMap<Trust['revocations'], ReadonlySet<string>>();

/** All that our lists hold, what is on hold among it. */
function listedIn({ revocations }: Trust): ReadonlySet<string> {
  const known = listed.get(revocations) ?? new Set(revocations.map((one) => `${one.caKeyId} ${one.serial}`));
  listed.set(revocations, known);
  return known;
}

function isSigned({ revocation }: Trust['cas'][number]): boolean {
  return revocation === 'SignedCrl';
}
