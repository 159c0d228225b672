/** Revocation lists that somebody else signs: which one counts, and when it has to be said that it will not for long. */
import { type Finding, type Parsed } from '../finding.ts';
import type { CaKeyId, PublishedCrl, RevocationEntry } from './certificate.ts';
import { crlSignerIn, parsedCrl } from './crl.ts';
import { pemBlocks, pemText } from './pem.ts';
import { publishedCrl } from './signed-list.ts';
import { listedIn } from './takeover.ts';

/** A list as it is given now: checked against its CA (`externalCrl`), but not against the time and the one before. */
export type OfferedList = Parsed<PublishedCrl> & {
  /** Why it could not be fetched anew when that was due. */
  readonly staleBecause?: string;
};

export interface ListChoice {
  /** The list that counts; undefined when there is none. */
  readonly list: PublishedCrl | undefined;
  /** What is wrong with the one that is given; of severity Error when there is none to go by. */
  readonly finding?: Pick<Finding, 'code' | 'severity' | 'reason' | 'message'>;
}

/**
 * The list of a trusted CA that counts at `now`: the one that is given, unless it is unfit, not valid yet, over, or older
 * than `last`, the one that counted before, or it lacks some of `kept`, which was taken back; then that one, as long as it
 * lasts. Numbers only grow: an older list would let in who was revoked since (RFC 5280 section 5.2.3).
 */
export function chosenList(name: string, offered: OfferedList, { last, kept }: Former, now: Date): ListChoice {
  const { staleBecause } = offered;
  const problem = problemOf(offered, last, now) ?? lackOf(offered, kept);
  if (offered.ok && !problem) {
    if (staleBecause === undefined) return { list: offered.value };
    return keptList(name, offered.value, { code: 'MQS172', message: staleBecause });
  }
  const { code, message } = problem ?? { code: 'MQS172', message: '' };
  const all = staleBecause === undefined ? message : `${message}; ${staleBecause}`;
  if (last && isInForce(last, now)) return keptList(name, last, { code, message: all });
  return { list: undefined, finding: { code, severity: 'Error', reason: 'CrlInvalid', message: all } };
}

function keptList(name: string, list: PublishedCrl, { code, message }: Problem): ListChoice {
  const kept = `${message}; the last good list of CA ${name} stays until ${list.nextUpdate.toISOString()}`;
  return { list, finding: { code, severity: 'Warning', reason: 'CrlInvalid', message: kept } };
}

/** What a broker was told of a CA before: its list, and what has to be on any list that comes next. */
export interface Former {
  readonly last: PublishedCrl | undefined;
  readonly kept: readonly RevocationEntry[];
}

interface Problem {
  readonly code: Finding['code'];
  readonly message: string;
}

function problemOf(offered: OfferedList, last: PublishedCrl | undefined, now: Date): Problem | undefined {
  if (!offered.ok) {
    return { code: 'MQS172', message: offered.findings.map(({ message }) => message).join('; ') };
  }
  const { number, thisUpdate, nextUpdate } = offered.value;
  if (thisUpdate > now) {
    return { code: 'MQS172', message: `the revocation list is not valid before ${thisUpdate.toISOString()}` };
  }
  if (nextUpdate <= now)
    return { code: 'MQS146', message: `the revocation list ran out at ${nextUpdate.toISOString()}` };
  if (!last || number >= last.number) return undefined;
  return { code: 'MQS173', message: `the number of the revocation list fell from ${last.number} to ${number}` };
}

/** Serials that are named of a list that may be long. */
const mostNamed = 5;

function lackOf(offered: OfferedList, kept: readonly RevocationEntry[]): Problem | undefined {
  if (!offered.ok || kept.length === 0) return undefined;
  const named = listedIn(offered.value);
  const lacking = kept.flatMap(({ serial }) => (named.has(serial) ? [] : [serial]));
  if (lacking.length === 0) return undefined;
  const more = lacking.length > mostNamed ? ` and ${lacking.length - mostNamed} more` : '';
  const serials = `${lacking.slice(0, mostNamed).join(', ')}${more}`;
  return { code: 'MQS176', message: `the revocation list lacks what was taken back: serial ${serials}` };
}

function isInForce({ thisUpdate, nextUpdate }: PublishedCrl, now: Date): boolean {
  return thisUpdate <= now && nextUpdate > now;
}

/**
 * From when on it is said that a list ends: half of its validity for one that we sign (a new one is due after a third),
 * three quarters for one that others sign, which many replace shortly before its end only.
 */
export function listAlarmAt(
  { thisUpdate, nextUpdate }: Pick<PublishedCrl, 'thisUpdate' | 'nextUpdate'>,
  signer: 'Own' | 'Other',
): Date {
  const [from, to] = [thisUpdate.getTime(), nextUpdate.getTime()];
  return new Date(from + (to - from) * (signer === 'Own' ? 0.5 : 0.75));
}

/** From so many entries on each full TLS handshake costs the broker a millisecond more (facts 2.8). */
export const largeListEntries = 10_000;

const pemStart = '-----BEGIN';

/** A list in PEM: as it came, or from DER, in which lists are published over HTTP (RFC 5280 section 4.2.1.13). */
export function listText(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString('latin1');
  return text.trimStart().startsWith(pemStart) ? text : pemText('X509 CRL', Buffer.from(bytes));
}

/** The lists of a `crl` part, by the CA of the `ca` part that signed them; what cannot be read is passed over. */
export function listsBySigner(crl: string, ca: string): ReadonlyMap<CaKeyId, PublishedCrl> {
  const blocks = crl === '' ? undefined : pemBlocks(crl, { labels: ['X509 CRL'], comments: false });
  const lists = new Map<CaKeyId, PublishedCrl>();
  for (const block of blocks?.ok ? blocks.value : []) {
    const pem = pemText('X509 CRL', block);
    const read = parsedCrl(pem);
    const keyId = read.ok ? crlSignerIn(read.value, ca) : undefined;
    if (read.ok && keyId !== undefined) lists.set(keyId, publishedCrl(keyId, { pem, read: read.value }));
  }
  return lists;
}
