import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startedComponent, until } from './component.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';

/** A process that ended and that nobody has asked about (state Z) is gone. */
function isAlive(pid: number): boolean {
  const stat = existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, 'latin1') : '';
  return stat !== '' && stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3) !== 'Z';
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

interface Review {
  readonly status: { readonly userInfo: { readonly username: string; readonly groups: readonly string[] } };
}

describe('control plane', function () {
  this.timeout(120_000);
  let plane: ControlPlane;

  before(async () => {
    plane = await startControlPlane();
  });

  after(() => plane.stop());

  async function whoIs(api: Awaited<ReturnType<ControlPlane['api']>>): Promise<Review['status']['userInfo']> {
    const { status } = await api.call<Review>('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {
      body: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
    });
    await api.close();
    return status.userInfo;
  }

  it('reports the version that its programs are built from', async () => {
    const { gitVersion, minor } = await plane.admin.call<{ gitVersion: string; minor: string }>('GET', '/version');
    assert.equal(gitVersion, 'v1.36.3');
    assert.equal(minor, '36');
  });

  it('takes a user with a name and groups of any kind, who may do nothing at first', async () => {
    const name = 'system:test/é=1+2, #3';
    const api = await plane.api({ kind: 'User', name, groups: ['a/b', 'c'] });
    const { status } = await api.answer('GET', '/api/v1/namespaces/default/secrets');
    const { username, groups } = await whoIs(api);
    assert.equal(status, 403);
    assert.equal(username, name);
    assert.deepEqual(groups, ['a/b', 'c', 'system:authenticated']);
  });

  it('takes a service account by its token', async () => {
    const account = { kind: 'ServiceAccount', namespace: 'default', name: 'default' } as const;
    assert.equal((await whoIs(await plane.api(account))).username, 'system:serviceaccount:default:default');
  });

  it('gives a kubeconfig that works', async () => {
    const config = await plane.kubeconfig({ kind: 'User', name: 'ada', groups: ['system:masters'] });
    const { stdout, stderr } = await plane.kubectl(
      ['auth', 'whoami', '--output=jsonpath={.status.userInfo.username}'],
      config,
    );
    assert.equal(stdout, 'ada', stderr);
  });

  it('runs its controllers: what belongs to a namespace goes with it', async () => {
    const { admin } = plane;
    await admin.call('POST', '/api/v1/namespaces', { body: { metadata: { name: 'passing' } } });
    await admin.call('POST', '/api/v1/namespaces/passing/configmaps', { body: { metadata: { name: 'a' } } });
    await admin.call('DELETE', '/api/v1/namespaces/passing');
    await until(async () => !(await admin.answer('GET', '/api/v1/namespaces/passing')).ok, 'the namespace is gone');
  });

  it('keeps its address and its data over a restart of etcd and of the API server', async () => {
    const { admin } = plane;
    await admin.call('POST', '/api/v1/namespaces/default/configmaps', { body: { metadata: { name: 'kept' } } });
    const former = plane.processes();
    await plane.restart('etcd');
    await plane.restart('kube-apiserver');
    await admin.call('GET', '/api/v1/namespaces/default/configmaps/kept');
    assert.notEqual(plane.processes().get('kube-apiserver'), former.get('kube-apiserver'));
    assert.ok(!isAlive(former.get('kube-apiserver') ?? 0));
  });

  it('says so when a program ends that nobody asked to end', async () => {
    const pid = plane.processes().get('cert-manager') ?? 0;
    process.kill(pid, 'SIGKILL');
    await until(() => plane.unexpectedErrorLines().includes('cert-manager ended: SIGKILL'), 'the end of cert-manager');
    await plane.restart('cert-manager');
    assert.ok(!plane.unexpectedErrorLines().includes('cert-manager ended: SIGKILL'));
  });

  it('leaves no process, no port and no file when it is stopped', async () => {
    const pids = [...plane.processes().values()];
    const port = Number(new URL(plane.server).port);
    assert.equal(pids.length, 4);
    assert.deepEqual(pids.filter(isAlive), pids);
    assert.equal(await canListen(port), false);
    await plane.stop();
    assert.deepEqual(pids.filter(isAlive), []);
    assert.equal(await canListen(port), true);
    assert.equal(existsSync(plane.directory), false);
  });
});

describe('component of a control plane', () => {
  let directory: string;

  before(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'mqttsec-component-'));
  });

  after(() => rmSync(directory, { recursive: true }));

  it('does not outlive a test run that is killed', async () => {
    const program = { name: 'sleep', file: 'sleep', args: ['600'] };
    const code = `const { startedComponent } = await import(${JSON.stringify(path.join(import.meta.dirname, 'component.ts'))});
      console.log(startedComponent(${JSON.stringify(program)}, ${JSON.stringify(directory)}).pid);
      setInterval(() => {}, 1000);`;
    const run = spawn(process.execPath, ['--input-type=module', '--eval', code], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(run.stdout, 'data')) as [Buffer];
    const pid = Number(line.toString());
    assert.ok(isAlive(pid));
    run.kill('SIGKILL');
    await until(() => !isAlive(pid), 'the program is gone');
  });

  it('keeps the log of each start apart, in one file', async () => {
    const program = { name: 'echo', file: 'sh', args: ['-c', 'echo hello; exec sleep 600'], isReady: () => true };
    const first = startedComponent(program, directory);
    await until(() => first.logged() === 'hello\n', 'the first line');
    await first.kill();
    const second = startedComponent(program, directory);
    await until(() => second.logged() === 'hello\n', 'the second line');
    await second.kill();
    assert.equal(first.logged(), 'hello\nhello\n');
    assert.equal(second.ending(), undefined);
  });
});
