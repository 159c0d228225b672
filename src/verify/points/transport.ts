import type { Attempt, Point } from '../point.ts';
import type { Handshake, TlsOffer } from '../prober.ts';
import { type Listener, placeOf, type World } from '../world.ts';
import { notTried, refusalWanted } from './attempt.ts';

export const serverCertificateValid: Point = {
  name: 'ServerCertificateValid',
  title: 'the server proves with its certificate who it is',
  needs: [],
  otherwise: 'no listener has TLS',
  attempts: (world, prober) =>
    eachOf(tlsListeners(world), async (listener): Promise<Attempt[]> => {
      const proof = await prober.serverProof(listener);
      const tried = `chain, dates and name at ${placeOf(listener)}`;
      if (proof.kind === 'Unanswered') return [{ tried, answer: proof.how, verdict: 'Fail' }];
      if (proof.kind === 'Invalid') return [{ tried, answer: proof.problem, verdict: 'Fail' }];
      const days = Math.floor((proof.notAfter.getTime() - world.now.getTime()) / 86_400_000);
      return [{ tried, answer: `valid for ${days} more days`, verdict: 'Pass' }];
    }),
};

/**
 * What nobody should agree to: versions below 1.2 (RFC 8996) and suites without encryption, without a certificate, with
 * broken ciphers, or without forward secrecy (RFC 9325 section 4).
 */
const weakOffers: readonly TlsOffer[] = [
  { name: 'TLS 1.0', version: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' },
  { name: 'TLS 1.1', version: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' },
  { name: 'suites without encryption', version: 'TLSv1.2', ciphers: 'eNULL:!aNULL@SECLEVEL=0' },
  { name: 'suites without a certificate', version: 'TLSv1.2', ciphers: 'aNULL@SECLEVEL=0' },
  { name: 'RC4, DES and 3DES', version: 'TLSv1.2', ciphers: 'RC4:DES:3DES:!aNULL@SECLEVEL=0' },
  { name: 'suites without forward secrecy', version: 'TLSv1.2', ciphers: 'kRSA:!eNULL:!RC4:!3DES@SECLEVEL=0' },
];

export const weakTlsRefused: Point = {
  name: 'WeakTlsRefused',
  title: 'old versions of TLS and weak ciphers are refused',
  needs: [],
  otherwise: 'no listener has TLS',
  attempts: (world, prober) =>
    eachOf(tlsListeners(world), async (listener) => {
      const attempts = [];
      for (const offer of weakOffers) {
        const tried = `${offer.name} at ${placeOf(listener)}`;
        attempts.push(offered(tried, await prober.handshake(listener, offer)));
      }
      return attempts;
    }),
};

function offered(tried: string, answer: Handshake) {
  if (answer.kind === 'NotOffered') return notTried(tried, answer.how);
  return refusalWanted(tried, answer.kind === 'Agreed' ? { kind: 'Taken', how: answer.how } : answer);
}

export const noPlainListener: Point = {
  name: 'NoPlainListener',
  title: 'nobody speaks MQTT without TLS',
  needs: [],
  otherwise: 'there is no port to try',
  attempts: (world, prober) =>
    eachOf([...world.listeners, ...world.plainPorts], async (place) => [
      refusalWanted(`CONNECT without TLS at ${placeOf(place)}`, await prober.speaksPlain(place)),
    ]),
};

function tlsListeners({ listeners }: World): readonly Listener[] {
  return listeners.filter(({ tls }) => tls);
}

/** One after the other: a broker is not to be judged while it is busy with us. */
export async function eachOf<T, A>(things: readonly T[], act: (thing: T) => Promise<readonly A[]>): Promise<A[]> {
  const all: A[] = [];
  for (const thing of things) all.push(...(await act(thing)));
  return all;
}
