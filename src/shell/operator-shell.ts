/**
 * The process around controllers: an `Operator` of @dot-i/k8s-operator of which the frame is left. Every method of the
 * base that talks to the API server is replaced, for the base watches without versions, drops failures and ends the
 * process by itself.
 */
import dotI, {
  type OperatorLogger,
  type ResourceEvent,
  type ResourceMeta,
  ResourceEventType,
} from '@dot-i/k8s-operator';
import { CoreV1Api, type KubeConfig, type V1CustomResourceDefinitionVersion } from '@kubernetes/client-node';
import type { KubeClient } from '../kube/client.ts';
import { addition, finalizerState, removal } from '../kube/finalizer.ts';
import type { Election, Term } from '../kube/lease.ts';
import type { KubeObject, ObjectMeta } from '../kube/object.ts';
import { collectionPath } from '../kube/path.ts';
import type { Clock, Random } from '../kube/ports.ts';
import type { Transport } from '../kube/transport.ts';
import { metaAfter, objectOf, typeOf } from './base-event.ts';
import { discovered } from './discovery.ts';
import type { HealthCheck } from './health.ts';
import { healthRoute, type HttpEndpoint, metricsRoute, startHttp } from './http.ts';
import type { KeyPairFiles } from './key-pair.ts';
import { lead, type Leading } from './leading.ts';
import type { Log } from './log.ts';
import { merged } from './merge.ts';
import type { Metrics } from './metrics.ts';
import { guardedRoute } from './readers.ts';
import type { Runnable } from './runnable.ts';
import { type Ending, Runner } from './runner.ts';
import { watchUntilStopped } from './watching.ts';

/** The package is CommonJS: its default import is the module. */
const Base = dotI.default;

export interface ShellOptions {
  readonly kubeConfig: KubeConfig;
  readonly transport: Pick<Transport, 'send'>;
  readonly client: KubeClient;
  /** Of what the methods of the base write. */
  readonly fieldManager: string;
  readonly runnables: readonly Runnable[];
  /** Without it, what needs leadership runs at once: there must be one process only. */
  readonly election?: Omit<Election, 'client' | 'clock' | 'random' | 'monotonic' | 'onError'>;
  readonly http: { readonly host?: string; readonly port: number };
  /** Metrics on a port of their own, for those who may read them by RBAC; on that of health, for everybody, without it. */
  readonly guardedMetrics?: { readonly host?: string; readonly port: number; readonly keyPair: KeyPairFiles };
  /** Less than the grace period of the pod, which is 30 s by default. */
  readonly drainSeconds: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly monotonic: () => number;
  readonly newId: () => string;
  readonly log: Log;
  readonly metrics: Metrics;
}

interface WithStatus extends KubeObject {
  readonly status?: unknown;
}

export class OperatorShell extends Base {
  readonly #options: ShellOptions;
  readonly #runner: Runner;
  #http: HttpEndpoint | undefined;
  #metrics: HttpEndpoint | undefined;
  #isLeading = false;
  #term: Pick<Term, 'fence' | 'lost'> | undefined;

  constructor(options: ShellOptions) {
    super(loggerOver(options.log));
    this.kubeConfig = options.kubeConfig; // the base has loaded the default one
    this.k8sApi = options.kubeConfig.makeApiClient(CoreV1Api);
    this.#options = options;
    this.#runner = new Runner(options);
  }

