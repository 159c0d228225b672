import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { realClock } from '../cluster/client.ts';
import {
  cut,
  event,
  json,
  list,
  type ScriptedServer,
  scriptedServer,
  status,
  type Step,
  watch,
} from '../kube/scripted-server.ts';
import { directoryOf, mqttsec, type Outcome, root, sample } from './program.ts';

/** Text of a kubeconfig with two contexts; `dev` is the current one unless told otherwise. */
function kubeconfig(server: string, current = 'dev'): string {
  const context = { cluster: 'c', user: 'u', namespace: 'plant' };
  return JSON.stringify({
    ...{ apiVersion: 'v1', kind: 'Config', 'current-context': current },
    clusters: [{ name: 'c', cluster: { server } }],
    users: [{ name: 'u', user: { token: 't' } }],
    contexts: ['dev', 'production'].map((name) => ({ name, context })),
  });
}

function device(name: string, spec: object = {}) {
  return {
    ...{ apiVersion: 'mqttsecurity.io/v1alpha1', kind: 'MqttDevice' },
    metadata: { name, namespace: 'plant', uid: `uid-${name}`, generation: 1, resourceVersion: '7' },
    spec: { brokerRef: { name: 'main' }, authentication: { type: 'Certificate' }, ...spec },
    status: { observedGeneration: -1 },
  };
}

const missing = json(404, status(404, 'NotFound', 'mqttdevices.mqttsecurity.io "x" not found'));

describe('mqttsec on a cluster that is not there', () => {
  const calls: Readonly<Record<string, readonly string[]>> = {
    validate: ['validate'],
    audit: ['audit'],
    diff: ['diff', sample],
    render: ['render', '--out', '/nonexistent/x'],
    'can-i': ['can-i', 'a', 'publish', 'b'],
    'can-i --batch': ['can-i', '--batch', '-'],
    status: ['status'],
    'status of a name': ['status', 'a'],
    bundle: ['bundle', 'a', '--out', '/nonexistent/x'],
    revoke: ['revoke', 'a', '--reason', 'Superseded'],
    renew: ['renew', 'a'],
    unlock: ['unlock', 'a'],
    wait: ['wait', 'a'],
  };
  const cwd = directoryOf({});
  const env = { HOME: cwd };

  for (const [name, words] of Object.entries(calls)) {
    it(`says what ${name} needs where there is no kubeconfig`, () => {
      const { code, out, err } = mqttsec(words, { cwd, env });
      assert.deepEqual([code, out], [2, '']);
      assert.match(
        err,
        /^mqttsec: read kubeconfig: there is none: set KUBECONFIG, write ~\/\.kube\/config or give --kubec.*\n$/,
      );
      const instead = {
        validate: 'PATH',
        audit: 'PATH',
        diff: 'OLD',
        render: 'PATH',
        'can-i': 'PATH',
        wait: undefined,
      }[words[0] ?? ''];
      const isWait = words[0] === 'wait';
      assert.equal(
        /, or (PATH|OLD|--state DIR) to do without/.exec(err)?.[1],
        isWait ? undefined : (instead ?? '--state DIR'),
      );
    });
  }

  const nobody = { config: kubeconfig('http://127.0.0.1:1'), 'no-context': kubeconfig('http://127.0.0.1:1', '') };
  const place = directoryOf(nobody);
  const with_ = (file: string, ...words: string[]) => ['status', '--kubeconfig', path.join(place, file), ...words];
  const failures: Readonly<Record<string, readonly [words: readonly string[], message: RegExp]>> = {
    'a kubeconfig that is not there': [with_('other'), /^mqttsec: read kubeconfig .*other: ENOENT/],
    'a context that is not in it': [
      with_('config', '--context', 'prodution'),
      /no usable context 'prodution'; did you mean 'production'\?/,
    ],
    'a context that is like none': [
      with_('config', '--context', 'x'),
      /no usable context 'x'; there is dev, production\n/,
    ],
    'no current context': [with_('no-context'), /no current context: give --context, one of dev, production\n/],
    'a server that is not there': [
      with_('config'),
      /^mqttsec: reach API server http:\/\/127\.0\.0\.1:1: list .*see whether it runs/,
    ],
    'a namespace and all': [with_('config', '-n', 'a', '-A'), /--namespace and --all-namespaces exclude each other/],
    'a name in all namespaces': [with_('config', 'a', '-A'), /^mqttsec: a name is in one namespace: give -n, /],
    'a state directory and a context': [
      with_('config', '--state', 'x'),
      /--kubeconfig is about a cluster, --state is not/,
    ],
    'manifests and a namespace': [['validate', sample, '-n', 'a'], /--namespace is about a cluster, PATH is not/],
    'a condition that is none': [['wait', 'a', '--for', 'Redy'], /--for 'Redy' is none of Ready, Programmed/],
    'a duration that is none': [['wait', 'a', '--timeout', '5'], /--timeout '5' is not a duration such as 90s/],
    'a wait for nothing': [['wait'], /^mqttsec: wait takes names of objects, or --all/],
    'a wait for a name and all': [['wait', 'a', '--all'], /^mqttsec: wait takes names or --all, not both/],
  };
  for (const [name, [words, message]] of Object.entries(failures)) {
    it(`tells of ${name}`, () => {
      const { code, out, err } = mqttsec(words, { cwd, env });
      assert.deepEqual([code, out], [2, '']);
      assert.match(err, message);
    });
  }

  it('is not asked for what lies in a state directory here, unless a flag names it', () => {
    const home = directoryOf({});
    mkdirSync(path.join(home, '.mqttsec'));
    assert.match(mqttsec(['renew', 'a'], { cwd: home, env: { HOME: home } }).err, /^mqttsec: read state /);
    const flagged = mqttsec(['renew', 'a', '--context', 'dev'], { cwd: home, env: { HOME: home } });
    assert.match(flagged.err, /^mqttsec: read kubeconfig: there is none/);
  });

  it('costs the commands without a cluster nothing: its code is not loaded', () => {
    const hook = `import { registerHooks } from 'node:module';
      registerHooks({ load: (url, context, next) => {
        if (/client-node|undici|src\\/kube|src\\/cluster/.test(url)) throw new Error('loads ' + url);
        return next(url, context);
      } });`;
    const env = { NODE_OPTIONS: `--import "data:text/javascript,${encodeURIComponent(hook)}"` };
    const run = (...words: string[]) => mqttsec(words, { cwd, env: { ...env, HOME: cwd } });
    assert.deepEqual(run('version'), { code: 0, out: 'mqttsec 0.1.0\n', err: '' });
    assert.equal(run('help', 'status').code, 0);
    assert.equal(run('can-i', 'Press_7', 'publish', 'spBv1.0/press-shop/NDATA/Press_7', sample).out, 'yes\n');
    assert.match(run('status').err, /loads .*src\/c/);
  });
});

