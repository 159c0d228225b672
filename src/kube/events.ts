/** Kubernetes Events: what `kubectl describe` shows below an object. */
import { type KubeClient } from './client.ts';
import type { Lifetime } from './controller.ts';
import { isAlreadyExists, isNotFound, isTransient } from './errors.ts';
import { keyOfObject, type KubeObject, type ResourceType } from './object.ts';
import { type Clock } from './ports.ts';
import { microTime } from './time.ts';

export interface EventDraft {
  readonly type: 'Normal' | 'Warning';
  /** CamelCase, one for each situation. */
  readonly reason: string;
  /** CamelCase, what was done or tried. */
  readonly action: string;
  /** A sentence for people; cut at 1,024 bytes. No secrets. */
  readonly note: string;
  readonly regarding: KubeObject;
  /** How often it happened; once if absent. */
  readonly times?: number;
}

interface EventSeries {
  readonly count: number;
  readonly lastObservedTime: string;
}

interface Event extends KubeObject {
  readonly eventTime: string;
  readonly series?: EventSeries;
}

const events: ResourceType<Event> = {
  group: 'events.k8s.io',
  version: 'v1',
  plural: 'events',
  kind: 'Event',
  namespaced: true,
};

const limits = {
  /** Of the API server. */
  noteBytes: 1024,
  /** Events of one object at once, and then one more in so many seconds (client-go's spam filter). */
  burst: 25,
  refillSeconds: 300,
  /** A repetition after so long begins a new series (client-go). */
  seriesSeconds: 360,
  /** A series is written no more often than this. */
  seriesWriteSeconds: 60,
  /** Events that wait for being written. */
  waiting: 1000,
  /** Few at a time, so that nobody waits behind a burst of them. */
  perFlush: 4,
  flushMilliseconds: 200,
  pruneSeconds: 60,
  attempts: 3,
  /** A try that failed is followed by the next after so long. */
  retrySeconds: 1,
};

/** Why an event was not written. `Gone`: there is no such namespace any more. */
export type EventLoss = 'RateLimited' | 'TooMany' | 'Failed' | 'Gone';

export interface EventRecorderOptions {
  readonly client: Pick<KubeClient, 'create' | 'patchJson'>;
  readonly clock: Clock;
  /** Such as `example.org/operator`. */
  readonly reportingController: string;
  /** The pod's name. */
  readonly reportingInstance: string;
  /** Hexadecimal digits, different each time. */
  readonly newSuffix: () => string;
  /** What has an allowance of its own: each object, or (`Reason`) each reason of an object. Default `Object`. */
  readonly allowancePer?: 'Object' | 'Reason';
  readonly onLoss?: (loss: EventLoss, error?: unknown) => void;
}

interface Series {
  readonly id: string;
  readonly event: Event;
  /** How often it happened, and when last, in milliseconds since 1970. */
  count: number;
  lastAt: number;
  /** Whether the server has it, and when it was last written; undefined if never. */
  isThere: boolean;
  writtenAt: number | undefined;
  failures: number;
  failedAt: number | undefined;
}

/** How many events an object may still have; refilled with time. */
interface Allowance {
  readonly tokens: number;
  readonly at: number;
}

/**
 * Repetitions of an event count it up in a series, and one object has no more than a bounded number of events. `record`
 * neither throws nor waits: an event that cannot be written is lost, and counted.
 */
export class EventRecorder {
  readonly #options: EventRecorderOptions;
  readonly #series = new Map<string, Series>();
  readonly #waiting = new Set<Series>();
  readonly #allowances = new Map<string, Allowance>();
  #prunedAt = 0;

  constructor(options: EventRecorderOptions) {
    this.#options = options;
  }

  record(draft: EventDraft): void {
    try {
      this.#record(draft);
    } catch (error) {
      this.#options.onLoss?.('Failed', error);
    }
  }

  /** Writes until it is stopped, at most 20 events a second; what is under way then is cut off by `abort` alone. */
  async run({ stop, abort }: Lifetime): Promise<void> {
    for (;;) {
      await this.#options.clock.sleep(limits.flushMilliseconds, stop).catch(() => undefined);
      if (stop.aborted) return;
      await this.flush(abort);
    }
  }

  /** Writes some of what waits, once; never rejects. */
  async flush(signal?: AbortSignal): Promise<void> {
    const now = this.#now();
    const due = [...this.#waiting].filter((series) => isDue(series, now)).slice(0, limits.perFlush);
    for (const series of due) await this.#write(series, signal);
    this.#prune(now);
  }

  #record(draft: EventDraft): void {
    const now = this.#now();
    const id = seriesId(draft);
    const known = this.#series.get(id);
    if (known && now - known.lastAt < limits.seriesSeconds * 1000) {
      known.count += draft.times ?? 1;
      known.lastAt = now;
      this.#waiting.add(known);
      return;
    }
    const loss = this.#loss(draft, now);
    if (loss) return this.#options.onLoss?.(loss);
    const event = this.#event(draft);
    const series = {
      id,
      event,
      count: draft.times ?? 1,
      lastAt: now,
      isThere: false,
      writtenAt: undefined,
      failures: 0,
      failedAt: undefined,
    };
    this.#series.set(id, series);
    this.#waiting.add(series);
  }

