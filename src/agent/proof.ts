import type { BrokerExit } from '../ports.ts';

/** How an attempt to have a set enforced ended. */
export type Proof =
  | { readonly kind: 'Proved'; readonly milliseconds: number }
  /** The rules are in force, but a listener gives no answer, as when its connections are used up: nothing is known to be wrong. */
  | { readonly kind: 'Unproved'; readonly what: string }
  /** Something that has to work does not: the set is not, or not wholly, in force. */
  | { readonly kind: 'Failed'; readonly what: string }
  /** The broker lets through what nobody may. `check`: of which kind, where that has a reason of its own. */
  | { readonly kind: 'FailOpen'; readonly what: string; readonly check?: string }
  | { readonly kind: 'BrokerGone'; readonly exit: BrokerExit };

/** Name under which a report refuses a set that was not proved. */
export function proofCheckOf(proof: Proof): string {
  return (proof.kind === 'FailOpen' ? proof.check : undefined) ?? 'Proof';
}
