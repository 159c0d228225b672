import type { ObjectRef } from '../names.ts';
import type { TopicFilter } from './filter.ts';

export type Effect = 'Allow' | 'Deny';
export type RuleAction = 'Publish' | 'Subscribe';
export type Role = 'Device' | 'Backend' | 'Admin';

/** One level of a rule's topic: as in a topic filter, or a variable that fills exactly this level. */
export type PatternLevel =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'plus' }
  | { readonly kind: 'hash' }
  | { readonly kind: 'variable'; readonly name: 'device' | 'group' | 'namespace' }
  | { readonly kind: 'parameter'; readonly name: string };

export type TopicPattern = readonly PatternLevel[];

/** A rule as written in a template or on a device. A Deny has no actions: it denies both (Mosquitto cannot do less). */
export interface Rule {
  readonly effect: Effect;
  readonly actions: readonly RuleAction[];
  readonly pattern: TopicPattern;
  readonly topic: string;
  readonly description?: string;
  /** The rule ends at this time (a device's own rules only). */
  readonly expiresAt?: Date;
}

/** Where an effective rule comes from; what `can-i --explain` names. */
export interface RuleOrigin {
  readonly object: ObjectRef;
  /** Index in `spec.rules` of that object. */
  readonly index: number;
  /** The topic as written there, with its variables. */
  readonly topic: string;
  readonly description?: string;
}

/** A rule after substitution, for one identity. */
export interface EffectiveRule {
  readonly effect: Effect;
  readonly actions: readonly RuleAction[];
  readonly filter: TopicFilter;
  readonly origin: RuleOrigin;
  /** Until then the rule holds; the line carries `# until`. */
  readonly expiresAt?: Date;
  /**
   * The filter with `{device}` left open, where the rule is the same for every identity that has it: layout Patterns
   * folds such Allow rules into `pattern` lines over `%u`.
   */
  readonly shared?: TopicPattern;
}
