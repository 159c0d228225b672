/** All controllers of the operator, put together over one mirror of the API server. */
import { managedBy, reportingController } from '../api/labels.ts';
import { parsePasswords } from '../domain/broker/passwords.ts';
import type { Broker } from '../domain/fleet.ts';
import type { ObjectKey } from '../domain/names.ts';
import type { KubeClient } from '../kube/client.ts';
import { type Controller, runController } from '../kube/controller.ts';
import { isNamespaceGoing } from '../kube/errors.ts';
import { EventRecorder } from '../kube/events.ts';
import { type Lanes, lanesOf } from '../kube/lanes.ts';
import type { Reconcile } from '../kube/outcome.ts';
import type { Random as Jitter } from '../kube/ports.ts';
import { WorkQueue } from '../kube/queue.ts';
import type { Clock, Downloader, Random } from '../ports.ts';
import type { Log } from '../shell/log.ts';
import type { Metrics } from '../shell/metrics.ts';
import { createProgress, type Progress } from '../shell/progress.ts';
import type { RunContext, Runnable } from '../shell/runnable.ts';
import { createAuthorities } from './authority/authorities.ts';
import { brokerReconcile } from './broker/reconcile.ts';
import { listNumbers, noticeNumbers, renewalNumbers } from './broker/metrics.ts';
import { type BrokerMemories, createBrokerStates } from './broker/states.ts';
import { brokerStatusReconcile } from './broker/status.ts';
import type { Publisher } from './bundle/published.ts';
import { createPublisher } from './bundle/publisher.ts';
import { bundleSite } from './bundle/site.ts';
import { certificateController, createIssued } from './certificate/index.ts';
import type { ControllerContext, OperatorOptions, Wake } from './context.ts';
import { deviceController } from './device/controller.ts';
import { createPasswords } from './device/passwords.ts';
import { loggedReports, loggingObserver } from './failure-log.ts';
import { createFleetState } from './fleet-state.ts';
import { routeChanges, routeIssued } from './routes.ts';
import { templateController } from './template/controller.ts';
import { workloadController } from './workload/controller.ts';
import { instanceLook } from './workload/liveness.ts';
import { createWorld, essentialStores, type World } from './world.ts';

