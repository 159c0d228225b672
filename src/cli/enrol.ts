import { type Claim, claimBytes, isNetwork, newClaim } from '../domain/enrol/claim.ts';
import { keepClaim } from '../local/claims.ts';
import { systemRandom } from '../local/system.ts';
import { durationSeconds } from '../parse/duration.ts';
import { clusterOptions, withCluster } from './cluster-options.ts';
import { choiceOf, commandOf } from './command.ts';
import { UsageError, type Io } from './io.ts';
import { deviceNamed, deviceOperand, isLocal, localState, stateOption } from './local-state.ts';
import { brokerKeyOf, given } from './pod.ts';
import manifest from '../../package.json' with { type: 'json' };

const defaults = { port: 8443, tlsDirectory: '/etc/enrolment-tls' };

export const command = commandOf({
  synopsis: `claim DEVICE [--valid DURATION] [--from NETWORK] [--state DIR]
serve --broker NAME [options]`,
  about: `'enrol claim' lets a device that keeps its own key ask for its first certificate, once: it prints a claim,
ID:SECRET, for whoever installs the device. Only a hash of it is kept: in a Secret beside the broker, or in the state
directory of 'dev'. The device shows it by EST (RFC 7030) with a signing request, and later its certificate.
The manifest of such a device has authentication type Certificate, and no certificate template.
'enrol serve' is the port that devices of a cluster's broker enrol at, until SIGTERM or Ctrl-C; in local mode
'dev --enrol-port' has one. Each request is a JSON line on standard output; logs JSON lines to standard error.
In a pod the environment gives what is not stated: POD_NAMESPACE, MQTTSEC_BROKER.`,
  options: {
    valid: { type: 'string', value: 'DURATION', about: 'claim: how long it is good, such as 30m or 72h (24h)' },
    from: {
      type: 'string',
      multiple: true,
      value: 'NETWORK',
      about: 'claim: networks that it is good from, such as 10.1.0.0/16 (all); may be given several times',
    },
    broker: { type: 'string', value: 'NAME', about: 'serve: the MqttBroker: NAME or NAMESPACE/NAME' },
    host: { type: 'string', value: 'ADDRESS', about: 'serve: address to listen on (all)' },
    port: { type: 'string', short: 'p', value: 'N', about: `serve: port, 0 for a free one (${defaults.port})` },
    'tls-dir': {
      type: 'string',
      value: 'DIR',
      about: `serve: tls.crt, tls.key and ca.crt; read again as they change (${defaults.tlsDirectory})`,
    },
    'http-host': { type: 'string', value: 'ADDRESS', about: 'serve: address of health and metrics (all)' },
    'http-port': {
      type: 'string',
      value: 'N',
      about: 'serve: port of health and metrics, 0 for a free one; without it none',
    },
    'log-level': { type: 'string', value: 'LEVEL', about: 'serve: debug, info (default), warn or error' },
    ...clusterOptions,
    state: stateOption,
  },
  run: async ({ options, operands, io }) => {
    const [deed, ...rest] = operands;
    if (deed === 'claim') return claimed(deviceOperand(rest), options, io);
    if (deed !== 'serve' || rest.length > 0) throw new UsageError("enrol takes 'claim DEVICE' or 'serve'");
    if (options.state !== undefined)
      throw new UsageError("--state is for claims: 'dev --enrol-port' serves local mode");
    return served(options, io);
  },
});

const dayMilliseconds = 86_400_000;
/** A claim that is good for longer is one that is forgotten. */
const longestMilliseconds = 366 * dayMilliseconds;

/** What a claim says beside whom it is for. */
export type ClaimTerms = Pick<Claim, 'expiresAt' | 'networks'>;
export type MadeClaim = ReturnType<typeof newClaim>;

interface ClaimOptions {
  readonly valid?: string;
  readonly from?: readonly string[];
  readonly state?: string;
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespace?: string;
}

async function claimed(name: string, options: ClaimOptions, io: Io) {
  const { valid, from: networks = [], state } = options;
  const wrong = networks.find((network) => !isNetwork(network));
  if (wrong !== undefined) throw new UsageError(`--from '${wrong}' is no network such as 10.1.0.0/16`);
  const life = valid === undefined ? dayMilliseconds : lifeOf(valid);
  const terms = { networks, expiresAt: new Date(io.now().getTime() + life) };
  const { claim, secret } = isLocal(options)
    ? await localClaim(name, terms, state, io)
    : await withCluster(options, '--state DIR', async (cluster) => {
        const { claimOnCluster } = await import('./enrol-cluster.ts');
        return claimOnCluster(cluster, name, terms, io.now());
      });
  io.out(`${claim.id}:${secret}\n`);
  io.err(`mqttsec: claim of ${claim.device}, good once until ${claim.expiresAt.toISOString()}\n`);
  return 0 as const;
}

async function localClaim(name: string, terms: ClaimTerms, directory: string | undefined, io: Io): Promise<MadeClaim> {
  const state = await localState(directory, io);
  const { device, enrols, reason } = deviceNamed(state, name);
  if (enrols !== true) {
    throw new Error(
      `claim for ${device}: it has a password, or its manifest has a certificate template: it does not enrol`,
    );
  }
  if (reason === 'Revoked') throw new Error(`claim for ${device}: it is revoked`);
  const made = newClaim({ ...terms, broker: state.status.broker, device }, systemRandom.bytes(claimBytes));
  await keepClaim(state.paths.claims, made.claim);
  return made;
}

function lifeOf(text: string): number {
  const milliseconds = (durationSeconds(text) ?? 0) * 1000;
  if (milliseconds > 0 && milliseconds <= longestMilliseconds) return milliseconds;
  throw new UsageError(`--valid '${text}' is not a duration such as 30m or 72h, a year at most`);
}

interface ServeOptions {
  readonly broker?: string;
  readonly host?: string;
  readonly port?: string;
  readonly 'tls-dir'?: string;
  readonly 'http-host'?: string;
  readonly 'http-port'?: string;
  readonly 'log-level'?: string;
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespace?: string;
}

async function served(options: ServeOptions, io: Io) {
  const { kubeconfig, context } = options;
  const name = given(options.broker, io.environment['MQTTSEC_BROKER']);
  if (name === undefined) throw new UsageError('enrol serve needs --broker NAME (or MQTTSEC_BROKER)');
  const broker = brokerKeyOf('enrol serve', name, given(options.namespace, io.environment['POD_NAMESPACE']));
  const httpPort = options['http-port'];
  const settings = {
    broker,
    ...(options.host !== undefined && { host: options.host }),
    port: options.port === undefined ? defaults.port : portOf('port', options.port),
    tlsDirectory: options['tls-dir'] ?? defaults.tlsDirectory,
    ...(httpPort !== undefined && {
      http: {
        port: portOf('http-port', httpPort),
        ...(options['http-host'] !== undefined && { host: options['http-host'] }),
      },
    }),
    logLevel: choiceOf('log-level', options['log-level'], ['debug', 'info', 'warn', 'error']) ?? 'info',
    kubeConfig: { ...(kubeconfig !== undefined && { file: kubeconfig }), ...(context !== undefined && { context }) },
    version: manifest.version,
  };
  const { runEnrolProcess } = await import('../shell/enrol-process.ts');
  const write = { writeLog: (line: string) => io.err(line), writeAudit: (line: string) => io.out(line) };
  await runEnrolProcess({ ...settings, ...write }, io.stopSignal());
  return 0 as const;
}

function portOf(option: string, text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : -1;
  if (port >= 0 && port <= 65_535) return port;
  throw new UsageError(`--${option} '${text}' is not a port number from 0 to 65535`);
}
