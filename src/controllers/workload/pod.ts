/** The pod of a managed broker: Mosquitto, and the agent as a sidecar that starts before it and ends after it. */
import { brokerLabel, labelValue } from '../../api/labels.ts';
import { supervisorScript } from '../../domain/broker/supervisor.ts';
import { imagePlacement } from '../../domain/bundle/placement.ts';
import type { Broker, ManagedWorkload, MosquittoVersion } from '../../domain/fleet.ts';
import type { OperatorOptions } from '../context.ts';
import { agentName, serverSecretName } from './names.ts';
import { keptQuantities } from './quantity.ts';

/** For brokers that name none: exact versions, so that no pod runs another one because it came to another node. */
const mosquittoImages: Readonly<Record<MosquittoVersion, string>> = {
  '2.0': 'docker.io/library/eclipse-mosquitto:2.0.22',
  '2.1': 'docker.io/library/eclipse-mosquitto:2.1.2-alpine',
};

/** The user `mosquitto` of its images; the agent has to be the same one, to signal it and to share files with it. */
const user = 1883;
/** Of the agent's health and metrics, unless a listener has it. */
const firstAgentPort = 8080;
const dataDirectory = imagePlacement.persistenceDirectory ?? '/mosquitto/data';
/** Of Mosquitto and agent, in memory: the key of the server lies in it. */
const sharedDirectory = '/run/mqttsec';
const tokenDirectory = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Nothing that PodSecurity `restricted` forbids, and no file system to write to. */
const containerSecurity = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
};

export interface PodSite {
  readonly broker: Broker;
  readonly workload: ManagedWorkload;
  readonly options: OperatorOptions;
  /** `resources` of the Mosquitto container as they are now. */
  readonly presentResources: { readonly requests?: unknown; readonly limits?: unknown } | undefined;
}

export function brokerPodSpec(site: PodSite): Readonly<Record<string, unknown>> {
  const { broker, workload } = site;
  const { imagePullSecrets, nodeSelector } = workload;
  return {
    serviceAccountName: agentName(broker.origin.name),
    // The agent alone gets a token.
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    shareProcessNamespace: true,
    terminationGracePeriodSeconds: 30,
    securityContext: {
      ...{ runAsNonRoot: true, runAsUser: user, runAsGroup: user, fsGroup: user },
      ...{ fsGroupChangePolicy: 'OnRootMismatch', seccompProfile: { type: 'RuntimeDefault' } },
    },
    ...(imagePullSecrets.length > 0 && { imagePullSecrets: imagePullSecrets.map((name) => ({ name })) }),
    ...(nodeSelector.size > 0 && { nodeSelector: Object.fromEntries(nodeSelector) }),
    initContainers: [agentContainer(site)],
    containers: [mosquittoContainer(site)],
    volumes: volumes(workload),
  };
}

function mosquittoContainer({ broker, workload, presentResources }: PodSite): Readonly<Record<string, unknown>> {
  const { requests, limits } = workload.resources;
  return {
    name: 'mosquitto',
    image: workload.image ?? mosquittoImages[broker.version],
    command: ['/bin/sh', '-c', literal(supervisorScript), 'supervisor', `${sharedDirectory}/broker`, 'mosquitto'],
    ports: broker.listeners.map(({ port }) => ({ containerPort: port, protocol: 'TCP' })),
    resources: {
      ...(requests.size > 0 && { requests: keptQuantities(requests, presentResources?.requests) }),
      ...(limits.size > 0 && { limits: keptQuantities(limits, presentResources?.limits) }),
    },
    securityContext: containerSecurity,
    volumeMounts: [
      { name: 'shared', mountPath: sharedDirectory },
      { name: 'data', mountPath: dataDirectory },
      { name: 'tmp', mountPath: '/tmp' },
    ],
  };
}

/** As the kubelet gives it on unchanged: in commands it takes `$(NAME)` for a variable and `$$` for `$`. */
function literal(text: string): string {
  return text.replaceAll('$', () => '$$');
}

