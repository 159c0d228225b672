/** Lists from bytes to objects, in steps that are too short to be felt. */
import { setImmediate as turn } from 'node:timers/promises';

export interface DecodedList<T> {
  readonly items: readonly T[];
  readonly resourceVersion: string;
  /** Of the next page; empty after the last. */
  readonly continueToken: string;
}

/** What is parsed at once, which takes about 10 ms. One object may be larger: etcd takes 1.5 MB. */
const stepBytes = 1_000_000;

const quote = 0x22;
const comma = 0x2c;
const openBracket = 0x5b;
const backslash = 0x5c;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

interface ListText {
  readonly items?: readonly unknown[] | null;
  readonly metadata?: { readonly resourceVersion?: unknown; readonly continue?: unknown };
}

/** Errors: text that is no list. Large ones come although pages were asked for: from old servers, and without a limit. */
export async function decodedList<T>(body: Buffer): Promise<DecodedList<T>> {
  const start = body.length <= stepBytes ? undefined : itemsStart(body);
  if (start === undefined) return listFrom(JSON.parse(body.toString()) as ListText);
  const items: T[] = [];
  const steps = itemSteps(body, start);
  let step = steps.next();
  for (; !step.done; step = steps.next()) {
    const parsed = JSON.parse(`[${body.toString('utf8', step.value.start, step.value.end)}]`) as T[];
    for (const item of parsed) items.push(item);
    await turn();
  }
  const frame = `${body.toString('utf8', 0, start)}${body.toString('utf8', step.value)}`;
  return { ...listFrom<T>(JSON.parse(frame) as ListText), items };
}

function listFrom<T>({ items, metadata }: ListText): DecodedList<T> {
  const { resourceVersion, continue: continueToken } = metadata ?? {};
  if (typeof resourceVersion !== 'string') throw new SyntaxError('a list without a version');
  return {
    items: (items ?? []) as readonly T[],
    resourceVersion,
    continueToken: typeof continueToken === 'string' ? continueToken : '',
  };
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

/** Whole items, some at a time, each range without the comma after it; at last where the items end. */
function* itemSteps(body: Buffer, start: number): Generator<{ start: number; end: number }, number> {
  let depth = 0;
  let from = start;
  for (let at = start; at < body.length; at += 1) {
    const byte = body[at];
    if (byte === quote) at = stringEnd(body, at);
    else if (byte === openBrace || byte === openBracket) depth += 1;
    else if (byte === closeBrace || (byte === closeBracket && depth > 0)) depth -= 1;
    else if (byte === closeBracket) {
      yield { start: from, end: at };
      return at;
    } else if (byte === comma && depth === 0 && at - from >= stepBytes) {
      yield { start: from, end: at };
      from = at + 1;
    }
  }
  throw new SyntaxError('a list that ends in the middle');
}

/** Where the quote is that closes what the one at `at` opens. */
function stringEnd(body: Buffer, at: number): number {
  let end = at + 1;
  while (end < body.length && body[end] !== quote) end += body[end] === backslash ? 2 : 1;
  return end;
}
