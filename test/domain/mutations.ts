/** Good input that was damaged: what parsers of bytes from outside are tried with. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { mostFindings, type Parsed } from '../../src/domain/finding.ts';

/** Lengths and nesting that a reader of DER could believe. */
export const derPieces: readonly Buffer[] = [
  ...['80', '84ffffffff', '84ffffff7f', '827fff', '8100', 'a080', '30803080'],
  '3084ffffffff'.repeat(40),
  '30'.repeat(200),
  ...Array.from({ length: 6 }, (_, count) => '3082'.repeat(count + 1)),
].map((hex) => Buffer.from(hex, 'hex'));

/** What means something to readers of lines. */
export const linePieces: readonly Buffer[] = [
  ...['\n', '\r\n', '\r', '\0', '\t', ' ', '#', ':', '$', '{', '}', '"', '-----', '\u2028', '\uFEFF', '# until '],
  ...['user ', 'topic ', 'pattern ', 'listener ', 'include_dir ', 'plugin x', '/', '#', '+', '9'.repeat(400), 'e999'],
].map((text) => Buffer.from(text));

type Edit = (bytes: Buffer) => Buffer;

/** One to four faults: flipped bits, bytes that are cut out, repeated, put in or moved, an end that is missing. */
export function mutated(good: Buffer, pieces: readonly Buffer[]): fc.Arbitrary<Buffer> {
  const at = fc.nat(good.length);
  const length = fc.integer({ min: 1, max: 40 });
  const inserted = fc.oneof(fc.constantFrom(...pieces), fc.uint8Array({ minLength: 1, maxLength: 8 }));
  const edit: fc.Arbitrary<Edit> = fc.oneof(
    fc.tuple(at, fc.integer({ min: 1, max: 255 })).map(([place, bits]) => flipped(place, bits)),
    fc.tuple(at, inserted).map(([place, more]) => spliced(place, place, more)),
    fc.tuple(at, length, inserted).map(([place, count, more]) => spliced(place, place + count, more)),
    fc.tuple(at, length).map(([place, count]) => spliced(place, place + count)),
    fc.tuple(at, at).map(([from, to]) => repeated(Math.min(from, to), Math.max(from, to))),
    at.map(
      (end): Edit =>
        (bytes) =>
          bytes.subarray(0, end),
    ),
  );
  return fc
    .array(edit, { minLength: 1, maxLength: 4 })
    .map((edits) => edits.reduce<Buffer>((bytes, change) => change(bytes), Buffer.from(good)));
}

/** The same of a text; what is no UTF-8 any more holds U+FFFD. */
export function mutatedText(good: string): fc.Arbitrary<string> {
  return mutated(Buffer.from(good), linePieces).map((bytes) => bytes.toString());
}

/** Any text, and any damage to a good one. */
export function textsAround(good: string): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 4, arbitrary: mutatedText(good) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 300 }) },
  );
}

/** So many lines that whoever keeps something of each cannot hand it all to one call. */
export function manyLines(line: string): string {
  return `${line}\n`.repeat(200_000);
}

/** Refused, and with no more findings than anybody reads, however many there could be. */
export function assertRefused(result: Parsed<unknown>): void {
  assert.ok(!result.ok && result.findings.length > 0 && result.findings.length <= mostFindings);
}

function flipped(place: number, bits: number): Edit {
  return (bytes) => {
    const copy = Buffer.from(bytes);
    if (place < copy.length) copy[place] = (copy[place] ?? 0) ^ bits;
    return copy;
  };
}

function spliced(from: number, to: number, more: Uint8Array = Buffer.alloc(0)): Edit {
  return (bytes) => Buffer.concat([bytes.subarray(0, from), more, bytes.subarray(to)]);
}

function repeated(from: number, to: number): Edit {
  return (bytes) => Buffer.concat([bytes.subarray(0, to), bytes.subarray(from)]);
}
