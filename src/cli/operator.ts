import manifest from '../../package.json' with { type: 'json' };
import { choiceOf, commandOf } from './command.ts';
import { UsageError } from './io.ts';
import { given, namespacesIn } from './pod.ts';

/** Where deploy/operator puts it. */
const defaultNamespace = 'mqtt-security-system';
const defaultPort = 8080;
const defaultMetricsPort = 8443;

export const command = commandOf({
  synopsis: '--image IMAGE [options]',
  about: `Runs the operator against the cluster of a kubeconfig, or of the pod it is in, until SIGTERM or Ctrl-C: the
first asks it to finish what it does, the second ends it at once. Logs JSON lines to standard error;
/healthz, /readyz and /metrics are on one port. With --metrics-tls-dir the metrics are on a port of their own, over
TLS, for those alone whose bearer token may 'get' the path /metrics by the RBAC of the cluster.
In a pod the environment gives what is not stated: MQTTSEC_IMAGE, POD_NAMESPACE, POD_NAME, WATCH_NAMESPACE.`,
  options: {
    image: { type: 'string', value: 'IMAGE', about: 'image of this program, for the agents of brokers that name none' },
    namespace: {
      type: 'string',
      short: 'n',
      value: 'NS',
      about: `where ledgers and the lease lie (${defaultNamespace})`,
    },
    'watch-namespace': { type: 'string', value: 'NS,…', about: 'look at no other namespaces than these' },
    'leader-elect': { type: 'string', value: 'BOOLEAN', about: 'false: there is surely no other one (true)' },
    'http-host': { type: 'string', value: 'ADDRESS', about: 'address of health and metrics (all)' },
    'http-port': { type: 'string', value: 'N', about: `port of health and metrics, 0 for a free one (${defaultPort})` },
    'metrics-tls-dir': {
      type: 'string',
      value: 'DIR',
      about: 'tls.crt and tls.key of metrics; read again as they change',
    },
    'metrics-port': { type: 'string', value: 'N', about: `port of metrics over TLS (${defaultMetricsPort})` },
    'log-level': { type: 'string', value: 'LEVEL', about: 'debug, info (default), warn or error' },
    kubeconfig: { type: 'string', value: 'FILE', about: 'instead of KUBECONFIG or the service account of the pod' },
    context: { type: 'string', value: 'NAME', about: 'context of the kubeconfig' },
  },
  run: async ({ options, operands, io }) => {
    if (operands.length > 0) throw new UsageError(`unexpected argument '${String(operands[0])}'`);
    const { environment } = io;
    const image = given(options.image, environment['MQTTSEC_IMAGE']);
    if (image === undefined) {
      throw new UsageError('operator needs --image IMAGE (or MQTTSEC_IMAGE), for the brokers that it runs');
    }
    const watched = given(options['watch-namespace'], environment['WATCH_NAMESPACE']);
    const settings = {
      image,
      namespace: given(options.namespace, environment['POD_NAMESPACE']) ?? defaultNamespace,
      ...(watched !== undefined && { watchNamespaces: namespacesIn(watched) }),
      isElected: choiceOf('leader-elect', options['leader-elect'], ['true', 'false']) !== 'false',
      http: {
        port: portOf('http-port', options['http-port'], defaultPort),
        ...(options['http-host'] !== undefined && { host: options['http-host'] }),
      },
      ...guardedMetrics(options['metrics-tls-dir'], options['metrics-port']),
      kubeConfig: {
        ...(options.kubeconfig !== undefined && { file: options.kubeconfig }),
        ...(options.context !== undefined && { context: options.context }),
      },
      logLevel: choiceOf('log-level', options['log-level'], ['debug', 'info', 'warn', 'error']) ?? 'info',
    };
    const [{ endedOperator }, { hostname }] = await Promise.all([
      import('../shell/operator-process.ts'),
      import('node:os'),
    ]);
    const instance = given(environment['POD_NAME']) ?? hostname();
    const { version } = manifest;
    const { exitCode } = await endedOperator({ ...settings, instance, version, writeLog: (line) => io.err(line) });
    return exitCode;
  },
});

function guardedMetrics(tlsDirectory: string | undefined, port: string | undefined) {
  if (tlsDirectory !== undefined) {
    return { guardedMetrics: { tlsDirectory, port: portOf('metrics-port', port, defaultMetricsPort) } };
  }
  if (port !== undefined) throw new UsageError('--metrics-port needs --metrics-tls-dir DIR');
  return {};
}

function portOf(option: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : -1;
  if (port < 0 || port > 65_535) throw new UsageError(`--${option} '${text}' is not a port number from 0 to 65535`);
  return port;
}
