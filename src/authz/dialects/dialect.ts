import type { Decision, Denial, Question } from '../question.ts';

/** A request as a dialect sees it; who sent it was looked at before. */
export interface DialectRequest {
  /** Last part of the path: `topic` of `/topic`. */
  readonly call: string;
  readonly contentType: string;
  /** Value of the header `vernemq-hook`, where there is one. */
  readonly hook?: string;
  readonly body: Buffer;
}

/** What a broker is answered. */
export interface Reply {
  readonly status: 200 | 403;
  readonly contentType: string;
  readonly body: string;
  /** Value of Cache-Control; without it nobody may keep the answer. */
  readonly cacheControl?: string;
}

/** How one kind of broker asks and is answered. Pure, and strict: what is not understood as a whole is denied. */
export interface Dialect {
  readonly name: DialectName;
  /** Names of the calls, which are the last part of the paths. */
  readonly calls: readonly string[];
  /** The broker cannot tell the levels of a topic from dots in them; see `rabbitmq.ts`. */
  readonly hasDottedLevels: boolean;
  readonly question: (request: DialectRequest) => Question | Denial;
  /** `call` may be none of `calls`, when that is what is denied. */
  readonly reply: (call: string, decision: Decision) => Reply;
}

export const dialectNames = ['rabbitmq', 'emqx', 'vernemq', 'go-auth'] as const;
export type DialectName = (typeof dialectNames)[number];

export function isDenial(value: Question | Denial): value is Denial {
  return 'allowed' in value;
}

/** How long a broker may keep a positive answer about a topic, seconds: as long as a revocation may take (P8). */
export const positiveCacheSeconds = 1;
