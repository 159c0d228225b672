/** When the pods of a broker that is rolled may be given another set. */
import type { PodObject } from '../../api/kinds.ts';
import type { Broker } from '../../domain/fleet.ts';
import type { KubeObject } from '../../kube/object.ts';

/** So long pods that are not ready hold up the next set, milliseconds: what was taken back has to be so at last. */
const patienceMilliseconds = 300_000;

/** A StatefulSet whose pods are rolled. */
export interface RolledSet {
  readonly name: string;
  /** Number of its first pod. */
  readonly start: number;
  readonly replicas: number;
}

/** As much of a StatefulSet of the user's as is looked at. */
interface SeenSet {
  readonly spec?: { readonly replicas?: number; readonly ordinals?: { readonly start?: number } };
}

/** The StatefulSet that is rolled for a broker; a Deployment takes care of its turns itself. */
export function rolledSet(
  { origin, workload, update }: Broker,
  referred: KubeObject | 'Missing' | undefined,
): RolledSet | undefined {
  if (update.strategy !== 'Roll') return undefined;
  if (workload.kind === 'Managed') return { name: origin.name, start: 0, replicas: workload.replicas };
  if (typeof referred !== 'object' || referred.kind !== 'StatefulSet') return undefined;
  const { replicas = 1, ordinals } = (referred as SeenSet).spec ?? {};
  return { name: referred.metadata.name, start: ordinals?.start ?? 0, replicas };
}

/**
 * Until when the set of the pod template has to stay; undefined where another may take its place. A StatefulSet of parallel
 * pods begins each roll with the pod of the highest number, however the others are: in the middle of a roll that would be
 * the one that serves. Where that one is not ready itself, nothing is lost by replacing it.
 */
export function rollHeldUntil(set: RolledSet, pods: readonly PodObject[], now: Date): Date | undefined {
  const { name, start, replicas } = set;
  const byName = new Map(pods.map((pod) => [pod.metadata.name, pod]));
  const inOrder = Array.from({ length: replicas }, (_, index) => byName.get(`${name}-${start + index}`));
  const first = inOrder.at(-1);
  if (!first || !isServing(first)) return undefined;
  const others = inOrder.slice(0, -1).filter((pod) => !pod || !isServing(pod));
  // One that is not there yet has its turn since the one before it is ready.
  const since = others.map((pod) => Date.parse(changedAt(pod ?? first)));
  const until = Math.max(...since.filter(Number.isFinite)) + patienceMilliseconds;
  return until > now.getTime() ? new Date(until) : undefined;
}

function readyCondition({ status }: PodObject) {
  return status?.conditions?.find(({ type }) => type === 'Ready');
}

function isServing(pod: PodObject): boolean {
  return pod.metadata.deletionTimestamp === undefined && readyCondition(pod)?.status === 'True';
}

function changedAt(pod: PodObject): string {
  const { deletionTimestamp, creationTimestamp } = pod.metadata;
  return deletionTimestamp ?? readyCondition(pod)?.lastTransitionTime ?? creationTimestamp ?? '';
}