  /** Resolves when all has ended after `stop` or a failure, the port last. Whoever runs the process sets its exit code. */
  get drained(): Promise<Ending> {
    return this.#runner.ended.then(async (ending) => {
      await this.#metrics?.close();
      await this.#http?.close();
      return ending;
    });
  }

  /** Of health; undefined before `start`. */
  get port(): number | undefined {
    return this.#http?.port;
  }

  /** Of guarded metrics; undefined before `start` and without them. */
  get metricsPort(): number | undefined {
    return this.#metrics?.port;
  }

  /** Asks all to finish; asked again, ends them. `drained` tells when that is done. */
  override stop(): void {
    this.#runner.requestStop();
    super.stop();
  }

  /** Resolves when the port listens and everything was started; `/readyz` tells when it is ready. */
  protected override async init(): Promise<void> {
    const { http, guardedMetrics, metrics, log, runnables } = this.#options;
    const onError = (error: unknown) => log.error({ error }, 'request failed');
    const shown = metricsRoute(metrics.registry);
    const health = [healthRoute('healthz', this.#liveness()), healthRoute('readyz', this.#readiness())];
    this.#http = await startHttp({ ...http, routes: guardedMetrics ? health : [...health, shown], onError });
    if (guardedMetrics) {
      const routes = [guardedRoute('/metrics', shown, this.#options)];
      this.#metrics = await startHttp({ ...guardedMetrics, routes, onError });
    }
    for (const runnable of runnables) if (!runnable.needsLeadership) this.#start(runnable);
    this.#startLeading(runnables.filter(({ needsLeadership }) => needsLeadership));
  }

  /** Definitions come with the chart: an operator that may make them may change every API of the cluster. */
  protected override registerCustomResourceDefinition(
    crdFile: string,
  ): Promise<{ group: string; versions: V1CustomResourceDefinitionVersion[]; plural: string }> {
    return Promise.reject(new Error(`register ${crdFile}: custom resource definitions are installed, not registered`));
  }

  protected override getCustomResourceApiUri(
    group: string,
    version: string,
    plural: string,
    namespace?: string,
  ): string {
    const cluster = this.kubeConfig.getCurrentCluster();
    if (!cluster) throw new Error(`address ${plural}: there is no current cluster`);
    const path = collectionPath({ group, version, plural, kind: '', namespaced: true }, namespace);
    return cluster.server.replace(/\/$/, '') + path;
  }

  /**
   * Resolves when the watch was started. `onEvent` is awaited, gets the newest state of an object, and is called again
   * later when it throws.
   */
  protected override async watchResource(
    group: string,
    version: string,
    plural: string,
    onEvent: (event: ResourceEvent) => Promise<void>,
    namespace?: string,
  ): Promise<void> {
    const { transport, metrics, newId } = this.#options;
    const type = await discovered(transport, { group, version, plural });
    const name = `watch ${plural}${namespace === undefined ? '' : ` in ${namespace}`}`;
    const watching = {
      ...this.#options,
      ...{ type, namespace, onEvent, newReconcileId: newId },
      observer: metrics.controller(name, 1),
      report: metrics.reflector(plural),
    };
    void this.#runner.start(name, () => watchUntilStopped(watching, this.#runner));
  }

  /** States all of the status. Throws what the base hides. */
  protected override async setResourceStatus(meta: ResourceMeta, status: unknown): Promise<ResourceMeta> {
    return metaAfter(meta, await this.#appliedStatus(meta, status));
  }

  /** Merges into the status that is there (RFC 7386); refused with 409 when somebody else was faster. */
  protected override async patchResourceStatus(meta: ResourceMeta, status: unknown): Promise<ResourceMeta> {
    const present = await this.#options.client.get<WithStatus>(typeOf(meta), meta.namespace, meta.name);
    return metaAfter(meta, await this.#appliedStatus(meta, merged(present.status, status), present.metadata));
  }

  /** True if there is nothing more to do with this event: the finalizer was added, or the object is being deleted. */
  protected override async handleResourceFinalizer(
    event: ResourceEvent,
    finalizer: string,
    deleteAction: (event: ResourceEvent) => Promise<void>,
  ): Promise<boolean> {
    if (event.type === ResourceEventType.Deleted) return false;
    const object = objectOf(event);
    const state = finalizerState(object, finalizer);
    if (state === 'Apply') return false;
    if (state === 'Gone') return true;
    if (state === 'CleanUp') await deleteAction(event);
    await this.#patched(event.meta, state === 'Add' ? addition(object, finalizer) : removal(object, finalizer));
    return true;
  }

  /** Refused unless the object is still the version of `meta`: the list of finalizers belongs to many. */
  protected override async setResourceFinalizers(meta: ResourceMeta, finalizers: string[]): Promise<void> {
    await this.#patched(meta, [
      { op: 'test', path: '/metadata/resourceVersion', value: meta.resourceVersion },
      { op: 'add', path: '/metadata/finalizers', value: finalizers },
    ]);
  }

  protected override applyAxiosKubeConfigAuth(): Promise<void> {
    return Promise.reject(new Error('authorize a request: requests go through the client'));
  }

  protected override applyGaxiosKubeConfigAuth(): Promise<void> {
    return Promise.reject(new Error('authorize a request: requests go through the client'));
  }

  async #patched(meta: ResourceMeta, operations: Parameters<KubeClient['patchJson']>[3]): Promise<void> {
    const { client, fieldManager } = this.#options;
    await client.patchJson(typeOf(meta), meta.namespace, meta.name, operations, { fieldManager });
  }

  #appliedStatus(
    meta: ResourceMeta,
    status: unknown,
    { uid, resourceVersion }: Pick<ObjectMeta, 'uid' | 'resourceVersion'> = {},
  ): Promise<KubeObject> {
    const { client, fieldManager } = this.#options;
    const { apiVersion, kind, name, namespace } = meta;
    const metadata = { name, ...(namespace !== undefined && { namespace }) };
    const seen = { ...(uid !== undefined && { uid }), ...(resourceVersion !== undefined && { resourceVersion }) };
    const object = { apiVersion, kind, metadata, status };
    return client.applyStatus(typeOf(meta), object, { fieldManager, force: true, ...seen });
  }

  #start({ name, run }: Runnable): void {
    const { stop, abort } = this.#runner;
    void this.#runner.start(name, () => run({ stop, abort, client: this.#options.client }));
  }

  #startLeading(runnables: readonly Runnable[]): void {
    const { election, ...options } = this.#options;
    if (runnables.length === 0) return;
    if (!election) {
      this.#isLeading = true;
      for (const runnable of runnables) this.#start(runnable);
      return;
    }
    const { clock, random, monotonic, client, log, metrics } = options;
    const onLeading: Leading['onLeading'] = (term) => {
      this.#isLeading = true;
      this.#term = term;
    };
    const runner = this.#runner;
    void runner.start('leader election', () =>
      lead({
        runnables,
        election: { ...election, client, clock, random, monotonic },
        client,
        runner,
        log,
        metrics,
        onLeading,
      }),
    );
  }

  /** A lost term ends the process by itself, unless that is stuck, too. */
  #liveness(): readonly HealthCheck[] {
    return [
      { name: 'ping', problem: () => undefined },
      { name: 'leader-election', problem: () => this.#termProblem() },
      ...this.#options.runnables.flatMap(({ live = [] }) => live),
    ];
  }

  /** A term that is released in order is over, and not lost. */
  #termProblem(): string | undefined {
    if (this.#runner.stop.aborted) this.#term?.lost.throwIfAborted();
    else this.#term?.fence();
    return undefined;
  }

  #readiness(): readonly HealthCheck[] {
    const asked = this.#options.runnables.flatMap(({ name, needsLeadership, problem }) => {
      if (!problem) return [];
      return [{ name, problem: () => (needsLeadership && !this.#isLeading ? undefined : problem()) }];
    });
    return [{ name: 'shutdown', problem: () => (this.#runner.stop.aborted ? 'it is stopping' : undefined) }, ...asked];
  }
}

function loggerOver(log: Log): OperatorLogger {
  return {
    debug: (text) => log.debug({ text }, 'operator base'),
    info: (text) => log.info({ text }, 'operator base'),
    warn: (text) => log.warn({ text }, 'operator base'),
    error: (text) => log.error({ text }, 'operator base'),
  };
}
