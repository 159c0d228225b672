/** What is known of brokers between one pass and the next. Nothing of it is needed after a restart. */
import type { Changes } from '../../domain/bundle/changes.ts';
import type { Compiled, CompileInput } from '../../domain/bundle/compile.ts';
import type { Fleet } from '../../domain/fleet.ts';
import type { LockoutsInForce } from '../../domain/lockout.ts';
import type { ObjectKey } from '../../domain/names.ts';
import type { BrokerState, BrokerStates } from '../context.ts';
import type { Meta } from '../declared.ts';
import type { FollowedSet } from './followed.ts';
import type { BrokerFacts } from './gather.ts';
import type { Keeping } from './keeping.ts';
import type { MadeForecast } from './forecast.ts';
import type { PutOff } from './plan.ts';
import type { PublishedSet } from './sets.ts';

/** What a compile was made from and gave. */
export interface CompilePass {
  readonly input: CompileInput;
  readonly compiled: Compiled;
}

export interface BrokerMemory {
  readonly meta: Meta;
  /** What the last pass looked at; without facts while there was never a good version of the broker. */
  readonly seen?: { readonly generation: number; readonly facts: BrokerFacts | undefined };
  /** Undefined while there is no good version of the broker. */
  readonly state?: BrokerState;
  readonly pass?: CompilePass;
  readonly keeping: Keeping;
  /** As they were last gathered. */
  readonly lockouts?: LockoutsInForce;
  /** Oldest first. */
  readonly sets: readonly PublishedSet[];
  /** Newer than all of them: what somebody else published. */
  readonly followed?: FollowedSet | undefined;
  /** Fleet of the newest of them. */
  readonly publishedFleet?: Fleet;
  /** Of the set of somebody else that was looked into last, or that was there at the start. */
  readonly adoptedHash?: string | undefined;
  readonly putOff?: PutOff | undefined;
  /** Since when a set waits for a revocation list. */
  readonly awaitingSince?: Date | undefined;
  /** When this process wrote other content last. */
  readonly publishedAt?: Date;
  /** How long that took. */
  readonly publishMilliseconds?: number;
  /** How many sets up to it, one after the other, waited for the end of a window. */
  readonly waited?: number;
  /** It was not held back for what it took back. */
  readonly isHurried?: boolean;
  /** When the Secrets among the chunks were last looked at. */
  readonly secretsCheckedAt?: Date;
  readonly changes: Changes;
  /** The lowest revision that all expected instances had proved. */
  readonly leastProved: number;
  /** Of renewals; undefined while it is not known what was issued, and where nothing is. */
  readonly forecast?: MadeForecast | undefined;
  /** Since when it is not as it shall be, and why. */
  readonly trouble?: { readonly since: Date; readonly reason: string } | undefined;
}

export interface BrokerMemories extends BrokerStates {
  /** Nothing for another object of the same name. */
  readonly memoryOf: (broker: ObjectKey, uid: string) => BrokerMemory | undefined;
  readonly all: () => Iterable<readonly [broker: ObjectKey, memory: BrokerMemory]>;
  readonly keep: (broker: ObjectKey, memory: BrokerMemory) => void;
  /** Gives what was kept. */
  readonly forget: (broker: ObjectKey) => BrokerMemory | undefined;
}

/** States of all brokers; the controller of brokers (`brokerReconcile`) fills them. */
export function createBrokerStates(): BrokerMemories {
  const memories = new Map<ObjectKey, BrokerMemory>();
  return {
    get: (broker) => memories.get(broker)?.state,
    memoryOf: (broker, uid) => {
      const memory = memories.get(broker);
      return memory?.meta.uid === uid ? memory : undefined;
    },
    all: () => memories,
    keep: (broker, memory) => void memories.set(broker, memory),
    forget: (broker) => {
      const memory = memories.get(broker);
      memories.delete(broker);
      return memory;
    },
  };
}
