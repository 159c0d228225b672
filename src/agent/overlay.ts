import { type AclLine, deniedLines, userText } from '../domain/acl/file.ts';
import type { Conf } from '../domain/broker/conf.ts';
import type { Parsed } from '../domain/finding.ts';
import { dynamicSecurityQuestion } from '../domain/broker/dynamic-security.ts';
import { passwordHash, passwordLine, saltBytes } from '../domain/broker/passwords.ts';
import type { Random } from '../ports.ts';
import { type Canaries, canaries, type CanaryTurn } from './canary.ts';

/** The root of all topics of ours; no rule of a bundle begins with it but the two implicit ones. */
export const ownTopicRoot = '$mqttsec';

/** No identity of a bundle begins with it: the agent's own names do. */
export const ownNamePrefix = 'mqttsec-';

/** Limit of a socket path on Linux, bytes (`sun_path` of unix(7), with its ending NUL). */
const socketPathLimit = 107;

/**
 * What the agent adds to every set, never part of a bundle and new at each start of the agent: a user for its local
 * listener, that listener, and its canaries.
 */
export interface Overlay {
  readonly username: string;
  readonly password: string;
  readonly passwordLine: string;
  readonly socketPath: string;
  readonly canaries: Canaries;
}

/** Throws when the path of the socket is too long for a socket. */
export function overlayFor(socketPath: string, random: Random): Overlay {
  const length = Buffer.byteLength(socketPath);
  if (length > socketPathLimit) {
    throw new Error(`listen on ${socketPath}: the path has ${length} bytes, a socket's at most ${socketPathLimit}`);
  }
  const username = `${ownNamePrefix}agent-${hexOf(random, 8)}`;
  const password = hexOf(random, 24);
  const hash = passwordHash(password, random.bytes(saltBytes));
  return {
    username,
    password,
    passwordLine: passwordLine(username, hash),
    socketPath,
    canaries: canaries(random),
  };
}

/** What is new at each attempt to have a set enforced. */
export interface Attempt {
  /** Granted to the agent's user by the files of this attempt and by no others. */
  readonly nonceTopic: string;
  /** Granted to nobody, in the files of no attempt. */
  readonly forbiddenTopic: string;
  /** Not that of the agent's user. */
  readonly wrongPassword: string;
  readonly turn: CanaryTurn;
}

/** Attempt `number` of an agent; the canaries change their parts at each. */
export function attemptOf({ canaries: { pair } }: Overlay, number: number, random: Random): Attempt {
  return {
    nonceTopic: `${ownTopicRoot}/probe/${hexOf(random, 16)}`,
    forbiddenTopic: `${ownTopicRoot}/forbidden/${hexOf(random, 16)}`,
    wrongPassword: hexOf(random, 16),
    turn: pair[number % 2 === 0 ? 0 : 1],
  };
}

/** What the two implicit patterns give to an identity, the agent has from the other side. */
const noticeRights: readonly AclLine[] = [
  { access: 'write', topic: noticeTopic('+') },
  { access: 'read', topic: acknowledgementTopic('+') },
];

/** Asks whether somebody else has a say; without the plugin nobody is there who would hear it. */
const inquiryRights: readonly AclLine[] = [
  { access: 'write', topic: dynamicSecurityQuestion.topic },
  { access: 'read', topic: dynamicSecurityQuestion.answerTopic },
];

/** Where an identity, and nobody else, reads what it is asked to do. */
export function noticeTopic(identity: string): string {
  return `${ownTopicRoot}/${identity}/certificate`;
}

/** Where an identity, and nobody else, says that it uses a certificate. */
export function acknowledgementTopic(identity: string): string {
  return `${noticeTopic(identity)}/ack`;
}

/** What a set asks the agent for, it gives it the rights for, and nothing more: `#` are all topics but those of `$`. */
function askedRights({ alertTopic, observes }: Asked): readonly AclLine[] {
  return [
    ...(alertTopic === undefined ? [] : [{ access: 'write', topic: alertTopic } as const]),
    ...(observes ? [{ access: 'read', topic: '#' } as const] : []),
  ];
}

type Asked = Pick<Conf, 'alertTopic' | 'observes'>;

/** ACL of the agent's user, and of the canaries, which have nothing. `patterns` are those of the set. */
export function overlayAcl(
  { username, canaries: own }: Overlay,
  attempt: Attempt,
  patterns: readonly AclLine[],
  asked: Asked,
): string {
  const denied = deniedLines(patterns);
  const { admitted, refused } = attempt.turn;
  return [
    userText({
      name: username,
      lines: [{ access: 'write', topic: attempt.nonceTopic }, ...noticeRights, ...inquiryRights, ...askedRights(asked)],
    }),
    ...[admitted, refused, own.foreign].map(({ name }) => userText({ name, lines: denied })),
  ]
    .map(writable)
    .join('');
}

function writable(text: Parsed<string>): string {
  if (text.ok) return text.value;
  throw new Error(`write overlay: ${text.findings.map(({ message }) => message).join('; ')}`);
}

function hexOf(random: Random, bytes: number): string {
  return Buffer.from(random.bytes(bytes)).toString('hex');
}
