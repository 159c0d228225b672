/** One pass over a broker: what is compiled, whether it is written, and what is known after it. */
import { withClosed, withoutSettled } from '../../domain/bundle/changes.ts';
import { changesText } from '../../domain/bundle/changes-text.ts';
import type { Compiled } from '../../domain/bundle/compile.ts';
import type { BundleContent, BundleIndex } from '../../domain/bundle/content.ts';
import type { Finding } from '../../domain/finding.ts';
import { noLockouts } from '../../domain/lockout.ts';
import { ShardedMap } from '../../domain/sharded.ts';
import { isConflict } from '../../kube/errors.ts';
import type { Publisher } from '../bundle/published.ts';
import { bundleSite } from '../bundle/site.ts';
import type { BrokerState, ControllerContext, Trust } from '../context.ts';
import { awaitedLists } from './awaiting.ts';
import { compileInput, compilePass } from './compile.ts';
import type { ExpectedInstance } from '../workload/expected.ts';
import { changesBegun, isNextRevision, isToBeRead, listedBy, withFollowed, withListed } from './followed.ts';
import { type BrokerFacts, type BrokerPorts, indexOf } from './gather.ts';
import { presentLockouts } from './lockouts.ts';
import { type KeepingFacts, lookedUp, stillKept, wanted } from './keeping.ts';
import { isNarrower, listChanges } from './narrowing.ts';
import {
  contentFinding,
  failureFinding,
  gateFinding,
  narrowWindowAfter,
  notOursFinding,
  overtaken,
  publishableAt,
  windowAfter,
} from './plan.ts';
import {
  laggingSince,
  leastProved,
  programmedCount,
  provedSets,
  type PublishedSet,
  refusalOf,
  withSet,
} from './sets.ts';
import type { BrokerMemory, CompilePass } from './states.ts';

export interface PublishStep {
  readonly memory: BrokerMemory;
  /** When to look again. */
  readonly times: readonly (Date | undefined)[];
  /** What a write failed with. */
  readonly failure?: Error;
  /** Nothing was done, for it turned out that more has to be known: now it is. */
  readonly isAgain?: true;
}

interface Publishing {
  readonly context: Pick<ControllerContext, 'state' | 'clock' | 'world'>;
  readonly publisher: Pick<Publisher, 'publish' | 'texts'>;
  readonly adoptPasswords: BrokerPorts['adoptPasswords'];
  /** What others have to know while a set is being written. */
  readonly keep: (memory: BrokerMemory) => void;
  /** Since when this process looks for cert-manager. */
  readonly startedAt: Date;
}

/** What a start needs is listed and read within a moment, or it is not there, milliseconds. */
const startPatience = 10_000;
/** Objects of others are not watched: they are looked at again after so long, milliseconds. */
const foreignInterval = 30_000;

export async function publishStep(
  publishing: Publishing,
  facts: BrokerFacts,
  former: BrokerMemory,
  signal: AbortSignal,
): Promise<PublishStep> {
  const { context } = publishing;
  const { broker, declared, trust } = facts;
  const now = context.clock.now();
  const present = indexOf(facts.published, declared);
  const lockouts = presentLockouts(context, facts, former, now);
  const memory = withFollowed({ ...former, lockouts }, facts);
  const refused = gateOf(facts, publishing, now);
  if (refused || !trust) {
    if (isReadWhileRefused(refused, publishing, memory, now)) return read(publishing, memory, signal);
    const times = [refused && recheckAt(refused, publishing, now), lockouts.nextChangeAt];
    return { memory: withState(facts, memory, { index: present, problem: refused }, now), times };
  }
  const given = { kept: memory.keeping.kept, lockouts: lockouts.ends };
  const input = compileInput(context.state, declared.key, trust, present, given);
  const pass = compilePass(input, memory.pass, now);
  const adoptedHash = adoptable(memory, present);
  const keeping = stillKept(memory.keeping, pass.compiled.statuses);
  const compiled: BrokerMemory = { ...memory, pass, adoptedHash, keeping };
  const open = wanted({
    memory: compiled,
    statuses: pass.compiled.statuses,
    published: present,
    ...devicesIn(context),
  });
  if (open.size > 0) {
    const found = await lookedUp(publishing.publisher, compiled, open, signal);
    // What was compiled without it is shown to nobody.
    return { memory: { ...memory, keeping: found }, times: [], isAgain: true };
  }
  const { content } = pass.compiled;
  if (isToBeRead(memory, content?.hash)) return read(publishing, memory, signal);
  const times = [pass.compiled.nextChangeAt, trust.nextChangeAt, lockouts.nextChangeAt];
  const problem = contentFinding(pass.compiled, broker);
  if (!content) return { memory: withState(facts, compiled, { index: present, problem }, now), times };
  if (isOfOthers(compiled, memory, content, present)) {
    await publishing.adoptPasswords(declared.key);
    const again = new Date(now.getTime() + othersMilliseconds);
    const next = withState(facts, compiled, { index: present, problem: overtaken(broker) }, now);
    return { memory: next, times: [...times, again] };
  }
  const { dueAt, ...haste } = publishDue(facts, compiled, { pass, content, trust, present }, now);
  if (dueAt) {
    const took = Math.max(0, context.clock.now().getTime() - now.getTime());
    const putOff = { passes: (memory.putOff?.passes ?? 0) + 1, at: now, took };
    return { memory: withState(facts, { ...compiled, putOff }, { index: present }, now), times: [...times, dueAt] };
  }
  const attempt = { facts, memory: compiled, pass, content, trust, times, ...haste };
  const awaited = listsAwaited(publishing, attempt, now);
  if (!awaited) return published(publishing, attempt, signal);
  const next = withState(facts, { ...compiled, awaitingSince: awaited.since }, { index: present }, now);
  return { memory: next, times: [...times, awaited.until] };
}

