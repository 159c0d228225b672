/** The compile of a broker: the last one again while nothing it was made from is another. */
import { chunkCountsOf } from '../../domain/bundle/chunks.ts';
import { compileBroker, type Compiled, type CompileInput } from '../../domain/bundle/compile.ts';
import type { BundleIndex } from '../../domain/bundle/content.ts';
import { imagePlacement } from '../../domain/bundle/placement.ts';
import type { ObjectKey } from '../../domain/names.ts';
import type { ControllerContext, Trust } from '../context.ts';
import type { CompilePass } from './states.ts';

export function compileInput(
  { fleet: { fleet }, issued, passwords }: ControllerContext['state'],
  broker: ObjectKey,
  trust: Trust,
  published: BundleIndex | undefined,
  { kept, lockouts }: Pick<CompileInput, 'kept' | 'lockouts'>,
): CompileInput {
  return {
    fleet,
    broker,
    certificates: issued.byIdentity,
    cas: trust.cas,
    passwordLines: passwords.lines(broker),
    crls: trust.crls,
    revocations: trust.revocations,
    lockouts,
    ...(kept && { kept }),
    placement: imagePlacement,
    ...(published && { chunkCounts: chunkCountsOf(published) }),
  };
}

export function compilePass(input: CompileInput, former: CompilePass | undefined, now: Date): CompilePass {
  if (former && isSameInput(former.input, input) && !isDue(former.compiled, now)) return former;
  return { input, compiled: compileBroker(input, now, former?.compiled) };
}

function isDue({ nextChangeAt }: Compiled, now: Date): boolean {
  return nextChangeAt !== undefined && nextChangeAt <= now;
}

/** The numbers of chunks follow from what was compiled. */
function isSameInput(a: CompileInput, b: CompileInput): boolean {
  const [former, present] = [a.fleet, b.fleet];
  return (
    former.brokers === present.brokers &&
    former.templates === present.templates &&
    former.devices === present.devices &&
    former.namespaces === present.namespaces &&
    a.certificates === b.certificates &&
    a.cas === b.cas &&
    a.passwordLines === b.passwordLines &&
    a.crls === b.crls &&
    a.revocations === b.revocations &&
    a.lockouts === b.lockouts &&
    a.kept === b.kept
  );
}
