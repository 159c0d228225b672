/**
 * A real Kubernetes control plane for tests: etcd, API server, controller manager and cert-manager as processes on free
 * loopback ports, with certificates and data of their own that are gone afterwards. There are no nodes: pods stay pending.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { load } from 'js-yaml';
import { type Api, apiOf, applyPatch, type Credentials, writeKubeconfig } from './api.ts';
import { createTestAuthority, issuedKeyPair, type TestAuthority, userKeyPair } from './authority.ts';
import { controlPlaneFolder } from './binaries.ts';
import { type Component, freePorts, type Program, startedComponent, until, whenReady } from './component.ts';
import { errorLines } from './log.ts';

/** Who a kubeconfig is for. */
export type Identity =
  | { readonly kind: 'User'; readonly name: string; readonly groups?: readonly string[] }
  | { readonly kind: 'ServiceAccount'; readonly namespace: string; readonly name: string; readonly seconds?: number };

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export type ComponentName = 'etcd' | 'kube-apiserver' | 'kube-controller-manager' | 'cert-manager';

export interface ControlPlane {
  /** Such as `https://127.0.0.1:40001`; stays over restarts. */
  readonly server: string;
  /** Everything that belongs to it: keys, data, logs (`COMPONENT.log`), kubeconfigs. Removed by `stop`. */
  readonly directory: string;
  /** Folder with `kubectl` and the other programs. */
  readonly programs: string;
  /** Somebody who may do everything (group `system:masters`). */
  readonly admin: Api;
  /** Process ids, by component. */
  readonly processes: () => ReadonlyMap<ComponentName, number>;
  readonly credentials: (identity: Identity) => Promise<Credentials>;
  /** Plain calls as somebody else; the caller closes it. */
  readonly api: (identity: Identity) => Promise<Api>;
  /** Path of a new kubeconfig. A service account must exist, and its token ends after `seconds` (an hour without it). */
  readonly kubeconfig: (identity: Identity) => Promise<string>;
  /** Runs kubectl, as the administrator unless a kubeconfig is given. */
  readonly kubectl: (args: readonly string[], kubeconfig?: string) => Promise<CommandResult>;
  /** Its kinds and its controller, on a control plane that was started without them. */
  readonly installCertManager: () => Promise<void>;
  /** Kills a component, starts it again on the same ports and data, and waits until it serves. */
  readonly restart: (name: ComponentName) => Promise<void>;
  /** What no run without faults logs: errors, crashes and ends that nobody asked for. Works after `stop` too. */
  readonly unexpectedErrorLines: () => readonly string[];
  /** Ends all processes and removes the directory. */
  readonly stop: () => Promise<void>;
}

export const administrator: Identity = { kind: 'User', name: 'admin', groups: ['system:masters'] };

const root = path.resolve(import.meta.dirname, '../..');
const oneYear = 365 * 86_400;
const certManagerAccount: Identity = {
  kind: 'ServiceAccount',
  namespace: 'cert-manager',
  name: 'cert-manager',
  seconds: oneYear,
};

export interface ControlPlaneOptions {
  /** `Absent`: neither its kinds nor its controller are there before `installCertManager`. */
  readonly certManager?: 'Present' | 'Absent';
  /** `Absent`: our kinds are left to the test to install. */
  readonly kinds?: 'Present' | 'Absent';
  /** Where pods reach the API server, for a control plane with nodes; without it nobody does beyond this machine. */
  readonly address?: string;
}

