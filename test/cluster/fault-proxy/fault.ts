/** What can be made to go wrong, and when. */
import type { ApiCall } from './call.ts';

/**
 * Before the server sees the request; after it answered but before the client hears of it; after the client has the
 * whole answer.
 */
export type Phase = 'Before' | 'During' | 'After';

export type Fault =
  /** The connection is reset: the request never arrives, or it is done and the answer is lost. */
  | { readonly kind: 'Cut'; readonly phase: 'Before' | 'During' }
  /** Half of the answer, then a reset. */
  | { readonly kind: 'Torn' }
  | { readonly kind: 'Delay'; readonly phase: 'Before' | 'During'; readonly milliseconds: number }
  /** The proxy answers, the server sees nothing. */
  | { readonly kind: 'Answer'; readonly status: number; readonly reason: string; readonly retryAfterSeconds?: number }
  /**
   * Calls, such as to kill the client, and waits for it. Before and during, the connection is reset then, for whoever is
   * dead hears nothing.
   */
  | { readonly kind: 'Call'; readonly phase: Phase; readonly call: () => void | Promise<void> };

/** One line of a watch that passes. */
export interface WatchLine {
  readonly call: ApiCall;
  /** ADDED, MODIFIED, DELETED, BOOKMARK or ERROR. */
  readonly type: string;
  readonly object: {
    readonly kind?: string;
    readonly metadata?: { readonly name?: string; readonly namespace?: string };
  };
}

export type WatchFault =
  | { readonly kind: 'Drop' }
  | { readonly kind: 'Duplicate' }
  /** This line and all that follow on this stream wait until `release`. */
  | { readonly kind: 'Hold' }
  | { readonly kind: 'Delay'; readonly milliseconds: number }
  /** Half of the line, then the end of the answer as if it were whole. */
  | { readonly kind: 'Torn' }
  /** The answer ends before this line, without an error. */
  | { readonly kind: 'End' }
  /** The connection ends before this line, and the answer is not whole. */
  | { readonly kind: 'Cut' }
  /** An ERROR event with status 410 instead of this line, then the end. */
  | { readonly kind: 'Gone' };

export interface Rule<Subject, Effect> {
  readonly matches: (subject: Subject) => boolean;
  readonly fault: Effect | ((subject: Subject) => Effect);
  /** How often it happens; without end if absent. */
  readonly times?: number;
}

/** A rule that is in force. */
export interface Injected {
  readonly hits: number;
  remove(): void;
}

/** Rules of one sort; the first that matches counts. */
export class Rules<Subject, Effect extends object> {
  #rules: { readonly rule: Rule<Subject, Effect>; hits: number }[] = [];

  add(rule: Rule<Subject, Effect>): Injected {
    const held = { rule, hits: 0 };
    this.#rules.push(held);
    return {
      get hits() {
        return held.hits;
      },
      remove: () => (this.#rules = this.#rules.filter((other) => other !== held)),
    };
  }

  clear(): void {
    this.#rules = [];
  }

  /** The effect on this subject, which counts as a hit. */
  effectOn(subject: Subject): Effect | undefined {
    for (const held of this.#rules) {
      const { matches, fault, times = Infinity } = held.rule;
      if (held.hits >= times || !matches(subject)) continue;
      held.hits += 1;
      return typeof fault === 'function' ? fault(subject) : fault;
    }
    return undefined;
  }
}
