import { type Finding, mostFindings, type Parsed, parsed, refused } from '../finding.ts';
import type { AuthenticationType } from '../fleet.ts';
import { linesOf, type Text } from '../pieces.ts';

/**
 * An identity that may be connected: also a suspended or locked one, whose sessions stay and are denied everything.
 * A session whose identity is not listed, has no credential any more or another one, or is past `until` is ended.
 */
export interface BundleIdentity {
  readonly identity: string;
  readonly authentication: AuthenticationType;
  /** Changes with every right that the identity gains or loses. */
  readonly rulesHash: string;
  /** Changes when sessions of the former credential must end; not on renewal of a certificate. Absent: none exists. */
  readonly credentialHash: string | undefined;
  /** The earlier of the object's end and the end of the last certificate. */
  readonly until: Date | undefined;
  /**
   * When the next of its certificates ends that another one outlives: TLS tickets which it opened, and which go on
   * without it, are made useless then by a reload (facts 2.10).
   */
  readonly ticketsUntil?: Date;
  /** The highest role of its templates; absent for `Device`, and where nothing depends on it. */
  readonly role?: 'Backend' | 'Admin';
}

/** Credential hash of all certificates: renewed ones overlap, so that none of them ends a session. */
export const certificateCredential = 'certificate';

/** One line: `IDENTITY Certificate|Password RULESHASH CREDENTIALHASH|- UNTIL|- [TICKETSUNTIL] [Backend|Admin]`. */
function identityLine({
  identity,
  authentication,
  rulesHash,
  credentialHash = '-',
  until,
  ticketsUntil,
  role,
}: BundleIdentity): string {
  const fields = [identity, authentication, rulesHash, credentialHash, until?.toISOString() ?? '-'];
  const added = [...(ticketsUntil ? [ticketsUntil.toISOString()] : []), ...(role ? [role] : [])];
  return `${[...fields, ...added].join(' ')}\n`;
}

export function identitiesText(identities: readonly BundleIdentity[]): string {
  return identities.map(identityLine).join('');
}

/** Reads the part strictly: anything but what `identitiesText` writes, or an identity listed twice, refuses the whole. */
export function parseIdentities(text: Text): Parsed<ReadonlyMap<string, BundleIdentity>> {
  const identities = new Map<string, BundleIdentity>();
  const findings: Finding[] = [];
  let number = 0;
  for (const line of linesOf(text)) {
    if (findings.length >= mostFindings) break;
    const read = identityOf(line.slice(0, -1));
    number += 1;
    if (!line.endsWith('\n')) findings.push(problem(number, 'the last line does not end'));
    else if (!read) findings.push(problem(number, 'not IDENTITY TYPE RULESHASH CREDENTIALHASH UNTIL'));
    else if (identities.has(read.identity)) findings.push(problem(number, `${read.identity} is listed twice`));
    else identities.set(read.identity, read);
  }
  return findings.length > 0 ? refused(...findings) : parsed(identities);
}

const linePattern = /^([!-~]+) (Certificate|Password) ([!-~]+) ([!-~]+) ([!-~]+)(?: (\d[!-~]*))?(?: (Backend|Admin))?$/;

function identityOf(line: string): BundleIdentity | undefined {
  const [, identity, authentication, rulesHash, credential, until, tickets, role] = linePattern.exec(line) ?? [];
  if (identity === undefined || rulesHash === undefined || until === undefined) return undefined;
  const end = until === '-' ? undefined : timeIn(until);
  const ticketsUntil = tickets === undefined ? undefined : timeIn(tickets);
  if ((until !== '-' && !end) || (tickets !== undefined && !ticketsUntil)) return undefined;
  return {
    identity,
    authentication: authentication === 'Password' ? 'Password' : 'Certificate',
    rulesHash,
    credentialHash: credentialOf(credential),
    until: end,
    ...(ticketsUntil && { ticketsUntil }),
    ...(role !== undefined && { role: role === 'Admin' ? 'Admin' : 'Backend' }),
  };
}

/** Most have the same, which is in memory once. */
function credentialOf(text: string | undefined): string | undefined {
  return text === certificateCredential ? certificateCredential : text === '-' ? undefined : text;
}

/** A time in exactly the form in which it is written. */
function timeIn(text: string): Date | undefined {
  const time = new Date(text);
  return !Number.isNaN(time.getTime()) && time.toISOString() === text ? time : undefined;
}

/** The line of an identity, if it reads back as what was meant: that is, if no field is empty or holds a space. */
export function verifiedIdentityLine(meant: BundleIdentity): string | undefined {
  const { identity, rulesHash, credentialHash = '-' } = meant;
  return isField(identity) && isField(rulesHash) && isField(credentialHash) ? identityLine(meant) : undefined;
}

function isField(text: string): boolean {
  return /^[!-~]+$/.test(text);
}

function problem(line: number, message: string): Finding {
  const position = { file: 'identities', line, column: 1 };
  return { code: 'MQS103', severity: 'Error', message, path: `identities:${line}`, position };
}
