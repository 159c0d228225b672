import asn1 from 'node-forge/lib/asn1.js';
import { timeOfSecondsText } from './time.ts';

/** Tags of X.690 that X.509 uses, as the byte on the wire. */
export const tags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  enumerated: 0x0a,
  utf8String: 0x0c,
  printableString: 0x13,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

/** Tag of a context-specific field `[number]`; constructed unless `primitive`. */
export function contextTag(number: number, form: 'constructed' | 'primitive' = 'constructed'): number {
  return (form === 'constructed' ? 0xa0 : 0x80) | number;
}

/** One value in DER bytes: its tag, where its header starts, and where its content lies. */
export interface DerValue {
  readonly tag: number;
  readonly start: number;
  readonly from: number;
  readonly to: number;
}

/**
 * A reading position. The first fault stops the walk: from then on every value is empty and the position is the end, so
 * that a reader may go straight on and look at `faults` once. Cursors made by `inside` share their faults.
 */
export interface DerCursor {
  readonly bytes: Buffer;
  at: number;
  readonly end: number;
  readonly faults: string[];
}

export function cursorOn(bytes: Buffer): DerCursor {
  return { bytes, at: 0, end: bytes.length, faults: [] };
}

/** A cursor over the content of `value`; already at its end when the walk has failed. */
export function inside({ bytes, faults }: DerCursor, value: DerValue): DerCursor {
  return { bytes, at: value.from, end: value.to, faults };
}

export function isAtEnd(cursor: DerCursor): boolean {
  return cursor.at >= cursor.end || cursor.faults.length > 0;
}

/** True if the next value has this tag. */
function isNext(cursor: DerCursor, tag: number): boolean {
  return !isAtEnd(cursor) && cursor.bytes[cursor.at] === tag;
}

/** The next value, which must have this tag; `what` names it in the fault. */
export function taken(cursor: DerCursor, tag: number, what: string): DerValue {
  if (!isNext(cursor, tag)) return fault(cursor, `${what} is missing at byte ${cursor.at}`);
  return takenAny(cursor, what);
}

/** The next value if it has this tag. */
export function takenIf(cursor: DerCursor, tag: number, what: string): DerValue | undefined {
  return isNext(cursor, tag) ? takenAny(cursor, what) : undefined;
}

/** The next value, whatever it is. Lengths must be definite and as short as possible (X.690 section 10.1). */
export function takenAny(cursor: DerCursor, what: string): DerValue {
  const { bytes, at: start, end } = cursor;
  const tag = bytes[start] ?? 0;
  const first = bytes[start + 1];
  if (isAtEnd(cursor) || first === undefined || start + 2 > end) return fault(cursor, `${what} is cut off`);
  if ((tag & 0x1f) === 0x1f) return fault(cursor, `${what} has a long tag at byte ${start}`);
  const header = first < 0x80 ? 2 : 2 + (first & 0x7f);
  if (header === 2 && first >= 0x80) return fault(cursor, `${what} has an indefinite length at byte ${start}`);
  if (header > 6 || start + header > end) return fault(cursor, `${what} is cut off`);
  const length = first < 0x80 ? first : bytes.readUIntBE(start + 2, header - 2);
  if (header > 2 && (length < 0x80 || bytes[start + 2] === 0)) {
    return fault(cursor, `${what} has a length that is not the shortest at byte ${start}`);
  }
  const from = start + header;
  if (length > end - from) return fault(cursor, `${what} is cut off`);
  cursor.at = from + length;
  return { tag, start, from, to: from + length };
}

/** Records a fault unless everything was read. */
export function expectEnd(cursor: DerCursor, what: string): void {
  if (cursor.at < cursor.end) fault(cursor, `${what} has something behind its end at byte ${cursor.at}`);
}

/** Stops the walk with a reason; what comes back is an empty value. */
export function fault(cursor: DerCursor, reason: string): DerValue {
  cursor.faults.push(reason);
  cursor.at = cursor.end;
  return { tag: 0, start: cursor.end, from: cursor.end, to: cursor.end };
}

export function contentOf(cursor: DerCursor, { from, to }: DerValue): Buffer {
  return cursor.bytes.subarray(from, to);
}

/** The value with its header, as it is on the wire. */
export function encodingOf(cursor: DerCursor, { start, to }: DerValue): Buffer {
  return cursor.bytes.subarray(start, to);
}

/** A non-negative INTEGER as lower-case hex without leading zeros; at most 20 bytes (RFC 5280 section 4.1.2.2). `tag`: an implicit one. */
export function takenNumber(cursor: DerCursor, what: string, tag: number = tags.integer): string {
  const { from, to } = taken(cursor, tag, what);
  if (cursor.faults.length > 0) return '0';
  const problem = numberProblem(cursor.bytes, from, to);
  if (problem !== undefined) {
    fault(cursor, `${what} ${problem}`);
    return '0';
  }
  return cursor.bytes.toString('hex', from, to).replace(/^0+(?=.)/, '');
}