/** Nothing can be published, and what somebody else published is not known: not just because of the start. */
function isReadWhileRefused(
  refused: Finding | undefined,
  { startedAt }: Publishing,
  memory: BrokerMemory,
  now: Date,
): boolean {
  const isEarly = refused?.code === 'MQS157' && isWithin(startedAt, startPatience, now);
  return !isEarly && isToBeRead(memory, undefined);
}

function listsAwaited(
  { context }: Publishing,
  { memory: { sets, awaitingSince: since }, pass, trust, takesBack }: Attempt,
  now: Date,
): ReturnType<typeof awaitedLists> {
  const before = takesBack ? sets.at(-1)?.statuses : undefined;
  const heldBy = (identity: string) => context.state.issued.byIdentity.get(identity) ?? [];
  return before && awaitedLists({ before, after: pass.compiled.statuses, trust, heldBy, since }, now);
}

async function read({ publisher }: Publishing, memory: BrokerMemory, signal: AbortSignal): Promise<PublishStep> {
  return { memory: await withListed(publisher, memory, signal), times: [], isAgain: true };
}

/** Hash of a set that this process did not publish. */
function adoptable({ sets, adoptedHash }: BrokerMemory, present: BundleIndex | undefined): string | undefined {
  const isOurs = present === undefined || sets.some(({ index }) => index.hash === present.hash);
  return isOurs ? adoptedHash : present.hash;
}

/** Who published may know of more than our mirror: it has so long to come to know it too, milliseconds. */
const othersMilliseconds = 1_000;

/** Somebody else published since the last pass: two that overwrite each other would never come to an end. */
function isOfOthers(
  { adoptedHash }: BrokerMemory,
  { sets, adoptedHash: former }: BrokerMemory,
  content: BundleContent,
  present: BundleIndex | undefined,
): boolean {
  const isNew = adoptedHash !== undefined && adoptedHash !== former && adoptedHash === present?.hash;
  return isNew && sets.length > 0 && adoptedHash !== content.hash;
}

function devicesIn({ world, state }: Publishing['context']): Pick<KeepingFacts, 'declaredOf' | 'deviceOf'> {
  return { declaredOf: (key) => world.devices.store.get(key), deviceOf: (key) => state.fleet.deviceOf(key) };
}

function gateOf(
  { broker, declared, published: present, trust }: BrokerFacts,
  { context: { state }, startedAt }: Publishing,
  now: Date,
): Finding | undefined {
  if (present.kind === 'NotOurs') return notOursFinding(broker, present.object);
  const unlisted = isWithin(startedAt, startPatience, now) ? 'Unknown' : 'Absent';
  return gateFinding({
    broker,
    certManager: state.issued.isKnown ? 'Present' : unlisted,
    arePasswordsComplete: state.passwords.isComplete(declared.key),
    trust,
  });
}

