import path from 'node:path';
import manifest from '../../package.json' with { type: 'json' };
import { imagePlacement } from '../domain/bundle/placement.ts';
import type { Clock } from '../ports.ts';
import type { PlacedMosquitto } from '../shell/agent-process.ts';
import { agentDirectory } from './agent-directory.ts';
import { choiceOf, commandOf } from './command.ts';
import { type Io, UsageError } from './io.ts';
import { brokerKeyOf, given } from './pod.ts';

export const command = commandOf({
  synopsis: '--broker NAME [--namespace NS] --instance NAME [options]',
  about: `Runs beside one Mosquitto of a cluster's MqttBroker until SIGTERM or Ctrl-C: starts it, keeps it on the newest
bundle that the operator published and that stood the checks, proves each, ends the sessions of those who were
taken off, and reports into the BrokerInstance. Logs JSON lines to standard error.
In a pod the environment gives what is not stated: POD_NAMESPACE, POD_NAME, POD_UID, MQTTSEC_BROKER,
MQTTSEC_BROKER_UID, MQTTSEC_SERVER_SECRET, MQTTSEC_DIRECTORY, MQTTSEC_DATA.`,
  options: {
    broker: { type: 'string', value: 'NAME', about: 'the MqttBroker: NAME or NAMESPACE/NAME' },
    namespace: { type: 'string', short: 'n', value: 'NS', about: 'namespace of the broker' },
    instance: {
      type: 'string',
      value: 'NAME',
      about: 'the BrokerInstance: name of the pod, or as the broker lists it',
    },
    'pod-uid': { type: 'string', value: 'UID', about: 'of the pod; an instance of another one is not reported into' },
    'broker-uid': {
      type: 'string',
      value: 'UID',
      about: 'of the MqttBroker: another one under its name is not served (that of the first bundle)',
    },
    'server-secret': {
      type: 'string',
      value: 'NAME',
      about: "Secret with the server's key pair (BROKER-server-tls)",
    },
    directory: { type: 'string', value: 'DIR', about: `the agent's own files, for nobody else (${agentDirectory})` },
    data: { type: 'string', value: 'DIR', about: 'sessions and retained messages are saved here; without it nowhere' },
    'bind-address': { type: 'string', value: 'ADDRESS', about: 'address of the listeners (all)' },
    mosquitto: {
      type: 'string',
      multiple: true,
      value: 'PATH',
      about: 'Mosquitto to start; give it again for each word of a command that starts it',
    },
    supervisor: { type: 'string', value: 'DIR', about: 'Mosquitto is started by the loop in another container' },
    user: { type: 'string', value: 'USER', about: 'user of Mosquitto (the one of the agent)' },
    'plugin-directory': { type: 'string', value: 'DIR', about: 'directory of the plugins of Mosquitto 2.1' },
    rolled: { type: 'boolean', about: 'the pod is replaced for each new set: keeps the first good one' },
    external: { type: 'boolean', about: 'not a pod: shows life by a Lease of the name of the instance' },
    'http-host': { type: 'string', value: 'ADDRESS', about: 'address of health and metrics (all)' },
    'http-port': { type: 'string', value: 'N', about: 'port of health and metrics, 0 for a free one; without it none' },
    'log-level': { type: 'string', value: 'LEVEL', about: 'debug, info (default), warn or error' },
    kubeconfig: { type: 'string', value: 'FILE', about: 'instead of KUBECONFIG or the service account of the pod' },
    context: { type: 'string', value: 'NAME', about: 'context of the kubeconfig' },
  },
  run: async ({ options, operands, io }) => {
    if (operands.length > 0) throw new UsageError(`unexpected argument '${String(operands[0])}'`);
    const { environment } = io;
    const named = given(options.broker, environment['MQTTSEC_BROKER']);
    if (named === undefined) throw new UsageError('agent needs --broker NAME (or MQTTSEC_BROKER)');
    const broker = brokerKeyOf('agent', named, given(options.namespace, environment['POD_NAMESPACE']));
    const instance = given(options.instance, environment['POD_NAME']);
    if (instance === undefined) throw new UsageError('agent needs --instance NAME (or POD_NAME)');
    const podUid = options.external === true ? undefined : given(options['pod-uid'], environment['POD_UID']);
    const brokerUid = given(options['broker-uid'], environment['MQTTSEC_BROKER_UID']);
    const data = given(options.data, environment['MQTTSEC_DATA']);
    const port = options['http-port'] === undefined ? undefined : portOf(options['http-port']);
    const directory = given(options.directory, environment['MQTTSEC_DIRECTORY']) ?? agentDirectory;
    const logLevel = choiceOf('log-level', options['log-level'], ['debug', 'info', 'warn', 'error']) ?? 'info';
    const [{ runAgentProcess }, { systemRandom }] = await Promise.all([
      import('../shell/agent-process.ts'),
      import('../local/system.ts'),
    ]);
    await runAgentProcess(
      {
        ...{ broker, instance, logLevel, random: systemRandom, version: manifest.version },
        ...defined({ podUid, brokerUid }),
        serverSecret:
          given(options['server-secret'], environment['MQTTSEC_SERVER_SECRET']) ??
          `${broker.slice(broker.indexOf('/') + 1)}-server-tls`,
        directory: path.resolve(io.workingDirectory, directory),
        placement: {
          user: options.user ?? (await ownName()),
          ...(data !== undefined && { persistenceDirectory: path.resolve(io.workingDirectory, data) }),
          ...(options['bind-address'] !== undefined && { bindAddress: options['bind-address'] }),
          ports: new Map(),
        },
        mosquitto: mosquittoOf(options, io),
        isExternal: options.external === true,
        isRolled: options.rolled === true,
        ...(port !== undefined && {
          http: { port, ...(options['http-host'] !== undefined && { host: options['http-host'] }) },
        }),
        kubeConfig: {
          ...(options.kubeconfig !== undefined && { file: options.kubeconfig }),
          ...(options.context !== undefined && { context: options.context }),
        },
        writeLog: (line) => io.err(line),
      },
      io.stopSignal(),
    );
    return 0;
  },
});

