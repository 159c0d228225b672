/** One pod of the kubelet of the tests: its processes, and what its status says of them. */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { mergePatch, writeKubeconfig } from './api.ts';
import { administrator } from './control-plane.ts';
import type { Site } from './kubelet.ts';
import {
  type Container,
  type ContainerProcess,
  environmentOf,
  fieldOf,
  passes,
  type Pod,
  type Sight,
  startedContainer,
  type Volume,
  wordsOf,
} from './kubelet-container.ts';

export interface RunningPod {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** Of 127.0.0.0/8: where the pod really listens. Its status has another one, for endpoints may not be on loopback. */
  readonly address: string;
  /** Holds a directory for each of its volumes. */
  readonly directory: string;
  /** All that a container has printed, over all its starts. */
  readonly log: (container: string) => string;
  /** Process id of a container that runs. */
  readonly pid: (container: string) => number | undefined;
  readonly restarts: (container: string) => number;
  readonly isReady: () => boolean;
}

export interface PodAddress {
  /** Where its processes listen. */
  readonly loopback: string;
  /** What its status says. */
  readonly shown: string;
}

export interface PodProcess extends RunningPod {
  /** What its containers said last. */
  readonly lastWords: () => string;
  /** Ends its processes: main containers first, then sidecars; what does not end in time is killed. */
  readonly stop: (graceSeconds: number) => Promise<void>;
  /** The same, and finishes its deletion; asked once more, it gives the first promise. */
  readonly leave: (graceSeconds: number) => Promise<void>;
  readonly killNow: () => void;
}

export function podPath({ namespace, name }: { readonly namespace: string; readonly name: string }, rest = ''): string {
  return `/api/v1/namespaces/${namespace}/pods/${name}${rest}`;
}

const root = path.resolve(import.meta.dirname, '../..');
const probeMilliseconds = 100;
const firstBackoff = 200;
const longestBackoff = 5_000;

/** A container over all its starts. */
interface Unit {
  readonly container: Container;
  readonly logFile: string;
  process: ContainerProcess | undefined;
  hasStarted: boolean;
  isReady: boolean;
  restarts: number;
}

/** Begins to run a pod that was not bound yet. */
export function podProcess(site: Site, pod: Pod): PodProcess {
  const { namespace, name, uid } = pod.metadata;
  const address = site.nextAddress();
  const directory = path.join(site.directory, address.loopback.slice(address.loopback.lastIndexOf('.') + 1));
  const stopping = new AbortController();
  const unitOf = (container: Container): Unit => ({
    ...{ container, logFile: path.join(directory, `${container.name}.log`) },
    ...{ process: undefined, hasStarted: false, isReady: false, restarts: 0 },
  });
  const first = (pod.spec.initContainers ?? []).map(unitOf);
  const main = pod.spec.containers.map(unitOf);
  const units = [...first, ...main];
  const run: PodRun = { site, pod, address, directory, first, main, signal: stopping.signal };
  let failure: unknown;
  const lived = live(run).catch((error: unknown) => {
    if (!stopping.signal.aborted) failure = error;
  });
  const unit = (container: string) => units.find((one) => one.container.name === container);
  const log = (container: string) => textOf(unit(container)?.logFile);
  const stop = async (graceSeconds: number) => {
    stopping.abort();
    await end(main, graceSeconds);
    await end(first.toReversed(), graceSeconds);
    await lived;
  };
  let left: Promise<void> | undefined;
  return {
    ...{ namespace, name, uid, address: address.loopback, directory, log, stop },
    pid: (container) => (unit(container)?.process?.isRunning() === true ? unit(container)?.process?.pid : undefined),
    restarts: (container) => unit(container)?.restarts ?? 0,
    isReady: () => isReady(run),
    lastWords: () =>
      [failure, ...units.map(({ container }) => lastLines(container.name, log(container.name)))].join('\n'),
    leave: (graceSeconds) => (left ??= stop(graceSeconds).then(() => finishDeletion(run))),
    killNow: () => {
      for (const { process } of units) if (process?.isRunning() === true) process.kill();
    },
  };
}

interface PodRun {
  readonly site: Site;
  readonly pod: Pod;
  readonly address: PodAddress;
  readonly directory: string;
  readonly first: readonly Unit[];
  readonly main: readonly Unit[];
  readonly signal: AbortSignal;
}

