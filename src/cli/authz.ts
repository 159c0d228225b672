import manifest from '../../package.json' with { type: 'json' };
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { type DialectName, dialectNames } from '../authz/dialects/dialect.ts';
import { stateName } from '../local/state.ts';
import type { AuthzProcess } from '../shell/authz-process.ts';
import { refuseClusterFlags } from './cluster-options.ts';
import { brokerOption, choiceOf, commandOf } from './command.ts';
import { type Io, UsageError } from './io.ts';
import { brokerKeyOf, given, namespacesIn } from './pod.ts';

const { version } = manifest;
const defaults = { port: 8090, maxAgeSeconds: 60, maxBodyBytes: 262_144, requests: 20_000, logins: 1000 };

/** A shorter one can be tried out, characters. */
const shortestSecret = 24;

export const command = commandOf({
  synopsis: '[DIR] --dialect DIALECT (--secret-file FILE | --client-ca FILE --client-name NAME) [options]',
  about: `Answers a broker that asks over HTTP who may log in, publish and subscribe: by the manifests in DIR, else by what the
cluster declares for --broker, in memory, as 'can-i' would. Follows every edit; runs until SIGTERM or Ctrl-C. Several
of them can run beside each other.
The broker proves itself by a secret (Authorization: Bearer, or the first part of the path) or by a certificate. What is
not understood, too much or too large, and everything when DIR or the API server is away for too long, is denied. Each
denial is a JSON line on standard output with its reason; the broker is told none. Logs JSON lines to standard error.
In a pod the environment gives what is not stated: MQTTSEC_BROKER, POD_NAMESPACE, WATCH_NAMESPACE.`,
  options: {
    dialect: { type: 'string', value: 'DIALECT', about: dialectNames.join(', ') },
    broker: brokerOption,
    kubeconfig: { type: 'string', value: 'FILE', about: 'instead of KUBECONFIG or the service account of the pod' },
    context: { type: 'string', value: 'NAME', about: 'context of the kubeconfig' },
    namespace: { type: 'string', short: 'n', value: 'NS', about: 'namespace of the broker on a cluster' },
    'watch-namespace': { type: 'string', value: 'NS,…', about: 'look at no other namespaces of a cluster than these' },
    state: { type: 'string', value: 'DIR', about: `state directory of dev (DIR/${stateName}, if there is one)` },
    host: { type: 'string', value: 'ADDRESS', about: 'address to listen on; others than 127.0.0.1 need TLS' },
    port: { type: 'string', short: 'p', value: 'N', about: `port, 0 for a free one (${defaults.port})` },
    'tls-dir': { type: 'string', value: 'DIR', about: 'tls.crt and tls.key; read again as they change' },
    'secret-file': { type: 'string', value: 'FILE', about: 'the secret that the broker knows, in a file' },
    'client-ca': { type: 'string', value: 'FILE', about: "CA of the broker's own certificate, PEM" },
    'client-name': { type: 'string', value: 'NAME', about: 'CN or DNS name in that certificate' },
    'trust-certificates': {
      type: 'boolean',
      about: 'the broker lets in without a password only who showed a certificate whose CN is the user name',
    },
    'management-url': {
      type: 'string',
      value: 'URL',
      about: "RabbitMQ's management API, to end the sessions of those who are denied everything",
    },
    'management-user': { type: 'string', value: 'NAME', about: 'user there with the tag administrator' },
    'management-password-file': { type: 'string', value: 'FILE', about: 'the password of that user, in a file' },
    'management-ca': { type: 'string', value: 'FILE', about: 'CA of its certificate, PEM (those of this machine)' },
    'max-age': {
      type: 'string',
      value: 'SECONDS',
      about: `deny all when DIR or the cluster could not be read for so long (${defaults.maxAgeSeconds})`,
    },
    'max-body': { type: 'string', value: 'BYTES', about: `largest request (${defaults.maxBodyBytes})` },
    rate: { type: 'string', value: 'N', about: `most requests a second, the others are denied (${defaults.requests})` },
    'login-rate': { type: 'string', value: 'N', about: `most logins a second (${defaults.logins})` },
    'http-host': { type: 'string', value: 'ADDRESS', about: 'address of health and metrics (all)' },
    'http-port': { type: 'string', value: 'N', about: 'port of health and metrics, 0 for a free one; without it none' },
    'log-level': { type: 'string', value: 'LEVEL', about: 'debug, info (default), warn or error' },
  },
  run: async ({ options, operands, io }) => {
    const [manifests, ...others] = operands;
    if (others.length > 0) throw new UsageError('authz takes one DIR, or none for a cluster');
    const dialect = choiceOf('dialect', options.dialect, dialectNames);
    if (dialect === undefined) throw new UsageError(`authz needs --dialect: ${dialectNames.join(', ')}`);
    const number = (name: keyof typeof options, otherwise: number, most: number) =>
      numberOf(name, options[name], otherwise, most);
    const maxAgeSeconds = number('max-age', defaults.maxAgeSeconds, 3600);
    const settings = {
      dialect,
      source:
        manifests === undefined ? await onCluster(options, maxAgeSeconds, io) : await inDirectory(manifests, options),
      host: options.host ?? '127.0.0.1',
      port: number('port', defaults.port, 65_535),
      ...(await callerOf(options)),
      ...(await sessionsOf(options, dialect)),
      isCertificateProven: options['trust-certificates'] === true,
      maxAgeSeconds,
      maxBodyBytes: number('max-body', defaults.maxBodyBytes, 16_777_216),
      requestsPerSecond: number('rate', defaults.requests, 10_000_000),
      loginsPerSecond: number('login-rate', defaults.logins, 10_000_000),
      ...(options['http-port'] !== undefined && {
        http: {
          port: number('http-port', 0, 65_535),
          ...(options['http-host'] !== undefined && { host: options['http-host'] }),
        },
      }),
      logLevel: choiceOf('log-level', options['log-level'], ['debug', 'info', 'warn', 'error']) ?? 'info',
    };
    const { runAuthzProcess } = await import('../shell/authz-process.ts');
    const write = { writeLog: (line: string) => io.err(line), writeAudit: (line: string) => io.out(line) };
    await runAuthzProcess({ ...settings, ...write }, io.stopSignal());
    return 0;
  },
});

