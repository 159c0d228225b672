/** Lists from bytes to objects, in steps that are too short to be felt. */
import { setImmediate as turn } from 'node:timers/promises';
import { stringEnd, withoutManagedFields } from './managed-fields.ts';

export interface ListHead {
  readonly resourceVersion: string;
  /** Of the next page; empty after the last. */
  readonly continueToken: string;
}

/** What is parsed at once, which takes about 1 ms. One object may be larger: etcd takes 1.5 MB. */
const stepBytes = 90_000;
/** What is freed of managed fields at once. */
const quickBytes = 2_000_000;

const quote = 0x22;
const comma = 0x2c;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

interface ListText {
  readonly items?: readonly unknown[] | null;
  readonly metadata?: { readonly resourceVersion?: unknown; readonly continue?: unknown };
}

/** What a list says of itself. Servers say it before the items, which then are not read. Errors: text that is no list. */
export function listHead(body: Buffer): ListHead {
  const start = itemsStart(body);
  const before = start === undefined ? {} : (JSON.parse(`${body.toString('utf8', 0, start)}]}`) as ListText);
  const { metadata } = before.metadata ? before : (JSON.parse(body.toString()) as ListText);
  const { resourceVersion, continue: continueToken } = metadata ?? {};
  if (typeof resourceVersion !== 'string') throw new SyntaxError('a list without a version');
  return { resourceVersion, continueToken: typeof continueToken === 'string' ? continueToken : '' };
}

/**
 * Its items, some at a time, for which the body is used up. Who keeps little of an object has let go of those before when
 * the next ones come: so they cost no more than the youngest generation of the heap, which is collected for almost
 * nothing. Large lists come although pages were asked for: from old servers, and without a limit.
 */
export async function* listItems<T>(body: Buffer): AsyncGenerator<readonly T[]> {
  // Half of a page goes by that, which is quick; of large lists step by step.
  const text = body.length <= quickBytes ? withoutManagedFields(body) : body;
  const start = text.length <= stepBytes ? undefined : itemsStart(text);
  if (start === undefined) {
    yield ((JSON.parse(text.toString()) as ListText).items ?? []) as T[];
    return;
  }
  for (const step of itemSteps(text, start)) {
    const part = withoutManagedFields(text.subarray(step.start, step.end)).toString();
    yield JSON.parse(`[${part}]`) as T[];
    await turn();
  }
}

/** Where the first item begins: after `[`, the value of the member `items` of the outermost object. */
function itemsStart(body: Buffer): number | undefined {
  const member = Buffer.from('"items":[');
  let depth = 0;
  for (let at = 0; at < body.length; at += 1) {
    const byte = body[at];
    if (byte === openBrace || byte === openBracket) depth += 1;
    else if (byte === closeBrace || byte === closeBracket) depth -= 1;
    else if (byte === quote) {
      const isItems = depth === 1 && body.compare(member, 0, member.length, at, at + member.length) === 0;
      if (isItems) return at + member.length;
      at = stringEnd(body, at);
    }
  }
  return undefined;
}

/** Whole items, some at a time, each range without the comma after it. */
function* itemSteps(body: Buffer, start: number): Generator<{ start: number; end: number }> {
  let depth = 0;
  let from = start;
  for (let at = start; at < body.length; at += 1) {
    const byte = body[at];
    if (byte === quote) at = stringEnd(body, at);
    else if (byte === openBrace || byte === openBracket) depth += 1;
    else if (byte === closeBrace || (byte === closeBracket && depth > 0)) depth -= 1;
    else if (byte === closeBracket) {
      yield { start: from, end: at };
      return;
    } else if (byte === comma && depth === 0 && at - from >= stepBytes) {
      yield { start: from, end: at };
      from = at + 1;
    }
  }
  throw new SyntaxError('a list that ends in the middle');
}
