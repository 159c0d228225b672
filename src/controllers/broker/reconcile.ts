/** The controller of MqttBroker: compiles and publishes. What there is to say of it is written by `brokerStatusReconcile`. */
import { nothingKnown } from '../../domain/bundle/changes.ts';
import type { ObjectKey } from '../../domain/names.ts';
import type { Key } from '../../kube/object.ts';
import { done, type Outcome, type Reconcile, type ReconcileContext } from '../../kube/outcome.ts';
import { bundleSite } from '../bundle/site.ts';
import type { ControllerContext } from '../context.ts';
import type { DeclaredBroker } from '../declared.ts';
import { isGoing } from '../world.ts';
import { type BrokerFacts, type BrokerPorts, gatheredFacts } from './gather.ts';
import { nothingKept } from './keeping.ts';
import { withForecast } from './forecast.ts';
import { restUntil } from './plan.ts';
import { publishStep, type PublishStep } from './publish.ts';
import type { BrokerMemories, BrokerMemory } from './states.ts';
import { wakeChanged } from './wake.ts';

export interface BrokerController extends BrokerPorts {
  readonly context: ControllerContext;
  /** The same as in the context, to be filled. */
  readonly states: BrokerMemories;
}

export function brokerReconcile(controller: BrokerController): Reconcile {
  const startedAt = controller.context.clock.now();
  return (key, run) => reconciled({ ...controller, startedAt }, key, run);
}

interface Running extends BrokerController {
  readonly startedAt: Date;
}

async function reconciled(controller: Running, key: Key, { signal }: ReconcileContext): Promise<Outcome> {
  const { context, states } = controller;
  const declared = context.world.brokers.store.get(key);
  if (!declared) {
    forget(controller, key as ObjectKey);
    return done;
  }
  if (isGoing(context.world, declared.meta)) return done;
  const known = states.memoryOf(declared.key, declared.meta.uid);
  const rest = restUntil(known?.putOff, context.clock.now());
  if (rest) return requeued([rest]);
  const memory: BrokerMemory = known ?? {
    meta: declared.meta,
    keeping: nothingKept,
    sets: [],
    changes: nothingKnown,
    leastProved: 0,
  };
  const { facts, step } = await published(controller, declared, memory, signal);
  states.keep(declared.key, step.memory);
  wakeChanged(context, memory, step.memory);
  const { memory: present, nextAt } = withForecast(context, step.memory);
  states.keep(declared.key, { ...present, seen: { generation: declared.meta.generation, facts } });
  context.wake.brokerStatus(declared.key);
  if (step.failure !== undefined) throw step.failure;
  return requeued([...step.times, facts?.lookAt, nextAt]);
}

interface Published {
  /** Undefined while there was never a good version of the broker. */
  readonly facts: BrokerFacts | undefined;
  readonly step: PublishStep;
}

/** After each look for what devices keep, all facts are gathered anew: they are of one moment. */
async function published(
  controller: Running,
  declared: DeclaredBroker,
  memory: BrokerMemory,
  signal: AbortSignal,
): Promise<Published> {
  const facts = await gatheredFacts(controller.context, controller, declared, signal);
  if (!facts) return { facts, step: { memory, times: [] } };
  const keep = (next: BrokerMemory) => controller.states.keep(declared.key, next);
  const step = await publishStep({ ...controller, keep }, facts, memory, signal);
  return step.isAgain ? published(controller, declared, step.memory, signal) : { facts, step };
}

/** Children go with their owner. */
function forget({ states, publisher }: BrokerController, key: ObjectKey): void {
  const former = states.forget(key);
  if (former) publisher.forget(bundleSite(former.meta));
}

function requeued(times: readonly (Date | undefined)[]): Outcome {
  const first = times.reduce((one, time) => (time && (!one || time < one) ? time : one), undefined);
  return first ? { kind: 'RequeueAt', at: first } : done;
}
