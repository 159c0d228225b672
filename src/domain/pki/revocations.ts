import { type Finding, type Parsed, parsed, refused } from '../finding.ts';
import { revocationReasons } from '../fleet.ts';
import { linesOf, type Text } from '../pieces.ts';
import type { RevocationEntry } from './certificate.ts';
import { secondsText, timeOfSecondsText } from './time.ts';

/** All reasons that a record may give: those of RFC 5280 section 5.3.1 that a manifest may name, and the hold of a suspended device. */
const recordReasons: ReadonlySet<string> = new Set<string>([...revocationReasons, 'CertificateHold']);

/** CA key id, serial (no leading zero), identity, notAfter, reason, time. */
const line = /^([0-9a-f]{64}) (0|[1-9a-f][0-9a-f]{0,39}) ([A-Za-z0-9._:@-]{1,64}) (\S{20}) ([A-Za-z]{1,32}) (\S{20})$/;

/**
 * The bundle part `revocations`: one line `CAKEYID SERIAL IDENTITY NOTAFTER REASON AT` per entry, ordered by CA and
 * serial. Times are RFC 3339 in UTC with whole seconds (X.509 knows nothing finer). There is no header, so the text may
 * be split between any two lines and joined again in any order.
 */
export function revocationsText(entries: readonly RevocationEntry[]): string {
  return [...entries]
    .sort(byCaAndSerial)
    .map((entry) => `${revocationLine(entry)}\n`)
    .join('');
}

/** One line of `revocationsText`, without its line feed. */
function revocationLine({ caKeyId, serial, identity, notAfter, reason, at }: RevocationEntry): string {
  return `${caKeyId} ${serial} ${identity} ${secondsText(notAfter)} ${reason} ${secondsText(at)}`;
}

/** Entries of a `revocations` part in the order of the text; refused at the first line that is not exactly one entry, and at a serial that is named twice. */
export function parseRevocations(text: Text): Parsed<readonly RevocationEntry[]> {
  const entries: RevocationEntry[] = [];
  const seen = new Set<string>();
  let number = 0;
  for (const content of linesOf(text)) {
    number += 1;
    if (!content.endsWith('\n')) return refused(unreadable('the last line is cut off: it has no line feed'));
    const entry = entryOf(content.slice(0, -1));
    if (!entry) return refused(unreadable(`line ${number} is not CAKEYID SERIAL IDENTITY NOTAFTER REASON AT`));
    const key = `${entry.caKeyId} ${entry.serial}`;
    if (seen.has(key)) return refused(unreadable(`line ${number} names serial ${entry.serial} a second time`));
    seen.add(key);
    entries.push(entry);
  }
  return parsed(entries);
}

function byCaAndSerial(a: RevocationEntry, b: RevocationEntry): number {
  if (a.caKeyId !== b.caKeyId) return a.caKeyId < b.caKeyId ? -1 : 1;
  return bySerial(a, b);
}

/** Numerical order of serials: lower-case hex without leading zeros is ordered by length, then by text. */
export function bySerial(a: { readonly serial: string }, b: { readonly serial: string }): number {
  if (a.serial.length !== b.serial.length) return a.serial.length - b.serial.length;
  if (a.serial === b.serial) return 0;
  return a.serial < b.serial ? -1 : 1;
}

function entryOf(content: string): RevocationEntry | undefined {
  const [, caKeyId = '', serial = '', identity = '', until = '', reason = '', since = ''] = line.exec(content) ?? [];
  const notAfter = timeOfSecondsText(until);
  const at = timeOfSecondsText(since);
  if (!notAfter || !at || !isRecordReason(reason)) return undefined;
  return { caKeyId, serial, identity, notAfter, reason, at };
}

function isRecordReason(reason: string): reason is RevocationEntry['reason'] {
  return recordReasons.has(reason);
}

function unreadable(message: string): Finding {
  return { code: 'MQS080', severity: 'Error', path: 'revocations', message };
}
