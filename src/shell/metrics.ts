/** The metrics of a long-running process, under the names that controller-runtime and client-go gave them. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { ControllerObserver } from '../kube/observer.ts';
import type { QueueObserver, WorkQueue } from '../kube/queue.ts';
import type { ReflectorReport } from '../kube/report.ts';

export interface Metrics {
  readonly registry: Registry;
  controller(name: string, concurrency: number): ControllerObserver;
  queue(name: string): QueueObserver;
  /** What a queue knows by itself is asked at each scrape. */
  watchQueue(name: string, queue: AskedQueue): void;
  reflector(resource: string): (report: ReflectorReport) => void;
  /** A number of each of some things, by their labels, that is asked at each scrape. Of two of one name the later counts. */
  watchNumbers(numbers: AskedNumbers): void;
  leading(election: string, isLeader: boolean): void;
  eventLost(reason: string): void;
}

/** Names the thing, and says how many. */
interface AskedNumber {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface AskedNumbers {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly string[];
  readonly read: () => Iterable<AskedNumber>;
}

/** Buckets of controller-runtime. */
const reconcileSeconds = [
  ...[0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1],
  ...[1.25, 1.5, 1.75, 2, 2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50, 60],
];
/** Powers of ten from 10 ns, as of client-go; a millisecond is the least that is measured here. */
const queueSeconds = [0.001, 0.01, 0.1, 1, 10, 100, 1000];

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const controllers = controllerMetrics(registers);
  const queues = queueMetrics(registers);
  const reflectors = reflectorMetrics(registers);
  const leader = new Gauge({
    ...{ name: 'leader_election_master_status', labelNames: ['name'], registers },
    help: 'Whether this process leads (1) or not (0), by the name of the lease.',
  });
  const lost = new Counter({
    ...{ name: 'event_recorder_lost_total', labelNames: ['reason'], registers },
    help: 'Events that were not written.',
  });
  return {
    ...{ registry, ...controllers, ...queues, ...reflectors, ...numberMetrics(registry) },
    leading: (name, isLeader) => leader.set({ name }, isLeader ? 1 : 0),
    eventLost: (reason) => lost.inc({ reason }),
  };
}

function numberMetrics(registry: Registry): Pick<Metrics, 'watchNumbers'> {
  return {
    watchNumbers({ name, help, labelNames, read }) {
      registry.removeSingleMetric(name);
      const gauge: Gauge = new Gauge({
        ...{ name, help, labelNames: [...labelNames], registers: [registry] },
        collect() {
          gauge.reset();
          for (const { labels, value } of read()) gauge.set(labels, value);
        },
      });
    },
  };
}

const results = ['success', 'requeue_after', 'requeue', 'error'] as const;

function controllerMetrics(registers: Registry[]): Pick<Metrics, 'controller'> {
  const counter = (name: string, help: string) =>
    new Counter({ name: `controller_runtime_${name}`, help, labelNames: ['controller'], registers });
  const errors = counter('reconcile_errors_total', 'Reconciles that failed.');
  const terminal = counter('terminal_reconcile_errors_total', 'Reconciles that failed for good.');
  const panics = counter('reconcile_panics_total', 'Reconciles that failed by a mistake of the program.');
  const total = new Counter({
    ...{ name: 'controller_runtime_reconcile_total', labelNames: ['controller', 'result'], registers },
    help: 'Reconciles, by result.',
  });
  const time = new Histogram({
    ...{ name: 'controller_runtime_reconcile_time_seconds', labelNames: ['controller'], registers },
    ...{ help: 'How long a reconcile took.', buckets: reconcileSeconds },
  });
  const gauge = (name: string, help: string) =>
    new Gauge({ name: `controller_runtime_${name}`, help, labelNames: ['controller'], registers });
  const most = gauge('max_concurrent_reconciles', 'How many keys are reconciled at a time at most.');
  const active = gauge('active_workers', 'How many keys are being reconciled.');
  return {
    controller(controller, concurrency) {
      most.set({ controller }, concurrency);
      active.set({ controller }, 0);
      for (const each of [errors, terminal, panics]) each.inc({ controller }, 0);
      for (const result of results) total.inc({ controller, result }, 0);
      return {
        started: () => active.inc({ controller }),
        finished(result, seconds) {
          active.dec({ controller });
          total.inc({ controller, result });
          time.observe({ controller }, seconds);
        },
        failed({ kind, error }) {
          if (kind !== 'RetryAfter') errors.inc({ controller });
          if (kind === 'Permanent') terminal.inc({ controller });
          if (isMistake(error)) panics.inc({ controller });
        },
      };
    },
  };
}

/** What Go would have panicked at. */
function isMistake(error: unknown): boolean {
  return error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError;
}

type AskedQueue = Pick<WorkQueue, 'depth' | 'runningSeconds'>;

function queueMetrics(registers: Registry[]): Pick<Metrics, 'queue' | 'watchQueue'> {
  const common = { labelNames: ['name'], registers };
  const queues = new Map<string, AskedQueue>();
  const asked = (name: string, help: string, value: (queue: AskedQueue) => number) =>
    new Gauge({
      ...{ name, help, ...common },
      collect() {
        for (const [queue, held] of queues) this.set({ name: queue }, value(held));
      },
    });
  asked('workqueue_depth', 'Keys that wait.', ({ depth }) => depth);
  asked('workqueue_unfinished_work_seconds', 'Time spent on keys that are not done, added up.', (queue) =>
    queue.runningSeconds().reduce((sum, seconds) => sum + seconds, 0),
  );
  asked('workqueue_longest_running_processor_seconds', 'Time spent on the oldest such key.', (queue) =>
    Math.max(0, ...queue.runningSeconds()),
  );
  const adds = new Counter({ name: 'workqueue_adds_total', help: 'Keys that were added.', ...common });
  const retries = new Counter({ name: 'workqueue_retries_total', help: 'Keys that were tried again.', ...common });
  const histogram = (name: string, help: string) => new Histogram({ name, help, buckets: queueSeconds, ...common });
  const waited = histogram('workqueue_queue_duration_seconds', 'How long keys waited.');
  const worked = histogram('workqueue_work_duration_seconds', 'How long keys were worked on.');
  return {
    queue: (name) => ({
      added: () => adds.inc({ name }),
      retried: () => retries.inc({ name }),
      taken: (seconds) => waited.observe({ name }, seconds),
      done: (seconds) => worked.observe({ name }, seconds),
    }),
    watchQueue: (name, queue) => void queues.set(name, queue),
  };
}

function reflectorMetrics(registers: Registry[]): Pick<Metrics, 'reflector'> {
  const common = { labelNames: ['resource'], registers };
  const lists = new Counter({ name: 'reflector_lists_total', help: 'Complete lists.', ...common });
  const watches = new Counter({ name: 'reflector_watches_total', help: 'Watches that ended well.', ...common });
  const failures = new Counter({ name: 'reflector_failures_total', help: 'Lists and watches that failed.', ...common });
  const items = new Gauge({ name: 'reflector_objects', help: 'Objects in the last list.', ...common });
  const mistakes = new Counter({
    ...{ name: 'reflector_mistakes_total', help: 'Handlers and projections that threw.', ...common },
  });
  return {
    reflector: (resource) => (report) => {
      switch (report.event) {
        case 'Asked':
          return;
        case 'Listed':
          lists.inc({ resource });
          return items.set({ resource }, report.objects);
        case 'WatchEnded':
          return watches.inc({ resource });
        case 'Failed':
          return failures.inc({ resource });
        case 'HandlerFailed':
        case 'ProjectionFailed':
          return mistakes.inc({ resource });
      }
    },
  };
}
