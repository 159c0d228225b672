/** Keeps secrets out of logs: by the name of a field, and by the look of a text. */

const censored = '[redacted]';

/** Contents of Secrets and ConfigMaps, credentials and keys, whatever the case; `tokens: 5` and `keys: 3` are counts. */
const secretNames: ReadonlySet<string> = new Set([
  ...['password', 'passwords', 'passwd', 'token', 'secret', 'authorization', 'cookie', 'credentials'],
  ...['data', 'stringdata', 'binarydata', 'spec', 'body', 'headers'],
  ...['key', 'privatekey', 'keypem', 'tls.key', 'clientkey', 'pem', 'salt'],
]);

/** Deeper than any log field should be. */
const deepest = 6;

export function redactedFields(fields: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, redactedField(name, value, 0)]));
}

function redactedField(name: string, value: unknown, depth: number): unknown {
  const isCount = typeof value === 'number' || typeof value === 'boolean' || value === undefined || value === null;
  return !isCount && secretNames.has(name.toLowerCase()) ? censored : redacted(value, depth);
}

function redacted(value: unknown, depth: number): unknown {
  if (value instanceof Error) return errorFields(value, depth);
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Date) return value;
  if (depth >= deepest || ArrayBuffer.isView(value)) return censored;
  if (Array.isArray(value)) return value.map((item: unknown) => redacted(item, depth + 1));
  const fields = Object.entries(value).map(([name, field]) => [name, redactedField(name, field, depth + 1)]);
  return Object.fromEntries(fields) as unknown;
}

/** Type, message and causes; no further properties, for libraries hang requests and answers on their errors. */
function errorFields({ name, message, stack, cause }: Error, depth: number): object {
  const fields = { type: name, message, ...(stack !== undefined && { stack: framesOf(stack) }) };
  if (cause === undefined || depth >= deepest) return fields;
  return { ...fields, cause: cause instanceof Error ? errorFields(cause, depth + 1) : typeof cause };
}

/** Where it was thrown, without the message before it. */
function framesOf(stack: string): string {
  const frames = stack.split('\n').filter((line) => /^ +at /.test(line));
  return frames.slice(0, 10).join('\n');
}

/** In text that was made JSON, so that ends of lines may be `\n` as two characters. */
const secretLooks: readonly RegExp[] = [
  /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[^-]*(-----END [A-Z ]{0,30}PRIVATE KEY-----)?/g,
  /\b(Bearer|Basic) [A-Za-z0-9._~+/-]{8,}=*/g,
  /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]*/g,
  /\$[67]\$[A-Za-z0-9+/=$]{16,}/g,
];

/** Private keys, bearer tokens, JWTs and password hashes are cut out. */
export function scrubbedText(text: string): string {
  return secretLooks.reduce((rest, look) => rest.replace(look, censored), text);
}
