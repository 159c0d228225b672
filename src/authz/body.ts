/** The body of a request within bounds of size and time. */
import type { IncomingMessage } from 'node:http';

export interface BodyLimits {
  /** Largest body, bytes. */
  readonly bytes: number;
  /** From the headers to the end of the body. */
  readonly milliseconds: number;
}

export type BodyReading = Buffer | 'TooLarge' | 'TooSlow' | 'Gone';

/** Of a body that is too large no more than this is read, and nothing kept, so that its sender can be answered, bytes. */
const mostDiscarded = 16 * 1024 * 1024;

/** Calls back once. What is too large is read to its end, within `mostDiscarded` and the time. */
export function readBody(request: IncomingMessage, limits: BodyLimits, done: (reading: BodyReading) => void): void {
  const parts: Buffer[] = [];
  let length = 0;
  let isDone = false;
  const finish = (reading: BodyReading): void => {
    if (isDone) return;
    isDone = true;
    clearTimeout(timer);
    done(reading);
  };
  const timer = setTimeout(() => finish('TooSlow'), limits.milliseconds);
  request.on('data', (part: Buffer) => {
    length += part.length;
    if (length <= limits.bytes) parts.push(part);
    else parts.length = 0;
    if (length > mostDiscarded) finish('TooLarge');
  });
  request.once('end', () => {
    const [only] = parts;
    if (length > limits.bytes) finish('TooLarge');
    else finish(parts.length === 1 && only ? only : Buffer.concat(parts));
  });
  request.once('close', () => finish('Gone'));
}
