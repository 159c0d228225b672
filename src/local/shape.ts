/** What JSON of the state directory holds, where somebody may have damaged it. */

/** An object with texts under these names, and under the optional ones texts or nothing. */
export function hasTexts(
  value: unknown,
  names: readonly string[],
  optional: readonly string[] = [],
): value is Record<string, unknown> {
  if (!isRecord(value)) return false;
  const isText = (name: string) => typeof value[name] === 'string';
  return names.every(isText) && optional.every((name) => value[name] === undefined || isText(name));
}

export function isListOf(value: unknown, isOne: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(isOne);
}

export function isAbsentOr(value: unknown, isOne: (value: unknown) => boolean): boolean {
  return value === undefined || isOne(value);
}

export function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
