/**
 * Leader election over a Lease, as client-go does it. It tells who may write; it does not stop a write that is under
 * way. So each writer asks `fence` before each write, and what must never be overwritten has a resourceVersion or the
 * epoch of the term as precondition.
 */
import { type CallOptions, type KubeClient } from './client.ts';
import { isAlreadyExists, isConflict, isNotFound } from './errors.ts';
import { type KubeObject, type ResourceType } from './object.ts';
import { type Clock, type Random } from './ports.ts';
import { microTime } from './time.ts';

interface LeaseSpec {
  readonly holderIdentity?: string;
  readonly leaseDurationSeconds?: number;
  readonly acquireTime?: string;
  readonly renewTime?: string;
  readonly leaseTransitions?: number;
}

interface Lease extends KubeObject {
  readonly spec?: LeaseSpec;
}

const leases: ResourceType<Lease> = {
  group: 'coordination.k8s.io',
  version: 'v1',
  plural: 'leases',
  kind: 'Lease',
  namespaced: true,
};

const fieldManager = 'leader-election';

/** Each greater than the next: others wait for the lease, the holder gives up at the deadline, both try at the retry. */
interface LeaseDurations {
  readonly leaseSeconds: number;
  readonly renewDeadlineSeconds: number;
  readonly retrySeconds: number;
}

/** Of client-go and controller-runtime. */
const defaultLeaseDurations: LeaseDurations = { leaseSeconds: 15, renewDeadlineSeconds: 10, retrySeconds: 2 };

export interface Election {
  readonly client: Pick<KubeClient, 'get' | 'create' | 'apply'>;
  readonly namespace: string;
  readonly name: string;
  /** Unique for each process: two of one name would both think that they hold the lease. */
  readonly identity: string;
  readonly durations?: LeaseDurations;
  readonly clock: Clock;
  readonly random: Random;
  /** Milliseconds that nobody sets, and that go on while the process is stopped. */
  readonly monotonic: () => number;
  /** What failed and will be tried again. */
  readonly onError?: (error: unknown) => void;
}

export class LostLeadership extends Error {
  override readonly name = 'LostLeadership';
}

/** One unbroken time of holding a lease. */
export interface Term {
  /** Grows with each term, as long as nobody deletes the Lease; its `leaseTransitions`. */
  readonly epoch: number;
  /** Aborted with `LostLeadership` when the term ends in any way but `release`. */
  readonly lost: AbortSignal;
  /**
   * To be called right before each write: throws `LostLeadership` once the renew deadline is over, by the time that it
   * is now, whether or not a timer had a chance to run (the process may have been stopped).
   */
  fence(): void;
  /** Ends the term; when nobody else took the lease it is free for the next at once. Never throws. */
  release(): Promise<void>;
}

interface Candidate extends Election {
  readonly durations: LeaseDurations;
}

/** What was last seen of a lease of somebody else, and since when by the own monotonic time. */
interface Observed {
  readonly text: string;
  readonly at: number;
}

/** Waits until the lease is free or was not renewed for its duration, and takes it. Rejects only when aborted. */
export async function acquiredTerm(election: Election, signal: AbortSignal): Promise<Term> {
  const candidate: Candidate = { ...election, durations: election.durations ?? defaultLeaseDurations };
  const { clock, random, onError, durations } = candidate;
  let observed: Observed | undefined;
  for (;;) {
    signal.throwIfAborted();
    try {
      const attempt = await attempted(candidate, observed, signal);
      if (attempt.kind === 'Acquired') return attempt.term;
      observed = attempt.observed;
    } catch (error) {
      if (!isConflict(error) && !isAlreadyExists(error)) onError?.(error);
    }
    await clock.sleep(durations.retrySeconds * 1000 * (1 + 0.2 * random.next()), signal);
  }
}

type Attempt =
  { readonly kind: 'Acquired'; readonly term: Term } | { readonly kind: 'Held'; readonly observed: Observed };

async function attempted(candidate: Candidate, observed: Observed | undefined, signal: AbortSignal): Promise<Attempt> {
  const lease = await presentLease(candidate, signal);
  const { monotonic } = candidate;
  const text = JSON.stringify(lease?.spec ?? {});
  const seen = observed?.text === text ? observed : { text, at: monotonic() };
  if (lease && !isFree(candidate, lease, monotonic() - seen.at)) return { kind: 'Held', observed: seen };
  const sentAt = instantOf(candidate);
  const epoch = (lease?.spec?.leaseTransitions ?? 0) + 1;
  const held = await written(candidate, lease, heldSpec(candidate, epoch), callOf(candidate, signal));
  return { kind: 'Acquired', term: new HeldTerm(candidate, held, sentAt) };
}

