import asn1, { type Node } from 'node-forge/lib/asn1.js';
import { cursorOn, tags, takenAny } from './der.ts';

/** One node of a DER tree that is to be written. */
export type { Node };

const universal = 0;
const contextSpecific = 0x80;
const sequenceType = tags.sequence & 0x1f;
const setType = tags.set & 0x1f;

/** The DER of a tree. */
export function derOf(node: Node): Buffer {
  return Buffer.from(asn1.toDer(node).getBytes(), 'latin1');
}

/** A value whose content is already encoded, under any tag byte; how 100,000 entries of a CRL become one node. */
export function tagged(tag: number, content: Buffer): Node {
  return asn1.create(universal, tag, false, content.toString('latin1'));
}

/** A whole value that is already encoded. */
export function encoded(der: Buffer): Node {
  const cursor = cursorOn(der);
  const { tag, from, to } = takenAny(cursor, 'value');
  if (cursor.faults.length > 0 || to !== der.length) throw new Error('write DER: what was given is not one value');
  return tagged(tag, der.subarray(from, to));
}

export function sequence(...children: readonly Node[]): Node {
  return asn1.create(universal, sequenceType, true, [...children]);
}

export function set(...children: readonly Node[]): Node {
  return asn1.create(universal, setType, true, [...children]);
}

/** `[number]` around one or more values. */
export function explicit(number: number, ...children: readonly Node[]): Node {
  return asn1.create(contextSpecific, number, true, [...children]);
}

export function oid(dotted: string): Node {
  return tagged(tags.oid, Buffer.from(asn1.oidToDer(dotted).getBytes(), 'latin1'));
}

export function boolean(value: boolean): Node {
  return tagged(tags.boolean, Buffer.from([value ? 0xff : 0]));
}

/** A non-negative INTEGER from lower-case or upper-case hex. */
export function integer(hex: string): Node {
  return tagged(tags.integer, Buffer.from(integerHex(hex), 'hex'));
}

/** Content of a non-negative INTEGER as hex: whole bytes, shortest, with a zero byte before a leading one bit. */
export function integerHex(hex: string): string {
  const digits = hex.startsWith('0') ? hex.replace(/^0+(?=.)/, '') : hex;
  const whole = digits.length % 2 === 0 ? digits : `0${digits}`;
  return whole.charCodeAt(0) >= 0x38 ? `00${whole}` : whole;
}

export function octetString(content: Buffer): Node {
  return tagged(tags.octetString, content);
}

/** A BIT STRING of whole bytes. */
export function bitString(content: Buffer): Node {
  return tagged(tags.bitString, Buffer.concat([Buffer.of(0), content]));
}

export function utf8String(text: string): Node {
  return tagged(tags.utf8String, Buffer.from(text, 'utf8'));
}

/** UTCTime through 2049, GeneralizedTime from 2050 (RFC 5280 section 4.1.2.5); the fraction of the second is cut off. */
export function time(value: Date): Node {
  const bytes = Buffer.alloc(17);
  return encoded(bytes.subarray(0, writtenTime(bytes, 0, value)));
}

/** Writes what `time` encodes, 15 or 17 bytes, and gives the position behind it. */
export function writtenTime(bytes: Buffer, at: number, value: Date): number {
  const year = value.getUTCFullYear();
  if (!(year >= 1950 && year <= 9999)) throw new Error(`write DER: year ${year} has no form in X.509`);
  const isShort = year < 2050;
  bytes[at] = isShort ? tags.utcTime : tags.generalizedTime;
  bytes[at + 1] = isShort ? 13 : 15;
  let end = at + 2;
  if (!isShort) end = writtenDigits(bytes, end, Math.floor(year / 100));
  end = writtenDigits(bytes, end, year % 100);
  end = writtenDigits(bytes, end, value.getUTCMonth() + 1);
  end = writtenDigits(bytes, end, value.getUTCDate());
  end = writtenDigits(bytes, end, value.getUTCHours());
  end = writtenDigits(bytes, end, value.getUTCMinutes());
  end = writtenDigits(bytes, end, value.getUTCSeconds());
  bytes[end] = 0x5a; // Z
  return end + 1;
}

/** Writes two decimal digits. */
function writtenDigits(bytes: Buffer, at: number, value: number): number {
  bytes[at] = 0x30 + Math.floor(value / 10);
  bytes[at + 1] = 0x30 + (value % 10);
  return at + 2;
}

/** An Extension of RFC 5280 section 4.1; the critical flag is written only when set (DER leaves defaults out). */
export function extension(identifier: string, value: Node, critical = false): Node {
  const content = octetString(derOf(value));
  return critical ? sequence(oid(identifier), boolean(true), content) : sequence(oid(identifier), content);
}
