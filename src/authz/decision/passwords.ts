/** Whether a password is that of a device, at the price of one hash for each that is new. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { verifyPassword } from '../../domain/broker/passwords.ts';

type Credential = { readonly kind: 'Hash'; readonly hash: string } | { readonly kind: 'Text'; readonly text: string };

/**
 * What is known of the password of a device: a hash as in a password file, or the text that a Secret holds. `Stale`: it may
 * be another one by now, and could not be read for too long.
 */
export type KnownPassword = Credential | { readonly kind: 'Stale' };

export interface PasswordCheck {
  readonly isRight: (identity: string, known: Credential, password: string) => boolean;
}

/**
 * Remembers for each identity a keyed hash of what was right last, so that who comes back costs no password hash. `key` is
 * random and stays in this process: what is remembered says nothing without it.
 */
export function passwordCheck(key: Uint8Array): PasswordCheck {
  const right = new Map<string, Buffer>();
  const mark = (parts: readonly string[]): Buffer => {
    const hmac = createHmac('sha256', key);
    for (const part of parts) hmac.update(`${String(part.length)}:`).update(part);
    return hmac.digest();
  };
  return {
    isRight(identity, known, password) {
      if (known.kind === 'Text') return timingSafeEqual(mark([known.text]), mark([password]));
      const asked = mark([known.hash, password]);
      const former = right.get(identity);
      if (former && timingSafeEqual(former, asked)) return true;
      const isRight = verifyPassword(password, known.hash);
      if (isRight) right.set(identity, asked);
      return isRight;
    },
  };
}