interface SourceFlags {
  readonly broker?: string;
  readonly state?: string;
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespace?: string;
  readonly 'watch-namespace'?: string;
}

async function inDirectory(manifests: string, flags: SourceFlags): Promise<AuthzProcess['source']> {
  refuseClusterFlags(flags, 'DIR');
  if (flags['watch-namespace'] !== undefined) throw new UsageError('--watch-namespace is about a cluster, DIR is not');
  const { directorySource } = await import('../shell/authz-directory.ts');
  const { broker } = flags;
  const state = await stateOf(manifests, flags.state);
  const chosen = { manifests, ...(state !== undefined && { state }), ...(broker !== undefined && { broker }) };
  return (surroundings) => directorySource(chosen, surroundings);
}

async function onCluster(flags: SourceFlags, maxAgeSeconds: number, io: Io): Promise<AuthzProcess['source']> {
  const { environment } = io;
  if (flags.state !== undefined) throw new UsageError('--state belongs to DIR');
  const named = given(flags.broker, environment['MQTTSEC_BROKER']);
  if (named === undefined) throw new UsageError('authz needs DIR, or --broker NAME (or MQTTSEC_BROKER) of a cluster');
  const broker = brokerKeyOf('authz', named, given(flags.namespace, environment['POD_NAMESPACE']));
  const watched = given(flags['watch-namespace'], environment['WATCH_NAMESPACE']);
  const watchNamespaces = watched === undefined ? undefined : namespacesIn(watched);
  const namespace = broker.slice(0, broker.indexOf('/'));
  if (watchNamespaces && !watchNamespaces.includes(namespace)) {
    throw new UsageError(`--watch-namespace needs ${namespace}, too: the broker is there`);
  }
  const [{ clusterSource }, { shortestMaxAgeSeconds }] = await Promise.all([
    import('../shell/authz-cluster.ts'),
    import('../controllers/authorization/source.ts'),
  ]);
  if (maxAgeSeconds < shortestMaxAgeSeconds) {
    throw new UsageError(`--max-age ${maxAgeSeconds}: of a cluster it is at least ${shortestMaxAgeSeconds}`);
  }
  const { kubeconfig: file, context } = flags;
  const kubeConfig = { ...(file !== undefined && { file }), ...(context !== undefined && { context }) };
  const chosen = { broker, maxAgeSeconds, kubeConfig, version, ...(watchNamespaces && { watchNamespaces }) };
  return (surroundings) => Promise.resolve(clusterSource(chosen, surroundings));
}

