import { writeFile } from 'node:fs/promises';
import { Pool, type Dispatcher } from 'undici';

type Method = Dispatcher.HttpMethod;

/** How to reach the API server as somebody: with a client certificate or with a token. */
export interface Credentials {
  /** Such as `https://127.0.0.1:40001`. */
  readonly server: string;
  /** PEM of the CA that the server's certificate is from. */
  readonly ca: string;
  readonly certificate?: string;
  readonly key?: string;
  readonly token?: string;
}

const base64 = (text: string | undefined) => text && Buffer.from(text).toString('base64');

/** Writes a kubeconfig of one context, mode 0600. */
export async function writeKubeconfig(
  file: string,
  { server, ca, certificate, key, token }: Credentials,
): Promise<void> {
  const [cluster, user, context] = ['test', 'user', 'test'];
  const credentials = { 'client-certificate-data': base64(certificate), 'client-key-data': base64(key), token };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: cluster, cluster: { server, 'certificate-authority-data': base64(ca) } }],
    users: [{ name: user, user: credentials }],
    contexts: [{ name: context, context: { cluster, user, namespace: 'default' } }],
    'current-context': context,
  };
  await writeFile(file, JSON.stringify(config, null, 2), { mode: 0o600 });
}

/** What the API server says when it refuses (kind Status). */
export interface Refusal {
  readonly message: string;
  readonly reason?: string;
  readonly details?: {
    readonly causes?: readonly { readonly reason?: string; readonly message: string; readonly field?: string }[];
  };
}

export type Answer<T> =
  | { readonly ok: true; readonly status: number; readonly body: T }
  | { readonly ok: false; readonly status: number; readonly body: Refusal };

export interface Call {
  readonly query?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Of the body; `application/json` without it. */
  readonly contentType?: string;
  readonly accept?: string;
}

/** Plain calls to the API server, without any of the product's code, over a few kept connections. */
export interface Api {
  /** The answer, whatever it is. `T` is what the caller knows of its body. */
  answer: <T = unknown>(method: Method, path: string, call?: Call) => Promise<Answer<T>>;
  /** The body of the answer; fails unless it is a success. */
  call: <T = unknown>(method: Method, path: string, call?: Call) => Promise<T>;
  close: () => Promise<void>;
}

export const applyPatch = 'application/apply-patch+yaml';
export const mergePatch = 'application/merge-patch+json';

export function apiOf({ server, ca, certificate, key, token }: Credentials): Api {
  const pool = new Pool(server, {
    connections: 16,
    allowH2: false,
    connect: { ca, ...(certificate !== undefined && { cert: certificate }), ...(key !== undefined && { key }) },
  });
  const headersOf = ({ body, contentType = 'application/json', accept = 'application/json' }: Call) => ({
    accept,
    ...(body !== undefined && { 'content-type': contentType }),
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  });
  const answer = async <T>(method: Method, path: string, call: Call = {}): Promise<Answer<T>> => {
    const response = await pool.request({
      method,
      path,
      ...(call.query && { query: call.query }),
      headers: headersOf(call),
      ...(call.body !== undefined && { body: JSON.stringify(call.body) }),
    });
    return answerOf(response.statusCode, await response.body.text());
  };
  return {
    answer,
    call: async <T>(method: Method, path: string, call?: Call) =>
      successOf<T>(await answer(method, path, call), `${method} ${path}`),
    close: () => pool.destroy(),
  };
}

function answerOf<T>(status: number, text: string): Answer<T> {
  if (status < 300) return { ok: true, status, body: bodyOf(text) as T };
  const body = bodyOf(text);
  return { ok: false, status, body: typeof body === 'string' ? { message: body } : (body as Refusal) };
}

/** Health checks answer in plain text. */
function bodyOf(text: string): unknown {
  return text.startsWith('{') ? JSON.parse(text) : text;
}

function successOf<T>(answer: Answer<T>, deed: string): T {
  if (answer.ok) return answer.body;
  throw new Error(`${deed}: ${String(answer.status)} ${answer.body.message}`);
}
