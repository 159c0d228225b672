/** The operator as a process beside a control plane: with the shipped account, rights and policies, through the fault proxy. */
import { mkdtempSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Api } from './api.ts';
import { type Component, type Program, startedComponent, until, whenReady } from './component.ts';
import { administrator, type ControlPlane, type Identity } from './control-plane.ts';
import { type FaultProxy, startFaultProxy, type WriteRecord } from './fault-proxy.ts';
import { grantedIn, type RightsDifference, rightsDifference, RightsLog } from './rights.ts';

const root = path.resolve(import.meta.dirname, '../..');
const skewedOperator = path.join(import.meta.dirname, 'skewed-operator.ts');
const rbacFile = path.join(root, 'deploy/operator/10-rbac.yaml');
/** Rights of an operator whose metrics are guarded, which the tests of that apply. */
export const metricsRightsFile = path.join(root, 'deploy/monitoring/guarded-metrics.yaml');

export const operatorNamespace = 'mqtt-security-system';
export const operatorIdentity: Account = {
  kind: 'ServiceAccount',
  namespace: operatorNamespace,
  name: 'mqtt-security-operator',
};

/** The account of a release. */
export type Account = Identity & { readonly kind: 'ServiceAccount' };

export interface OperatorHarnessOptions {
  /** Who it runs as, with what is installed for it already; without it the account of deploy/, which is installed. */
  readonly account?: Account;
  /** The only namespace that it looks at; all without it. */
  readonly watchNamespace?: string;
  /** With leader election; a killed leader is then followed after 15 s only. True without it. */
  readonly isElected?: boolean;
  /** What `start` waits for: that it leads and knows what is declared (without it), or that it answers. */
  readonly waitsFor?: 'Ready' | 'Listening';
  /** Differs among those that run at once on one control plane. */
  readonly name?: string;
  /** Lines of warnings and errors that the faults of this test bring about. */
  readonly expected?: readonly RegExp[];
  /** Seconds by which its clock is ahead; behind where it is negative. SIGUSR2 puts it right. */
  readonly clockSeconds?: number;
  /** Further words for the command. */
  readonly args?: readonly string[];
}

export interface LogLine {
  readonly level: string;
  readonly msg: string;
  readonly [field: string]: unknown;
}

export interface TestOperator {
  /** What it is behind: faults, the log of writes. */
  readonly proxy: FaultProxy;
  readonly pid: () => number;
  /** Of health and metrics: `http://127.0.0.1:PORT`; another after each start. */
  readonly address: () => string;
  /** All lines since the first start; those that are no JSON have level `text`. */
  readonly lines: () => readonly LogLine[];
  /** Warnings and errors that nobody expects, and what was answered with 403. */
  readonly unexpected: () => readonly string[];
  readonly metrics: () => Promise<string>;
  /** Writes other than of Leases and Events. */
  readonly writes: () => readonly WriteRecord[];
  /** Resolves when it has written nothing (Leases and Events aside) for so long. */
  readonly quiet: (milliseconds: number) => Promise<void>;
  /** SIGTERM; resolves with its exit code. */
  readonly stop: () => Promise<number | null>;
  readonly kill: () => Promise<void>;
  /** Starts it again after `stop`, `kill` or an end of its own; it is ready when this resolves. */
  readonly start: () => Promise<void>;
  /** The rights that operators used in this run so far, beside those of deploy/operator. */
  readonly rights: () => Promise<RightsDifference>;
  /** Ends it and the proxy; fails with its unexpected lines, and unless it ended with 0. */
  readonly close: () => Promise<void>;
}

const installed = new WeakMap<ControlPlane, Promise<void>>();
/** What operators used, over all tests of this run. */
const used = new RightsLog();

/** Applies account, rights and policies as the administrator, once; the policies are in force when this resolves. */
export function installOperator(plane: ControlPlane): Promise<void> {
  const installing = installed.get(plane) ?? installation(plane);
  installed.set(plane, installing);
  return installing;
}

async function installation(plane: ControlPlane): Promise<void> {
  const files = ['deploy/operator/00-namespace.yaml', 'deploy/operator/10-rbac.yaml', 'deploy/policies'];
  const places = files.flatMap((file) => ['-f', path.join(root, file)]);
  const { code, stderr } = await plane.kubectl(['apply', '--server-side', ...places]);
  if (code !== 0) throw new Error(`install operator: ${stderr}`);
  await guarded(plane, operatorIdentity);
}

/** Resolves when the policies bind an account; it has its rights in that namespace. */
export async function guarded(plane: ControlPlane, account: Account, namespace = 'default'): Promise<void> {
  const api = await plane.api(account);
  await until(() => isRefused(api, namespace), 'the policies to be in force');
  await api.close();
}

/** Whether a Secret without our label is refused by the policy, which the server takes up a moment after it was made. */
async function isRefused(api: Api, namespace: string): Promise<boolean> {
  const body = { metadata: { name: 'without-label' } };
  const answer = await api.answer('POST', `/api/v1/namespaces/${namespace}/secrets`, {
    body,
    query: { dryRun: 'All' },
  });
  return !answer.ok && answer.body.message.includes('ValidatingAdmissionPolicy');
}

/** Starts the operator; it leads and knows what is declared when this resolves. */
export async function startOperator(plane: ControlPlane, options: OperatorHarnessOptions = {}): Promise<TestOperator> {
  const { account = operatorIdentity } = options;
  if (!options.account) await installOperator(plane);
  const own = new RightsLog();
  const proxy = await startFaultProxy({
    upstream: await plane.credentials(account),
    observer: await plane.credentials(administrator),
    onAnswer: (call, status) => {
      for (const log of [own, used]) log.add(call, status);
    },
  });
  const name = options.name ?? `operator-${operatorNumber++}`;
  const program = await programOf(plane, proxy, { ...options, name });
  const operator = operatorOver({ plane, proxy, own, program, options });
  try {
    await operator.start();
  } catch (error) {
    await operator.kill();
    await proxy.close();
    throw error;
  }
  return operator;
}