async function presentLease(candidate: Candidate, signal: AbortSignal): Promise<Lease | undefined> {
  const { client, namespace, name } = candidate;
  try {
    return await client.get(leases, namespace, name, callOf(candidate, signal));
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** Its own name means that an answer was lost: nobody else has it. */
function isFree({ identity, durations }: Candidate, { spec = {} }: Lease, unchangedMilliseconds: number): boolean {
  const { holderIdentity = '', leaseDurationSeconds = durations.leaseSeconds } = spec;
  if (holderIdentity === '' || holderIdentity === identity) return true;
  return unchangedMilliseconds >= leaseDurationSeconds * 1000;
}

function heldSpec({ identity, durations, clock }: Candidate, leaseTransitions: number): LeaseSpec {
  const now = microTime(clock.now());
  return {
    holderIdentity: identity,
    leaseDurationSeconds: durations.leaseSeconds,
    acquireTime: now,
    renewTime: now,
    leaseTransitions,
  };
}

/**
 * Refused unless the lease is still what was seen (or still absent), so that of two candidates one gets it. The UID is
 * what keeps an apply from making a lease that was deleted anew: a version alone does not.
 */
function written(
  { client, namespace, name }: Candidate,
  seen: Lease | undefined,
  spec: LeaseSpec,
  call: CallOptions,
): Promise<Lease> {
  const object = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { namespace, name }, spec };
  const { uid, resourceVersion } = seen?.metadata ?? {};
  if (uid === undefined || resourceVersion === undefined)
    return client.create(leases, object, { fieldManager, ...call });
  return client.apply(leases, object, { fieldManager, force: true, uid, resourceVersion, ...call });
}

/** Two tries fit before the deadline, so that one connection that is stuck does not end a term. */
function callOf({ durations }: Candidate, signal: AbortSignal): CallOptions {
  return { signal, timeoutMilliseconds: durations.renewDeadlineSeconds * 500 };
}

/** A time by both clocks. */
interface Instant {
  readonly monotonic: number;
  readonly wall: number;
}

function instantOf({ monotonic, clock }: Candidate): Instant {
  return { monotonic: monotonic(), wall: clock.now().getTime() };
}

class HeldTerm implements Term {
  readonly epoch: number;
  readonly #candidate: Candidate;
  readonly #lost = new AbortController();
  readonly #released = new AbortController();
  readonly #renewals: Promise<void>;
  #lease: Lease;
  /** When the last renewal that succeeded was sent. The others see it later, so this end of the term is the earlier. */
  #renewedAt: Instant;

  constructor(candidate: Candidate, lease: Lease, renewedAt: Instant) {
    this.epoch = lease.spec?.leaseTransitions ?? 0;
    this.#candidate = candidate;
    this.#lease = lease;
    this.#renewedAt = renewedAt;
    this.#renewals = this.#renewUntilEnd();
    void this.#watchDeadline();
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  fence(): void {
    if (this.#millisecondsLeft() <= 0) this.#lose('the renew deadline is over');
    this.#lost.signal.throwIfAborted();
    this.#released.signal.throwIfAborted();
  }

  /** A renewal that is under way is waited for: ended, it could be done all the same, and then this would be refused. */
  async release(): Promise<void> {
    if (this.#released.signal.aborted) return this.#renewals;
    this.#released.abort(new LostLeadership(`${this.#verb()}: it was released`));
    await this.#renewals;
    if (this.#lost.signal.aborted || this.#millisecondsLeft() <= 0) return;
    try {
      await this.#freed().catch(async (error: unknown) => {
        if (!isConflict(error) || !(await this.#isStillOurs())) throw error;
        await this.#freed();
      });
    } catch (error) {
      this.#candidate.onError?.(error);
    }
  }

  async #freed(): Promise<void> {
    const spec = { ...heldSpec(this.#candidate, this.epoch), holderIdentity: '', leaseDurationSeconds: 1 };
    await written(this.#candidate, this.#lease, spec, callOf(this.#candidate, this.#lost.signal));
  }

  /** By the clock that is ahead: a monotonic one may stand still while the machine sleeps, the other may be set back. */
  #millisecondsLeft(): number {
    const now = instantOf(this.#candidate);
    const elapsed = Math.max(now.monotonic - this.#renewedAt.monotonic, now.wall - this.#renewedAt.wall);
    return this.#candidate.durations.renewDeadlineSeconds * 1000 - elapsed;
  }

  #verb(): string {
    return `hold lease ${this.#candidate.namespace}/${this.#candidate.name}`;
  }

  #lose(why: string, cause?: unknown): void {
    if (this.#lost.signal.aborted || this.#released.signal.aborted) return;
    this.#lost.abort(new LostLeadership(`${this.#verb()}: ${why}`, { cause }));
  }

  #end(): AbortSignal {
    return AbortSignal.any([this.#lost.signal, this.#released.signal]);
  }

  async #watchDeadline(): Promise<void> {
    const end = this.#end();
    for (let left = this.#millisecondsLeft(); left > 0 && !end.aborted; left = this.#millisecondsLeft()) {
      await this.#candidate.clock.sleep(left, end).catch(() => undefined);
    }
    this.#lose('the renew deadline is over');
  }

  async #renewUntilEnd(): Promise<void> {
    const { clock, durations, onError } = this.#candidate;
    const end = this.#end();
    for (;;) {
      await clock.sleep(durations.retrySeconds * 1000, end).catch(() => undefined);
      if (end.aborted) return;
      try {
        await this.#renew();
      } catch (error) {
        onError?.(error);
      }
    }
  }

  async #renew(): Promise<void> {
    const sentAt = instantOf(this.#candidate);
    const spec = { ...this.#lease.spec, renewTime: microTime(this.#candidate.clock.now()) };
    try {
      this.#lease = await written(this.#candidate, this.#lease, spec, callOf(this.#candidate, this.#lost.signal));
      this.#renewedAt = sentAt;
    } catch (error) {
      if (!isConflict(error) && !isNotFound(error)) throw error;
      await this.#isStillOurs();
    }
  }

  /** After a conflict: our own lost answer or a label set by others is none, another holder ends the term. */
  async #isStillOurs(): Promise<boolean> {
    const lease = await presentLease(this.#candidate, this.#lost.signal);
    const isOurs = lease?.spec?.holderIdentity === this.#candidate.identity;
    if (isOurs) this.#lease = lease;
    else this.#lose(lease ? `${lease.spec?.holderIdentity ?? 'nobody'} holds it` : 'it was deleted');
    return isOurs;
  }
}
