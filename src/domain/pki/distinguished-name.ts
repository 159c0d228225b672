import * as der from './der.ts';
import { derOf, oid, sequence, set, utf8String } from './encode.ts';
import { oids } from './oids.ts';

/** The Name in DER that holds one common name and nothing else. */
export function commonNameOnly(text: string): Buffer {
  return derOf(sequence(set(sequence(oid(oids.commonName), utf8String(text)))));
}

/** One attribute of a distinguished name. `text` is undefined for string types that the broker takes for no name (BMPString, facts 3.2). */
export interface NameAttribute {
  readonly oid: string;
  readonly text: string | undefined;
}

/** The attributes of a Name in DER, in order. What cannot be read as a Name is one attribute without an identifier, so that it never passes for an empty name. */
export function nameAttributes(name: Buffer): readonly NameAttribute[] {
  const cursor = der.cursorOn(name);
  const attributes: NameAttribute[] = [];
  const parts = der.inside(cursor, der.taken(cursor, der.tags.sequence, 'name'));
  while (!der.isAtEnd(parts)) {
    const part = der.inside(parts, der.taken(parts, der.tags.set, 'part of the name'));
    while (!der.isAtEnd(part)) {
      const fields = der.inside(part, der.taken(part, der.tags.sequence, 'attribute of the name'));
      const oid = der.takenOid(fields, 'attribute type');
      const value = der.takenAny(fields, 'attribute value');
      der.expectEnd(fields, 'attribute of the name');
      attributes.push({ oid, text: attributeText(value.tag, der.contentOf(fields, value)) });
    }
  }
  return cursor.faults.length === 0 ? attributes : [{ oid: '', text: undefined }];
}

function attributeText(tag: number, content: Buffer): string | undefined {
  const isText = tag === der.tags.utf8String || tag === der.tags.printableString || tag === der.tags.ia5String;
  if (!isText) return undefined;
  const text = content.toString('utf8');
  return Buffer.from(text, 'utf8').equals(content) ? text : undefined;
}
