import { type Finding, mostFindings, type Parsed, parsed, refused } from '../finding.ts';
import { linesOf, type Text } from '../pieces.ts';
import type { CertificateNotice } from '../pki/notice.ts';

/** What is published for one identity. */
export interface BundleNotice {
  /** The line of the part, which is the payload. */
  readonly payload: string;
  /** Of the certificate that the device is to acknowledge; absent where there is none yet. */
  readonly fingerprint: string | undefined;
}

/** The longest line that is taken, characters: names of objects are the longest of what is in one. */
const longestLine = 4_096;

/** One line of JSON. */
export function noticeLine(notice: CertificateNotice): string {
  return `${JSON.stringify(notice)}\n`;
}

/** Reads the part, by identity: a line of it that is no notice, or an identity that has two, refuses the whole. */
export function parseNotices(text: Text): Parsed<ReadonlyMap<string, BundleNotice>> {
  const notices = new Map<string, BundleNotice>();
  const findings: Finding[] = [];
  let number = 0;
  for (const line of linesOf(text)) {
    if (findings.length >= mostFindings) break;
    const payload = line.slice(0, -1);
    const read = noticeIn(payload);
    number += 1;
    if (!line.endsWith('\n')) findings.push(problem(number, 'the last line does not end'));
    else if (!read) findings.push(problem(number, 'no notice'));
    else if (notices.has(read.identity)) findings.push(problem(number, `${read.identity} has two notices`));
    else notices.set(read.identity, { payload, fingerprint: read.fingerprint });
  }
  return findings.length > 0 ? refused(...findings) : parsed(notices);
}

interface ReadNotice {
  readonly identity: string;
  readonly fingerprint: string | undefined;
}

function noticeIn(line: string): ReadNotice | undefined {
  if (line.length > longestLine) return undefined;
  const { version, identity, action, certificate } = objectIn(line);
  if (version !== 1 || typeof identity !== 'string' || !identityPattern.test(identity)) return undefined;
  if (action !== 'Renew' && action !== 'Fetch') return undefined;
  if (certificate === undefined) return { identity, fingerprint: undefined };
  const fingerprint = certificateFingerprint(fieldsOf(certificate)['fingerprint']);
  return fingerprint === undefined ? undefined : { identity, fingerprint };
}

/** What can be a level of a topic, and no filter. */
const identityPattern = /^[^\s/+#$\p{Cc}][^\s/+#\p{Cc}]{0,63}$/u;

function objectIn(text: string): Readonly<Record<string, unknown>> {
  try {
    return fieldsOf(JSON.parse(text));
  } catch {
    return {};
  }
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

/** Longest payload of an acknowledgement, bytes. */
const longestAcknowledgement = 512;

/** Of the certificate that a device says it uses; undefined for what is no acknowledgement. */
export function acknowledgedFingerprint(payload: Uint8Array): string | undefined {
  if (payload.length > longestAcknowledgement) return undefined;
  return certificateFingerprint(objectIn(Buffer.from(payload).toString())['fingerprint']);
}

/** SHA-256 of a certificate as 64 lower-case hex digits; openssl writes it with colons and in upper case. */
function certificateFingerprint(value: unknown): string | undefined {
  if (typeof value !== 'string' || !/^(?:[0-9A-Fa-f]{64}|[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){31})$/.test(value)) {
    return undefined;
  }
  return value.replaceAll(':', '').toLowerCase();
}

function problem(line: number, message: string): Finding {
  const position = { file: 'notices', line, column: 1 };
  return { code: 'MQS160', severity: 'Error', message, path: `notices:${line}`, position };
}
