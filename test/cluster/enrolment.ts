/** Replicas of `mqttsec enrol serve` as processes on a control plane, and what asks them. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { request as httpsRequest } from 'node:https';
import path from 'node:path';
import { loadAll } from 'js-yaml';
import { bodyOf, certificatesInBody } from '../enrol/client.ts';
import { type Component, type Program, startedComponent, whenReady } from './component.ts';
import { administrator, type ControlPlane } from './control-plane.ts';
import { startFaultProxy } from './fault-proxy.ts';
import { proxiedKubeconfig } from './operator.ts';
import { secretTexts } from './plant/mqtt.ts';
import { output } from './plant/site.ts';
import { manifestOf } from './plant/stage.ts';
import type { RightsLog } from './rights.ts';

const root = path.resolve(import.meta.dirname, '../..');
export const enrolmentFile = path.join(root, 'deploy/enrolment/plant.yaml');
const namespace = 'plant';
const name = 'plant-enrolment';

interface Shipped {
  readonly kind: string;
  readonly spec?: object;
}

/** Account, rights and certificate as they are shipped, without pods; gives the directory of the key pair. */
export async function installEnrolment(plane: ControlPlane): Promise<string> {
  const shipped = loadAll(readFileSync(enrolmentFile, 'utf8')) as readonly Shipped[];
  const kinds = ['ServiceAccount', 'Role', 'RoleBinding', 'Certificate'];
  const objects = shipped.filter(({ kind }) => kinds.includes(kind)).map(reachableHere);
  assert.equal(objects.length, kinds.length);
  await output(plane.kubectl(['apply', '--dry-run=server', '-f', enrolmentFile]));
  await output(plane.kubectl(['apply', '-f', manifestOf(plane, objects)]));
  const wait = ['wait', '--for=condition=Ready', `certificate/${name}`, '-n', namespace, '--timeout=60s'];
  await output(plane.kubectl(wait));
  const directory = mkdtempSync(path.join(plane.directory, 'enrolment-tls-'));
  for (const [file, text] of Object.entries(await secretTexts(plane.admin, namespace, `${name}-tls`))) {
    writeFileSync(path.join(directory, file), text, { mode: 0o600 });
  }
  return directory;
}

/** The processes listen on the loopback, so their certificate has its address. */
function reachableHere(one: Shipped): Shipped {
  return one.kind === 'Certificate' ? { ...one, spec: { ...one.spec, ipAddresses: ['127.0.0.1'] } } : one;
}

export interface EnrolmentLine {
  readonly event: 'Enrolment';
  readonly outcome: string;
  readonly reason?: string;
}

export interface Replica {
  readonly port: number;
  /** PEM of the CA of its certificate. */
  readonly ca: string;
  /** Its audit lines so far. */
  readonly events: () => readonly EnrolmentLine[];
  /** Ends it; fails unless it ended well and logged no problem. */
  readonly close: () => Promise<void>;
}

/** Serves when this resolves. */
export async function startReplica(
  plane: ControlPlane,
  title: string,
  tlsDirectory: string,
  used: RightsLog,
): Promise<Replica> {
  const proxy = await startFaultProxy({
    upstream: await plane.credentials({ kind: 'ServiceAccount', namespace, name }),
    observer: await plane.credentials(administrator),
    onAnswer: (call, status) => used.add(call, status),
  });
  const kubeconfig = path.join(mkdtempSync(path.join(plane.directory, `${title}-`)), 'kubeconfig');
  writeFileSync(kubeconfig, proxiedKubeconfig(proxy.server), { mode: 0o600 });
  const program: Program = {
    name: title,
    file: path.join(root, 'bin/mqttsec'),
    args: [
      ...['enrol', 'serve', '--broker', `${namespace}/plant`, '--host', '127.0.0.1', '--port', '0'],
      ...['--tls-dir', tlsDirectory, '--http-host', '127.0.0.1', '--http-port', '0', '--kubeconfig', kubeconfig],
    ],
    isReady: async (logged) => {
      const { healthPort = 0 } = (linesIn(logged()).find(({ msg }) => msg === 'started') ?? {}) as {
        readonly healthPort?: number;
      };
      return healthPort !== 0 && (await isReadyAt(healthPort)) && portIn(logged()) !== 0;
    },
  };
  const component = startedComponent(program, plane.directory);
  await whenReady(program, component);
  return {
    port: portIn(component.logged()),
    ca: readFileSync(path.join(tlsDirectory, 'ca.crt'), 'utf8'),
    events: () =>
      linesIn(component.logged()).filter(({ event }) => event === 'Enrolment') as unknown as EnrolmentLine[],
    close: () => closed(component, proxy.close.bind(proxy)),
  };
}