function textOf(file: string | undefined): string {
  try {
    return file === undefined ? '' : readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function lastLines(name: string, text: string): string {
  return [`-- ${name}:`, ...text.trimEnd().split('\n').slice(-12)].join('\n');
}

function isSidecar({ container }: Unit): boolean {
  return container.restartPolicy === 'Always';
}

/** Those that have to be ready for the pod to be. */
function lasting({ first, main }: PodRun): readonly Unit[] {
  return [...first.filter(isSidecar), ...main];
}

function isReady(run: PodRun): boolean {
  return lasting(run).every((unit) => unit.isReady && unit.process?.isRunning() === true);
}

async function live(run: PodRun): Promise<void> {
  const { site, pod, signal, first, main } = run;
  const { namespace, name } = pod.metadata;
  const target = { apiVersion: 'v1', kind: 'Node', name: site.node };
  await site.plane.admin.call('POST', podPath({ namespace, name }, '/binding'), {
    body: { metadata: { name }, target },
  });
  const sight = await prepared(run);
  const told = tellStatus(run);
  const kept: Promise<void>[] = [];
  for (const unit of first) {
    if (isSidecar(unit)) {
      kept.push(keep(run, unit, sight));
      while (!signal.aborted && !unit.hasStarted) await delay(probeMilliseconds / 4);
    } else {
      await completed(run, unit, sight);
    }
  }
  if (!signal.aborted) kept.push(...main.map((unit) => keep(run, unit, sight)));
  await Promise.all([...kept, told]);
}

/** Makes the volumes, and the credentials in them. */
async function prepared({ site, pod, directory, address }: PodRun): Promise<Sight> {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const places = new Map(
    (pod.spec.volumes ?? []).map((volume) => [volume.name, placeOf(site, pod, directory, volume)] as const),
  );
  const volume = (name: string) => places.get(name) ?? path.join(directory, name);
  const sight: Sight = { pod, address: address.loopback, volume };
  for (const place of places.values()) mkdirSync(place, { recursive: true, mode: 0o700 });
  for (const { name, projected } of pod.spec.volumes ?? []) {
    if (projected) await project(site, sight, projected, volume(name));
  }
  return sight;
}

/** A claim outlives the pod. */
function placeOf({ directory: node }: Site, { metadata }: Pod, directory: string, volume: Volume): string {
  const claim = volume.persistentVolumeClaim?.claimName;
  return claim === undefined ? path.join(directory, volume.name) : path.join(node, `${metadata.namespace}-${claim}`);
}

async function project(
  { plane }: Site,
  { pod, address }: Sight,
  { sources }: NonNullable<Volume['projected']>,
  place: string,
): Promise<void> {
  for (const { serviceAccountToken, downwardAPI } of sources) {
    for (const item of downwardAPI?.items ?? []) {
      await writeFile(path.join(place, item.path), fieldOf(pod, address, item.fieldRef.fieldPath));
    }
    if (!serviceAccountToken) continue;
    const token = await boundToken(plane, pod);
    await writeFile(path.join(place, serviceAccountToken.path), token, { mode: 0o600 });
    const { ca } = await plane.credentials(administrator);
    await writeKubeconfig(path.join(place, 'kubeconfig'), { server: plane.server, ca, token });
  }
}

/** A token that is good as long as the pod is there. */
async function boundToken({ admin }: Site['plane'], { metadata, spec }: Pod): Promise<string> {
  const { name, namespace, uid } = metadata;
  const boundObjectRef = { apiVersion: 'v1', kind: 'Pod', name, uid };
  const account = spec.serviceAccountName ?? 'default';
  const { status } = await admin.call<{ status: { token: string } }>(
    'POST',
    `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`,
    {
      body: {
        kind: 'TokenRequest',
        apiVersion: 'authentication.k8s.io/v1',
        spec: { boundObjectRef, expirationSeconds: 7200 },
      },
    },
  );
  return status.token;
}

function start({ site, directory, address }: PodRun, unit: Unit, sight: Sight): ContainerProcess {
  const { container, logFile } = unit;
  const environment = new Map(environmentOf(container, sight));
  const words = wordsOf(container, environment, sight);
  for (const { name, mountPath } of container.volumeMounts ?? []) {
    // In a pod a process finds its account below this path; here it is told where.
    if (mountPath.endsWith('/serviceaccount'))
      environment.set('KUBECONFIG', path.join(sight.volume(name), 'kubeconfig'));
  }
  for (const [name, value] of Object.entries(site.options.environment ?? {})) environment.set(name, value);
  return startedContainer(localWords(site, words, address.loopback), environment, { directory, logFile });
}

/** The programs of the images, as they are here. */
function localWords({ options }: Site, words: readonly string[], address: string): readonly string[] {
  const [program, command, ...rest] = words;
  if (program === 'mqttsec') {
    const ours = command === 'agent' ? [`--bind-address=${address}`, ...(options.agentArguments?.(address) ?? [])] : [];
    return [path.join(root, 'bin/mqttsec'), ...(command === undefined ? [] : [command]), ...rest, ...ours];
  }
  return words.flatMap((word) => (word === 'mosquitto' ? options.mosquitto.command : [word]));
}

/** Runs a container until the pod goes, again after each end. */
async function keep(run: PodRun, unit: Unit, sight: Sight): Promise<void> {
  const { signal, address } = run;
  for (let backoff = firstBackoff; !signal.aborted; backoff = Math.min(backoff * 2, longestBackoff)) {
    const running = start(run, unit, sight);
    unit.process = running;
    while (!isAborted(signal) && running.isRunning()) {
      unit.hasStarted ||= await passes(unit.container.startupProbe, address.loopback);
      unit.isReady = unit.hasStarted && (await passes(unit.container.readinessProbe, address.loopback));
      await Promise.race([delay(probeMilliseconds), running.exited]);
    }
    if (isAborted(signal)) return;
    unit.hasStarted = false;
    unit.isReady = false;
    unit.restarts += 1;
    await delay(backoff, undefined, { signal }).catch(() => undefined);
  }
}

/** A call, for the compiler takes a property that was false once to stay so. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

/** Runs an init container until it succeeds. */
async function completed(run: PodRun, unit: Unit, sight: Sight): Promise<void> {
  while (!run.signal.aborted) {
    unit.process = start(run, unit, sight);
    const { code } = await unit.process.exited;
    if (code === 0) return;
    unit.restarts += 1;
    await delay(firstBackoff);
  }
}

async function end(units: readonly Unit[], graceSeconds: number): Promise<void> {
  await Promise.all(
    units.map(async ({ process }) => {
      if (process?.isRunning() !== true) return;
      process.terminate();
      const late = delay(graceSeconds * 1000, 'late', { ref: false });
      if ((await Promise.race([process.exited, late])) === 'late') process.kill();
      await process.exited;
    }),
  );
}

/** Writes the status of the pod whenever it is another one. */
async function tellStatus(run: PodRun): Promise<void> {
  const startTime = now();
  const since = new Map<string, { readonly status: string; readonly at: string }>();
  let told = '';
  while (!run.signal.aborted) {
    const status = statusOf(run, startTime, since);
    const text = JSON.stringify(status);
    if (text !== told && (await isWritten(run, status))) told = text;
    await delay(probeMilliseconds / 2, undefined, { signal: run.signal }).catch(() => undefined);
  }
}

function now(): string {
  return `${new Date().toISOString().slice(0, 19)}Z`;
}

type Since = Map<string, { readonly status: string; readonly at: string }>;

function statusOf(run: PodRun, startTime: string, since: Since): object {
  const { address, first, main } = run;
  const hasBegun = main.every(({ process }) => process !== undefined);
  const condition = (type: string, isTrue: boolean) => {
    const status = isTrue ? 'True' : 'False';
    if (since.get(type)?.status !== status) since.set(type, { status, at: now() });
    return { type, status, lastTransitionTime: since.get(type)?.at };
  };
  return {
    phase: hasBegun ? 'Running' : 'Pending',
    ...{ hostIP: address.shown, podIP: address.shown, podIPs: [{ ip: address.shown }], startTime },
    conditions: [
      condition('PodScheduled', true),
      condition('Initialized', hasBegun),
      condition('ContainersReady', isReady(run)),
      condition('Ready', isReady(run)),
    ],
    ...(first.length > 0 && { initContainerStatuses: first.map(containerStatus) }),
    containerStatuses: main.map(containerStatus),
  };
}

function containerStatus({ container, process, hasStarted, isReady: ready, restarts }: Unit): object {
  const isRunning = process?.isRunning() === true;
  return {
    ...{ name: container.name, image: container.image, imageID: '', ready: ready && isRunning, started: hasStarted },
    ...{ restartCount: restarts, state: isRunning ? { running: {} } : { waiting: { reason: 'ContainerCreating' } } },
  };
}

/** False when it has to be tried again; another pod of the name has another UID and is not touched. */
async function isWritten({ site, pod: { metadata } }: PodRun, status: object): Promise<boolean> {
  const body = { metadata: { uid: metadata.uid }, status };
  try {
    const answer = await site.plane.admin.answer('PATCH', podPath(metadata, '/status'), {
      body,
      contentType: mergePatch,
    });
    return answer.ok || answer.status === 404 || answer.status === 409;
  } catch {
    return false;
  }
}

async function finishDeletion({ site, pod: { metadata }, directory }: PodRun): Promise<void> {
  const body = { gracePeriodSeconds: 0, preconditions: { uid: metadata.uid } };
  await site.plane.admin.answer('DELETE', podPath(metadata), { body });
  rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
}
