/** What a request to an API server asks for, read from its line and headers. */
import type { IncomingHttpHeaders } from 'node:http';

export type Verb =
  'get' | 'list' | 'watch' | 'create' | 'update' | 'apply' | 'patch' | 'delete' | 'deletecollection' | 'other';

export interface ApiCall {
  readonly verb: Verb;
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** `/api/v1` or `/apis/GROUP/VERSION`, and below it the plural; empty for what is no resource. */
  readonly api: string;
  readonly plural: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly subresource?: string;
  readonly userAgent: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

const reading: ReadonlySet<Verb> = new Set(['get', 'list', 'watch', 'other']);

export function isWrite({ verb }: ApiCall): boolean {
  return !reading.has(verb);
}

export function apiCall(method: string, url: string, headers: IncomingHttpHeaders, body: Buffer): ApiCall {
  const { pathname, searchParams } = new URL(url, 'http://server');
  const place = placeOf(pathname);
  return {
    ...place,
    verb: place.plural === '' ? 'other' : verbOf(method, place.name, searchParams, headers),
    method,
    path: pathname,
    query: searchParams,
    userAgent: headers['user-agent'] ?? '',
    headers,
    body,
  };
}

type Place = Pick<ApiCall, 'api' | 'plural' | 'namespace' | 'name' | 'subresource'>;

function placeOf(pathname: string): Place {
  const parts = pathname.split('/').slice(1).map(decodeURIComponent);
  const depth = parts[0] === 'api' ? 2 : parts[0] === 'apis' ? 3 : 0;
  const rest = parts.slice(depth);
  if (depth === 0 || rest.length === 0) return { api: '', plural: '' };
  const api = `/${parts.slice(0, depth).join('/')}`;
  const isNamespaced = rest[0] === 'namespaces' && rest.length > 2 && !namespaceSubresources.has(rest[2] ?? '');
  const [plural = '', name, ...subresource] = isNamespaced ? rest.slice(2) : rest;
  return {
    api,
    plural,
    ...(isNamespaced && rest[1] !== undefined && { namespace: rest[1] }),
    ...(name !== undefined && { name }),
    ...(subresource.length > 0 && { subresource: subresource.join('/') }),
  };
}

const namespaceSubresources: ReadonlySet<string> = new Set(['status', 'finalize']);

function verbOf(method: string, name: string | undefined, query: URLSearchParams, headers: IncomingHttpHeaders): Verb {
  switch (method) {
    case 'GET':
      if (['1', 'true'].includes(query.get('watch') ?? '')) return 'watch';
      return name === undefined ? 'list' : 'get';
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return headers['content-type']?.startsWith('application/apply-patch') ? 'apply' : 'patch';
    case 'DELETE':
      return name === undefined ? 'deletecollection' : 'delete';
    default:
      return 'other';
  }
}
