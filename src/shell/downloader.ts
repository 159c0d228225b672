/** Downloads of small files over HTTP: within bounds, without redirects, never from where only this machine is. */
import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { Agent, request } from 'undici';
import type { Download, Downloader, DownloadRequest } from '../ports.ts';

export interface DownloaderOptions {
  /** The most that is taken, bytes; 8 MiB without it: a list of 200,000 entries. */
  readonly limitBytes?: number;
  /** For each of connecting, the head of the answer and each part of it, milliseconds. */
  readonly patience?: number;
  /** For all of it, milliseconds; two minutes without it. */
  readonly longest?: number;
  /** Whether an address may be asked; without it those of this machine and of its links may not (`isElsewhere`). */
  readonly isAllowed?: (address: string) => boolean;
}

const defaultLimitBytes = 8 * 1024 * 1024;
const defaultPatience = 10_000;
const defaultLongest = 120_000;

/** Whoever may name an address must not reach with it what trusts this machine alone, such as the metadata of a cloud. */
const near = new BlockList();
near.addSubnet('0.0.0.0', 8);
near.addSubnet('127.0.0.0', 8);
near.addSubnet('169.254.0.0', 16);
near.addSubnet('224.0.0.0', 3);
near.addAddress('::', 'ipv6');
near.addAddress('::1', 'ipv6');
near.addSubnet('fe80::', 10, 'ipv6');
near.addSubnet('ff00::', 8, 'ipv6');
/** Metadata of clouds that are not on the link: Alibaba, Oracle, Azure, and of AWS by IPv6. */
for (const address of ['100.100.100.200', '192.0.0.192', '168.63.129.16']) near.addAddress(address);
near.addAddress('fd00:ec2::254', 'ipv6');

export function isElsewhere(address: string): boolean {
  return !near.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

/** Errors say what went wrong, and nothing of what was answered. */
export function downloaderWith(options: DownloaderOptions = {}): Downloader {
  const { limitBytes = defaultLimitBytes, isAllowed = isElsewhere } = options;
  const { patience = defaultPatience, longest = defaultLongest } = options;
  const lookup = guardedLookup(isAllowed);
  return async ({ url, ca, entityTag }: DownloadRequest): Promise<Download> => {
    const host = new URL(url).hostname.replace(/^\[|\]$/g, '');
    if (isIP(host) !== 0 && !isAllowed(host)) throw new Error(`address ${host} is not allowed`);
    const agent = new Agent({
      connect: { lookup, timeout: patience, ...(ca !== undefined && { ca }) },
      ...{ headersTimeout: patience, bodyTimeout: patience, maxResponseSize: limitBytes },
    });
    try {
      const headers = {
        accept: 'application/pkix-crl, */*',
        ...(entityTag !== undefined && { 'if-none-match': entityTag }),
      };
      const signal = AbortSignal.timeout(longest);
      const { statusCode, headers: answered, body } = await request(url, { dispatcher: agent, headers, signal });
      if (statusCode === 304) {
        await body.dump();
        return { kind: 'Same' };
      }
      if (statusCode !== 200) {
        await body.dump();
        throw new Error(`the server answers ${statusCode}`);
      }
      const bytes = new Uint8Array(await body.arrayBuffer());
      const tag = answered['etag'];
      return { kind: 'Content', bytes, ...(typeof tag === 'string' && { entityTag: tag }) };
    } finally {
      await agent.destroy();
    }
  };
}

function guardedLookup(isAllowed: (address: string) => boolean): LookupFunction {
  return (host, options, answer) => {
    systemLookup(host, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
      if (error) return answer(error, '', 0);
      const allowed = addresses.filter(({ address }) => isAllowed(address));
      const [first] = allowed;
      if (!first) answer(new Error(`${host} has no address that is allowed`), '', 0);
      else if (options.all) answer(null, allowed);
      else answer(null, first.address, first.family);
    });
  };
}
