/**
 * How claims lie in a cluster: in sixteen Secrets beside their broker, by the first digit of their ids. Who serves
 * enrolment may read these by name and no other Secret, and many claims are open at a time: a Secret holds some 2,000.
 */
import type { ObjectKey } from '../names.ts';
import { claimIn, isOverLongSince } from './claim.ts';

const digits = Array.from({ length: 16 }, (_, digit) => digit.toString(16));

/** Name of the Secret for a claim, in the namespace of the broker. Under the id lies the text of the claim. */
export function claimSecretName(broker: ObjectKey, id: string): string {
  return `${broker.slice(broker.indexOf('/') + 1)}-claims-${id.slice(0, 1)}`;
}

export function claimSecretNames(broker: ObjectKey): readonly string[] {
  return digits.map((digit) => claimSecretName(broker, digit));
}

/** Under which the hash of the request lies that a claim was taken for. */
export function takenKey(id: string): string {
  return `${id}.taken`;
}

/** Data of a Secret as text: base64 is undone. */
export function secretText(data: Readonly<Record<string, string>> | undefined, key: string): string | undefined {
  const encoded = data?.[key];
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString();
}

/** Keys of claims that are over for longer than a day, and of what says that they were taken. */
export function outdatedKeys(data: Readonly<Record<string, string>>, now: Date): readonly string[] {
  return Object.keys(data).filter((key) => {
    const id = key.replace(/\.taken$/, '');
    const claim = claimIn(secretText(data, id) ?? '');
    return claim.ok && isOverLongSince(claim.value, now);
  });
}