function defined<K extends string>(
  values: Readonly<Record<K, string | undefined>>,
): Readonly<Partial<Record<K, string>>> {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Partial<Record<K, string>>;
}

function portOf(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : -1;
  if (port < 0 || port > 65_535) throw new UsageError(`--http-port '${text}' is not a port number from 0 to 65535`);
  return port;
}

interface MosquittoFlags {
  readonly mosquitto?: readonly string[];
  readonly supervisor?: string;
  readonly 'plugin-directory'?: string;
}

function mosquittoOf(
  { mosquitto, supervisor, 'plugin-directory': plugins }: MosquittoFlags,
  { environment }: Io,
): (clock: Clock, signal: AbortSignal) => Promise<PlacedMosquitto> {
  if (supervisor !== undefined) {
    return async (clock, signal) => {
      const { supervisedLauncher } = await import('../agent/shared-process.ts');
      const launcher = supervisedLauncher({ directory: supervisor, clock, signal });
      return { launcher, pluginDirectory: plugins ?? imagePlacement.pluginDirectory };
    };
  }
  return async (clock) => {
    const { localMosquitto, systemDirectories } = await import('../local/mosquitto.ts');
    const searchPath = [...(environment['PATH'] ?? '').split(path.delimiter), ...systemDirectories];
    const chosen = { command: mosquitto ?? [], searchPath, ...(plugins !== undefined && { pluginDirectory: plugins }) };
    return localMosquitto(chosen, clock);
  };
}

/** A container may run under a number that has no name; Mosquitto does not change its user then either. */
async function ownName(): Promise<string> {
  const { userInfo } = await import('node:os');
  try {
    return userInfo().username;
  } catch {
    return imagePlacement.user;
  }
}
