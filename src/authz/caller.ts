/** Whether a request comes from the broker. */
import { createHash, timingSafeEqual } from 'node:crypto';

/** What of a request tells who sent it. */
interface CallerProof {
  /** Path without its first `/`. */
  readonly path: string;
  readonly authorization: string | undefined;
}

/** The call that is asked for; undefined: it is not the broker that asks. */
export type CallerCheck = (proof: CallerProof) => string | undefined;

/**
 * The secret as `Authorization: Bearer SECRET`, or, for brokers that can send no header, as the first part of the path:
 * `/SECRET/CALL`. Without a secret the connection itself must have proved it.
 */
export function callerCheck(secret: string | undefined): CallerCheck {
  if (secret === undefined) return ({ path }) => path;
  const wanted = digest(secret);
  const isSecret = (text: string) => timingSafeEqual(digest(text), wanted);
  return ({ path, authorization }) => {
    if (authorization?.startsWith('Bearer ')) return isSecret(authorization.slice(7)) ? path : undefined;
    const slash = path.indexOf('/');
    return slash >= 0 && isSecret(path.slice(0, slash)) ? path.slice(slash + 1) : undefined;
  };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