export interface OperatorSettings {
  readonly options: OperatorOptions;
  /** All namespaces without it. */
  readonly watchNamespaces?: readonly string[];
  /** Name of this process, such as that of its pod, in Events. */
  readonly instance: string;
  readonly clock: Clock;
  /** As in `ControllerContext`. */
  readonly clockSkew?: () => number;
  readonly random: Random;
  readonly jitter: Jitter;
  readonly download: Downloader;
  /** Monotonic time in milliseconds. */
  readonly monotonic: () => number;
  /** Different each time; hexadecimal digits. */
  readonly newId: () => string;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** What `mqttsec operator` runs: all of it writes, so all of it needs leadership. */
export function operatorRunnables(settings: OperatorSettings): readonly Runnable[] {
  let problem: string | undefined = 'it has not begun';
  const progress = new Map<QueueName, Progress>();
  const run = async (context: RunContext): Promise<void> => {
    problem = 'what is declared is not known yet';
    await runOperator(settings, context, { progress, onSynced: () => (problem = undefined) });
  };
  const live = queueNames.map((name) => ({ name, problem: () => progress.get(name)?.problem() }));
  return [{ name: managedBy, needsLeadership: true, run, problem: () => problem, live }];
}

const queueNames = ['broker', 'brokerStatus', 'workload', 'authority', 'device', 'certificate', 'template'] as const;
export type QueueName = (typeof queueNames)[number];

/**
 * How many keys of each controller are worked on at a time. Of devices more than there are statuses on their way at a time
 * (`lanesOf`): else those that wait to write one keep others from the Secret that their set waits for.
 */
const concurrency: Readonly<Record<QueueName, number>> = {
  broker: 4,
  brokerStatus: 4,
  workload: 2,
  authority: 2,
  device: 32,
  certificate: 8,
  template: 2,
};

interface Told {
  /** Gets that of each queue when it begins. */
  readonly progress: Map<QueueName, Progress>;
  readonly onSynced: () => void;
}

async function runOperator(settings: OperatorSettings, run: RunContext, told: Told): Promise<void> {
  const { clock, jitter, metrics, watchNamespaces } = settings;
  const world = createWorld({
    ...{ client: run.client, clock, random: jitter, report: (plural) => loggedReports(settings, plural) },
    ...(watchNamespaces !== undefined && { namespace: watchNamespaces }),
  });
  const queues = createQueues(settings);
  const lanes = lanesOf(run.client);
  const events = eventRecorder(settings, lanes.later, run.stop);
  const brokers = createBrokerStates();
  const numbers = [...renewalNumbers(brokers), ...listNumbers(brokers), ...noticeNumbers(brokers, clock)];
  for (const one of numbers) metrics.watchNumbers(one);
  const reconciles = reconcilesOf(settings, {
    ...{ world, client: run.client, lanes, wake: wakeOf(queues), brokers },
    record: (event) => events.record(event),
  });
  startReflectors(world);
  void Promise.all(essentialStores(world).map(({ ready }) => ready)).then(told.onSynced, () => undefined);
  try {
    await Promise.all([
      events.run(run),
      ...queueNames.map((name) => {
        const progress = progressOf(settings, name, queues[name]);
        told.progress.set(name, progress);
        const reconcile = progress.followed(reconciles[name]);
        return runController(controllerOf({ settings, world, queues, name, reconcile }), run);
      }),
    ]);
  } finally {
    for (const reflector of Object.values(world) as readonly { stop(): void }[]) reflector.stop();
    for (const name of queueNames) metrics.watchQueue(name, { depth: 0, runningSeconds: () => [] });
  }
}

type Surroundings = Pick<ControllerContext, 'world' | 'client' | 'wake' | 'record'> & {
  readonly brokers?: BrokerMemories;
  /** Over the same client. */
  readonly lanes?: Lanes;
};

type ControllerSettings = Pick<OperatorSettings, 'clock' | 'random' | 'options'> &
  Partial<Pick<OperatorSettings, 'clockSkew' | 'jitter' | 'download'>>;

const noDownload: Downloader = () => Promise.reject(new Error('nothing is downloaded here'));

/** All controllers. The states see each change before any of them is woken by it: their handlers are registered first. */
export function reconcilesOf(
  { clock, clockSkew, random, jitter, download = noDownload, options }: ControllerSettings,
  { world, client, wake, record, brokers = createBrokerStates(), lanes = lanesOf(client) }: Surroundings,
): Readonly<Record<QueueName, Reconcile>> {
  const fleet = createFleetState(world);
  const issued = createIssued({ world, fleet, clock });
  const publisher = createPublisher({ client: lanes.first, configMaps: world.configMaps });
  const passwords = createPasswords({
    ...{ world, wake, random },
    publishedPasswords: (broker) => publishedPasswords(world, publisher, broker),
  });
  const known = { fleet, issued, passwords, brokers };
  const clocks = { clock, ...(clockSkew && { clockSkew }) };
  const authorities = createAuthorities(
    { client, options, ...clocks, wake, world, record, state: known, download, jitter: () => jitter?.next() ?? 0 },
    publisher,
  );
  const state = { ...known, authorities };
  const context: ControllerContext = { client, world, options, state, wake, ...clocks, random, record };
  routeChanges(world, wake, options.namespace);
  routeIssued(context, issued);
  const workload = workloadController(context);
  const lookForInstances = instanceLook({ client, clock });
  const workloadFindings = (broker: Broker) => workload.findings(broker);
  return {
    broker: brokerReconcile({
      ...{ context, states: brokers, publisher, workloadFindings, lookForInstances },
      adoptPasswords: passwords.adopt,
    }),
    brokerStatus: brokerStatusReconcile(context, brokers, lanes.later),
    workload: workload.reconcile,
    authority: authorities.reconcile,
    device: deviceController(context, passwords, lanes.later),
    certificate: certificateController(context, issued),
    template: templateController(context),
  };
}

/** Hashes in the set that a broker has now; none where there is no set, or it is damaged and will be written anew. */
async function publishedPasswords(
  world: World,
  publisher: Publisher,
  broker: ObjectKey,
): Promise<ReadonlyMap<string, string>> {
  const declared = world.brokers.store.get(broker);
  const texts = declared && (await publisher.texts(bundleSite(declared.meta), ['passwords']));
  const read = texts?.kind === 'Published' ? parsePasswords(texts.texts.passwords) : undefined;
  return read?.ok ? read.value : new Map();
}

function startReflectors(world: World): void {
  for (const reflector of Object.values(world) as readonly { start(): void }[]) reflector.start();
}

type Queues = Readonly<Record<QueueName, WorkQueue>>;

function createQueues({ clock, jitter: random, metrics }: OperatorSettings): Queues {
  const queue = (name: QueueName): WorkQueue => {
    const made = new WorkQueue({ clock, random, observer: metrics.queue(name) });
    metrics.watchQueue(name, made);
    return made;
  };
  return {
    broker: queue('broker'),
    brokerStatus: queue('brokerStatus'),
    workload: queue('workload'),
    authority: queue('authority'),
    device: queue('device'),
    certificate: queue('certificate'),
    template: queue('template'),
  };
}

function wakeOf(queues: Queues): Wake {
  const waking = (name: QueueName): Wake[QueueName] => {
    return (key, priority = 'High') => queues[name].add(key, priority);
  };
  return {
    broker: waking('broker'),
    brokerStatus: waking('brokerStatus'),
    workload: waking('workload'),
    authority: waking('authority'),
    device: waking('device'),
    certificate: waking('certificate'),
    template: waking('template'),
  };
}

function eventRecorder(
  { clock, instance, newId, metrics, log }: OperatorSettings,
  client: KubeClient,
  stop: AbortSignal,
) {
  return new EventRecorder({
    ...{ client, clock, reportingController, reportingInstance: instance, newSuffix: newId },
    onLoss: (reason, error) => {
      metrics.eventLost(reason);
      // Nobody waits for events of an operator that ends.
      if (isNamespaceGoing(error) || stop.aborted) log.debug({ reason, error }, 'event lost');
      else if (error !== undefined) log.warn({ reason, error }, 'event lost');
    },
  });
}

function progressOf({ monotonic, log }: OperatorSettings, name: QueueName, queue: WorkQueue): Progress {
  return createProgress({
    ...{ monotonic, depth: () => queue.depth },
    onStall: ({ key, reconcileId, seconds }) => {
      log.error({ controller: name, object: key, reconcileId, seconds }, 'reconcile does not end');
    },
  });
}

interface ControllerPlan {
  readonly settings: OperatorSettings;
  readonly world: World;
  readonly queues: Queues;
  readonly name: QueueName;
  readonly reconcile: Reconcile;
}

function controllerOf({ settings, world, queues, name, reconcile }: ControllerPlan): Controller {
  const { clock, monotonic, newId, metrics, log } = settings;
  const observer = metrics.controller(name, concurrency[name]);
  return {
    ...{ queue: queues[name], reconcile, concurrency: concurrency[name], stores: essentialStores(world), clock },
    ...{ monotonic, newReconcileId: newId, observer: loggingObserver(observer, name, log) },
  };
}