  #now(): number {
    return this.#options.clock.now().getTime();
  }

  #loss({ regarding, reason }: EventDraft, now: number): EventLoss | undefined {
    if (this.#waiting.size >= limits.waiting) return 'TooMany';
    const id = this.#options.allowancePer === 'Reason' ? `${objectId(regarding)} ${reason}` : objectId(regarding);
    const tokens = tokensAt(this.#allowances.get(id) ?? { tokens: limits.burst, at: now }, now);
    if (tokens < 1) return 'RateLimited';
    this.#allowances.set(id, { tokens: tokens - 1, at: now });
    return undefined;
  }

  async #write(series: Series, signal: AbortSignal | undefined): Promise<void> {
    this.#waiting.delete(series);
    try {
      if (series.isThere) await this.#count(series, signal);
      else await this.#create(series, signal);
      series.isThere = true;
      series.writtenAt = this.#now();
      series.failures = 0;
      series.failedAt = undefined;
    } catch (error) {
      this.#failed(series, error);
    }
  }

  /** What is there already was made by a try whose answer was lost. */
  async #create({ event, count, lastAt }: Series, signal: AbortSignal | undefined): Promise<void> {
    const body = count === 1 ? event : { ...event, series: seriesOf(count, lastAt) };
    try {
      await this.#options.client.create(events, body, signal && { signal });
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
    }
  }

  /** The server forgets events after an hour: then it is made anew. */
  async #count(series: Series, signal: AbortSignal | undefined): Promise<void> {
    const { namespace, name } = series.event.metadata;
    const value = seriesOf(series.count, series.lastAt);
    try {
      const operations = [{ op: 'add', path: '/series', value }] as const;
      await this.#options.client.patchJson(events, namespace, name, operations, signal && { signal });
    } catch (error) {
      if (!isNotFound(error)) throw error;
      await this.#create(series, signal);
    }
  }

  #failed(series: Series, error: unknown): void {
    series.failures += 1;
    series.failedAt = this.#now();
    if (isTransient(error) && series.failures < limits.attempts) return void this.#waiting.add(series);
    if (this.#series.get(series.id) === series) this.#series.delete(series.id);
    this.#waiting.delete(series);
    if (isNotFound(error)) this.#options.onLoss?.('Gone');
    else this.#options.onLoss?.('Failed', error);
  }

  /** Forgets what is as if it had never been. */
  #prune(now: number): void {
    if (Math.abs(now - this.#prunedAt) < limits.pruneSeconds * 1000) return;
    this.#prunedAt = now;
    for (const [id, series] of this.#series) {
      if (now - series.lastAt >= limits.seriesSeconds * 1000 && !this.#waiting.has(series)) this.#series.delete(id);
    }
    for (const [id, allowance] of this.#allowances) {
      if (tokensAt(allowance, now) === limits.burst) this.#allowances.delete(id);
    }
  }

  #event({ type, reason, action, note, regarding }: EventDraft): Event {
    const { reportingController, reportingInstance, newSuffix, clock } = this.#options;
    const { metadata, apiVersion, kind } = regarding;
    const { name, namespace = 'default', uid } = metadata;
    return {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { namespace, name: `${name.slice(0, 200).replace(/[-.]+$/, '')}.${newSuffix()}` },
      eventTime: microTime(clock.now()),
      ...{ type, reason, action, note: cut(note), reportingController, reportingInstance },
      regarding: { apiVersion, kind, namespace: metadata.namespace, name, uid },
    } as Event;
  }
}

function isDue({ writtenAt, failedAt }: Series, now: number): boolean {
  return isPast(writtenAt, limits.seriesWriteSeconds, now) && isPast(failedAt, limits.retrySeconds, now);
}

/** Also where the clock was set back so far. */
function isPast(at: number | undefined, seconds: number, now: number): boolean {
  return at === undefined || Math.abs(now - at) >= seconds * 1000;
}

function tokensAt({ tokens, at }: Allowance, now: number): number {
  return Math.min(limits.burst, tokens + Math.max(0, now - at) / (limits.refillSeconds * 1000));
}

function seriesId({ type, reason, action, note, regarding }: EventDraft): string {
  return JSON.stringify([objectId(regarding), type, reason, action, note]);
}

function objectId(object: KubeObject): string {
  return `${object.kind} ${keyOfObject(object)} ${object.metadata.uid ?? ''}`;
}

function seriesOf(count: number, lastAt: number): EventSeries {
  return { count, lastObservedTime: microTime(new Date(lastAt)) };
}

/** At most so many bytes, without half a character at the end. */
function cut(note: string): string {
  const bytes = Buffer.from(note);
  if (bytes.length <= limits.noteBytes) return note;
  return new TextDecoder().decode(bytes.subarray(0, limits.noteBytes - 3)).replace(/\uFFFD+$/, '') + '…';
}