/** Starts a control plane with our kinds and those of cert-manager; it serves and issues when this resolves. */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const folder = controlPlaneFolder();
  const directory = mkdtempSync(path.join(tmpdir(), 'mqttsec-cluster-'));
  const running = new Map<ComponentName, Component>();
  const atExit = () => {
    for (const component of running.values()) component.killNow();
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  };
  process.once('exit', atExit);
  try {
    const plane = await controlPlane({ folder, directory, running, atExit, options });
    if (options.certManager !== 'Absent') await plane.installCertManager();
    return plane;
  } catch (error) {
    atExit();
    process.off('exit', atExit);
    throw new Error(`start control plane: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

interface Site {
  readonly folder: string;
  readonly directory: string;
  readonly running: Map<ComponentName, Component>;
  readonly atExit: () => void;
  readonly options: ControlPlaneOptions;
}

async function controlPlane({ folder, directory, running, atExit, options }: Site): Promise<ControlPlane> {
  const programs = path.join(folder, 'bin');
  const authority = await createTestAuthority(directory);
  const [etcdPort = 0, peerPort = 0, apiPort = 0] = await freePorts(3);
  const server = `https://127.0.0.1:${apiPort}`;
  const credentialsOf = identitySource({ directory, server, authority, admin: () => admin });
  const admin = apiOf(await credentialsOf(administrator));
  const kubeconfig = async (identity: Identity) => {
    const file = path.join(mkdtempSync(path.join(directory, 'kubeconfig-')), 'config');
    await writeKubeconfig(file, await credentialsOf(identity));
    return file;
  };

  const known = new Map<ComponentName, Program>();
  const start = async (name: ComponentName, program: Omit<Program, 'name' | 'file'>) => {
    known.set(name, { name, file: path.join(programs, name), ...program });
    await begin(name);
  };
  const begin = async (name: ComponentName) => {
    const program = known.get(name);
    if (!program) throw new Error(`no such component: ${name}`);
    const component = startedComponent(program, directory);
    running.set(name, component);
    await whenReady(program, component);
  };

  await start('etcd', etcd(etcdPort, peerPort));
  await start('kube-apiserver', await apiServer({ directory, authority, etcdPort, apiPort, admin, ...options }));
  await Promise.all([
    ...(options.kinds === 'Absent' ? [] : [installDefinitions(admin, path.join(root, 'crds'))]),
    start('kube-controller-manager', await controllerManager({ directory, authority, admin, kubeconfig })),
  ]);
  const adminConfig = await kubeconfig(administrator);
  const logs = () =>
    [...running.values()].flatMap(({ logFile, ending }) => [...errorLines(logFile), ending() ?? []].flat());
  let atStop: readonly string[] | undefined;
  return {
    server,
    directory,
    programs,
    admin,
    processes: () => new Map([...running].map(([name, { pid }]) => [name, pid])),
    credentials: credentialsOf,
    api: async (identity) => apiOf(await credentialsOf(identity)),
    kubeconfig,
    kubectl: (args, config = adminConfig) =>
      commandResult(path.join(programs, 'kubectl'), ['--kubeconfig', config, ...args], directory),
    installCertManager: async () => {
      await Promise.all([installDefinitions(admin, path.join(folder, 'crds')), createCertManagerAccount(admin)]);
      await start('cert-manager', {
        args: ['--kubeconfig', await kubeconfig(certManagerAccount)],
        isReady: (logged) => logged().includes('caches are synced'),
      });
    },
    restart: async (name) => {
      await running.get(name)?.kill();
      await begin(name);
    },
    unexpectedErrorLines: () => atStop ?? logs(),
    stop: async () => {
      atStop ??= logs();
      await admin.close();
      await Promise.all([...running.values()].map(({ kill }) => kill()));
      atExit();
      process.off('exit', atExit);
    },
  };
}

function etcd(port: number, peerPort: number): Omit<Program, 'name' | 'file'> {
  const [client, peer] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${peerPort}`];
  return {
    args: [
      ...['--name=test', '--data-dir=etcd', '--unsafe-no-fsync', '--log-level=warn'],
      ...[`--listen-client-urls=${client}`, `--advertise-client-urls=${client}`],
      ...[`--listen-peer-urls=${peer}`, `--initial-advertise-peer-urls=${peer}`, `--initial-cluster=test=${peer}`],
    ],
    isReady: () =>
      fetch(`${client}/health`).then(
        ({ ok }) => ok,
        () => false,
      ),
  };
}

interface ApiServerPlan {
  readonly directory: string;
  readonly authority: TestAuthority;
  readonly etcdPort: number;
  readonly apiPort: number;
  readonly admin: Api;
  readonly address?: string;
}

async function apiServer({
  directory,
  authority,
  etcdPort,
  apiPort,
  admin,
  address,
}: ApiServerPlan): Promise<Omit<Program, 'name' | 'file'>> {
  const names = 'subjectAltName=DNS:localhost,DNS:kubernetes.default.svc,IP:127.0.0.1,IP:10.0.0.1';
  const reached = address === undefined ? names : `${names},IP:${address}`;
  const serving = {
    name: 'serving',
    subject: '/CN=kube-apiserver',
    extensions: [reached, 'extendedKeyUsage=serverAuth'],
  };
  const { certificateFile, keyFile } = await issuedKeyPair(directory, serving);
  const tokens = await issuedKeyPair(directory, {
    name: 'tokens',
    subject: '/CN=service account tokens',
    extensions: [],
  });
  return {
    args: [
      `--secure-port=${apiPort}`,
      ...(address === undefined
        ? ['--bind-address=127.0.0.1', '--endpoint-reconciler-type=none']
        : await reachedByPods(directory, address)),
      ...[`--etcd-servers=http://127.0.0.1:${etcdPort}`, '--service-cluster-ip-range=10.0.0.0/24'],
      ...[`--tls-cert-file=${certificateFile}`, `--tls-private-key-file=${keyFile}`],
      ...[`--client-ca-file=${authority.certificateFile}`, '--authorization-mode=Node,RBAC'],
      // As on OpenShift: who makes children that hold up the deletion of their owner needs a right for it.
      '--enable-admission-plugins=OwnerReferencesPermissionEnforcement',
      ...[
        '--service-account-issuer=https://kubernetes.default.svc',
        `--service-account-key-file=${tokens.certificateFile}`,
      ],
      `--service-account-signing-key-file=${tokens.keyFile}`,
    ],
    isReady: () =>
      admin.answer('GET', '/readyz').then(
        ({ ok }) => ok,
        () => false,
      ),
  };
}

