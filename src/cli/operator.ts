import manifest from '../../package.json' with { type: 'json' };
import { choiceOf, commandOf } from './command.ts';
import { UsageError } from './io.ts';

/** Where deploy/operator puts it. */
const defaultNamespace = 'mqtt-security-system';
const defaultPort = 8080;

export const command = commandOf({
  synopsis: '--image IMAGE [--namespace NS] [--watch-namespace NS] [--leader-elect=false] [--http-port N]',
  about: `Runs the operator against the cluster of a kubeconfig, or of the pod it is in, until SIGTERM or Ctrl-C: the
first asks it to finish what it does, the second ends it at once. Logs JSON lines to standard error;
/healthz, /readyz and /metrics are on one port.
In a pod the environment gives what is not stated: MQTTSEC_IMAGE, POD_NAMESPACE, POD_NAME, WATCH_NAMESPACE.`,
  options: {
    image: { type: 'string', value: 'IMAGE', about: 'image of this program, for the agents of brokers that name none' },
    namespace: {
      type: 'string',
      short: 'n',
      value: 'NS',
      about: `where ledgers and the lease lie (${defaultNamespace})`,
    },
    'watch-namespace': { type: 'string', value: 'NS', about: 'look at no other namespace than this' },
    'leader-elect': { type: 'string', value: 'BOOLEAN', about: 'false: there is surely no other one (true)' },
    'http-host': { type: 'string', value: 'ADDRESS', about: 'address of health and metrics (all)' },
    'http-port': { type: 'string', value: 'N', about: `port of health and metrics, 0 for a free one (${defaultPort})` },
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
    const watchNamespace = given(options['watch-namespace'], environment['WATCH_NAMESPACE']);
    const settings = {
      image,
      namespace: given(options.namespace, environment['POD_NAMESPACE']) ?? defaultNamespace,
      ...(watchNamespace !== undefined && { watchNamespace }),
      isElected: choiceOf('leader-elect', options['leader-elect'], ['true', 'false']) !== 'false',
      http: {
        port: portOf(options['http-port']),
        ...(options['http-host'] !== undefined && { host: options['http-host'] }),
      },
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

/** The first that says something: variables are often set to nothing. */
function given(...values: readonly (string | undefined)[]): string | undefined {
  return values.find((value) => value !== undefined && value !== '');
}

function portOf(text: string | undefined): number {
  if (text === undefined) return defaultPort;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : -1;
  if (port < 0 || port > 65_535) throw new UsageError(`--http-port '${text}' is not a port number from 0 to 65535`);
  return port;
}
