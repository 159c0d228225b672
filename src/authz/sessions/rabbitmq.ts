/** Sessions of a RabbitMQ, by the HTTP API of its management plugin (3.10 and later). */
import { Agent, request } from 'undici';
import type { LiveSessions } from './live.ts';

export interface ManagementOptions {
  /** Where the API is, such as `https://rabbit.plant.svc:15671`. */
  readonly url: URL;
  /** A user with the tag `administrator`: no lesser one may end sessions of others. */
  readonly user: string;
  readonly password: string;
  /** CA of its certificate, PEM; those of this machine without it. */
  readonly ca?: string;
}

const milliseconds = 10_000;

/** The list lags: what RabbitMQ 3.10 collects of a new session is in it after 5 s at most. */
export function managedSessions({ url, user, password, ca }: ManagementOptions): LiveSessions {
  const dispatcher = new Agent({ connect: ca === undefined ? {} : { ca }, connections: 2 });
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

  async function asked(method: 'GET' | 'DELETE', path: string, signal: AbortSignal, more = {}): Promise<unknown> {
    const what = `${method === 'GET' ? 'list' : 'end'} sessions of RabbitMQ at ${url.host}`;
    try {
      const { statusCode, body } = await request(new URL(path, url), {
        ...{ method, dispatcher, headers: { authorization, ...more }, headersTimeout: milliseconds },
        ...{ bodyTimeout: milliseconds, signal },
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
      const connections = await asked('GET', '/api/connections?columns=user,protocol', signal);
      if (!Array.isArray(connections)) throw new Error(`list sessions of RabbitMQ at ${url.host}: no list came`);
      return new Set(connections.flatMap((one) => userOf(one) ?? []));
    },
    async end(user, reason, signal) {
      await asked('DELETE', `/api/connections/username/${encodeURIComponent(user)}`, signal, { 'x-reason': reason });
    },
    close: () => dispatcher.destroy(),
  };
}

/** Of a client of MQTT. */
function userOf(connection: unknown): string | undefined {
  if (typeof connection !== 'object' || connection === null) return undefined;
  const { user, protocol } = connection as { readonly user?: unknown; readonly protocol?: unknown };
  const isMqtt = typeof protocol === 'string' && /MQTT/.test(protocol);
  return isMqtt && typeof user === 'string' ? user : undefined;
}
