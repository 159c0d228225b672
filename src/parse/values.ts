import type { Finding } from '../domain/finding.ts';
import { isMapping, type CoreKind, type Mapping } from './envelope.ts';
import { pathText, type Path } from './path.ts';

/** Texts that a ConfigMap or Secret holds, by key, and what could not be read of it. */
export interface ValuesReading {
  readonly values: ReadonlyMap<string, string>;
  readonly findings: readonly Finding[];
}

/**
 * `data` of a ConfigMap; of a Secret `data` as base64 (RFC 4648 section 4) under `stringData` as text. Values that are not
 * UTF-8 text are left out without a finding: nothing of ours refers to one.
 */
export function valuesOf(kind: Exclude<CoreKind, 'Namespace'>, object: Mapping): ValuesReading {
  if (kind === 'ConfigMap') return textsOf(object, 'data');
  const encoded = textsOf(object, 'data');
  const plain = textsOf(object, 'stringData');
  const values = new Map<string, string>();
  const findings: Finding[] = [...encoded.findings, ...plain.findings];
  for (const [key, text] of encoded.values) {
    const bytes = decoded(text);
    if (!bytes) findings.push(warning(['data', key], 'is not base64: use `stringData` for plain text'));
    else if (isText(bytes)) values.set(key, bytes.toString('utf8'));
  }
  for (const [key, text] of plain.values) values.set(key, text);
  return { values, findings };
}

function textsOf(object: Mapping, field: string): ValuesReading {
  const data = object[field];
  const values = new Map<string, string>();
  if (data === undefined || data === null) return { values, findings: [] };
  if (!isMapping(data)) return { values, findings: [warning([field], 'must be a mapping')] };
  const findings: Finding[] = [];
  for (const [key, value] of Object.entries(data)) {
    if (typeof value === 'string') values.set(key, value);
    else findings.push(warning([field, key], 'must be a string: write it in quotes'));
  }
  return { values, findings };
}

/** Bytes of a base64 text, in which line breaks are allowed; undefined when it is none. */
function decoded(text: string): Buffer | undefined {
  const compact = text.replaceAll(/[\r\n]/g, '');
  const bytes = Buffer.from(compact, 'base64');
  return bytes.toString('base64') === compact ? bytes : undefined;
}

function isText(bytes: Buffer): boolean {
  return Buffer.from(bytes.toString('utf8'), 'utf8').equals(bytes);
}

function warning(path: Path, problem: string): Finding {
  return { code: 'MQS011', severity: 'Warning', message: `\`${pathText(path)}\` ${problem}`, path: pathText(path) };
}

/** Labels of a Namespace; what is no text is no label. */
export function labelsOf(object: Mapping): ReadonlyMap<string, string> {
  const metadata = object['metadata'];
  const labels = isMapping(metadata) && isMapping(metadata['labels']) ? metadata['labels'] : {};
  return new Map(Object.entries(labels).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}
