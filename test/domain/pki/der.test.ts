import assert from 'node:assert/strict';
import fc from 'fast-check';
import * as der from '../../../src/domain/pki/der.ts';
import {
  derOf,
  encoded,
  extension,
  integer,
  octetString,
  oid,
  sequence,
  tagged,
  time,
} from '../../../src/domain/pki/encode.ts';
import { serials, times } from './arbitraries.ts';

/** The value of one reading, or its faults. */
function read<T>(bytes: Buffer, reading: (cursor: der.DerCursor) => T): T | string {
  const cursor = der.cursorOn(bytes);
  const value = reading(cursor);
  der.expectEnd(cursor, 'value');
  return cursor.faults.length > 0 ? cursor.faults.join('; ') : value;
}

/** The faults of a reading that must fail. */
function faultsOf(bytes: Buffer, reading: (cursor: der.DerCursor) => unknown): string {
  const cursor = der.cursorOn(bytes);
  reading(cursor);
  der.expectEnd(cursor, 'value');
  return cursor.faults.join('; ');
}

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
const number = (cursor: der.DerCursor) => der.takenNumber(cursor, 'number');
const moment = (cursor: der.DerCursor) => der.takenTime(cursor, 'time');

describe('DER', () => {
  it('gives numbers back', () => {
    fc.assert(fc.property(serials, (serial) => assert.equal(read(derOf(integer(serial)), number), serial)));
  });

  it('gives times back, in two-digit years through 2049', () => {
    fc.assert(fc.property(times, (value) => assert.deepEqual(read(derOf(time(value)), moment), value)));
    assert.equal(derOf(time(new Date('2049-12-31T23:59:59Z'))).toString('latin1'), '\x17\r491231235959Z');
    assert.equal(derOf(time(new Date('2050-01-01T00:00:00Z'))).toString('latin1'), '\x18\x0f20500101000000Z');
  });

  it('has no form for years before 1950 and for what is no time', () => {
    for (const value of [new Date('1949-12-31T00:00:00Z'), new Date(Number.NaN)])
      assert.throws(() => time(value), /has no form/);
  });

  it('writes one value at a time', () => {
    assert.deepEqual(derOf(encoded(hex('05 00'))), hex('05 00'));
    for (const bad of ['05 00 05 00', '05', '05 01']) assert.throws(() => encoded(hex(bad)), /not one value/);
  });

  const refused: [string, string, (cursor: der.DerCursor) => unknown, RegExp][] = [
    ['an indefinite length', '30 80 00 00', (c) => der.takenAny(c, 'v'), /indefinite length/],
    ['a long form for a short length', '04 81 01 00', (c) => der.takenAny(c, 'v'), /not the shortest/],
    [
      'a length with a leading zero',
      `04 82 00 80 ${'00'.repeat(128)}`,
      (c) => der.takenAny(c, 'v'),
      /not the shortest/,
    ],
    ['a length of five bytes', '04 85 01 00 00 00 00', (c) => der.takenAny(c, 'v'), /cut off/],
    ['a length behind the end', '04 02 00', (c) => der.takenAny(c, 'v'), /cut off/],
    ['a tag alone', '04', (c) => der.takenAny(c, 'v'), /cut off/],
    ['a long tag', '1f 81 01 00', (c) => der.takenAny(c, 'v'), /long tag/],
    ['nothing', '', (c) => der.takenAny(c, 'v'), /cut off/],
    ['something behind', '05 00 00', (c) => der.takenAny(c, 'v'), /behind its end/],
    ['a negative number', '02 01 80', number, /negative/],
    ['a number with a needless zero', '02 02 00 01', number, /shortest form/],
    ['a number without bytes', '02 00', number, /0 bytes/],
    ['a number of 21 bytes', `02 15 ${'01'.repeat(21)}`, number, /21 bytes/],
    ['a time without seconds', '17 0b 3236303130313030303005a', moment, /cut off|not a time/],
    ['a time with an offset', `17 11 ${Buffer.from('260101000000+0100').toString('hex')}`, moment, /not a time/],
    ['30 February', `17 0d ${Buffer.from('260230000000Z').toString('hex')}`, moment, /not a time/],
    ['hour 24', `17 0d ${Buffer.from('260101240000Z').toString('hex')}`, moment, /not a time/],
    ['text for a time', '0c 01 41', moment, /not a time/],
    ['an object identifier that goes on', '06 01 80', (c) => der.takenOid(c, 'oid'), /not an object identifier/],
    [
      'an object identifier with a needless byte',
      '06 03 55 80 04',
      (c) => der.takenOid(c, 'oid'),
      /not an object identifier/,
    ],
    ['an empty object identifier', '06 00', (c) => der.takenOid(c, 'oid'), /not an object identifier/],
  ];
  for (const [what, bytes, reading, message] of refused) {
    it(`refuses ${what}`, () => assert.match(faultsOf(hex(bytes), reading), message));
  }

  it('reads extensions with their criticality, and refuses one twice', () => {
    const one = (critical: boolean) => extension('2.5.29.15', octetString(hex('01')), critical);
    const reading = (cursor: der.DerCursor) => der.takenExtensions(cursor, 'extensions');
    const value = hex('04 01 01');
    for (const critical of [true, false]) {
      assert.deepEqual(read(derOf(sequence(one(critical))), reading), [{ oid: '2.5.29.15', critical, value }]);
    }
    assert.match(faultsOf(derOf(sequence(one(true), one(false))), reading), /2\.5\.29\.15 twice/);
    const bare = sequence(oid('2.5.29.15'), tagged(der.tags.boolean, hex('')), octetString(hex('')));
    assert.match(faultsOf(derOf(sequence(bare)), reading), /not one byte/);
  });

  it('never throws, and always ends, for what is nested deeply or claims to be long', () => {
    const deep = Buffer.concat(Array.from({ length: 100_000 }, () => hex('3084 7fff ffff')));
    const readings: ((cursor: der.DerCursor) => unknown)[] = [number, moment, (c) => der.takenExtensions(c, 'e')];
    for (const bytes of [deep, Buffer.alloc(1_000_000, 0x30), Buffer.concat([hex('3000'), deep])]) {
      for (const reading of readings) assert.notEqual(faultsOf(bytes, reading), '');
    }
  });

  it('never throws, and always ends, for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        const readings: ((cursor: der.DerCursor) => unknown)[] = [number, moment, (c) => der.takenExtensions(c, 'e')];
        for (const reading of readings) assert.equal(typeof faultsOf(Buffer.from(bytes), reading), 'string');
      }),
    );
  });
});
