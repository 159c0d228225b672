/** Whether the broker enforces what a device is to have, from what its instances have proved. */
import type { Reason } from '../../domain/reasons.ts';
import { isChangedSince, isKnownSince, leastEnforced } from '../../domain/bundle/changes.ts';
import { isListedAs } from '../../domain/bundle/listed.ts';
import type { HeldCertificate } from '../../domain/pki/lineage.ts';
import type { BrokerState, Proof } from '../context.ts';
import { areListed, isAnyListed } from '../enforcement.ts';
import { condition, type ConditionDraft, type ConditionStatus } from '../status.ts';
import { type Expectation, isAsExpected } from './expectation.ts';

export interface ProgrammedFacts {
  readonly expectation: Expectation;
  readonly broker:
    Pick<BrokerState, 'expectedInstances' | 'proved' | 'changes' | 'listed' | 'refusal' | 'problem'> | undefined;
  /** What was proved last, as the status has it of this generation: of what was declared between two nothing is known. */
  readonly former: { readonly rulesHash: string; readonly revision: number } | undefined;
  /** Certificates that are held back while it is suspended: they are on the lists of a set that proves it. */
  readonly holds: readonly Pick<HeldCertificate, 'caKeyId' | 'serial'>[];
  /** Certificates that let it in: they are not, or no longer, on the lists of a set that proves it. */
  readonly good: readonly Pick<HeldCertificate, 'caKeyId' | 'serial'>[];
  /** Certificates of it that are taken back and not yet on every revocation list. */
  readonly unpublished: number;
  /** A proof of an earlier revision says nothing of the lists that its serials are on; undefined: none does yet. */
  readonly leastRevision: number | undefined;
}

export interface Programmed {
  readonly condition: ConditionDraft;
  /** The revision in which it was proved. */
  readonly revision: number | undefined;
}

/**
 * Sticks to what was proved: an instance of which nothing is known, as while it restarts, proves the former state and no
 * other. One that is known to enforce something else takes the proof away, and so does a set with something else that
 * was published after the one that it proved, or of which nobody knows what it gave: it may enforce that by now.
 */
export function programmedOf(facts: ProgrammedFacts): Programmed {
  const { expectation, broker, former, unpublished } = facts;
  const isFormer = former?.rulesHash === expectation.hash;
  const proofs = broker?.proved ?? [];
  const expected = broker?.expectedInstances ?? 0;
  const proving = broker ? proofs.filter((proof) => isProof(proof, broker, facts, isFormer)) : [];
  const isProved = isFormer ? proving.length === proofs.length : expected > 0 && proving.length >= expected;
  if (isProved && (isFormer || unpublished === 0)) {
    const revision = isFormer ? former.revision : Math.min(...proving.map((proof) => proof.revision));
    return { condition: condition('Programmed', 'True', 'Programmed', 'every instance has proved it'), revision };
  }
  return { condition: missing(facts, proving.length), revision: undefined };
}

function isProof(
  { statuses, revision, trust }: Proof,
  { changes, listed }: Pick<BrokerState, 'changes' | 'listed'>,
  { expectation, holds, good, leastRevision = Infinity }: ProgrammedFacts,
  isFormer: boolean,
): boolean {
  const { identity } = expectation.status;
  const least = leastEnforced(changes, revision);
  if (isChangedSince(changes, least, identity) || !isKnownSince(changes, least)) return false;
  // It has proved what is published by now, or a set before that gave it the same.
  if (!statuses) return isFormer && (!listed || isListedAs(listed, identity, expectation.status));
  if (!isFormer && (revision < leastRevision || !areListed(trust, holds) || isAnyListed(trust, good))) return false;
  return isAsExpected(expectation, statuses.get(identity));
}

/** One text as long as there is nothing to tell: each text is a write. */
const pending = condition('Programmed', 'False', 'Pending', 'waiting for the broker to load and prove it');

function missing({ broker, unpublished }: ProgrammedFacts, proving: number): ConditionDraft {
  const because = (status: ConditionStatus, reason: Reason, message: string) =>
    condition('Programmed', status, reason, message);
  if (unpublished > 0) return because('False', 'Pending', `${unpublished} certificates are being taken back`);
  if (!broker) return pending;
  const { expectedInstances, refusal, problem } = broker;
  if (expectedInstances === 0) return because('Unknown', 'NoInstances', 'no instance of the broker is known');
  if (refusal !== undefined) return because('False', 'Refused', `the agent refuses the set: ${refusal}`);
  if (problem) return because('False', problem.reason ?? 'Pending', problem.message);
  if (proving === 0) return pending;
  return because('False', 'PartiallyProgrammed', `${proving} of ${expectedInstances} instances have proved it`);
}
