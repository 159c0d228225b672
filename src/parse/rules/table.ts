import type { Kind } from '../../domain/names.ts';

/**
 * One cross-field rule, as the API server checks it by CEL (`x-kubernetes-validations` in crds/), for manifests that no
 * API server sees. A test holds the two together: same node, same field, same message.
 */
export interface CrossFieldRule {
  readonly kind: Kind;
  /** The node that the rule looks at: empty for the object, `[*]` for each item of a list, `.*` for each value of a map. */
  readonly at: string;
  /** The field below that node that the message is about; empty for the node itself. */
  readonly field: string;
  readonly message: string;
  /** True if the node is fine; `old` is the same node of the version before, where there is one. */
  readonly holds: (self: unknown, old?: unknown) => boolean;
}

/** A rule whose node has type `T`. */
export interface RuleOn<T> {
  readonly field?: string;
  readonly message: string;
  readonly holds: (self: T, old?: T) => boolean;
}

/** The rules of one node. Dropping its type is sound because rules see only what the schema of `kind` has accepted. */
export function rulesOn<T>(kind: Kind, at: string, rules: readonly RuleOn<T>[]): readonly CrossFieldRule[] {
  return rules.map(({ field = '', message, holds }) => ({
    kind,
    at,
    field,
    message,
    holds: (self, old) => holds(self as T, old as T | undefined),
  }));
}

/** Refuses any change of the node. */
export function immutable(message: string): RuleOn<unknown> {
  return { message, holds: (self, old) => old === undefined || isSame(self, old) };
}

/** True if two JSON values are equal; the order of keys does not count. */
export function isSame(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [left, right] = [new Map(Object.entries(a)), new Map(Object.entries(b))];
  return left.size === right.size && [...left].every(([key, value]) => right.has(key) && isSame(value, right.get(key)));
}

/** True if exactly one of the values is there: a union of which one member must be chosen. */
export function isOneGiven(...values: readonly unknown[]): boolean {
  return values.filter((value) => value !== undefined).length === 1;
}