async function closed(component: Component, closeProxy: () => Promise<void>): Promise<void> {
  const early = component.ending();
  const code = await component.terminate();
  await closeProxy();
  const problems = linesIn(component.logged()).filter(({ level }) => level === 'warn' || level === 'error');
  assert.deepEqual([early, code, problems], [undefined, 0, []]);
}

type Line = Readonly<Record<string, unknown>>;

function linesIn(text: string): readonly Line[] {
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  return whole
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Line);
}

function portIn(text: string): number {
  return (linesIn(text).find(({ msg }) => msg === 'listening')?.['port'] as number | undefined) ?? 0;
}

function isReadyAt(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  );
}

export interface Ask {
  /** `simpleenroll` without it. */
  readonly operation?: string;
  readonly claim?: string;
  readonly certificate?: { readonly pem: string; readonly keyPem: string };
  /** PEM; or else `body` as it is. */
  readonly csr?: string;
  readonly body?: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly body: string;
  /** PEM. */
  readonly certificates: readonly string[];
}

/** One request of EST. */
export function asked({ port, ca }: Replica, { operation = 'simpleenroll', csr, ...ask }: Ask): Promise<Answer> {
  const { claim, certificate, headers = {} } = ask;
  const method = operation === 'cacerts' ? 'GET' : 'POST';
  return new Promise((resolve, reject) => {
    const asking = httpsRequest({
      ...{ host: '127.0.0.1', port, path: `/.well-known/est/${operation}`, method, agent: false, ca },
      headers: { 'content-type': 'application/pkcs10', ...headers },
      ...(claim !== undefined && { auth: claim }),
      ...(certificate && { cert: certificate.pem, key: certificate.keyPem }),
    });
    let isAnswered = false;
    // Of a body that is too large the rest is not taken any more.
    asking.on('error', (error) => {
      if (!isAnswered) reject(error);
    });
    asking.once('response', (response) => {
      isAnswered = true;
      const { statusCode: status = 0 } = response;
      let body = '';
      response.setEncoding('latin1').on('data', (chunk: string) => (body += chunk));
      response.once('error', reject).once('end', () => {
        const read = status === 200 ? certificatesInBody(body) : undefined;
        const retryAfter = response.headers['retry-after'];
        resolve({ status, retryAfter, body, certificates: read?.ok ? read.value : [] });
      });
    });
    asking.end(csr === undefined ? ask.body : bodyOf(csr));
  });
}

/** Runs the script of deploy/samples as a device would; fails with what it says, and what it was answered last. */
export async function enrolScript(kit: string, { port }: Replica, identity: string, claim?: string): Promise<void> {
  const script = path.join(root, 'deploy/samples/enrolment/enrol.sh');
  const words = [kit, `https://127.0.0.1:${port}`, identity, ...(claim === undefined ? [] : [claim])];
  const { code, err } = await typed(script, words);
  const answer = () => readFileSync(path.join(kit, 'answer'), 'latin1');
  if (code !== 0) throw new Error(`enrol ${identity}: ${err}${answer()}`);
}

/** `mqttsec` as a user types it. */
export const mqttsec = (words: readonly string[]) => typed(path.join(root, 'bin/mqttsec'), words);

interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Waits without holding up this process: the operator talks to the API server through it. */
function typed(file: string, words: readonly string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    const env = { PATH: process.env['PATH'] };
    const child = execFile(file, [...words], { env }, (_, out, err) => resolve({ code: child.exitCode, out, err }));
  });
}
