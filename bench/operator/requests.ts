/** Writes that an API server has done, from its own count of requests. */
import type { Api } from '../../test/cluster/api.ts';

/** Successful writes by `VERB RESOURCE`, such as `APPLY mqttdevices/status`; whoever made them. */
export type Writes = ReadonlyMap<string, number>;

const writing: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH', 'APPLY', 'DELETE', 'DELETECOLLECTION']);
/** What shows life is no write of anybody's intent; the others are questions. */
const others: ReadonlySet<string> = new Set([
  ...['leases', 'nodes', 'nodes/status', 'tokenreviews', 'subjectaccessreviews', 'serviceaccounts/token'],
]);

/** All that was written since the server started, leases aside. */
export function writesSoFar(admin: Api): Promise<Writes> {
  return requestsSoFar(admin, (verb, resource) => writing.has(verb) && !others.has(resource));
}

/** Reads of single objects. */
export function getsSoFar(admin: Api): Promise<Writes> {
  return requestsSoFar(admin, (verb) => verb === 'GET');
}

async function requestsSoFar(admin: Api, counts: (verb: string, resource: string) => boolean): Promise<Writes> {
  const text = await admin.call<string>('GET', '/metrics', { accept: 'text/plain' });
  const sums = new Map<string, number>();
  for (const line of text.split('\n')) {
    if (!line.startsWith('apiserver_request_total{')) continue;
    const label = (name: string) => new RegExp(`[{,]${name}="([^"]*)"`).exec(line)?.[1] ?? '';
    const [verb, plural, subresource] = [label('verb'), label('resource'), label('subresource')];
    const resource = subresource === '' ? plural : `${plural}/${subresource}`;
    if (!label('code').startsWith('2') || !counts(verb, resource)) continue;
    const key = `${verb} ${resource}`;
    sums.set(key, (sums.get(key) ?? 0) + Number(line.slice(line.lastIndexOf(' ') + 1)));
  }
  return sums;
}

export function difference(before: Writes, after: Writes): Writes {
  return new Map(
    [...after].map(([key, count]) => [key, count - (before.get(key) ?? 0)] as const).filter(([, count]) => count > 0),
  );
}

/** The sum of those that are not left out. */
export function sumOf(writes: Writes, without: ReadonlySet<string> = new Set()): number {
  return [...writes].reduce((sum, [key, count]) => (without.has(key) ? sum : sum + count), 0);
}

/** Such as `2.00 APPLY mqttdevices/status, 1.00 POST secrets`. */
export function perDeviceText(writes: Writes, devices: number, without: ReadonlySet<string> = new Set()): string {
  return [...writes]
    .filter(([key]) => !without.has(key))
    .sort(([, a], [, b]) => b - a)
    .map(([key, count]) => `${(count / devices).toFixed(count < devices / 10 ? 3 : 2)} ${key}`)
    .join(', ');
}
