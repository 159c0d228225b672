/** Bodies of requests as named texts. One that is not as it should be in all its parts is refused. */
import { isUtf8 } from 'node:buffer';
import { denied, type Denial } from '../question.ts';
import type { DialectRequest } from './dialect.ts';

/** By name; a Map, for names come from outside. */
export type Fields<V = unknown> = ReadonlyMap<string, V>;

/** The names that a call may have, and which of them it must have. */
export interface FieldNames {
  readonly required: readonly string[];
  readonly optional: readonly string[];
}

const mostFields = 64;
/** No identity, topic or password of MQTT is longer, bytes (MQTT 5.0 section 1.5.4). */
const longestText = 65_535;

/** A form (application/x-www-form-urlencoded) as texts; each name once. */
export function formFields({ body }: Pick<DialectRequest, 'body'>, names: FieldNames): Fields<string> | Denial {
  const text = utf8Text(body);
  if (text === undefined) return denied('Malformed', 'the body is not UTF-8');
  const fields = new Map<string, string>();
  for (const pair of text === '' ? [] : text.split('&', mostFields + 1)) {
    const equals = pair.indexOf('=');
    const name = decoded(pair.slice(0, Math.max(equals, 0)));
    const value = decoded(pair.slice(equals + 1));
    if (equals < 0 || name === undefined || value === undefined) return denied('Malformed', 'the body is no form');
    if (fields.has(name)) return denied('Malformed', 'a field is there twice');
    fields.set(name, value);
  }
  return checked(fields, names);
}

/** A JSON object (application/json). Of a name that is there twice JSON.parse keeps the last: that is all there is then. */
export function jsonFields({ body }: Pick<DialectRequest, 'body'>, names: FieldNames): Fields | Denial {
  const text = utf8Text(body);
  if (text === undefined) return denied('Malformed', 'the body is not UTF-8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return denied('Malformed', 'the body is no JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return denied('Malformed', 'the body is no JSON object');
  }
  return checked(new Map(Object.entries(value)), names);
}

/** The media type alone, in lower case. */
export function mediaType({ contentType }: Pick<DialectRequest, 'contentType'>): string {
  const end = contentType.indexOf(';');
  return (end < 0 ? contentType : contentType.slice(0, end)).trim().toLowerCase();
}

/** Which of the fields are not texts as MQTT has them, if any; those that are absent or null are fine. */
export function textProblem(fields: Fields, names: readonly string[]): Denial | undefined {
  for (const name of names) {
    const value = fields.get(name) ?? '';
    if (typeof value !== 'string' || value.length > longestText || value.includes('\0')) {
      return denied('Malformed', `${name} is no text`);
    }
  }
  return undefined;
}

/** A text that is there and not empty. */
export function textOf(fields: Fields, name: string): string | undefined {
  const value = fields.get(name);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function checked<V>(fields: Fields<V>, { required, optional }: FieldNames): Fields<V> | Denial {
  if (fields.size > mostFields) return denied('Malformed', 'the body has too many fields');
  for (const name of required) if (!fields.has(name)) return denied('Malformed', `${name} is missing`);
  for (const name of fields.keys()) {
    // The name is not repeated: it came from outside.
    if (!required.includes(name) && !optional.includes(name)) return denied('UnknownField', 'a field is not known');
  }
  return fields;
}

function utf8Text(body: Buffer): string | undefined {
  return isUtf8(body) ? body.toString('utf8') : undefined;
}

const isPlain = /^[A-Za-z0-9._~-]*$/;

function decoded(text: string): string | undefined {
  if (isPlain.test(text)) return text;
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}
