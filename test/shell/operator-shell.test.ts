import assert from 'node:assert/strict';
import dotI, { type ResourceEvent, ResourceEventType, type ResourceMeta } from '@dot-i/k8s-operator';
import { KubeConfig } from '@kubernetes/client-node';
import { createLog } from '../../src/shell/log.ts';
import { createMetrics } from '../../src/shell/metrics.ts';
import { OperatorShell, type ShellOptions } from '../../src/shell/operator-shell.ts';
import type { Runnable } from '../../src/shell/runnable.ts';
import {
  configMap,
  configMaps,
  event,
  json,
  list,
  openWatch,
  type ScriptedServer,
  scriptedServer,
  status,
  type Step,
} from '../kube/scripted-server.ts';
import { settled, VirtualClock } from '../kube/virtual-clock.ts';

/** What a subclass may call. */
class OpenShell extends OperatorShell {
  config() {
    return { kubeConfig: this.kubeConfig, k8sApi: this.k8sApi, logger: this.logger };
  }
  override registerCustomResourceDefinition(file: string) {
    return super.registerCustomResourceDefinition(file);
  }
  override getCustomResourceApiUri(...args: [string, string, string, string?]) {
    return super.getCustomResourceApiUri(...args);
  }
  override watchResource(...args: [string, string, string, (event: ResourceEvent) => Promise<void>, string?]) {
    return super.watchResource(...args);
  }
  override setResourceStatus(meta: ResourceMeta, given: unknown) {
    return super.setResourceStatus(meta, given);
  }
  override patchResourceStatus(meta: ResourceMeta, given: unknown) {
    return super.patchResourceStatus(meta, given);
  }
  override handleResourceFinalizer(
    given: ResourceEvent,
    name: string,
    action: (event: ResourceEvent) => Promise<void>,
  ) {
    return super.handleResourceFinalizer(given, name, action);
  }
  override setResourceFinalizers(meta: ResourceMeta, finalizers: string[]) {
    return super.setResourceFinalizers(meta, finalizers);
  }
  override applyAxiosKubeConfigAuth() {
    return super.applyAxiosKubeConfigAuth();
  }
  override applyGaxiosKubeConfigAuth() {
    return super.applyGaxiosKubeConfigAuth();
  }
}

