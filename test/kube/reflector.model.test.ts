/** Random edits and random faults between a model of the server and a reflector: in the end both know the same. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { KubeClient, ListPage, WatchEvent } from '../../src/kube/client.ts';
import { ApiError } from '../../src/kube/errors.ts';
import type { KubeObject } from '../../src/kube/object.ts';
import { createReflector } from '../../src/kube/reflector.ts';
import { type ConfigMap, configMap, configMaps } from './scripted-server.ts';
import { settled, VirtualClock } from './virtual-clock.ts';

type Event = WatchEvent<ConfigMap>;

const names = ['a', 'b', 'c'] as const;
/** What befalls the open watch, or the next one. */
const watchFailures = {
  reset: new ApiError('watch: reset', { status: 0, reason: 'ConnectionFailed' }),
  error: new ApiError('watch: error', { status: 500, reason: 'InternalError' }),
  garbage: new ApiError('watch: garbage', { status: 0, reason: 'BadAnswer' }),
};
/** What befalls the next page. */
const listFailures = {
  failList: new ApiError('list: failed', { status: 503, reason: 'ServiceUnavailable' }),
  expireList: new ApiError('list: expired', { status: 410, reason: 'Expired' }),
};

/** `lose`: the next event never reaches the watch. `forget`: no watch goes on from a version before now. */
const faults = [
  'reset',
  'error',
  'garbage',
  'failList',
  'expireList',
  'end',
  'forget',
  'repeat',
  'repeatOld',
  'lose',
] as const;
type Fault = (typeof faults)[number];

type Step =
  | { readonly do: 'put' | 'remove' | 'recreate'; readonly name: (typeof names)[number] }
  | { readonly do: Fault }
  | { readonly do: 'wait' };

const edit = fc.record({ do: fc.constantFrom('put', 'remove', 'recreate'), name: fc.constantFrom(...names) });
const stepWith = (befalling: readonly Fault[]): fc.Arbitrary<Step> =>
  fc.oneof(
    { weight: 3, arbitrary: edit },
    { weight: 2, arbitrary: fc.record({ do: fc.constantFrom(...befalling) }) },
    { weight: 2, arbitrary: fc.constant({ do: 'wait' } as const) },
  );

/** Pages of one object, a log of events that can be forgotten, and one watch at a time. */
class ModelServer {
  version = 10;
  readonly objects = new Map<string, ConfigMap>();
  #log: Event[] = [];
  #forgotten = 0;
  #uids = 0;
  #listFaults: ApiError[] = [];
  #toLose = 0;
  #open: { readonly queue: (Event | ApiError | 'end')[]; wake: () => void } | undefined;

  readonly client = {
    list: () => this.#pages(),
    watch: (_: unknown, { resourceVersion, signal }: { resourceVersion: string; signal?: AbortSignal }) =>
      this.#events(Number(resourceVersion), signal),
  } as unknown as KubeClient;

