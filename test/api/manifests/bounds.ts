import path from 'node:path';
import { definitionsIn, nodesOf, type SchemaNode } from '../../../scripts/gen/crd.ts';
import type { Manifest, ManifestRow } from '../manifests.ts';

const crds = path.resolve(import.meta.dirname, '../../../crds');

/** A way to break a node: the value that it then has. Undefined where the keyword does not apply. */
type Breakage = readonly [keyword: string, broken: unknown, field?: string];

/** One value beyond each bound of a node, given a value within. */
function breakages(node: SchemaNode, value: unknown): Breakage[] {
  const wrongType: Breakage = ['type', otherType(node)];
  if (node.type === 'string') return [wrongType, ...textBreakages(node)];
  if (node.type === 'integer') return [wrongType, ...integerBreakages(node)];
  if (Array.isArray(value)) return [wrongType, ...listBreakages(node, value)];
  if (isMapping(value)) return [wrongType, ...mappingBreakages(node, value)];
  return [wrongType];
}

function textBreakages({ enum: values, pattern, minLength = 0, maxLength = 0 }: SchemaNode): Breakage[] {
  if (values) return [['enum', 'Other']];
  return [
    ['maxLength', 'a'.repeat(maxLength + 1)],
    ...(pattern ? [['pattern', '\u0001'.repeat(Math.max(minLength, 1))] as const] : []),
    ...(minLength > 0 ? [['minLength', ''] as const] : []),
  ];
}

function integerBreakages({ minimum = 0, maximum = 0 }: SchemaNode): Breakage[] {
  return [
    ['minimum', minimum - 1],
    ['maximum', maximum + 1],
  ];
}

function otherType({ type }: SchemaNode): unknown {
  if (type === 'object' || type === 'array') return 'text';
  return type === 'string' ? 7 : [7];
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Too few items, or one too many, all different; an enum has no values left for that. */
function listBreakages(
  { items, minItems = 0, maxItems = 0, ...node }: SchemaNode,
  [first]: readonly unknown[],
): Breakage[] {
  const tooFew: Breakage[] = minItems > 0 ? [['minItems', []]] : [];
  if (items?.enum) return tooFew;
  const [key = ''] = node['x-kubernetes-list-map-keys'] ?? [];
  const many = Array.from({ length: maxItems + 1 }, (_, i) => {
    if (isMapping(first)) return key === '' ? first : { ...first, [key]: `name-${i}` };
    return typeof first === 'number' ? i : `name-${i}`;
  });
  return [...tooFew, ['maxItems', many]];
}

function mappingBreakages(node: SchemaNode, value: Readonly<Record<string, unknown>>): Breakage[] {
  const [first] = Object.values(value);
  const many = Array.from({ length: (node.maxProperties ?? 0) + 1 }, (_, i) => [`name-${i}`, first]);
  return [
    ...(node.properties ? [['additionalProperties', { ...value, unknownField: 1 }] as const] : []),
    ...(node.minProperties ? [['minProperties', {}] as const] : []),
    ...(node.maxProperties ? [['maxProperties', Object.fromEntries(many)] as const] : []),
    ...(node.required ?? []).map((name) => {
      const rest = Object.entries(value).filter(([key]) => key !== name);
      return ['required', Object.fromEntries(rest), name] as const;
    }),
  ];
}

interface Place {
  readonly steps: readonly (string | number)[];
  readonly value: unknown;
}

/** The places in `value` that the steps of a pattern such as `spec.rules[*].topic` select. */
function placesIn(value: unknown, [step, ...rest]: readonly string[]): readonly Place[] {
  if (step === undefined) return [{ steps: [], value }];
  if (typeof value !== 'object' || value === null) return [];
  const children = Object.entries(value).filter(([key]) => step === '[*]' || step === '*' || step === key);
  return children.flatMap(([key, child]) =>
    placesIn(child, rest).map((place) => ({ ...place, steps: [step === '[*]' ? Number(key) : key, ...place.steps] })),
  );
}

function replaced(value: unknown, [step, ...rest]: readonly (string | number)[], broken: unknown): unknown {
  if (step === undefined) return broken;
  if (Array.isArray(value)) return value.map((item: unknown, i) => (i === step ? replaced(item, rest, broken) : item));
  const entries = Object.entries(value as object).map(
    ([key, child]) => [key, key === step ? replaced(child, rest, broken) : (child as unknown)] as const,
  );
  return Object.fromEntries(entries);
}

/** The path as both checkers begin it; how they go on below a map differs. */
function pathOf(steps: readonly (string | number)[], pattern: string): string {
  const known =
    pattern.includes('*') && !pattern.includes('[*]') ? steps.slice(0, pattern.split('.').indexOf('*')) : steps;
  return known.map((step, i) => (typeof step === 'number' ? `[${step}]` : i === 0 ? step : `.${step}`)).join('');
}

/** For each bound of each field below `spec`, an accepted manifest in which this one bound is broken. */
export function boundRows(rows: readonly ManifestRow[]): readonly ManifestRow[] {
  return definitionsIn(crds).flatMap(({ kind, schema }) => {
    const accepted = rows.filter((row) => row.accepted && row.manifest.kind === kind).map((row) => row.manifest);
    return nodesOf(schema)
      .filter((located) => located.path.startsWith('spec.'))
      .flatMap((located) => nodeRows(located.path, located.node, accepted));
  });
}

function nodeRows(pattern: string, node: SchemaNode, accepted: readonly Manifest[]): ManifestRow[] {
  for (const manifest of accepted) {
    const [place] = placesIn(manifest, pattern.match(/\[\*\]|[^.[]+/g) ?? []);
    if (!place) continue;
    const at = pathOf(place.steps, pattern);
    return breakages(node, place.value).map(([keyword, broken, field]) => ({
      name: `${manifest.kind} refuses ${pattern} beyond ${[keyword, field].filter(Boolean).join(' ')}`,
      manifest: replaced(manifest, place.steps, broken) as Manifest,
      accepted: false,
      path: at,
      keyword,
    }));
  }
  throw new Error(`derive bounds: no accepted manifest has ${pattern}`);
}
