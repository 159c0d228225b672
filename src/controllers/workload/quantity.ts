/** Kubernetes quantities, which the API server gives back in another form than they were written in. */

/** Powers of ten and of two that a suffix stands for. */
const suffixes: ReadonlyMap<string, readonly [ten: number, two: number]> = new Map([
  ['', [0, 0]],
  ['n', [-9, 0]],
  ['u', [-6, 0]],
  ['m', [-3, 0]],
  ['k', [3, 0]],
  ['M', [6, 0]],
  ['G', [9, 0]],
  ['T', [12, 0]],
  ['P', [15, 0]],
  ['E', [18, 0]],
  ['Ki', [0, 10]],
  ['Mi', [0, 20]],
  ['Gi', [0, 30]],
  ['Ti', [0, 40]],
  ['Pi', [0, 50]],
  ['Ei', [0, 60]],
]);

/** In units of 10^-9, which is as fine as they go; undefined for what is none, or one of an absurd size. */
function nanos(text: string): bigint | undefined {
  const [, whole, fraction = '', rest = ''] = /^([0-9]{1,20})(?:\.([0-9]{0,20}))?([a-zA-Z0-9+-]*)$/.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const exponent = /^[eE]([+-]?[0-9]{1,2})$/.exec(rest)?.[1];
  const [ten, two] = exponent === undefined ? (suffixes.get(rest) ?? []) : [Number(exponent), 0];
  if (ten === undefined || two === undefined) return undefined;
  const scale = 9 + ten - fraction.length;
  const value = BigInt(whole + fraction) << BigInt(two);
  return scale >= 0 ? value * 10n ** BigInt(scale) : value / 10n ** BigInt(-scale);
}

/** `present` where it means the same, so that nothing is rewritten for its form alone. */
export function keptQuantity(given: string, present: unknown): string {
  if (typeof present !== 'string' && typeof present !== 'number') return given;
  const value = nanos(given);
  return value !== undefined && value === nanos(String(present)) ? String(present) : given;
}

/** As an object of a manifest. */
export function keptQuantities(given: ReadonlyMap<string, string>, present: unknown): Readonly<Record<string, string>> {
  const known = new Map(Object.entries((present ?? {}) as Readonly<Record<string, unknown>>));
  return Object.fromEntries(Array.from(given, ([name, quantity]) => [name, keptQuantity(quantity, known.get(name))]));
}