  async *#pages(): AsyncGenerator<ListPage<ConfigMap>> {
    const [objects, resourceVersion] = [[...this.objects.values()], `${this.version}`];
    for (const object of [...objects, undefined]) {
      const fault = this.#listFaults.shift();
      if (fault) throw fault;
      yield { items: object ? [object] : [], resourceVersion };
      await settled();
    }
  }

  async *#events(from: number, signal: AbortSignal | undefined): AsyncGenerator<Event> {
    if (from < this.#forgotten) throw new ApiError('watch: gone', { status: 410, reason: 'Expired' });
    const missed = this.#log.filter(({ object }) => Number(object.metadata.resourceVersion) > from);
    const open = { queue: [...missed] as (Event | ApiError | 'end')[], wake: (): void => undefined };
    this.#open = open;
    signal?.addEventListener('abort', () => open.wake());
    for (;;) {
      signal?.throwIfAborted();
      const next = open.queue.shift();
      if (next === 'end') return;
      if (next instanceof Error) throw next;
      if (next) yield next;
      else await new Promise<void>((resolve) => (open.wake = resolve));
    }
  }

  #say(what: Event | ApiError | 'end'): void {
    this.#open?.queue.push(what);
    this.#open?.wake();
  }

  #record(type: Event['type'], object: ConfigMap): void {
    const event = { type, object };
    this.#log.push(event);
    if (this.#toLose === 0) return this.#say(event);
    this.#toLose -= 1;
  }

  #put(name: string): void {
    this.version += 1;
    const old = this.objects.get(name);
    const uid = old?.metadata.uid ?? `uid-${(this.#uids += 1)}`;
    const object = configMap(name, `${this.version}`, { uid });
    this.objects.set(name, object);
    this.#record(old ? 'MODIFIED' : 'ADDED', object);
  }

  #remove(name: string): void {
    const old = this.objects.get(name);
    if (!old) return;
    this.version += 1;
    this.objects.delete(name);
    this.#record('DELETED', { ...old, metadata: { ...old.metadata, resourceVersion: `${this.version}` } });
  }

  async run(step: Step, clock: VirtualClock): Promise<void> {
    if (step.do === 'wait') return clock.advance(1000);
    if ('name' in step) return this.#edit(step);
    return this.#befall(step.do);
  }

  #edit({ do: edit, name }: Extract<Step, { name: string }>): void {
    if (edit !== 'put') this.#remove(name);
    if (edit !== 'remove') this.#put(name);
  }

  #befall(fault: Fault): void {
    const old = this.#log[Math.floor(this.#log.length / 2)];
    const last = this.#log.at(-1);
    if (fault in watchFailures) return this.#say(watchFailures[fault as keyof typeof watchFailures]);
    if (fault in listFailures) return void this.#listFaults.push(listFailures[fault as keyof typeof listFailures]);
    if (fault === 'repeat' && last) return this.#say(last);
    if (fault === 'repeatOld' && old) return this.#say(old);
    if (fault === 'lose') this.#toLose += 1;
    if (fault === 'forget') this.#forgotten = this.version;
    if (fault === 'forget' || fault === 'end') this.#say('end');
  }
}

describe('a reflector and a model of the server', () => {
  const variants = {
    'whatever befalls lists and watches': { befalling: faults.filter((fault) => fault !== 'lose'), options: {} },
    'though events are lost, for it lists again from time to time': {
      befalling: faults,
      options: { relistSeconds: 600 },
    },
  };
  for (const [how, { befalling, options }] of Object.entries(variants)) {
    it(`know the same in the end, ${how}, and every change was told in order`, async () => {
      const property = fc.asyncProperty(
        fc.array(stepWith(befalling), { minLength: 10, maxLength: 80, size: 'max' }),
        async (steps) => {
          const clock = new VirtualClock();
          const server = new ModelServer();
          /** What somebody knows who believes the handler alone. */
          const told = new Map<string, KubeObject>();
          const bugs: unknown[] = [];
          const reflector = createReflector<ConfigMap, ConfigMap>({
            client: server.client,
            type: configMaps,
            project: (object) => object,
            clock,
            random: { next: () => 0.5 },
            ...options,
            report: (report) => report.event === 'HandlerFailed' && bugs.push(report.error),
          });
          reflector.onChange((old, next) => {
            const { name, uid } = (old ?? next)!.metadata;
            assert.equal(told.get(name), old, 'what it was is what was told before');
            if (next) assert.equal(reflector.store.get(`plant/${name}`), next, 'the store is as new');
            assert.ok(!old || !next || old.metadata.uid === next.metadata.uid, `${uid} became another object`);
            if (next) told.set(name, next);
            else told.delete(name);
          });
          reflector.start();
          for (const one of steps) await server.run(one, clock);
          for (let round = 0; round < 40; round += 1) {
            await clock.advance(30_000);
            await server.run({ do: 'end' }, clock); // as a server does after the time it was asked for
          }
          reflector.stop();
          const known = new Map([...reflector.store.list()].map((object) => [object.metadata.name, object]));
          assert.deepEqual(known, server.objects);
          assert.deepEqual(told, server.objects);
          assert.deepEqual(bugs, []);
        },
      );
      await fc.assert(property, { numRuns: 200 });
    });
  }
});
