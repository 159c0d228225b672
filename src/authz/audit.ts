/** The audit log of the service: a line of JSON for each denial, within a bound. */
import { tokenBucket } from '../domain/token-bucket.ts';
import type { DialectName } from './dialects/dialect.ts';
import type { Denial, Question } from './question.ts';

/** A denial with what is known of what was asked. */
interface DeniedCall {
  readonly at: Date;
  readonly dialect: DialectName;
  readonly call: string;
  readonly denial: Denial;
  /** Absent where it was not understood. */
  readonly question?: Question;
  readonly address?: string;
}

export interface DenialLog {
  readonly write: (call: DeniedCall) => void;
  /** Lines that were left out since the beginning. */
  readonly leftOut: () => number;
}

/** So many lines a second; the next one says how many were left out before it. */
const linesPerSecond = 100;
const longestIdentity = 64;
const longestTopic = 256;

export interface DenialLogOptions {
  /** `NAMESPACE/NAME` of the broker. */
  readonly broker: string;
  /** Gets one line at a time, with its end. */
  readonly write: (line: string) => void;
  readonly monotonic: () => number;
}

export function denialLog({ broker, write, monotonic }: DenialLogOptions): DenialLog {
  const limit = tokenBucket({ burst: linesPerSecond, perSecond: linesPerSecond });
  let leftOut = 0;
  let untold = 0;
  return {
    write(call) {
      if (!limit.take(monotonic())) {
        leftOut += 1;
        untold += 1;
        return;
      }
      write(`${denialLine(call, broker, untold)}\n`);
      untold = 0;
    },
    leftOut: () => leftOut,
  };
}

/** No password is in it, nor anything that ends a line or acts upon a terminal: all but plain ASCII is escaped. */
function denialLine(
  { at, dialect, call, denial, question, address }: DeniedCall,
  broker: string,
  leftOut: number,
): string {
  const topic = question?.kind === 'Topic' ? question.topics[0] : undefined;
  const event = {
    ...{ version: 1, time: at.toISOString(), event: 'AuthorizationDenied', count: 1, broker, dialect, call },
    ...{ reason: denial.reason, why: denial.why },
    ...(question && question.identity !== '' && named(question)),
    ...(question?.kind === 'Topic' && { actions: question.actions }),
    ...(topic !== undefined && { topic: topic.slice(0, longestTopic) }),
    ...(address !== undefined && { address }),
    ...(leftOut > 0 && { leftOut }),
  };
  return JSON.stringify(event).replace(/[^ -~]/g, escaped);
}

/** Who logs in has proved nothing yet; of anybody else the broker says who it is. */
function named({ kind, identity }: Question) {
  const name = identity.slice(0, longestIdentity);
  return kind === 'Login' ? { claimed: name } : { identity: name };
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