describe('operator shell, methods of its base', () => {
  const base = dotI.default.prototype as unknown as Record<string, (...args: never) => unknown>;
  const ours = OperatorShell.prototype as unknown as Record<string, unknown>;
  const names = Object.getOwnPropertyNames(base).filter((name) => name !== 'constructor');
  /** Whatever reaches for a file, a connection, the configuration, another such method, or the process. */
  const worldly =
    /FS\.|gaxios|axios|https|Watch\(|kubeConfig|k8sApi|watchRequests|resourcePathBuilders|process\.|setTimeout|eventQueue/;
  const isWorldly = (name: string): boolean => worldly.test(String(base[name]));
  const callersOf = (name: string) =>
    names.filter((other) => other !== name && String(base[other]).includes(`this.${name}(`));

  it('are those that were looked at', () => {
    assert.deepEqual(names.filter(isWorldly).sort(), [
      'applyAxiosKubeConfigAuth',
      'applyGaxiosKubeConfigAuth',
      'getCustomResourceApiUri',
      'registerCustomResourceDefinition',
      'resourceStatusRequest',
      'setResourceFinalizers',
      'stop',
      'watchResource',
    ]);
  });

  it('do no I/O: each that would is replaced, or called by none that is left', () => {
    const reachesWorld = (name: string): boolean =>
      isWorldly(name) ||
      names.some((other) => other !== name && callersOf(other).includes(name) && reachesWorld(other));
    const left = names.filter((name) => reachesWorld(name) && !Object.hasOwn(ours, name));
    assert.deepEqual(left, ['resourceStatusRequest'], 'private to the base, so it cannot be replaced');
    for (const name of left) {
      assert.ok(callersOf(name).length > 0);
      assert.deepEqual(
        callersOf(name).filter((caller) => !Object.hasOwn(ours, caller)),
        [],
        `callers of ${name}`,
      );
    }
  });

  it('are replaced without calling them, but for the frame', () => {
    const methods = Object.getOwnPropertyNames(ours).filter((name) => name !== 'constructor');
    const calling = methods.filter((name) =>
      String(Object.getOwnPropertyDescriptor(ours, name)?.value).includes('super.'),
    );
    assert.deepEqual(calling, ['stop']);
  });
});

const meta: ResourceMeta = {
  id: 'configmaps.v1',
  name: 'one',
  namespace: 'plant',
  resourceVersion: '7',
  apiVersion: 'v1',
  kind: 'ConfigMap',
};
const discovery = json(200, { resources: [{ name: 'configmaps', kind: 'ConfigMap', namespaced: true }] });

describe('operator shell', () => {
  let server: ScriptedServer;
  let clock: VirtualClock;
  let shells: OpenShell[];
  let lines: string[];

  beforeEach(async () => {
    clock = new VirtualClock();
    server = await scriptedServer({ clock });
    shells = [];
    lines = [];
  });

  afterEach(async () => {
    for (const shell of shells) {
      shell.stop();
      shell.stop();
      await shell.drained;
    }
    await server.close();
  });

  function shellWith(options: Partial<ShellOptions> = {}): OpenShell {
    const kubeConfig = new KubeConfig();
    kubeConfig.loadFromClusterAndUser(
      { name: 'test', server: 'https://api.example:6443/', skipTLSVerify: false },
      { name: 'test' },
    );
    const shell = new OpenShell({
      ...{ kubeConfig, transport: server.transport, client: server.client, fieldManager: 'test', runnables: [] },
      ...{ http: { host: '127.0.0.1', port: 0 }, drainSeconds: 25, clock, random: { next: () => 0 } },
      ...{ monotonic: clock.monotonic, newId: () => 'id', metrics: createMetrics() },
      log: createLog({ level: 'debug', now: () => clock.now(), write: (line) => lines.push(line) }),
      ...options,
    });
    shells.push(shell);
    return shell;
  }

  async function asked(shell: OpenShell, path: string): Promise<string> {
    const response = await fetch(`http://127.0.0.1:${shell.port}${path}`);
    return `${response.status} ${await response.text()}`;
  }

  async function until(condition: () => boolean): Promise<void> {
    while (!condition()) await settled();
  }

  function runnable(name: string, changes: Partial<Runnable> = {}): Runnable {
    const run: Runnable['run'] = ({ stop }) =>
      new Promise((resolve) => stop.addEventListener('abort', () => resolve()));
    return { name, needsLeadership: false, run, ...changes };
  }

  it('takes the configuration that it is given, not the default one', () => {
    const { kubeConfig, k8sApi, logger } = shellWith().config();
    assert.equal(kubeConfig.getCurrentCluster()?.server, 'https://api.example:6443/');
    assert.ok(JSON.stringify(k8sApi).includes('api.example'));
    logger.warn('from the base');
    assert.match(lines.join(''), /"level":"warn".*"text":"from the base"/);
  });

  it('starts, serves, stops and drains; the port closes last', async () => {
    let problem: string | undefined = 'not listed yet';
    const shell = shellWith({ runnables: [runnable('devices', { problem: () => problem })] });
    await shell.start();
    assert.equal(await asked(shell, '/healthz'), '200 ok');
    assert.match(await asked(shell, '/readyz'), /^500 .*\[-\]devices failed: not listed yet/s);
    problem = undefined;
    assert.equal(await asked(shell, '/readyz'), '200 ok');
    assert.match(await asked(shell, '/metrics'), /nodejs_eventloop_lag_seconds/);
    shell.stop();
    assert.deepEqual(await shell.drained, { exitCode: 0 });
    await assert.rejects(asked(shell, '/healthz'));
  });

  it('is not alive when a part of it says so, each by its name', async () => {
    let problem: string | undefined = 'a reconcile has run for 900 s';
    const shell = shellWith({
      runnables: [runnable('devices', { live: [{ name: 'device', problem: () => problem }] })],
    });
    await shell.start();
    const failed = '500 [-]device failed: a reconcile has run for 900 s\nhealthz check failed\n';
    assert.equal(await asked(shell, '/healthz/device'), failed);
    assert.match(await asked(shell, '/healthz'), /^500 .*-\]device failed/s);
    assert.equal(await asked(shell, '/readyz'), '200 ok');
    problem = undefined;
    const all = '[+]ping ok\n[+]leader-election ok\n[+]device ok\nhealthz check passed\n';
    assert.equal(await asked(shell, '/healthz?verbose'), `200 ${all}`);
  });

  it('says that it is not ready while it stops', async () => {
    const shell = shellWith({
      runnables: [
        runnable('slow', {
          run: ({ abort }) => new Promise((resolve) => abort.addEventListener('abort', () => resolve())),
        }),
      ],
    });
    await shell.start();
    shell.stop();
    assert.match(await asked(shell, '/readyz'), /^500 .*shutdown failed/s);
    assert.equal(await asked(shell, '/healthz'), '200 ok');
  });

  it('fails to start when the port is taken', async () => {
    const first = shellWith();
    await first.start();
    await assert.rejects(
      shellWith({ http: { host: '127.0.0.1', port: first.port ?? 0 } }).start(),
      /listen on 127.0.0.1/,
    );
  });

  it('ends with an exit code when a part fails', async () => {
    const error = new Error('watch: no');
    const shell = shellWith({ runnables: [runnable('good'), runnable('bad', { run: () => Promise.reject(error) })] });
    await shell.start();
    assert.deepEqual(await shell.drained, { exitCode: 1, error });
  });

  describe('with an election', () => {
    const election = { namespace: 'system', name: 'operator', identity: 'one' };
    const lease = (holderIdentity: string, resourceVersion: string) => ({
      ...{
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: { namespace: 'system', name: 'operator', resourceVersion },
      },
      spec: { holderIdentity, leaseDurationSeconds: 15, leaseTransitions: 4 },
    });
    const notFound = json(404, status(404, 'NotFound'));
    /** Resolves when the term has begun: its renewals and its deadline sleep. */
    const held = () => until(() => clock.sleeping === 2);

    it('runs what needs leadership only while it leads, and frees the lease after the last has ended', async () => {
      const order: string[] = [];
      server.answers(json(200, lease('two', '1')));
      const leading = runnable('leading', {
        needsLeadership: true,
        problem: () => 'never ready',
        run: async ({ stop, epoch, client }) => {
          order.push(`leads epoch ${epoch}`);
          await client.create(configMaps, configMap('one', ''));
          await new Promise((resolve) => stop.addEventListener('abort', resolve));
          order.push('ended');
        },
      });
      const always = runnable('always', {
        run: ({ stop }) => (
          order.push('always'),
          new Promise((resolve) => stop.addEventListener('abort', () => resolve()))
        ),
      });
      const shell = shellWith({ runnables: [leading, always], election });
      await shell.start();
      await until(() => server.asked.length === 1 && clock.sleeping === 1);
      assert.deepEqual(order, ['always']);
      assert.equal(await asked(shell, '/readyz'), '200 ok', 'a standby is ready');
      assert.match(await asked(shell, '/metrics'), /leader_election_master_status\{name="operator"\} 0/);
      server.answers(
        json(200, lease('', '2')),
        json(200, { ...lease('one', '3'), spec: { ...lease('one', '3').spec, leaseTransitions: 5 } }),
        json(201, configMap('one', '4')),
      );
      await clock.advance(2400);
      await until(() => order.length === 2 && server.left === 0);
      assert.deepEqual(order, ['always', 'leads epoch 5']);
      assert.match(await asked(shell, '/readyz'), /never ready/);
      assert.match(await asked(shell, '/metrics'), /leader_election_master_status\{name="operator"\} 1/);
      server.answers((response, { body }) => {
        order.push(
          `released: ${(JSON.parse(body) as { spec: { holderIdentity: string } }).spec.holderIdentity === ''}`,
        );
        json(200, lease('', '5'))(response, server.asked[0]!);
      });
      shell.stop();
      assert.deepEqual(await shell.drained, { exitCode: 0 });
      assert.deepEqual(order.slice(2), ['ended', 'released: true']);
    });

    it('ends at once when it loses the lease, with its reason', async () => {
      server.answers(
        notFound,
        json(201, lease('one', '1')),
        json(409, status(409, 'Conflict')),
        json(200, lease('two', '3')),
      );
      const writes: unknown[] = [];
      const leading = runnable('leading', {
        needsLeadership: true,
        run: async ({ abort, client }) => {
          await new Promise((resolve) => abort.addEventListener('abort', resolve));
          await client.create(configMaps, configMap('one', '')).catch((error: unknown) => writes.push(error));
        },
      });
      const shell = shellWith({ runnables: [leading], election });
      await shell.start();
      await held();
      await clock.advance(2000);
      await until(() => server.asked.length === 4);
      const { exitCode, error } = await shell.drained;
      assert.equal(exitCode, 1);
      assert.match(String(error), /LostLeadership: hold lease system\/operator: two holds it/);
      assert.match(String(writes[0]), /LostLeadership/);
      assert.equal(server.asked.length, 4, 'nothing was written or released');
    });

    it('is not alive with a lease that it lost, should it not end', async () => {
      server.answers(notFound, json(201, lease('one', '1')));
      const deaf = runnable('deaf', { needsLeadership: true, run: () => new Promise(() => undefined) });
      const shell = shellWith({ runnables: [deaf], election });
      await shell.start();
      assert.equal(await asked(shell, '/healthz'), '200 ok');
      await held();
      assert.equal(await asked(shell, '/healthz/leader-election'), '200 ok');
      // No timer of it runs any more.
      clock.stopFor(10_000);
      const lost = /leader-election failed: hold lease system\/operator: the renew deadline is over/;
      assert.match(await asked(shell, '/healthz'), lost);
      assert.match(await asked(shell, '/healthz/leader-election'), lost);
      assert.equal(await asked(shell, '/healthz/ping'), '200 ok');
      await clock.advance(5000);
      assert.match(String((await shell.drained).error), /LostLeadership/);
    });

    it('is alive while it stops in order, and as a standby', async () => {
      server.answers(notFound, json(201, lease('one', '1')));
      const slow = runnable('slow', {
        needsLeadership: true,
        run: ({ abort }) => new Promise((resolve) => abort.addEventListener('abort', () => resolve())),
      });
      const shell = shellWith({ runnables: [slow], election });
      await shell.start();
      await held();
      shell.stop();
      assert.equal(await asked(shell, '/healthz'), '200 ok');
      server.answers(json(200, lease('', '2')));
    });

    it('stops while it waits for the lease', async () => {
      server.answers(json(200, lease('two', '1')));
      const shell = shellWith({ runnables: [runnable('leading', { needsLeadership: true })], election });
      await shell.start();
      await until(() => server.asked.length === 1);
      shell.stop();
      assert.deepEqual(await shell.drained, { exitCode: 0 });
    });

    it('asks for no lease when nothing needs leadership', async () => {
      await shellWith({ runnables: [runnable('always')], election }).start();
      await settled();
      assert.deepEqual(server.asked, []);
    });
  });

  it('runs what needs leadership at once without an election', async () => {
    let isRunning = false;
    const run: Runnable['run'] = ({ stop }) => (
      (isRunning = true),
      new Promise((resolve) => stop.addEventListener('abort', () => resolve()))
    );
    await shellWith({ runnables: [runnable('leading', { needsLeadership: true, run })] }).start();
    assert.equal(isRunning, true);
  });

  it('makes no definitions and authorizes no requests of others', async () => {
    const shell = shellWith();
    await assert.rejects(
      shell.registerCustomResourceDefinition('x.yaml'),
      /register x\.yaml: .* installed, not registered/,
    );
    await assert.rejects(shell.applyAxiosKubeConfigAuth(), /requests go through the client/);
    await assert.rejects(shell.applyGaxiosKubeConfigAuth(), /requests go through the client/);
  });

  it('addresses resources at the current cluster', () => {
    const shell = shellWith();
    assert.equal(
      shell.getCustomResourceApiUri('example.org', 'v1', 'things', 'plant'),
      'https://api.example:6443/apis/example.org/v1/namespaces/plant/things',
    );
    assert.equal(shell.getCustomResourceApiUri('', 'v1', 'nodes'), 'https://api.example:6443/api/v1/nodes');
  });

  it('states a status by server-side apply, and throws what the server refuses', async () => {
    const shell = shellWith();
    server.answers(json(200, configMap('one', '8')), json(403, status(403, 'Forbidden')));
    const next = await shell.setResourceStatus(meta, { ready: true });
    assert.deepEqual({ ...next }, { ...meta, resourceVersion: '8' });
    const [sent] = server.asked;
    assert.ok(sent);
    assert.equal(`${sent.method} ${sent.path}`, 'PATCH /api/v1/namespaces/plant/configmaps/one/status');
    assert.equal(sent.headers['content-type'], 'application/apply-patch+yaml');
    assert.deepEqual(JSON.parse(sent.body), {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { namespace: 'plant', name: 'one' },
      status: { ready: true },
    });
    await assert.rejects(shell.setResourceStatus(meta, {}), /Forbidden/);
  });

  it('merges into the status that is there, of that very version', async () => {
    const shell = shellWith();
    server.answers(
      json(200, { ...configMap('one', '9'), status: { kept: 1, gone: 2 } }),
      json(200, configMap('one', '10')),
    );
    await shell.patchResourceStatus(meta, { gone: null, made: 3 });
    const { status: sent, metadata } = JSON.parse(server.asked[1]?.body ?? '') as {
      status: unknown;
      metadata: { resourceVersion: string };
    };
    assert.deepEqual(sent, { kept: 1, made: 3 });
    assert.equal(metadata.resourceVersion, '9');
  });

  describe('finalizers', () => {
    const name = 'example.org/clean';
    const eventWith = (changes: Parameters<typeof configMap>[2], type = ResourceEventType.Modified): ResourceEvent => {
      return { type, meta, object: configMap('one', '7', changes) as unknown as ResourceEvent['object'] };
    };
    const deletionTimestamp = '2026-01-01T00:00:00Z';
    const table: Readonly<
      Record<string, { given: ResourceEvent; isDone: boolean; acts: boolean; left?: readonly string[] }>
    > = {
      'adds its own': { given: eventWith({}), isDone: true, acts: false, left: [name] },
      'leaves the event to its handler': { given: eventWith({ finalizers: [name] }), isDone: false, acts: false },
      'cleans up': {
        given: eventWith({ finalizers: [name], deletionTimestamp }),
        isDone: true,
        acts: true,
        left: [],
      },
      'has nothing to do with what others keep': {
        given: eventWith({ finalizers: ['other/x'], deletionTimestamp }),
        isDone: true,
        acts: false,
      },
      'leaves what is gone to its handler': {
        given: eventWith({}, ResourceEventType.Deleted),
        isDone: false,
        acts: false,
      },
    };
    for (const [title, { given, isDone, acts, left }] of Object.entries(table)) {
      it(title, async () => {
        const shell = shellWith();
        if (left !== undefined) server.answers(json(200, configMap('one', '8')));
        let acted = false;
        const action = () => Promise.resolve(void (acted = true));
        assert.equal(await shell.handleResourceFinalizer(given, name, action), isDone);
        assert.equal(acted, acts);
        const operations = server.asked.flatMap(({ body }) => JSON.parse(body) as { value: unknown }[]);
        assert.deepEqual(operations.at(-1)?.value, left);
      });
    }

    it('stay when cleaning up fails, and failures are thrown', async () => {
      const shell = shellWith();
      const { given } = table['cleans up']!;
      await assert.rejects(
        shell.handleResourceFinalizer(given, name, () => Promise.reject(new Error('revoke: no'))),
        /revoke: no/,
      );
      assert.deepEqual(server.asked, []);
      server.answers(json(422, status(422, 'Invalid')));
      await assert.rejects(
        shell.handleResourceFinalizer(given, name, () => Promise.resolve()),
        /Invalid/,
      );
    });

    it('are set only for the version that was seen', async () => {
      const shell = shellWith();
      server.answers(json(200, configMap('one', '8')));
      await shell.setResourceFinalizers(meta, [name]);
      assert.deepEqual(JSON.parse(server.asked[0]?.body ?? ''), [
        { op: 'test', path: '/metadata/resourceVersion', value: '7' },
        { op: 'add', path: '/metadata/finalizers', value: [name] },
      ]);
    });
  });

  describe('watching', () => {
    /** Watches, with a list of what is there; gives how to go on with the watch. */
    async function watching(
      onEvent: (given: ResourceEvent) => Promise<void>,
      ...there: Parameters<typeof list>[1][number][]
    ) {
      const shell = shellWith();
      const { step, opened } = openWatch();
      const steps: Step[] = [discovery, list('10', there), step];
      server.answers(...steps);
      await shell.watchResource('', 'v1', 'configmaps', onEvent, 'plant');
      const response = await opened;
      return {
        shell,
        tell: (type: 'ADDED' | 'MODIFIED' | 'DELETED', object: object) => void response.write(event(type, object)),
      };
    }

    const textOf = ({ type, meta: { name, namespace, id, kind, resourceVersion } }: ResourceEvent) =>
      `${type} ${id} ${kind} ${namespace}/${name}@${resourceVersion}`;

    it('tells of what is there, of changes, and of the last known state of what went', async () => {
      const told: string[] = [];
      const { tell } = await watching((given) => Promise.resolve(void told.push(textOf(given))), configMap('a', '3'));
      await until(() => told.length === 1);
      tell('ADDED', configMap('b', '11'));
      tell('MODIFIED', configMap('a', '12'));
      await until(() => told.length === 3);
      tell('DELETED', configMap('a', '13'));
      await until(() => told.length === 4);
      assert.deepEqual(told, [
        'ADDED configmaps.v1 ConfigMap plant/a@3',
        'ADDED configmaps.v1 ConfigMap plant/b@11',
        'MODIFIED configmaps.v1 ConfigMap plant/a@12',
        'DELETED configmaps.v1 ConfigMap plant/a@12',
      ]);
    });

    it('waits for each handler, leaves out what is old by then, and tells of a successor as new', async () => {
      const told: string[] = [];
      const gate = Promise.withResolvers<undefined>();
      const { tell } = await watching(
        async (given) => {
          told.push(textOf(given));
          await gate.promise;
        },
        configMap('a', '3'),
      );
      await until(() => told.length === 1);
      tell('MODIFIED', configMap('a', '11'));
      tell('DELETED', configMap('a', '12'));
      tell('ADDED', configMap('a', '13', { uid: 'another' }));
      tell('ADDED', configMap('b', '14'));
      await settled();
      assert.equal(told.length, 1);
      gate.resolve(undefined);
      await until(() => told.length === 4);
      assert.deepEqual(
        told
          .slice(1)
          .map((text) => text.replace('configmaps.v1 ConfigMap plant/', ''))
          .sort(),
        ['ADDED a@13', 'ADDED b@14', 'DELETED a@3'],
      );
    });

    it('comes back to an object whose handler failed, and to the others meanwhile', async () => {
      const told: string[] = [];
      await watching(
        (given) => {
          told.push(given.meta.name);
          return given.meta.name === 'a' && told.length < 4 ? Promise.reject(new Error('no')) : Promise.resolve();
        },
        configMap('a', '3'),
        configMap('b', '4'),
      );
      await until(() => told.includes('b'));
      for (let step = 0; step < 10; step += 1) await clock.advance(5);
      assert.deepEqual(told, ['a', 'b', 'a', 'a']);
    });

    it('ends with the shell, and fails at once for what the server does not have', async () => {
      const { shell } = await watching(() => Promise.resolve());
      server.answers(discovery);
      await assert.rejects(
        shell.watchResource('', 'v1', 'things', () => Promise.resolve()),
        /discover things in v1: the server does not have it/,
      );
      shell.stop();
      assert.deepEqual(await shell.drained, { exitCode: 0 });
      await settled();
      assert.equal(clock.sleeping, 0);
    });
  });
});
