import { type AclUser, deniedLines, linesAt, patternsText, userAt, userText } from '../domain/acl/file.ts';
import { readAcl } from '../domain/acl/file-parser.ts';
import { serverCertificateFile, serverKeyFile } from '../domain/broker/broker-conf.ts';
import { type Conf, confText, linesReadAtStart, withListener } from '../domain/broker/conf.ts';
import { passwordsText } from '../domain/broker/passwords.ts';
import type { PartName } from '../domain/bundle/content.ts';
import { type BundleIdentity, identitiesText } from '../domain/bundle/identities.ts';
import type { Placement } from '../domain/bundle/placement.ts';
import type { Parsed } from '../domain/finding.ts';
import { joined, type Text } from '../domain/pieces.ts';
import type { AclFacts } from './acl-facts.ts';
import { type Candidate, checksCrls, takesCertificates } from './candidate.ts';
import type { GenerationFiles } from './generation.ts';
import type { Admission } from './kick.ts';
import { type Attempt, type Overlay, overlayAcl } from './overlay.ts';
import { placedConf } from './placement.ts';

/** A set as the broker gets it. */
export interface Assembly {
  readonly files: GenerationFiles;
  /** With the agent's own listener. */
  readonly conf: Conf;
  readonly admission: Admission;
  /** Identities that it denies everything: those that are suspended or locked out. */
  readonly denied: ReadonlySet<string>;
  /**
   * When the next rule, identity or certificate ends: then the set has to be assembled again, and the broker reloaded.
   * Likewise before the last one that has ended, for the clock may have been ahead. Milliseconds since the epoch.
   */
  readonly validity: { readonly from: number; readonly until: number };
  /** Equal for two assemblies between which a reload is enough; else the broker has to be started again. */
  readonly restartKey: string;
}

/**
 * The files of a set at `now`: without what has ended, with what the agent adds for this attempt. The candidate has
 * passed the gate. What has ended is dropped here, so that rights end in time also while the operator is away. With a
 * `placement` the bundle was compiled for the image and is rendered again for there.
 */
export function assembled(
  candidate: Candidate,
  overlay: Overlay,
  attempt: Attempt,
  now: Date,
  placement?: Placement,
): Assembly {
  const { parts, server } = candidate.bundle;
  const identities = gated(candidate.identities());
  const acl = gated(candidate.acl());
  const ended = [...identities.values()].filter(({ until }) => until !== undefined && until <= now);
  const given = gated(candidate.conf());
  const placed = placement ? gated(placedConf(given, placement)) : given;
  const conf = withListener(placed, { kind: 'Unix', path: overlay.socketPath });
  const confFile = confText(conf);
  const living = ended.length === 0 ? identities : without(identities, ended);
  const own = canaryFiles(candidate, overlay, attempt);
  const files = new Map<PartName | typeof serverCertificateFile | typeof serverKeyFile, Text>([
    ['mosquitto.conf', confFile],
    ['acl', [...aclFileAt(acl, parts.acl, ended, now), overlayAcl(overlay, attempt, acl.patterns, conf)]],
    ['passwords', [...passwordsWithout(ended, candidate), overlay.passwordLine]],
    ['identities', ended.length === 0 ? parts.identities : identitiesText([...living.values()])],
    ['revocations', parts.revocations],
    ['ca', bothPem(joined(parts.ca), own.ca)],
    ['crl', bothPem(joined(parts.crl), own.crl)],
  ]);
  if (server) files.set(serverCertificateFile, server.certificate).set(serverKeyFile, server.key);
  return {
    files,
    conf,
    admission: { identities: living, revocations: gated(candidate.revocations()) },
    denied: acl.denied,
    validity: validityAt(acl, identities, now),
    restartKey: linesReadAtStart(confFile) + (checksCrls(conf) ? '' : joined(parts.ca)),
  };
}

/** A candidate that passed the gate can be read. */
function gated<T>(read: Parsed<T>): T {
  if (read.ok) return read.value;
  throw new Error(`assemble: ${read.findings.map(({ path, message }) => `${path}: ${message}`).join('; ')}`);
}

function without(
  identities: ReadonlyMap<string, BundleIdentity>,
  ended: readonly BundleIdentity[],
): ReadonlyMap<string, BundleIdentity> {
  const living = new Map(identities);
  for (const { identity } of ended) living.delete(identity);
  return living;
}

/** The text as it came while nothing in it has ended, for rendering a large file takes long. */
function aclFileAt(
  { patterns, ends }: AclFacts,
  text: readonly string[],
  ended: readonly BundleIdentity[],
  now: Date,
): readonly string[] {
  const hasEnded = [...ends].some((end) => end <= now.getTime());
  if (!hasEnded && ended.length === 0) return text;
  // Patterns are for everyone, so who has ended must be denied by name; the certificate may still be in a TLS ticket.
  const denied = deniedLines(patterns);
  const gone = new Set(ended.map(({ identity }) => identity));
  const blocks = [gated(patternsText(linesAt(patterns, now)))];
  const add = (user: AclUser): void => void blocks.push(gated(userText(user)));
  gated(readAcl(text, (user) => gone.has(user.name) || add(userAt(user, denied, now))));
  gone.forEach((name) => add({ name, lines: denied }));
  return blocks;
}

function passwordsWithout(ended: readonly BundleIdentity[], { bundle, passwords }: Candidate): readonly string[] {
  if (ended.length === 0) return bundle.parts.passwords;
  const hashes = new Map(gated(passwords()));
  for (const { identity } of ended) hashes.delete(identity);
  return [passwordsText(hashes)];
}

function canaryFiles(
  { conf }: Candidate,
  { canaries }: Overlay,
  { turn }: Attempt,
): { readonly ca: string; readonly crl: string } {
  const read = gated(conf());
  if (!takesCertificates(read)) return { ca: '', crl: '' };
  return { ca: canaries.ca, crl: checksCrls(read) ? turn.crl : '' };
}

/** Two PEM texts in one. */
function bothPem(text: string, addition: string): string {
  return text === '' || text.endsWith('\n') ? text + addition : `${text}\n${addition}`;
}

function validityAt(
  { ends }: AclFacts,
  identities: ReadonlyMap<string, BundleIdentity>,
  now: Date,
): Assembly['validity'] {
  let [latest, earliest] = [-Infinity, Infinity];
  const look = (end: number | undefined): void => {
    if (end === undefined) return;
    if (end > now.getTime()) earliest = Math.min(earliest, end);
    else latest = Math.max(latest, end);
  };
  ends.forEach(look);
  for (const { until, ticketsUntil } of identities.values())
    [until, ticketsUntil].forEach((end) => look(end?.getTime()));
  return { from: latest, until: earliest };
}
