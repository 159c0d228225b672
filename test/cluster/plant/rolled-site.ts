/** A broker whose pods are replaced for each new set, what can be broken in them, and what is seen of them. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { MqttClient } from 'mqtt';
import { bundleHashAnnotation } from '../../../src/api/labels.ts';
import { enforcedHash } from '../../../src/domain/bundle/chunks.ts';
import { parseIndex } from '../../../src/domain/bundle/index-text.ts';
import type { BrokerUnderTest } from '../../broker/mosquitto.ts';
import { until } from '../component.ts';
import type { ControlPlane } from '../control-plane.ts';
import type { Kubelet } from '../kubelet.ts';
import { deviceClient, mayPublish, secretTexts } from './mqtt.ts';
import { output } from './site.ts';
import {
  becameReady,
  brokerSpec,
  changed,
  endpointOf,
  found,
  issuers,
  kubeletFor,
  namespaceNamed,
  ours,
} from './stage.ts';

const allow = (topic: string) => ({ effect: 'Allow', actions: ['Publish'], topic });

/** Broker `plant` and, by their passwords, devices `s1` and `s2`, which may publish below `sensors/NAME/`. */
export function rolledFleet(namespace: string, version: string, workload: object): readonly object[] {
  const device = (name: string) =>
    ours('MqttDevice', namespace, name, {
      brokerRef: { name: 'plant' },
      templateRefs: [{ name: 'sensor' }],
      authentication: { type: 'Password', password: { generate: {} } },
    });
  return [
    namespaceNamed(namespace),
    ...issuers(namespace),
    ours('MqttBroker', namespace, 'plant', brokerSpec(version, { update: { strategy: 'Roll' }, workload })),
    ours('AclTemplate', namespace, 'sensor', { role: 'Device', rules: [allow('sensors/{device}/#')] }),
    ...['s1', 's2'].map(device),
  ];
}

type Part = 'agent' | 'mosquitto';

/** A kubelet in whose pods one of the two cannot be started as long as it is broken; what runs goes on. */
export interface FaultyKubelet {
  readonly kubelet: Kubelet;
  readonly break: (part: Part) => void;
  readonly mend: (part: Part) => void;
}

/** Mosquitto, unless the file that it is named by is there: then it says what it is and no more. */
const mosquittoUnless = `case "$*" in *" -c "*) [ ! -e "$0" ] || { echo broken; exit 1; };; esac; exec "$@"`;

/** `further`: words for each agent, given those that start Mosquitto. */
export async function faultyKubelet(
  plane: ControlPlane,
  namespace: string,
  mosquitto: BrokerUnderTest,
  further: (command: readonly string[]) => readonly string[] = () => [],
): Promise<FaultyKubelet> {
  const { pluginDirectory } = mosquitto;
  const directory = mkdtempSync(path.join(plane.directory, 'broken-'));
  const mark = (part: Part) => path.join(directory, part);
  const command = ['/bin/sh', '-c', mosquittoUnless, mark('mosquitto'), ...mosquitto.command] as const;
  const words = () => (existsSync(mark('agent')) ? ['--no-such-option'] : further(command));
  return {
    kubelet: await kubeletFor(plane, { command, pluginDirectory }, [namespace], words),
    break: (part) => writeFileSync(mark(part), ''),
    mend: (part) => rmSync(mark(part)),
  };
}

interface Annotated {
  readonly annotations?: Readonly<Record<string, string>>;
}

/** What is looked at of any object of the broker. */
interface Seen {
  readonly metadata: Annotated;
  readonly spec?: { readonly template?: { readonly metadata: Annotated } };
  readonly data?: Readonly<Record<string, string>>;
  readonly status?: {
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason: string;
      readonly message: string;
    }[];
    readonly bundle?: { readonly revision: number };
    readonly instances?: { readonly expected: number; readonly programmed: number };
    readonly loadedRevision?: number;
    readonly refused?: { readonly revision?: number };
  };
}

interface RolledSiteOptions {
  readonly plane: ControlPlane;
  readonly kubelet: Kubelet;
  readonly namespace: string;
  /** Name of the StatefulSet. */
  readonly workload: string;
  /** In the order in which they are replaced. */
  readonly pods: readonly string[];
}

export class RolledSite {
  readonly #options: RolledSiteOptions;
  readonly #clients: MqttClient[] = [];

  constructor(options: RolledSiteOptions) {
    this.#options = options;
  }

  /** The object `KIND/NAME`. */
  seen(object: string): Promise<Seen | undefined> {
    const { plane, namespace } = this.#options;
    return found<Seen>(plane, namespace, object);
  }

