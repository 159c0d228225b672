import type { ErrorObject } from 'ajv';
import { validators } from '../api/validators.gen.js';
import type { Kind } from '../domain/names.ts';
import { fieldName, pathOfPointer, pathText, type Path } from './path.ts';
import { nearest, suggestionText } from './suggestion.ts';

/** One thing that a schema forbids: a field and a sentence that begins with its name. */
export interface SchemaProblem {
  readonly path: Path;
  readonly message: string;
}

/** The most problems that are told of one document; the last of them counts the rest. */
export const problemLimit = 20;

/** Puts the defaults of the schema into `object` and answers with what the schema forbids in it, in its order. */
export function schemaProblems(kind: Kind, object: object): readonly SchemaProblem[] {
  const validate = validators[kind];
  if (validate(object)) return [];
  const errors = errorsByField(validate.errors ?? [], object);
  const problems = errors.slice(0, problemLimit).flatMap((error) => problemOf(kind, error, object));
  const rest = errors.length - problemLimit + 1;
  const last = problems.pop();
  if (!last) return [];
  return [...problems, rest > 1 ? { ...last, message: `${rest} more fields are wrong` } : last];
}

/** The first error of each field; but of a value of the wrong type nothing else is worth saying. */
function errorsByField(errors: readonly ErrorObject[], object: object): readonly ErrorObject[] {
  const byField = new Map<string, ErrorObject>();
  for (const error of errors) {
    if (!isTelling(error)) continue;
    const field = pathText(fieldOf(error, object));
    if (error.keyword === 'type' || !byField.has(field)) byField.set(field, error);
  }
  return [...byField.values()];
}

/** Steps of a pointer with indices as numbers, which only the value can tell from keys. */
function pathIn(object: unknown, pointer: string): Path {
  let value = object;
  return pathOfPointer(pointer).map((step) => {
    const isItem = Array.isArray(value);
    value = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[step] : undefined;
    return isItem ? Number(step) : step;
  });
}

/** Keywords that only group others (`anyOf`, `allOf`) say nothing that their parts do not say. */
function isTelling({ keyword, propertyName }: ErrorObject): boolean {
  // What is wrong with a name is said once, by `propertyNames` itself.
  return propertyName === undefined && sentences.has(keyword);
}

function fieldOf(error: ErrorObject, object: object): Path {
  const parent = pathIn(object, error.instancePath);
  const field = extraField(error);
  return field === undefined ? parent : [...parent, field];
}

function problemOf(kind: Kind, error: ErrorObject, object: object): SchemaProblem {
  const path = fieldOf(error, object);
  return { path, message: `${fieldName(path)} ${sentences.get(error.keyword)?.(error, kind) ?? 'is wrong'}` };
}

/** The field that an error is about, where it is not the one that the error is at. */
function extraField({ keyword, params }: ErrorObject): string | undefined {
  const values = params as Record<string, unknown>;
  const name =
    keyword === 'additionalProperties'
      ? values['additionalProperty']
      : keyword === 'required'
        ? values['missingProperty']
        : keyword === 'propertyNames'
          ? values['propertyName']
          : undefined;
  return typeof name === 'string' ? name : undefined;
}

type Sentence = (error: ErrorObject, kind: Kind) => string;

const sentences = new Map<string, Sentence>([
  ['additionalProperties', unknownField],
  ['required', () => 'is required'],
  ['type', wrongType],
  ['enum', notInEnum],
  ['const', ({ schema }) => `must be ${JSON.stringify(schema)}`],
  ['minimum', limit('must be at least')],
  ['maximum', limit('must be at most')],
  ['exclusiveMinimum', limit('must be more than')],
  ['exclusiveMaximum', limit('must be less than')],
  ['multipleOf', limit('must be a multiple of')],
  [
    'minLength',
    ({ schema }) => (schema === 1 ? 'must not be empty' : `must have at least ${String(schema)} characters`),
  ],
  ['maxLength', limit('must have at most', 'characters')],
  ['minItems', ({ schema }) => (schema === 1 ? 'must not be empty' : `must have at least ${String(schema)} items`)],
  ['maxItems', limit('must have at most', 'items')],
  [
    'minProperties',
    ({ schema }) => (schema === 1 ? 'must not be empty' : `must have at least ${String(schema)} fields`),
  ],
  ['maxProperties', limit('must have at most', 'fields')],
  ['uniqueItems', () => 'holds one value twice'],
  ['pattern', (error) => `is ${shown(error)}, which does not match ${String(error.schema)}`],
  ['format', (error) => `is ${shown(error)}, which is not an RFC 3339 time such as 2030-01-31T00:00:00Z`],
  ['propertyNames', () => 'is not an allowed name'],
]);

function limit(verb: string, unit = ''): Sentence {
  return ({ schema, data }) => {
    const is = typeof data === 'number' ? `, is ${data}` : '';
    return `${verb} ${String(schema)}${unit && ` ${unit}`}${is}`;
  };
}

function unknownField(error: ErrorObject, kind: Kind): string {
  const known = Object.keys((error.parentSchema?.['properties'] ?? {}) as object);
  const field = extraField(error) ?? '';
  if (field === '<<') return `is a merge key, which YAML 1.2 does not have: write the fields out`;
  return `is not a field of ${kind}${suggestionText(field, known)}`;
}

const articles = new Map([
  ['string', 'a string'],
  ['integer', 'a whole number'],
  ['number', 'a number'],
  ['boolean', 'true or false'],
  ['object', 'a mapping'],
  ['array', 'a list'],
]);

function wrongType(error: ErrorObject): string {
  const { schema, data } = error;
  const wanted = [schema].flat().map((type) => articles.get(String(type)) ?? String(type));
  const must = `must be ${wanted.join(' or ')}`;
  if (data === null || data === undefined) return `has no value; ${must}`;
  if (schema === 'string' && typeof data !== 'object') return `${must}: write it in quotes`;
  return `${must}, is ${shown(error)}`;
}

function notInEnum(error: ErrorObject): string {
  const { schema, data } = error;
  const allowed = [schema].flat().map(String);
  const near = typeof data === 'string' ? nearest(data, allowed) : undefined;
  return `must be one of ${allowed.join(', ')}, is ${shown(error)}${near === undefined ? '' : `; did you mean \`${near}\`?`}`;
}

/** A value as a message shows it: never long, never what may be a password, only the kind of lists and mappings. */
function shown(error: ErrorObject): string {
  const data: unknown = error.data;
  if (Array.isArray(data)) return 'a list';
  if (typeof data === 'object' && data !== null) return 'a mapping';
  if (error.instancePath.split('/').includes('password')) return 'a value that is not shown here';
  const text = JSON.stringify(data);
  return text.length <= 60 ? text : `${text.slice(0, 60)}…`;
}