interface CallerOptions {
  readonly 'tls-dir'?: string;
  readonly 'secret-file'?: string;
  readonly 'client-ca'?: string;
  readonly 'client-name'?: string;
}

async function callerOf(options: CallerOptions) {
  const {
    'tls-dir': tlsDirectory,
    'secret-file': secretFile,
    'client-ca': clientCa,
    'client-name': clientName,
  } = options;
  if ((clientCa === undefined) !== (clientName === undefined)) {
    throw new UsageError('--client-ca and --client-name belong together');
  }
  if (clientCa !== undefined && tlsDirectory === undefined) throw new UsageError('--client-ca needs --tls-dir');
  if (clientCa === undefined && secretFile === undefined) {
    throw new UsageError('the broker has to prove itself: give --secret-file, or --client-ca and --client-name');
  }
  return {
    ...(tlsDirectory !== undefined && { tlsDirectory }),
    ...(secretFile !== undefined && { secret: await secretIn(secretFile) }),
    ...(clientCa !== undefined &&
      clientName !== undefined && { client: { ca: await textIn(clientCa), name: clientName } }),
  };
}

interface ManagementFlags {
  readonly 'management-url'?: string;
  readonly 'management-user'?: string;
  readonly 'management-password-file'?: string;
  readonly 'management-ca'?: string;
}

async function sessionsOf(flags: ManagementFlags, dialect: DialectName): Promise<Pick<AuthzProcess, 'sessions'>> {
  const { 'management-url': text, 'management-user': user, 'management-password-file': passwordFile } = flags;
  const caFile = flags['management-ca'];
  if (text === undefined && user === undefined && passwordFile === undefined && caFile === undefined) return {};
  if (text === undefined || user === undefined || passwordFile === undefined) {
    throw new UsageError('--management-url, --management-user and --management-password-file belong together');
  }
  if (dialect !== 'rabbitmq') throw new UsageError('--management-url is for --dialect rabbitmq');
  const url = managementUrl(text);
  const [password, ca] = [(await textIn(passwordFile)).trim(), caFile && (await textIn(caFile))];
  const { managedSessions } = await import('../authz/sessions/rabbitmq.ts');
  return { sessions: managedSessions({ url, user, password, ...(ca !== undefined && { ca }) }) };
}

/** Its password goes over this connection. */
function managementUrl(text: string): URL {
  const url = URL.parse(text);
  const isLocal = url?.protocol === 'http:' && /^(127\.[\d.]+|localhost|\[::1\])$/.test(url.hostname);
  if (url?.protocol === 'https:' || (url && isLocal)) return url;
  throw new UsageError(`--management-url '${text}' is neither https:// nor http:// to an address of this machine`);
}

async function secretIn(file: string): Promise<string> {
  const secret = (await textIn(file)).trim();
  if (secret.length < shortestSecret)
    throw new Error(`read ${file}: a secret has at least ${shortestSecret} characters`);
  if (!/^[A-Za-z0-9._~-]+$/.test(secret)) {
    throw new Error(`read ${file}: a secret has only letters, digits and . _ ~ -, for it may stand in a path`);
  }
  return secret;
}

async function textIn(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new Error(`read ${file}`, { cause: error });
  }
}

async function stateOf(manifests: string, given: string | undefined): Promise<string | undefined> {
  if (given !== undefined) return given;
  const state = path.join(manifests, stateName);
  return stat(state).then(
    () => state,
    () => undefined,
  );
}

function numberOf(option: string, text: string | boolean | undefined, otherwise: number, most: number): number {
  if (typeof text !== 'string') return otherwise;
  const number = /^\d{1,8}$/.test(text) ? Number(text) : NaN;
  if (!(number <= most)) throw new UsageError(`--${option} '${text}' is not a number from 0 to ${most}`);
  return number;
}