function numberProblem(bytes: Buffer, from: number, to: number): string | undefined {
  const [first = 0, second = 0] = [bytes[from], bytes[from + 1]];
  if (to === from || to - from > 20) return `has ${to - from} bytes, not 1 to 20`;
  if (first >= 0x80) return 'is negative';
  return to - from > 1 && first === 0 && second < 0x80 ? 'is not in its shortest form' : undefined;
}

/** Content of a BIT STRING of whole bytes, as signatures are. */
export function takenBits(cursor: DerCursor, what: string): Buffer {
  const content = contentOf(cursor, taken(cursor, tags.bitString, what));
  if (content[0] !== 0) fault(cursor, `${what} is not whole bytes`);
  return content.subarray(1);
}

/** What a certificate, a request and a list have around them: RFC 5280 sections 4.1 and 5.1, RFC 2986 section 4.2. */
export interface SignedFields {
  /** What is signed, with its header. */
  readonly signed: Buffer;
  /** On the fields within what is signed; its faults are those of the whole. */
  readonly content: DerCursor;
  /** AlgorithmIdentifier. */
  readonly algorithm: Buffer;
  readonly signature: Buffer;
}

/** Takes bytes apart that hold one signed thing and nothing else; what does not fit is in the faults of `content`. */
export function signedFields(bytes: Buffer, what: string): SignedFields {
  const outer = cursorOn(bytes);
  const whole = inside(outer, taken(outer, tags.sequence, what));
  expectEnd(outer, what);
  const signed = taken(whole, tags.sequence, 'the signed part');
  const algorithm = encodingOf(whole, taken(whole, tags.sequence, 'the signature algorithm'));
  const signature = takenBits(whole, 'the signature');
  expectEnd(whole, what);
  return { signed: encodingOf(whole, signed), content: inside(whole, signed), algorithm, signature };
}

/** A UTCTime or GeneralizedTime in the one form of RFC 5280 section 4.1.2.5: UTC, whole seconds, the calendar's own days. */
export function takenTime(cursor: DerCursor, what: string): Date {
  const value = takenAny(cursor, what);
  if (cursor.faults.length > 0) return new Date(0);
  const time = timeIn(value.tag, cursor.bytes.toString('latin1', value.from, value.to));
  if (!time) fault(cursor, `${what} is not a time in UTC with seconds`);
  return time ?? new Date(0);
}

function timeIn(tag: number, text: string): Date | undefined {
  if (tag === tags.generalizedTime) return calendarTime(text);
  // RFC 5280 section 4.1.2.5.1: two digits are 1950 to 2049.
  return tag === tags.utcTime ? calendarTime(`${text < '5' ? '20' : '19'}${text}`) : undefined;
}

/** `20260131235959Z`. */
function calendarTime(text: string): Date | undefined {
  if (!/^\d{14}Z$/.test(text)) return undefined;
  const date = `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6, 8)}`;
  return timeOfSecondsText(`${date}T${text.slice(8, 10)}:${text.slice(10, 12)}:${text.slice(12)}`);
}

/** Extensions as in RFC 5280 section 4.1: object identifier in dots, critical or not, and the DER inside. */
export interface Extension {
  readonly oid: string;
  readonly critical: boolean;
  readonly value: Buffer;
}

/** The extensions of a SEQUENCE OF Extension that is next. One that is named twice is a fault (section 4.2). */
export function takenExtensions(cursor: DerCursor, what: string): readonly Extension[] {
  const list = inside(cursor, taken(cursor, tags.sequence, what));
  const extensions: Extension[] = [];
  const seen = new Set<string>();
  while (!isAtEnd(list)) {
    const fields = inside(list, taken(list, tags.sequence, `${what}: extension`));
    const oid = takenOid(fields, `${what}: extension identifier`);
    const critical = isNext(fields, tags.boolean) && takenBoolean(fields, `${what}: critical flag`);
    const value = contentOf(fields, taken(fields, tags.octetString, `${what}: value of extension ${oid}`));
    expectEnd(fields, `${what}: extension ${oid}`);
    if (seen.has(oid)) fault(list, `${what} has extension ${oid} twice`);
    seen.add(oid);
    extensions.push({ oid, critical, value });
  }
  return extensions;
}

/** A BOOLEAN of one byte; anything but zero is true, as OpenSSL reads it. */
function takenBoolean(cursor: DerCursor, what: string): boolean {
  const content = contentOf(cursor, taken(cursor, tags.boolean, what));
  if (content.length !== 1) fault(cursor, `${what} is not one byte`);
  return content[0] !== 0;
}

/** An object identifier as text in dots. */
export function takenOid(cursor: DerCursor, what: string): string {
  const content = contentOf(cursor, taken(cursor, tags.oid, what));
  if (cursor.faults.length > 0) return '';
  if (!isOid(content)) {
    fault(cursor, `${what} is not an object identifier`);
    return '';
  }
  return asn1.derToOid(content.toString('latin1'));
}

/** Whole numbers in base 128, each in its shortest form: none begins with 0x80 (X.690 section 8.19.2). */
function isOid(content: Buffer): boolean {
  if (content.length === 0 || content.length > 64) return false;
  let isStart = true;
  for (const byte of content) {
    if (isStart && byte === 0x80) return false;
    isStart = byte < 0x80;
  }
  return isStart;
}
