/** Keys of the issuers of tokens: read in the background, again as they grow old, and at once for a key that is not known. */
import type { Finding } from '../../domain/finding.ts';
import type { Broker, TokenIssuer, ValueRef } from '../../domain/fleet.ts';
import { type TokenKeys, tokenKeysOf } from '../../domain/tokens/keys.ts';
import type { Downloader } from '../../ports.ts';

/** A value of a ConfigMap or Secret in the namespace of the broker. Fails where it is not there or may not be read. */
export type ValueReader = (ref: ValueRef, signal: AbortSignal) => Promise<string>;

/** What a login needs to know. */
export interface IssuerKeys {
  readonly keysOf: (issuer: TokenIssuer) => TokenKeys | 'KeysNotRead' | 'KeysStale';
  /** Reads the keys of an issuer now, unless that was done a moment ago; resolves when it was tried, or lasts too long. */
  readonly refresh: (issuer: TokenIssuer) => Promise<void>;
}

export interface Keyring extends IssuerKeys {
  /** From now on these are the issuers, and their values are read so; another reader has all of them read again. */
  readonly serve: (broker: Broker | undefined, readValue: ValueReader) => void;
  /** Reads what is due until the signal is aborted. */
  readonly follow: (signal: AbortSignal) => Promise<void>;
}

/** Without keys no token is right. */
export const noKeys: IssuerKeys = { keysOf: () => 'KeysNotRead', refresh: () => Promise.resolve() };

export interface KeyringOptions {
  readonly download: Downloader;
  /** Milliseconds that never go back. */
  readonly monotonic: () => number;
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** Why keys could not be read or used: those that were read before go on until they are too old; or that there are none. */
  readonly onFinding: (finding: Finding) => void;
}

/** For the sake of a token no issuer is asked more often, milliseconds. */
const shortestInterval = 10_000;
/** So long a login waits for keys, milliseconds. */
const longestWait = 3000;
const lookMilliseconds = 1000;
/** Keys count for so many times as long as they should be read again in. */
const refreshesInAge = 4;

interface Known {
  keys: TokenKeys | undefined;
  /** When the reading began that gave the keys. */
  readAt: number;
  /** When the last one began, whatever came of it. */
  triedAt: number;
  dueAt: number;
  reading: Promise<void> | undefined;
  /** What was told last of what is wrong. */
  told: string | undefined;
}

export function issuerKeyring({ download, monotonic, sleep, onFinding }: KeyringOptions): Keyring {
  const [known, ended] = [new Map<string, Known>(), new AbortController()];
  let broker: Broker | undefined;
  let readValue: ValueReader | undefined;

  function knownOf(issuer: TokenIssuer): Known {
    const key = JSON.stringify([issuer.issuer, issuer.keySet]);
    const one = known.get(key) ?? {
      keys: undefined,
      ...{ readAt: -Infinity, triedAt: -Infinity, dueAt: -Infinity, reading: undefined, told: undefined },
    };
    known.set(key, one);
    return one;
  }

  async function textOf({ keySet }: TokenIssuer, read: ValueReader): Promise<string> {
    if (keySet.kind !== 'Url') return read(keySet, ended.signal);
    const ca = keySet.ca && (await read(keySet.ca, ended.signal));
    const answer = await download({ url: keySet.url, ...(ca !== undefined && { ca }) });
    if (answer.kind === 'Same') throw new Error('the server answers 304 although nothing was named');
    return Buffer.from(answer.bytes).toString('utf8');
  }

  async function readOnce(issuer: TokenIssuer, one: Known, read: ValueReader): Promise<void> {
    const startedAt = monotonic();
    one.triedAt = startedAt;
    one.dueAt = startedAt + issuer.refreshSeconds * 1000;
    try {
      const keys = tokenKeysOf(await textOf(issuer, read));
      if ('problem' in keys) throw new Error(keys.problem);
      Object.assign(one, { keys, readAt: startedAt });
      tell(one, keys.isEmpty ? findingOf(issuer, broker, 'it has no key for signatures') : undefined);
    } catch (error) {
      if (ended.signal.aborted) return;
      one.dueAt = Math.min(one.dueAt, monotonic() + shortestInterval);
      tell(one, findingOf(issuer, broker, error));
    }
  }

  /** The same once, until all is well. */
  const tell = (one: Known, finding: Finding | undefined): void => {
    if (finding && one.told !== finding.message) onFinding(finding);
    one.told = finding?.message;
  };

  function read(issuer: TokenIssuer): Promise<void> {
    const one = knownOf(issuer);
    if (!readValue) return Promise.resolve();
    one.reading ??= readOnce(issuer, one, readValue).finally(() => (one.reading = undefined));
    return one.reading;
  }

  function readDue(): void {
    const now = monotonic();
    for (const issuer of broker?.tokenIssuers ?? []) if (knownOf(issuer).dueAt <= now) void read(issuer);
  }

  return {
    keysOf(issuer) {
      const { keys, readAt } = knownOf(issuer);
      if (!keys) return 'KeysNotRead';
      return monotonic() - readAt > issuer.refreshSeconds * refreshesInAge * 1000 ? 'KeysStale' : keys;
    },
    async refresh(issuer) {
      const one = knownOf(issuer);
      if (!one.reading && monotonic() - one.triedAt < shortestInterval) return;
      const over = new AbortController();
      await Promise.race([read(issuer), sleep(longestWait, over.signal).catch(() => undefined)]);
      over.abort();
    },
    serve(served, reader) {
      const isOther = reader !== readValue;
      [broker, readValue] = [served, reader];
      const issuers = served?.tokenIssuers ?? [];
      const present = new Set(issuers.map(knownOf));
      for (const [key, one] of known) if (!present.has(one)) known.delete(key);
      for (const one of present) if (isOther) one.dueAt = -Infinity;
      readDue();
    },
    async follow(signal) {
      signal.addEventListener('abort', () => ended.abort(), { once: true });
      while (!isOver(signal)) {
        readDue();
        await sleep(lookMilliseconds, signal).catch(() => undefined);
      }
    },
  };
}

function findingOf(issuer: TokenIssuer, broker: Broker | undefined, error: unknown): Finding {
  const at = broker?.tokenIssuers?.findIndex((one) => one.issuer === issuer.issuer) ?? 0;
  const why = error instanceof Error ? error.message : String(error);
  return {
    ...{ code: 'MQS306', severity: 'Error', path: `spec.tokens.issuers[${String(Math.max(at, 0))}].jwks` },
    message: `read the keys of issuer ${issuer.issuer}: ${why}`,
    ...(broker && { object: broker.origin }),
  };
}

function isOver({ aborted }: AbortSignal): boolean {
  return aborted;
}
