/** A broker of a cluster as its agent finds it, without an operator: its objects, its rights and what is published for it. */
import {
  brokerInstances,
  type BrokerInstanceObject,
  mqttBrokers,
  roleBindings,
  roles,
  secrets,
  serviceAccounts,
} from '../../src/api/kinds.ts';
import { createPublisher } from '../../src/controllers/bundle/publisher.ts';
import { bundleSite, type SetSite } from '../../src/controllers/bundle/site.ts';
import { declaredBroker } from '../../src/controllers/declared.ts';
import { agentRules } from '../../src/controllers/workload/role.ts';
import { createWorld } from '../../src/controllers/world.ts';
import { chunksByOffset, contentOf } from '../../src/domain/bundle/chunks.ts';
import { type BundleContent, type PartName, partNames } from '../../src/domain/bundle/content.ts';
import { imagePlacement } from '../../src/domain/bundle/placement.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import type { KubeObject, ResourceType } from '../../src/kube/object.ts';
import { newSite, partsOf, type Site, type SiteDevice, valueOf } from '../agent/site.ts';
import type { Plant } from '../broker/agent/plant.ts';
import { type BrokerUnderTest, freePorts } from '../broker/mosquitto.ts';
import { realClock, realRandom, testClient } from './client.ts';
import { administrator, type ControlPlane, type Identity } from './control-plane.ts';
import type { PolicyRule } from './rights.ts';

export const broker = 'plant';
export const instance = 'plant-0';

interface EventObject extends KubeObject {
  readonly reason: string;
  readonly note: string;
  readonly type: string;
  readonly regarding: { readonly kind: string; readonly name: string; readonly uid: string };
  readonly reportingController: string;
  readonly series?: { readonly count: number };
}

export const eventType: ResourceType<EventObject> = {
  ...{ group: 'events.k8s.io', version: 'v1', plural: 'events', kind: 'Event', namespaced: true },
};

export interface AgentStand {
  /** Of somebody who may do everything. */
  readonly client: KubeClient;
  readonly namespace: string;
  readonly plant: Plant;
  /** The account of the agent, and the rules of its Role. */
  readonly account: Identity;
  readonly granted: readonly PolicyRule[];
  readonly made: <T extends KubeObject>(type: ResourceType<T>, name: string, rest: object) => Promise<T>;
  /** The object into which the agent reports. */
  readonly makeInstance: () => Promise<BrokerInstanceObject>;
  /** What an operator would publish for these devices. */
  readonly contentOf: (devices: readonly SiteDevice[], added?: Partial<Site['conf']>) => BundleContent;
  /** Gives the revision. */
  readonly publish: (devices: readonly SiteDevice[], added?: Partial<Site['conf']>) => Promise<number>;
  readonly close: () => void;
}

export interface StandPlace {
  readonly plane: ControlPlane;
  readonly mosquitto: BrokerUnderTest;
  readonly namespace: string;
  readonly directory: string;
}

/** An MqttBroker `plant` with a listener for passwords, in a namespace of its own, and an account for its agent. */
export async function agentStand({ plane, mosquitto, namespace, directory }: StandPlace): Promise<AgentStand> {
  const { client } = testClient(await plane.credentials(administrator), { userAgent: 'operator-stand-in' });
  await plane.admin.call('POST', '/api/v1/namespaces', { body: { metadata: { name: namespace } } });
  const made: AgentStand['made'] = (type, name, rest) =>
    client.create(type, { apiVersion: '', kind: '', metadata: { namespace, name }, ...rest });
  const [mtls = 0, password = 0] = await freePorts(2);
  const ports = { mtls, password };
  const plant: Plant = { broker: mosquitto, directory, site: imageSite(mosquitto, ports), ports };
  const { certificate, key } = plant.site.server;
  const spec = {
    mosquitto: { version: mosquitto.dialect },
    listeners: [{ name: 'password', port: password, authentication: 'Password' }],
    tls: { serverCertificate: { secretRef: { name: 'plant-server-tls' } } },
    workload: { external: { instances: [instance] } },
  };
  const declared = declaredBroker(await made(mqttBrokers, broker, { spec }));
  const site: SetSite<PartName> = bundleSite(declared.meta);
  const account = { kind: 'ServiceAccount', namespace, name: `${broker}-agent` } as const;
  const granted = agentRules(valueOf(declared.value), [instance], undefined, []);
  const pair = { 'tls.crt': certificate, 'tls.key': key };
  await made(secrets, 'plant-server-tls', { type: 'kubernetes.io/tls', stringData: pair });
  await made(serviceAccounts, account.name, {});
  await made(roles, account.name, { rules: granted });
  await made(roleBindings, account.name, {
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: account.name },
    subjects: [account],
  });
  const world = createWorld({ client, clock: realClock, random: realRandom, namespace });
  world.configMaps.start();
  await world.configMaps.ready;
  const publisher = createPublisher({ client, configMaps: world.configMaps });
  const contentFor: AgentStand['contentOf'] = (devices, added = {}) =>
    contentIn(partsOf({ ...plant.site, conf: { ...plant.site.conf, ...added } }, { revision: 0, devices }));
  return {
    ...{ client, namespace, plant, account, granted, made, contentOf: contentFor },
    makeInstance() {
      const metadata = { namespace, name: instance, ownerReferences: site.owner ? [site.owner] : [] };
      return made(brokerInstances, instance, { metadata, spec: { brokerRef: { name: broker } } });
    },
    async publish(devices, added) {
      const result = await publisher.publish(site, contentFor(devices, added));
      if (result.kind === 'Published') return result.index.revision;
      throw new Error(`publish: ${JSON.stringify(result)}`);
    },
    close: () => world.configMaps.stop(),
  };
}

/** What the operator would compile: for the image, whatever this machine is. */
function imageSite({ dialect }: BrokerUnderTest, ports: Plant['ports']): Site {
  const { directory: link, user, pluginDirectory } = imagePlacement;
  const rendered = dialect === '2.1' ? { version: dialect, pluginDirectory } : { version: dialect };
  return newSite({ now: new Date(), link, dialect: rendered, user, ports });
}

function contentIn(texts: ReturnType<typeof partsOf>): BundleContent {
  const chunks = partNames.map((part) => [part, chunksByOffset(texts[part])]);
  return contentOf(Object.fromEntries(chunks) as BundleContent['parts']);
}
