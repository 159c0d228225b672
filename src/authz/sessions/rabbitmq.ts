/** Sessions of a RabbitMQ, by the HTTP API of its management plugin (3.10 and later). */
import { Agent, request } from 'undici';
import type { SessionStart } from '../decision/token-logins.ts';
import { type LiveSessions, parallelEnds } from './live.ts';

export interface ManagementOptions {
  /** Where the API is, such as `https://rabbit.plant.svc:15671`, or below a path (`management.path_prefix`). */
  readonly url: URL;
  /** A user with the tag `administrator`: no lesser one may end sessions of others. */
  readonly user: string;
  readonly password: string;
  /** CA of its certificate, PEM; those of this machine without it. */
  readonly ca?: string;
  readonly limits?: ManagementLimits;
}

interface ManagementLimits {
  /** From the request to the end of the answer. */
  readonly milliseconds: number;
  /** Of an answer. */
  readonly bytes: number;
}

/** A list has some 60 bytes for each connection. */
const usualLimits: ManagementLimits = { milliseconds: 10_000, bytes: 64 * 1024 * 1024 };

/** The list lags: what RabbitMQ 3.10 collects of a new session is in it after 5 s at most. */
export function managedSessions(options: ManagementOptions): LiveSessions {
  const { url, user, password, ca, limits = usualLimits } = options;
  const connect = ca === undefined ? {} : { ca };
  const dispatcher = new Agent({ connect, connections: parallelEnds, maxResponseSize: limits.bytes });
  const prefix = url.pathname.replace(/(\/api)?\/*$/, '');
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

  async function asked(method: 'GET' | 'DELETE', path: string, signal: AbortSignal, more = {}): Promise<unknown> {
    const what = `${method === 'GET' ? 'list' : 'end'} sessions of RabbitMQ at ${url.host}`;
    try {
      const { statusCode, body } = await request(new URL(`${prefix}/api/${path}`, url), {
        ...{ method, dispatcher, headers: { authorization, ...more } },
        signal: AbortSignal.any([signal, AbortSignal.timeout(limits.milliseconds)]),
      });
      const text = await body.text();
      if (statusCode === 204) return undefined;
      if (statusCode !== 200) throw new Error(`status ${statusCode}`);
      return JSON.parse(text) as unknown;
    } catch (cause) {
      throw new Error(`${what}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    }
  }

  return {
    async users(signal) {
      const connections = await asked('GET', 'connections?columns=user,protocol,connected_at', signal);
      if (!Array.isArray(connections)) throw new Error(`list sessions of RabbitMQ at ${url.host}: no list came`);
      return new Map(connections.flatMap((one) => sessionOf(one) ?? []).sort(byStart));
    },
    async end(user, reason, signal) {
      await asked('DELETE', `connections/username/${encodeURIComponent(user)}`, signal, { 'x-reason': reason });
    },
    close: () => dispatcher.destroy(),
  };
}

type Session = readonly [user: string, since: SessionStart];

/** Of a client of MQTT. */
function sessionOf(connection: unknown): readonly [Session] | undefined {
  if (typeof connection !== 'object' || connection === null) return undefined;
  const { user, protocol, connected_at: since } = connection as Readonly<Record<string, unknown>>;
  const isMqtt = typeof protocol === 'string' && /MQTT/.test(protocol);
  if (!isMqtt || typeof user !== 'string') return undefined;
  return [[user, typeof since === 'number' ? new Date(since) : undefined]];
}

/** The oldest last, which counts. */
function byStart([, a]: Session, [, b]: Session): number {
  return (b?.getTime() ?? Infinity) - (a?.getTime() ?? Infinity);
}