/** The containers of a pod have one address: Mosquitto would not start on a port that the agent has. */
function agentPortOf({ listeners }: Broker): number {
  const taken = new Set(listeners.map(({ port }) => port));
  let port = firstAgentPort;
  while (taken.has(port)) port += 1;
  return port;
}

function agentContainer({ broker, workload, options }: PodSite): Readonly<Record<string, unknown>> {
  const agentPort = agentPortOf(broker);
  const probe = (path: string) => ({ httpGet: { path, port: agentPort } });
  return {
    name: 'agent',
    image: workload.agentImage ?? options.image,
    restartPolicy: 'Always',
    command: ['mqttsec', 'agent'],
    args: agentArguments(broker),
    env: [
      fromPod('POD_NAME', 'metadata.name'),
      fromPod('POD_NAMESPACE', 'metadata.namespace'),
      fromPod('POD_UID', 'metadata.uid'),
      fromPod('POD_IP', 'status.podIP'),
      // Another broker under the name is none of this pod's.
      ...(broker.origin.uid === undefined ? [] : [{ name: 'MQTTSEC_BROKER_UID', value: broker.origin.uid }]),
    ],
    ports: [{ containerPort: agentPort, name: 'metrics', protocol: 'TCP' }],
    // At rest, with 12 devices, 20m and 62 MB (docs/performance.md, in pods).
    resources: { requests: { cpu: '30m', memory: '96Mi' } },
    securityContext: containerSecurity,
    // Mosquitto is started once the agent answers, and is in its Service once it is proved.
    startupProbe: { ...probe('/healthz'), periodSeconds: 1, failureThreshold: 60 },
    readinessProbe: { ...probe('/readyz'), periodSeconds: 2, failureThreshold: 1 },
    livenessProbe: { ...probe('/healthz'), periodSeconds: 10, failureThreshold: 6 },
    volumeMounts: [
      { name: 'shared', mountPath: sharedDirectory },
      // It looks that the place for sessions is there before the broker starts.
      { name: 'data', mountPath: dataDirectory },
      { name: 'tmp', mountPath: '/tmp' },
      { name: 'token', mountPath: tokenDirectory, readOnly: true },
    ],
  };
}

function agentArguments(broker: Broker): readonly string[] {
  return [
    `--broker=${broker.origin.name}`,
    '--namespace=$(POD_NAMESPACE)',
    '--instance=$(POD_NAME)',
    '--pod-uid=$(POD_UID)',
    `--server-secret=${serverSecretName(broker)}`,
    `--directory=${sharedDirectory}/agent`,
    `--supervisor=${sharedDirectory}/broker`,
    `--data=${dataDirectory}`,
    '--http-host=$(POD_IP)',
    `--http-port=${agentPortOf(broker)}`,
    ...(broker.update.strategy === 'Roll' ? ['--rolled'] : []),
  ];
}

function fromPod(name: string, fieldPath: string): Readonly<Record<string, unknown>> {
  return { name, valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath } } };
}

function volumes({ storage }: ManagedWorkload): readonly Readonly<Record<string, unknown>>[] {
  return [
    { name: 'shared', emptyDir: { medium: 'Memory' } },
    { name: 'tmp', emptyDir: {} },
    { name: 'token', projected: { defaultMode: 0o440, sources: tokenSources } },
    ...(storage ? [] : [{ name: 'data', emptyDir: {} }]),
  ];
}

/** What is mounted into every pod of a service account, for the agent's container alone. */
const tokenSources = [
  { serviceAccountToken: { path: 'token', expirationSeconds: 3607 } },
  { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
  { downwardAPI: { items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }] } },
];

/** The claim for sessions and retained messages; it can never be changed, so a size is kept in the form that it has. */
export function dataClaim(
  { origin }: Broker,
  { size, storageClassName }: NonNullable<ManagedWorkload['storage']>,
  presentSize: unknown,
): Readonly<Record<string, unknown>> {
  const [storage = size] = Object.values(keptQuantities(new Map([['storage', size]]), { storage: presentSize }));
  return {
    metadata: { name: 'data', labels: { [brokerLabel]: labelValue(origin.name) } },
    spec: {
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage } },
      ...(storageClassName !== undefined && { storageClassName }),
    },
  };
}
