/** Where an API server is and who we are there: kubeconfig and credentials as client-node reads them, connections as undici holds them. */
import { hash } from 'node:crypto';
import type { AgentOptions, RequestOptions } from 'node:https';
import { type DispatcherOptions, KubeConfig } from '@kubernetes/client-node';
import { Agent, type Dispatcher, ProxyAgent, Socks5ProxyAgent } from 'undici';
import type { Clock } from './ports.ts';

/** One way to the server, for one request: the next may need another. */
export interface Access {
  readonly origin: string;
  /** Before every path; empty but behind some gateways. */
  readonly basePath: string;
  /** Who we are: user agent, authorization, impersonation. */
  readonly headers: Readonly<Record<string, string>>;
  readonly dispatcher: Dispatcher;
}

export interface AccessSource {
  current(): Access | Promise<Access>;
  /** What to try after the server refused `access` with 401: everything is read again, unless somebody just did. */
  renewed(access: Access): Promise<Access>;
  /** Ends when the last answer has come. */
  close(): Promise<void>;
}

export interface KubeConfigChoice {
  /** Instead of KUBECONFIG, ~/.kube/config or the service account of the pod. */
  readonly file?: string;
  readonly context?: string;
}

/** Errors: a file that cannot be read, a context that is not in it. */
export function loadedKubeConfig({ file, context }: KubeConfigChoice = {}): KubeConfig {
  const config = new KubeConfig();
  try {
    if (file === undefined) config.loadFromDefault();
    else config.loadFromFile(file);
  } catch (cause) {
    throw new Error(`read kubeconfig ${file ?? '(default)'}: ${messageOf(cause)}`, { cause });
  }
  if (context === undefined) return config;
  if (!config.getContextObject(context)) throw new Error(`read kubeconfig: it has no context "${context}"`);
  config.setCurrentContext(context);
  return config;
}

/** Files of tokens and certificates change under us: the kubelet rotates tokens when a fifth of their life is left. */
const rereadMilliseconds = 30_000;
/** A server that refuses every token must not make us run a credential plugin for each request. */
const shortestRenewalMilliseconds = 1000;

export interface AccessOptions {
  /** Gives a new configuration for every renewal, for client-node keeps tokens for 60 s in the one it has. */
  readonly load: () => KubeConfig;
  readonly clock: Clock;
  /** Such as `mqtt-security-operator/0.1.0`. */
  readonly userAgent: string;
}

export function accessFrom({ load, clock, userAgent }: AccessOptions): AccessSource {
  let config = load();
  let access: Access | undefined;
  let reading: Promise<Access> | undefined;
  let fingerprint = '';
  let readAt = 0;

  async function read(): Promise<Access> {
    try {
      const found = await credentials(config);
      const dispatcher =
        access && found.fingerprint === fingerprint ? access.dispatcher : dispatcherFor(found.connection);
      if (access && access.dispatcher !== dispatcher) void access.dispatcher.close();
      fingerprint = found.fingerprint;
      access = { ...found.target, headers: { 'user-agent': userAgent, ...found.target.headers }, dispatcher };
    } catch (cause) {
      // A file that is just being replaced; what we have may serve until the next time.
      if (!access) throw new Error(`read credentials: ${messageOf(cause)}`, { cause });
    }
    readAt = clock.now().getTime();
    return access;
  }

  function readOnce(): Promise<Access> {
    reading ??= read().finally(() => (reading = undefined));
    return reading;
  }

  const age = () => Math.abs(clock.now().getTime() - readAt);
  return {
    current() {
      return access && age() < rereadMilliseconds ? access : readOnce();
    },
    async renewed(refused) {
      if (access !== refused && access) return access;
      if (reading || age() < shortestRenewalMilliseconds) return reading ?? refused;
      config = load();
      return readOnce();
    },
    async close() {
      await access?.dispatcher.close();
    },
  };
}

interface Credentials {
  readonly target: Omit<Access, 'dispatcher'>;
  readonly connection: DispatcherOptions;
  /** Of all that a connection depends on. */
  readonly fingerprint: string;
}

async function credentials(given: KubeConfig): Promise<Credentials> {
  const config = withLocalProxy(given);
  const cluster = config.getCurrentCluster();
  if (!cluster) throw new Error('there is no current cluster');
  const options: RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  const connection = config.createDispatcherOptions(cluster, options as AgentOptions);
  const { origin, pathname } = new URL(cluster.server);
  return {
    target: { origin, basePath: pathname.replace(/\/$/, ''), headers: headersOf(options) },
    connection,
    fingerprint: hash('sha256', JSON.stringify([origin, connection])),
  };
}

/** `kubectl proxy` speaks plain HTTP on this machine, which client-node takes only from who asks for no verification. */
function withLocalProxy(config: KubeConfig): KubeConfig {
  const current = config.getCurrentCluster();
  if (!current || !/^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:|\/|$)/.test(current.server)) return config;
  const { users, contexts, currentContext } = config;
  const clusters = config.clusters.map((one) => (one.name === current.name ? { ...one, skipTLSVerify: true } : one));
  const next = new KubeConfig();
  next.loadFromOptions({ clusters, users, contexts, currentContext });
  return next;
}

/** Trimmed, for a file with a token may end in a newline. */
function headersOf({ headers, auth }: RequestOptions): Record<string, string> {
  const given = Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value).trim()]);
  const basic = auth ? [['authorization', `Basic ${Buffer.from(auth).toString('base64')}`]] : [];
  return Object.fromEntries([...basic, ...given]) as Record<string, string>;
}

/**
 * One pool of connections. The server closes what is idle for 90 s, we do before. Requests have timeouts of their own
 * (`exchange.ts`); those of undici would cut watches.
 */
function dispatcherFor(options: DispatcherOptions): Dispatcher {
  const common = { allowH2: false, keepAliveTimeout: 60_000, headersTimeout: 0, bodyTimeout: 0 };
  switch (options.type) {
    case 'proxy':
      return new ProxyAgent({ ...common, uri: options.uri, requestTls: options.requestTls as object });
    case 'socks':
      return new Socks5ProxyAgent(options.uri, { ...common, requestTls: options.requestTls as object });
    case 'agent':
      return new Agent({ ...common, connect: options.connect as object });
    case 'none':
      return new Agent(common);
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