let operatorNumber = 1;

async function programOf(
  plane: ControlPlane,
  { server }: FaultProxy,
  options: OperatorHarnessOptions & { readonly name: string },
): Promise<Program> {
  const { name, account, isElected = true, waitsFor, watchNamespace, clockSeconds, args = [] } = options;
  const { namespace } = account ?? operatorIdentity;
  const kubeconfig = path.join(mkdtempSync(path.join(plane.directory, 'operator-')), 'kubeconfig');
  await writeFile(kubeconfig, proxiedKubeconfig(server), { mode: 0o600 });
  return {
    name,
    file: clockSeconds === undefined ? path.join(root, 'bin/mqttsec') : process.execPath,
    args: [
      ...(clockSeconds === undefined ? [] : [skewedOperator, String(clockSeconds)]),
      ...['operator', '--kubeconfig', kubeconfig, '--namespace', namespace, '--image', 'mqttsec:test'],
      ...['--http-host', '127.0.0.1', '--http-port', '0', `--leader-elect=${isElected}`],
      ...(watchNamespace === undefined ? [] : ['--watch-namespace', watchNamespace]),
      ...args,
    ],
    isReady: async (logged) => {
      const port = portIn(linesIn(logged()));
      if (port === undefined || waitsFor === 'Listening') return port !== undefined;
      const isLeading = !isElected || logged().includes('"msg":"leading"');
      return isLeading && (await isReadyAt(`http://127.0.0.1:${port}`));
    },
  };
}

/** Text of a kubeconfig for a client behind a fault proxy, which says there who the client is. */
export function proxiedKubeconfig(server: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server } }],
    users: [{ name: 'test', user: {} }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    'current-context': 'test',
  });
}

async function isReadyAt(address: string): Promise<boolean> {
  return fetch(`${address}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  );
}

function linesIn(text: string): readonly LogLine[] {
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  return whole.split('\n').filter(Boolean).map(lineOf);
}

function lineOf(text: string): LogLine {
  try {
    return JSON.parse(text) as LogLine;
  } catch {
    return { level: 'text', msg: text };
  }
}

function portIn(lines: readonly LogLine[]): number | undefined {
  return lines.find(({ msg }) => msg === 'listening')?.['port'] as number | undefined;
}

/** What any sound run may meet: somebody was faster, or the object is gone; it is tried again. */
const harmless: readonly RegExp[] = [/: (Conflict|AlreadyExists): /];

interface Site {
  readonly plane: ControlPlane;
  readonly proxy: FaultProxy;
  /** What this one used. */
  readonly own: RightsLog;
  readonly program: Program;
  readonly options: OperatorHarnessOptions;
}

function operatorOver({ plane, proxy, own, program, options }: Site): TestOperator {
  let component: Component | undefined;
  const running = () => {
    if (!component) throw new Error(`${program.name} was not started`);
    return component;
  };
  const lines = () => (component ? linesIn(readFileSync(component.logFile, 'utf8')) : []);
  const address = () => `http://127.0.0.1:${portIn(linesIn(running().logged())) ?? 0}`;
  const unexpected = () => {
    const known = [...harmless, ...(options.expected ?? [])];
    const refused = own.refused.map((right) => `refused with 403: ${right}`);
    return [...problemLines(lines()), component?.ending() ?? [], refused]
      .flat()
      .filter((text) => !known.some((pattern) => pattern.test(text)));
  };
  const writes = () => proxy.writes.filter(({ plural }) => plural !== 'leases' && plural !== 'events');
  return {
    ...{ proxy, address, lines, unexpected, writes },
    pid: () => running().pid,
    metrics: async () => (await fetch(`${address()}/metrics`)).text(),
    quiet: (milliseconds) => quietFor(milliseconds, () => writes().length),
    stop: () => running().terminate(),
    kill: () => running().kill(),
    start: async () => {
      component = startedComponent(program, plane.directory);
      await whenReady(program, component);
    },
    rights: () => Promise.resolve(rightsSoFar()),
    close: async () => {
      const early = component?.ending();
      const code = await running().terminate();
      await proxy.close();
      const problems = [early ?? [], code === 0 ? [] : `it ended with ${String(code)}`, unexpected()].flat();
      if (problems.length > 0) throw new Error(`${program.name}:\n${problems.join('\n')}`);
    },
  };
}

function problemLines(lines: readonly LogLine[]): readonly string[] {
  return lines
    .filter(({ level }) => level !== 'info' && level !== 'debug')
    .map((line) => (line.level === 'text' ? line.msg : JSON.stringify(line)));
}

async function quietFor(milliseconds: number, count: () => number): Promise<void> {
  let seen = count();
  for (let since = performance.now(); performance.now() - since < milliseconds; await delay(20)) {
    if (count() === seen) continue;
    seen = count();
    since = performance.now();
  }
}

/** The rights that operators used in this run so far, beside those of deploy/operator. */
export function rightsSoFar(): RightsDifference {
  return rightsDifference([rbacFile, metricsRightsFile].flatMap(grantedIn), [...used.used, ...checkedBesides]);
}

/** Asked of the authorizer by OwnerReferencesPermissionEnforcement, which the control plane runs with: no request of its own. */
const checkedBesides = ['mqttbrokers', 'mqttdevices', 'devicecertificates'].map((plural) => ({
  verb: 'update',
  resource: `${plural}/finalizers.mqttsecurity.io`,
}));