/** It asks kubelets for logs and for commands in containers, as somebody whom they let in. */
async function reachedByPods(directory: string, address: string): Promise<readonly string[]> {
  const user = { user: 'kube-apiserver-kubelet-client', groups: ['system:masters'] };
  const { certificateFile, keyFile } = await userKeyPair(directory, 'kubelet-client', user);
  return [
    ...['--bind-address=0.0.0.0', `--advertise-address=${address}`, '--kubelet-preferred-address-types=InternalIP'],
    ...[`--kubelet-client-certificate=${certificateFile}`, `--kubelet-client-key=${keyFile}`],
  ];
}

interface ControllerManagerPlan {
  readonly directory: string;
  readonly authority: TestAuthority;
  readonly admin: Api;
  readonly kubeconfig: (identity: Identity) => Promise<string>;
}

async function controllerManager({
  directory,
  authority,
  admin,
  kubeconfig,
}: ControllerManagerPlan): Promise<Omit<Program, 'name' | 'file'>> {
  return {
    args: [
      `--kubeconfig=${await kubeconfig({ kind: 'User', name: 'system:kube-controller-manager' })}`,
      ...['--secure-port=0', '--leader-elect=false', '--use-service-account-credentials'],
      // With the default of 20 requests a second its own start takes 4 s longer.
      ...['--kube-api-qps=1000', '--kube-api-burst=2000'],
      ...[`--service-account-private-key-file=${directory}/tokens.key`, `--root-ca-file=${authority.certificateFile}`],
    ],
    isReady: async () => (await admin.answer('GET', '/api/v1/namespaces/default/serviceaccounts/default')).ok,
  };
}

interface IdentityPlan {
  readonly directory: string;
  readonly server: string;
  readonly authority: TestAuthority;
  readonly admin: () => Api;
}

/** Gives credentials; the key pair of a user is made once. */
function identitySource({ directory, server, authority, admin }: IdentityPlan): ControlPlane['credentials'] {
  const users = new Map<string, Promise<Credentials>>();
  const ofUser = async (name: string, groups: readonly string[]): Promise<Credentials> => {
    const { certificate, key } = await userKeyPair(directory, `user-${users.size}`, { user: name, groups });
    return { server, ca: authority.certificate, certificate, key };
  };
  return async (identity) => {
    if (identity.kind === 'ServiceAccount') {
      return { server, ca: authority.certificate, token: await serviceAccountToken(admin(), identity) };
    }
    const { name, groups = [] } = identity;
    const id = JSON.stringify([name, groups]);
    const made = users.get(id) ?? ofUser(name, groups);
    users.set(id, made);
    return made;
  };
}

async function serviceAccountToken(
  admin: Api,
  { namespace, name, seconds = 3600 }: Identity & { kind: 'ServiceAccount' },
): Promise<string> {
  const { status } = await admin.call<{ status: { token: string } }>(
    'POST',
    `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`,
    {
      body: {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: { expirationSeconds: seconds },
      },
    },
  );
  return status.token;
}

interface Definition {
  readonly metadata: { readonly name: string };
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

/** Applies each custom resource definition of a folder and waits until the server serves it. */
async function installDefinitions(admin: Api, folder: string): Promise<void> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.yaml'));
  await Promise.all(
    files.map(async (name) => {
      const definition = load(await readFile(path.join(folder, name), 'utf8')) as Definition;
      const place = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${definition.metadata.name}`;
      const query = { fieldManager: 'test', fieldValidation: 'Strict' };
      await admin.call('PATCH', place, { query, body: definition, contentType: applyPatch });
      await until(async () => {
        const { status } = await admin.call<Definition>('GET', place);
        return (
          status?.conditions?.some((condition) => condition.type === 'Established' && condition.status === 'True') ??
          false
        );
      }, `${definition.metadata.name} is established`);
    }),
  );
}

/** cert-manager is who its chart makes it: this account may do all, for it is not what is tested. */
async function createCertManagerAccount(admin: Api): Promise<void> {
  const name = 'cert-manager';
  const metadata = { name, namespace: name };
  await admin.call('POST', '/api/v1/namespaces', { body: { metadata: { name } } });
  await admin.call('POST', `/api/v1/namespaces/${name}/serviceaccounts`, { body: { metadata } });
  await admin.call('POST', '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
    body: {
      metadata: { name },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ kind: 'ServiceAccount', ...metadata }],
    },
  });
}

/** Result of a command whose caches and configuration stay in `home`. */
function commandResult(file: string, args: readonly string[], home: string): Promise<CommandResult> {
  const env = { PATH: process.env['PATH'], HOME: home };
  return new Promise((resolve, reject) => {
    const child = execFile(file, [...args], { env, maxBuffer: 64 << 20 }, (error, stdout, stderr) => {
      if (error && child.exitCode === null) reject(new Error(`run ${file}: ${error.message}`, { cause: error }));
      else resolve({ code: child.exitCode ?? 0, stdout, stderr });
    });
  });
}
