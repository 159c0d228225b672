import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { dialectNames } from '../authz/dialects/dialect.ts';
import { stateName } from '../local/state.ts';
import { brokerOption, choiceOf, commandOf } from './command.ts';
import { UsageError } from './io.ts';

const defaults = { port: 8090, maxAgeSeconds: 60, maxBodyBytes: 262_144, requests: 20_000, logins: 1000 };

/** A shorter one can be tried out, characters. */
const shortestSecret = 24;

export const command = commandOf({
  synopsis: 'DIR --dialect DIALECT (--secret-file FILE | --client-ca FILE --client-name NAME) [options]',
  about: `Answers a broker that asks over HTTP who may log in, publish and subscribe: by the manifests in DIR, in memory, as
'can-i' would. Follows every edit; runs until SIGTERM or Ctrl-C. Several of them can run beside each other.
The broker proves itself by a secret (Authorization: Bearer, or the first part of the path) or by a certificate. What is
not understood, too much or too large, and everything when DIR cannot be read for too long, is denied. Each denial is
a JSON line on standard output with its reason; the broker is told none. Logs JSON lines to standard error.`,
  options: {
    dialect: { type: 'string', value: 'DIALECT', about: dialectNames.join(', ') },
    broker: brokerOption,
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
    'max-age': {
      type: 'string',
      value: 'SECONDS',
      about: `deny all when DIR could not be read for so long (${defaults.maxAgeSeconds})`,
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
    if (manifests === undefined || others.length > 0) throw new UsageError('authz takes one DIR');
    const dialect = choiceOf('dialect', options.dialect, dialectNames);
    if (dialect === undefined) throw new UsageError(`authz needs --dialect: ${dialectNames.join(', ')}`);
    const number = (name: keyof typeof options, otherwise: number, most: number) =>
      numberOf(name, options[name], otherwise, most);
    const state = await stateOf(manifests, options.state);
    const settings = {
      ...{ manifests, dialect, ...(state !== undefined && { state }) },
      ...(options.broker !== undefined && { broker: options.broker }),
      host: options.host ?? '127.0.0.1',
      port: number('port', defaults.port, 65_535),
      ...(await callerOf(options)),
      isCertificateProven: options['trust-certificates'] === true,
      maxAgeSeconds: number('max-age', defaults.maxAgeSeconds, 3600),
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
