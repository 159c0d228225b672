import { createHash, pbkdf2Sync, timingSafeEqual } from 'node:crypto';
import { type Finding, mostFindings, type Parsed, parsed, refused } from '../finding.ts';
import { linesOf, type Text } from '../pieces.ts';

/** Only this length of salt is read by Mosquitto 2.0 and 2.1 alike (facts 5.3). */
export const saltBytes = 12;

/** Enough, for generated passwords have 128 bits; each SIGHUP hashes the password of every connected client again. */
const iterations = 101;

/** 1,000 connected clients at 10,000 iterations stall the broker 5.6 s at each reload (facts 5.4). */
const maximumIterations = 1000;

const hashBytes = 64;

interface PasswordHash {
  readonly scheme: '6' | '7';
  readonly iterations: number;
  readonly salt: Buffer;
  readonly hash: Buffer;
}

/** The `$7$` hash of a password as Mosquitto reads it: PBKDF2 with SHA-512, 101 iterations, 64 bytes. `salt` has 12 bytes. */
export function passwordHash(password: string, salt: Uint8Array): string {
  const hash = pbkdf2Sync(password, salt, iterations, hashBytes, 'sha512');
  return `$7$${iterations}$${Buffer.from(salt).toString('base64')}$${hash.toString('base64')}`;
}

/** True if `password` has this hash; false too for a hash that `passwordHashProblem` refuses. */
export function verifyPassword(password: string, hash: string): boolean {
  const parts = hashParts(hash);
  if (typeof parts === 'string') return false;
  const actual =
    parts.scheme === '7'
      ? pbkdf2Sync(password, parts.salt, parts.iterations, hashBytes, 'sha512')
      : createHash('sha512').update(password).update(parts.salt).digest();
  return timingSafeEqual(actual, parts.hash);
}

/** Why a given hash is refused, or nothing. Taken are `$7$` and, from Mosquitto 1.x, `$6$`. */
export function passwordHashProblem(hash: string): string | undefined {
  const parts = hashParts(hash);
  return typeof parts === 'string' ? parts : undefined;
}

function hashParts(text: string): PasswordHash | string {
  const [empty, scheme, ...fields] = text.split('$');
  if (empty !== '' || scheme === undefined) return 'it is not a hash: it does not begin with $';
  if (scheme.startsWith('argon2')) return 'argon2 is not compiled into Mosquitto: use $7$';
  if (scheme === '7' && fields.length === 3) return pbkdf2Parts(fields);
  if (scheme === '6' && fields.length === 2) return saltAndHash('6', 1, fields[0], fields[1]);
  return 'it is neither $7$ITERATIONS$SALT$HASH nor $6$SALT$HASH';
}

function pbkdf2Parts([count = '', salt, hash]: string[]): PasswordHash | string {
  if (!/^[1-9]\d{0,8}$/.test(count)) return 'its iterations are not a whole number';
  if (Number(count) > maximumIterations) {
    return `it has ${count} iterations: above ${maximumIterations} every reload stalls the broker for its connected clients`;
  }
  return saltAndHash('7', Number(count), salt, hash);
}

function saltAndHash(scheme: '6' | '7', count: number, saltText = '', hashText = ''): PasswordHash | string {
  const salt = canonicalBase64(saltText);
  const hash = canonicalBase64(hashText);
  if (salt?.length !== saltBytes)
    return `its salt is not ${saltBytes} bytes in base64, the one length all versions read`;
  if (hash?.length !== hashBytes) return `its hash is not ${hashBytes} bytes in base64`;
  return { scheme, iterations: count, salt, hash };
}

/** Node ignores what is not base64; the broker does not. */
function canonicalBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}

/** One line of the password file. */
export function passwordLine(identity: string, hash: string): string {
  return `${identity}:${hash}\n`;
}

/** The password file: one line for each identity, in the order of the map. */
export function passwordsText(hashes: ReadonlyMap<string, string>): string {
  return Array.from(hashes, ([identity, hash]) => passwordLine(identity, hash)).join('');
}

/**
 * Reads a password file as strictly as the gate must. Mosquitto 2.0 drops a bad entry in silence and 2.1 exits on it
 * (facts 1.1), so one bad line refuses the whole.
 */
export function parsePasswords(text: Text): Parsed<ReadonlyMap<string, string>> {
  const hashes = new Map<string, string>();
  const findings: Finding[] = [];
  let number = 0;
  for (const line of linesOf(text)) {
    if (findings.length >= mostFindings) break;
    const colon = line.indexOf(':');
    const identity = line.slice(0, Math.max(colon, 0));
    const hash = line.slice(colon + 1, -1);
    const why = line.endsWith('\n') ? lineProblem(identity, hash, hashes) : 'the last line does not end';
    number += 1;
    if (why !== undefined) findings.push(problem(number, why));
    hashes.set(identity, hash);
  }
  return findings.length > 0 ? refused(...findings) : parsed(hashes);
}

function lineProblem(identity: string, hash: string, former: ReadonlyMap<string, string>): string | undefined {
  if (!isUserName(identity)) return 'it does not begin with a user name and a colon';
  if (former.has(identity)) return `${identity} is listed twice`;
  const why = passwordHashProblem(hash);
  return why === undefined ? undefined : `the hash of ${identity} is refused: ${why}`;
}

/** Printable ASCII without space; a line that begins with `#` would be a comment. */
function isUserName(text: string): boolean {
  return /^[!-~]{1,64}$/.test(text) && !text.startsWith('#');
}

function problem(line: number, message: string): Finding {
  const position = { file: 'passwords', line, column: 1 };
  return { code: 'MQS102', severity: 'Error', message, path: `passwords:${line}`, position };
}