describe('mqttsec on a server that does what a script says', () => {
  let server: ScriptedServer;
  let cwd: string;

  beforeEach(async () => {
    server = await scriptedServer({ clock: realClock });
    cwd = directoryOf({ config: kubeconfig(server.origin) });
  });
  afterEach(() => server.close());

  /** Answers all requests of one call. */
  async function outcome(words: readonly string[], ...steps: readonly Step[]): Promise<Outcome> {
    server.answers(...steps);
    const env = { PATH: process.env['PATH'], HOME: cwd, KUBECONFIG: path.join(cwd, 'config') };
    return new Promise((resolve) => {
      const child = execFile(path.join(root, 'bin/mqttsec'), [...words], { cwd, env }, (_, out, err) => {
        resolve({ code: child.exitCode, out, err });
      });
      child.stdin?.end();
    });
  }

  it('tells how to install the kinds where the server does not know them', async () => {
    const { code, err } = await outcome(['renew', 'x'], (response) => {
      response.writeHead(404).end('404 page not found');
    });
    assert.equal(code, 2);
    assert.match(err, /does not know the kinds of mqttsecurity\.io: install them with 'kubectl apply -f crds'\n$/);
  });

  it('tells that credentials are refused', async () => {
    const refused = json(401, status(401, 'Unauthorized'));
    const { code, err } = await outcome(['renew', 'x'], refused, refused, refused);
    assert.equal(code, 2);
    assert.match(err, /^mqttsec: log in to http:\/\/127\.0\.0\.1:\d+: it refuses the credentials of context 'dev'/);
  });

  it('tells whom it takes a name for that is nobody', async () => {
    const nobody = list('7', [device('press-7')]);
    const { code, err } = await outcome(['renew', 'pres-7'], missing, nobody, missing, missing, missing, nobody);
    assert.equal(code, 2);
    assert.equal(err, "mqttsec: find MqttDevice plant/pres-7: it does not exist; did you mean 'press-7'?\n");
  });

  it('looks for an identity that cannot be a name among the identities at once', async () => {
    const all = list('7', [device('press-7', { identity: 'Press_7' }), device('press-8')]);
    const { code, out } = await outcome(['revoke', 'Press_7', '--reason', 'Superseded'], all, json(200, {}));
    assert.deepEqual(
      [code, out.split('\n')[0]?.split(':')[0]],
      [0, 'MqttDevice plant/press-7 is revoked (Superseded)'],
    );
    const [, patch] = server.asked;
    const [test, add] = JSON.parse(patch?.body ?? '[]') as { op: string; path: string; value: unknown }[];
    assert.deepEqual(test, { op: 'test', path: '/metadata/uid', value: 'uid-press-7' });
    assert.deepEqual([add?.op, add?.path], ['add', '/spec/revoked']);
    assert.deepEqual([patch?.method, patch?.query['fieldManager']], ['PATCH', 'mqttsec']);
  });

  it('asks on a terminal before it revokes, and takes silence for a no', async () => {
    for (const answer of ['n\\n', '\\n', 'yep\\n']) {
      server.answers(json(200, device('press-7')));
      const command = `${path.join(root, 'bin/mqttsec')} revoke press-7 --reason Superseded`;
      const env = { PATH: process.env['PATH'], HOME: cwd, KUBECONFIG: path.join(cwd, 'config') };
      const typed = `printf '${answer}' | script --quiet --return --command '${command}' /dev/null`;
      const code = await new Promise((resolve) => {
        const child = execFile('bash', ['-c', typed], { cwd, env }, () => resolve(child.exitCode));
      });
      assert.equal(code, 1, answer);
    }
    assert.deepEqual([...new Set(server.asked.map(({ method }) => method))], ['GET']);
  });

  it('renews with an apply of nothing but the annotation, of this very object', async () => {
    const certificate = {
      ...{ apiVersion: 'mqttsecurity.io/v1alpha1', kind: 'DeviceCertificate' },
      metadata: { name: 'press-7', namespace: 'plant', uid: 'uid-c', annotations: { other: 'kept' } },
      spec: { deviceRef: { name: 'press-7' } },
    };
    const { code } = await outcome(['renew', 'devcert/press-7'], json(200, certificate), json(200, certificate));
    assert.equal(code, 0);
    const { metadata, ...rest } = JSON.parse(server.asked[1]?.body ?? '{}') as { metadata: Record<string, object> };
    assert.deepEqual(Object.keys(rest).sort(), ['apiVersion', 'kind']);
    assert.deepEqual(Object.keys(metadata['annotations'] ?? {}), ['mqttsecurity.io/renew-at']);
    assert.equal(metadata['uid'], 'uid-c');
  });

  it('unlocks with an apply of nothing but the annotation, at a time that is no earlier than the lockout', async () => {
    const until = '2030-01-01T00:15:00Z';
    const rows: readonly (readonly [lockout: object, said: RegExp, unlockAt: RegExp])[] = [
      [{}, /plant\/press-7 is not locked out, as far as/, /^20..-..-..T..:..:..\..*Z$/],
      [{ lockout: { until } }, /plant\/press-7 is released/, /^20..-..-..T..:..:..\..*Z$/],
      [{ lockout: { until, since: '2130-01-01T00:00:00Z' } }, /is released/, /^2130-01-01T00:00:00.000Z$/],
    ];
    for (const [lockout, said, unlockAt] of rows) {
      const found = { ...device('press-7'), status: { observedGeneration: 1, ...lockout } };
      const { code, out } = await outcome(['unlock', 'press-7'], json(200, found), json(200, found));
      assert.equal(code, 0);
      assert.match(out, said);
      const { metadata, ...rest } = JSON.parse(server.asked.at(-1)?.body ?? '{}') as {
        metadata: Record<string, object>;
      };
      assert.deepEqual(Object.keys(rest).sort(), ['apiVersion', 'kind']);
      const annotations = new Map(Object.entries(metadata['annotations'] ?? {}));
      assert.deepEqual([...annotations.keys()], ['mqttsecurity.io/unlock-at']);
      assert.match(String(annotations.get('mqttsecurity.io/unlock-at')), unlockAt);
      assert.equal(metadata['uid'], 'uid-press-7');
    }
  });

  it('waits over a watch that breaks', async () => {
    const former = device('press-7');
    const done = {
      ...former,
      metadata: { ...former.metadata, resourceVersion: '9' },
      status: { observedGeneration: 1, conditions: [{ type: 'Ready', status: 'True', reason: 'Ready', message: '' }] },
    };
    const steps = [json(200, former), list('7', [former]), cut, cut, watch(event('MODIFIED', done))];
    const { code, out } = await outcome(['wait', 'press-7'], ...steps);
    assert.deepEqual([code, out], [0, 'MqttDevice plant/press-7: Ready=True Ready\n']);
  });

  it('waits no longer for what was deleted', async () => {
    const former = device('press-7');
    const last = { ...former, metadata: { ...former.metadata, resourceVersion: '9' } };
    const steps = [json(200, former), list('7', [former]), watch(event('DELETED', last))];
    const { code, out, err } = await outcome(['wait', 'press-7'], ...steps);
    assert.deepEqual([code, out], [1, '']);
    assert.equal(err, 'mqttsec: wait MqttDevice plant/press-7: Ready=Unknown Deleted: it was deleted\n');
  });

  it('says at the end of the time what is missing, and why', async () => {
    const silent: Step = (response) => response.writeHead(200).flushHeaders();
    const steps = [json(200, device('press-7')), list('7', [device('press-7')]), silent];
    const { code, out, err } = await outcome(['wait', 'press-7', '--timeout', '1s'], ...steps);
    assert.deepEqual([code, out], [1, '']);
    assert.equal(
      err,
      'mqttsec: wait MqttDevice plant/press-7: Ready=Unknown Pending: the operator has not looked at it yet\n',
    );
  });
});