  /** A session of a device on a pod: by its password, or with these credentials. */
  async session(pod: string, device: string, credentials?: Readonly<Record<string, string>>): Promise<MqttClient> {
    const { plane, kubelet, namespace } = this.#options;
    const endpoint = await endpointOf(plane, kubelet, namespace, pod);
    const secret = credentials ?? (await secretTexts(plane.admin, namespace, `${device}-password`));
    const client = await deviceClient(endpoint, device, secret);
    this.#clients.push(client);
    return client;
  }

  /** Whether `s2` that comes to the pod now may publish there. */
  async grants(pod: string, topic: string): Promise<boolean> {
    const client = await this.session(pod, 's2');
    const may = await mayPublish(client, topic, pod);
    client.end(true);
    return may;
  }

  close(): void {
    for (const client of this.#clients) client.end(true);
  }

  /** Lets devices publish on these topics beside their own. */
  async allow(...topics: readonly string[]): Promise<void> {
    const { plane, namespace } = this.#options;
    const rules = ['sensors/{device}/#', ...topics].map(allow);
    await changed(plane, namespace, 'acltemplate/sensor', { spec: { rules } });
  }

  /** UIDs of the pods that run, by name. */
  running(): ReadonlyMap<string, string> {
    const { kubelet, namespace, pods } = this.#options;
    const all = kubelet.pods();
    return new Map(
      pods.flatMap((pod) => {
        const uid = all.get(`${namespace}/${pod}`)?.uid;
        return uid === undefined ? [] : [[pod, uid] as const];
      }),
    );
  }

  /** Resolves when another pod has the name than at that time. An agent that failed for a while waits as long for its next try. */
  async replaced(pod: string, former: ReadonlyMap<string, string>): Promise<void> {
    const isReplaced = () => {
      const uid = this.running().get(pod);
      return uid !== undefined && uid !== former.get(pod);
    };
    await until(isReplaced, `${pod} is replaced`, 120_000);
  }

  /** Sets that the agent of a pod has given to its broker. */
  sets(pod: string): number {
    const { kubelet, namespace } = this.#options;
    const log = kubelet.pods().get(`${namespace}/${pod}`)?.log('agent') ?? '';
    return log.split('"put a generation in place"').length - 1;
  }

  /** `STATUS REASON: MESSAGE` of the condition Programmed. */
  async programmed(object: string): Promise<string> {
    const one = (await this.seen(object))?.status?.conditions?.find(({ type }) => type === 'Programmed');
    return one ? `${one.status} ${one.reason}: ${one.message}` : 'nothing is said';
  }

  /** Resolves when the condition Programmed says this of all these; fails with what it says instead. */
  async says(what: RegExp, ...objects: readonly string[]): Promise<void> {
    for (const object of objects) {
      let last = '';
      await until(
        async () => what.test((last = await this.programmed(object))),
        () => `${object} says ${String(what)}: ${last}`,
      );
    }
  }

  /** The revision that the instance has proved, as its status says; 0 without one. */
  async loaded(pod: string): Promise<number> {
    return (await this.seen(`brokerinstance/${pod}`))?.status?.loadedRevision ?? 0;
  }

  /** The revision that the instance refuses, as its status says; 0 without one. */
  async refused(pod: string): Promise<number> {
    return (await this.seen(`brokerinstance/${pod}`))?.status?.refused?.revision ?? 0;
  }

  /** The revision that is published, as the status of the broker says. */
  async published(): Promise<number> {
    return (await this.seen('mqttbroker/plant'))?.status?.bundle?.revision ?? 0;
  }

  /** What pods of the workload are given now. */
  async template(): Promise<Readonly<Record<string, string>>> {
    const { workload } = this.#options;
    return (await this.seen(`statefulset/${workload}`))?.spec?.template?.metadata.annotations ?? {};
  }

  /** The hash that a pod was given. */
  async hashOf(pod: string): Promise<string | undefined> {
    return (await this.seen(`pod/${pod}`))?.metadata.annotations?.[bundleHashAnnotation];
  }

  /** Resolves when nothing is left to be replaced: pods may have started on a set before they were told to. */
  async settled(): Promise<void> {
    const { plane, namespace, workload } = this.#options;
    const ready = () => becameReady(plane, namespace, 'mqttbroker/plant', 'mqttdevice/s1', 'mqttdevice/s2');
    await ready();
    await until(
      async () => (await this.template())[bundleHashAnnotation] === (await this.#publishedHash()),
      'the set is that of the pods',
    );
    await output(plane.kubectl(['rollout', 'status', `statefulset/${workload}`, '-n', namespace, '--timeout=120s']));
    await ready();
  }

  async #publishedHash(): Promise<string> {
    const text = (await this.seen('configmap/plant-bundle'))?.data?.['index.json'];
    const index = text === undefined ? 'there is none' : parseIndex(text);
    return typeof index === 'string' ? index : enforcedHash(index.parts);
  }
}