/** When to look again at what nobody tells of. */
function recheckAt({ code }: Finding, { startedAt }: Pick<Publishing, 'startedAt'>, now: Date): Date | undefined {
  if (code === 'MQS156') return new Date(now.getTime() + foreignInterval);
  const patience = new Date(startedAt.getTime() + startPatience);
  return code === 'MQS157' && patience > now ? patience : undefined;
}

interface Candidate {
  readonly pass: CompilePass;
  readonly content: BundleContent;
  readonly trust: Trust;
  readonly present: BundleIndex | undefined;
}

interface Due {
  /** Undefined: now. */
  readonly dueAt: Date | undefined;
  /** Within the window of the last one, for something is taken back. */
  readonly isHurried: boolean;
  /** It takes something back, or that is not known. */
  readonly takesBack: boolean;
}

function publishDue(
  { broker }: BrokerFacts,
  { sets, publishedAt, publishMilliseconds = 0, publishedFleet, waited = 0, isHurried = false }: BrokerMemory,
  { pass, content, trust, present }: Candidate,
  now: Date,
): Due {
  const last = sets.at(-1);
  const isOurs = last !== undefined && last.index.hash === present?.hash;
  const base = { hash: content.hash, publishedHash: present?.hash, publishedAt: isOurs ? publishedAt : undefined };
  const window = broker.update.windowMilliseconds;
  const dueAt = publishableAt({ ...base, windowMilliseconds: windowAfter(publishMilliseconds, window, waited) }, now);
  if (!last || !publishedFleet) return { dueAt: undefined, isHurried: false, takesBack: true };
  const before = { fleet: publishedFleet, statuses: last.statuses, trust: last.trust };
  const after = { fleet: pass.input.fleet, statuses: pass.compiled.statuses, trust };
  const takesBack = isNarrower(before, after);
  if (!dueAt || !takesBack) return { dueAt, isHurried: false, takesBack };
  const windowMilliseconds = isHurried ? narrowWindowAfter(publishMilliseconds, window) : 0;
  return { dueAt: publishableAt({ ...base, windowMilliseconds }, now), isHurried: true, takesBack };
}

interface Attempt {
  readonly facts: BrokerFacts;
  readonly memory: BrokerMemory;
  readonly pass: CompilePass;
  readonly content: BundleContent;
  readonly trust: Trust;
  readonly times: PublishStep['times'];
  readonly isHurried: boolean;
  readonly takesBack: boolean;
}

/** Secrets cannot be watched: what somebody did to one is found after so long, milliseconds. */
const secretsInterval = 600_000;
/** As long as an instance cannot load what is published. */
const suspectedSecretsInterval = 10_000;

function isInTrouble({ instance }: ExpectedInstance): boolean {
  const { refused, lastError = '' } = instance?.was ?? {};
  return refused !== undefined || lastError !== '';
}

async function published(
  publishing: Publishing,
  { facts, memory, pass, content, trust, times, isHurried, takesBack }: Attempt,
  signal: AbortSignal,
): Promise<PublishStep> {
  const { context, publisher } = publishing;
  const { declared, broker, loadedRevision } = facts;
  const now = context.clock.now();
  const isSuspected = facts.expected.some(isInTrouble);
  const interval = isSuspected ? suspectedSecretsInterval : secretsInterval;
  const checkSecrets = !isWithin(memory.secretsCheckedAt, interval, now);
  const present = indexOf(facts.published, declared);
  const leastRevision = leastRevisionOf({ loadedRevision, changes: memory.changes, content, present });
  const begun =
    present?.hash === content.hash
      ? memory
      : { ...memory, changes: changesBegun(memory, pass.compiled.statuses, content.hash) };
  const closed = (revision: number) => withClosed(begun.changes, revision, isNextRevision(memory, revision));
  const annex = (revision: number) => changesText(closed(revision), revision);
  const options = { leastRevision, checkSecrets, givesWay: !takesBack, annex, signal };
  if (begun !== memory) publishing.keep(withState(facts, begun, { index: present }, now));
  try {
    const result = await publisher.publish(bundleSite(declared.meta), content, options);
    if (result.kind === 'NotOurs') {
      const problem = notOursFinding(broker, result.object);
      const again = recheckAt(problem, publishing, now);
      return { memory: withState(facts, memory, { index: present, problem }, now), times: [...times, again] };
    }
    const index = { broker: declared.key, ...result.index };
    const kept = withPublished(
      {
        ...{ ...begun, putOff: undefined, awaitingSince: undefined, ...(checkSecrets && { secretsCheckedAt: now }) },
        ...{ changes: closed(index.revision), followed: undefined },
      },
      pass,
      { index, trust },
      now,
    );
    const publishMilliseconds = Math.max(0, context.clock.now().getTime() - now.getTime());
    const waited = memory.putOff && !isHurried ? (memory.waited ?? 0) + 1 : 0;
    const made = { publishedAt: now, publishMilliseconds, waited, isHurried };
    const next = index.hash === present?.hash ? kept : { ...kept, ...made };
    const again = isSuspected ? new Date(now.getTime() + suspectedSecretsInterval) : undefined;
    return { memory: withState(facts, next, { index }, now), times: [...times, again] };
  } catch (failure) {
    signal.throwIfAborted();
    // Somebody wrote at the same time: the next try sees it.
    const problem = isConflict(failure) ? undefined : failureFinding(broker, failure);
    const error = failure instanceof Error ? failure : new Error('publish: it failed', { cause: failure });
    return { memory: withState(facts, begun, { index: present, problem }, now), times, failure: error };
  }
}

