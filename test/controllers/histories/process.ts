/** The operator over a cluster in memory: all of its controllers, a queue of its own, and an end whenever a test says so. */
import { reconcilesOf, type QueueName } from '../../../src/controllers/operator.ts';
import type { EventDraft } from '../../../src/kube/events.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { PermanentError, type Reconcile, RetryAfter } from '../../../src/kube/outcome.ts';
import type { Chance } from '../../cluster/faults/chance.ts';
import { refusal } from '../../kube/memory-api.ts';
import type { Downloader } from '../../../src/ports.ts';
import type { VirtualClock } from '../../kube/virtual-clock.ts';
import { Killed, type MemoryCluster } from '../memory-cluster.ts';

/** How often calls of each kind go wrong, from 0 to 1. */
interface Faults {
  readonly refused: number;
  readonly conflict: number;
  readonly answerLost: number;
}

export const noFaults: Faults = { refused: 0, conflict: 0, answerLost: 0 };

export interface Surroundings {
  readonly cluster: MemoryCluster;
  readonly clock: VirtualClock;
  readonly chance: Chance;
  readonly record: (event: EventDraft) => void;
  readonly download: Downloader;
}

interface Item {
  readonly queue: QueueName;
  readonly key: string;
}

const writeVerbs = new Set(['create', 'apply', 'applyStatus', 'patchJson', 'delete']);
/** Reconciles that run at one time. */
const atATime = 3;
const retryMilliseconds = 2_000;

export class OperatorProcess {
  isDead = false;
  faults = noFaults;
  /** It dies with one of its next writes; whether that one is still done is a matter of chance. */
  writesLeft = Infinity;
  readonly #site: Surroundings;
  readonly #ready = new Map<string, Item>();
  readonly #due = new Map<string, Item & { readonly at: number; readonly isRetry: boolean }>();
  readonly #reconciles: Readonly<Record<QueueName, Reconcile>>;
  #run = 0;

  constructor(site: Surroundings) {
    this.#site = site;
    const { cluster, clock, chance, record, download } = site;
    const wake = (queue: QueueName) => (key: string) => this.#wake({ queue, key });
    this.#reconciles = reconcilesOf(
      {
        clock,
        jitter: chance,
        download,
        options: { namespace: 'system', image: 'operator:1' },
        random: { bytes: (length) => Uint8Array.from({ length }, () => chance.below(256)) },
      },
      {
        ...{ world: cluster.restarted(), client: this.#client(), record },
        wake: {
          ...{ broker: wake('broker'), brokerStatus: wake('brokerStatus') },
          ...{ workload: wake('workload'), authority: wake('authority') },
          ...{ device: wake('device'), certificate: wake('certificate'), template: wake('template') },
        },
      },
    );
  }

  /** Whether something could be done now. */
  get isBusy(): boolean {
    this.#takeDue();
    return this.#ready.size > 0;
  }

  /** Monotonic time at which something is due, or only what failed before. */
  nextDue(isRetry = false): number | undefined {
    const times = [...this.#due.values()].filter((item) => !isRetry || item.isRetry).map(({ at }) => at);
    return times.length > 0 ? Math.min(...times) : undefined;
  }

  /** Reconciles some keys at one time, and ends when they have ended. */
  async turn(): Promise<void> {
    this.#takeDue();
    const items: Item[] = [];
    while (items.length < atATime && this.#ready.size > 0) {
      const item = this.#site.chance.pick([...this.#ready.values()]);
      this.#ready.delete(idOf(item));
      items.push(item);
    }
    await Promise.all(items.map((item) => this.#reconciled(item)));
  }

  async #reconciled(item: Item): Promise<void> {
    const { signal } = new AbortController();
    try {
      const outcome = await this.#reconciles[item.queue](item.key, { reconcileId: `${(this.#run += 1)}`, signal });
      const { clock } = this.#site;
      if (outcome.kind === 'RequeueAt') this.#later(item, outcome.at.getTime() - clock.now().getTime(), false);
    } catch (error) {
      if (error instanceof Killed || this.isDead) return;
      if (error instanceof PermanentError) return;
      this.#later(item, error instanceof RetryAfter ? error.milliseconds : retryMilliseconds, true);
    }
  }

  #wake(item: Item): void {
    this.#due.delete(idOf(item));
    this.#ready.set(idOf(item), item);
  }

  #later(item: Item, milliseconds: number, isRetry: boolean): void {
    if (this.#ready.has(idOf(item))) return;
    this.#due.set(idOf(item), { ...item, at: this.#site.clock.monotonic() + Math.max(milliseconds, 1), isRetry });
  }

  #takeDue(): void {
    const now = this.#site.clock.monotonic();
    for (const item of [...this.#due.values()].filter(({ at }) => at <= now)) this.#wake(item);
  }

  #client(): KubeClient {
    const { client } = this.#site.cluster;
    const called =
      (verb: string, call: (...args: unknown[]) => unknown) =>
      (...args: unknown[]) =>
        this.#called(verb, () => call(...args));
    const entries = Object.entries(client).map(([verb, call]) => [
      verb,
      called(verb, call as (...args: unknown[]) => unknown),
    ]);
    return Object.fromEntries(entries) as KubeClient;
  }

  /** Takes its time, in which other things happen, and may go wrong. */
  async #called(verb: string, call: () => unknown): Promise<unknown> {
    const { chance } = this.#site;
    const isWrite = writeVerbs.has(verb);
    await this.#pause();
    if (isWrite) this.writesLeft -= 1;
    const isLast = isWrite && this.writesLeft <= 0;
    if (isLast && chance.next() < 0.5) this.#die();
    if (chance.next() < this.faults.refused) throw refusal(500, 'InternalError');
    if (isWrite && chance.next() < this.faults.conflict) throw refusal(409, 'Conflict');
    const answer = await call();
    if (isLast) this.#die();
    if (isWrite && chance.next() < this.faults.answerLost) throw refusal(0, 'ConnectionFailed');
    await this.#pause();
    return answer;
  }

  #die(): never {
    this.isDead = true;
    throw new Killed('it died at this write');
  }

  async #pause(): Promise<void> {
    const { chance, cluster } = this.#site;
    for (let wait = chance.below(4); wait > 0; wait -= 1) await Promise.resolve();
    if (chance.next() < 0.2 && cluster.late.size > 0) cluster.tell(chance.pick([...cluster.late]));
    if (this.isDead) throw new Killed('it is dead');
  }
}

function idOf({ queue, key }: Item): string {
  return `${queue} ${key}`;
}
