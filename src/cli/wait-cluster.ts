import { mqttDevices } from '../api/kinds.ts';
import { conditionLine } from '../cluster/conditions.ts';
import type { Cluster } from '../cluster/connection.ts';
import { listed } from '../cluster/listing.ts';
import { type FoundObject, foundObject, targetOf } from '../cluster/targets.ts';
import { awaitedObjects, type Progress, type Wanted } from '../cluster/wait.ts';
import { type ExitCode, type Io } from './io.ts';

export interface WaitAsk {
  /** None: all devices of the namespace. */
  readonly names: readonly string[];
  readonly wanted: Wanted;
  readonly timeoutSeconds: number;
}

/** Waits until all are as wanted (0), or one is deleted or the time is over (1): then it says why. */
export async function waitOnCluster(cluster: Cluster, ask: WaitAsk, io: Io): Promise<ExitCode> {
  const { names, wanted, timeoutSeconds } = ask;
  const objects = names.length === 0 ? await allDevices(cluster) : await namedObjects(cluster, names);
  const line = progressLine(io, wanted);
  const all = await awaitedObjects(cluster, objects, {
    wanted,
    timeoutMilliseconds: timeoutSeconds * 1000,
    onProgress: line.show,
  });
  line.clear();
  const { type } = wanted;
  for (const { kind, key, state, isMet } of all) {
    const text = `${kind} ${key}: ${conditionLine({ type, ...state })}`;
    if (isMet) io.out(`${text}\n`);
    else io.err(`mqttsec: wait ${text}\n`);
  }
  return all.every(({ isMet }) => isMet) ? 0 : 1;
}

async function namedObjects(cluster: Cluster, names: readonly string[]): Promise<readonly FoundObject[]> {
  const found: FoundObject[] = [];
  for (const name of names) found.push(await foundObject(cluster, targetOf(name)));
  return found;
}

async function allDevices({ client, namespace, isEveryNamespace }: Cluster): Promise<readonly FoundObject[]> {
  const scope = isEveryNamespace ? {} : { namespace };
  const found = await listed(client, mqttDevices, scope, (object) => ({ kind: 'MqttDevice' as const, object }));
  if (found.length > 0) return found;
  throw new Error(`wait: ${isEveryNamespace ? 'the cluster' : `namespace ${namespace}`} has no MqttDevice`);
}

/** One line on a terminal that is written over; elsewhere nothing. */
function progressLine({ isErrorTerminal, err }: Pick<Io, 'isErrorTerminal' | 'err'>, { type }: Wanted) {
  const eraseLine = '\r\u001b[K';
  return {
    show: (all: readonly Progress[]) => {
      const open = all.filter(({ isMet }) => !isMet);
      const [first] = open;
      if (!isErrorTerminal || !first) return;
      const waiting = `${first.key} ${conditionLine({ type, ...first.state })}`;
      err(`${eraseLine}${String(all.length - open.length)} of ${String(all.length)}; ${waiting}`.slice(0, 120));
    },
    clear: () => {
      if (isErrorTerminal) err(eraseLine);
    },
  };
}