interface Revisions extends Pick<Candidate, 'content' | 'present'> {
  readonly loadedRevision: number;
  readonly changes: BrokerMemory['changes'];
}

/** A write that failed may still come to pass, unless the index is another one by then. */
function leastRevisionOf({ loadedRevision, changes, content, present }: Revisions): number {
  const isInDoubt = changes.open.length > 0 && present?.hash === content.hash;
  return isInDoubt ? Math.max(loadedRevision, present.revision + 1) : loadedRevision;
}

function isWithin(time: Date | undefined, milliseconds: number, now: Date): boolean {
  return time !== undefined && Math.abs(now.getTime() - time.getTime()) < milliseconds;
}

/** With what the index names now among the sets that are known. */
function withPublished(
  memory: BrokerMemory,
  { compiled, input }: CompilePass,
  { index, trust }: Pick<PublishedSet, 'index' | 'trust'>,
  now: Date,
): BrokerMemory {
  const { statuses } = compiled;
  const last = memory.sets.at(-1);
  const same = last?.index.hash === index.hash ? last : undefined;
  const relisted = same?.relisted ?? (last ? listChanges(last.trust.revocations, trust.revocations) : []);
  const set = { index, statuses, trust, publishedAt: same?.publishedAt ?? now, relisted };
  return { ...memory, sets: withSet(memory.sets, set), publishedFleet: input.fleet };
}

const nothing: Compiled = { statuses: ShardedMap.empty(), notices: [], findings: [] };

interface Result {
  readonly index: BundleIndex | undefined;
  readonly problem?: Finding | undefined;
}

/** The memory with the state that other controllers see. */
function withState(facts: BrokerFacts, memory: BrokerMemory, { index, problem }: Result, now: Date): BrokerMemory {
  const { expected, broker, declared } = facts;
  const { sets } = memory;
  const compiled = memory.pass?.compiled ?? nothing;
  const least = leastProved(expected);
  const changes = withoutSettled(memory.changes, least);
  const state: BrokerState = {
    broker,
    compiled,
    lockouts: (memory.lockouts ?? noLockouts).byIdentity,
    published: index,
    trust: sets.findLast((set) => set.index.hash === index?.hash)?.trust,
    isCurrent: index !== undefined && problem === undefined && compiled.content?.hash === index.hash,
    expectedInstances: expected.length,
    proved: provedSets(expected, sets),
    changes,
    listed: listedBy(memory),
    refusal: refusalOf(expected, index),
    problem,
  };
  const trouble = troubleOf(facts, memory, state, now);
  return { ...memory, meta: declared.meta, state, changes, leastProved: least, trouble };
}

function troubleOf(
  { expected }: BrokerFacts,
  { trouble, sets }: BrokerMemory,
  { problem, isCurrent, published: index }: BrokerState,
  now: Date,
): BrokerMemory['trouble'] {
  const isProved = isCurrent && expected.length > 0 && programmedCount(expected, index) === expected.length;
  if (!problem && isProved) return undefined;
  const reason = problem?.code ?? 'Behind';
  const since = trouble?.reason === reason ? trouble.since : now;
  // Who proves one set after the other makes progress, although there is always a newer one.
  const lagging = problem ? undefined : laggingSince(expected, sets);
  return { since: lagging && lagging > since ? lagging : since, reason };
}
