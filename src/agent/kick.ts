import type { BundleIdentity } from '../domain/bundle/identities.ts';
import type { RevocationEntry } from '../domain/pki/certificate.ts';
import { connected, type Endpoint, type Login } from './client.ts';

/** Who may be connected, and which certificates were taken back: what two sets are compared by. */
export interface Admission {
  readonly identities: ReadonlyMap<string, BundleIdentity>;
  readonly revocations: readonly RevocationEntry[];
}

/** A reason for which sessions have to end now that `next` is enforced; `former` is as in `identitiesToKick`. */
export interface KickGround {
  readonly name: string;
  readonly identities: (former: Admission | undefined, next: Admission) => readonly string[];
}

export const kickGrounds: readonly KickGround[] = [
  {
    name: 'TakenOff',
    identities: (former, { identities }) => namesOf(former, (was) => !identities.has(was.identity)),
  },
  {
    name: 'CredentialChanged',
    identities: (former, { identities }) => namesOf(former, (was) => hasLost(was, identities.get(was.identity))),
  },
  {
    name: 'CertificateRevoked',
    identities: (former, next) => {
      const known = former && new Set(forGood(former).map(serialKey));
      return known ? forGood(next).flatMap((entry) => (known.has(serialKey(entry)) ? [] : [entry.identity])) : [];
    },
  },
  {
    name: 'RevokedWithoutMemory',
    identities: (former, next) =>
      former ? [] : forGood(next).flatMap(({ identity }) => (next.identities.has(identity) ? [] : [identity])),
  },
];

/**
 * The identities whose sessions have to end now that `next` is enforced: those that were taken off (deleted, or ended by
 * `until`), whose credential changed, or of which a certificate was newly revoked for good. A suspended one keeps its
 * session and is only denied, so a hold ends nothing. `former` is the last set after which all such sessions were ended;
 * without it, those that have revoked certificates and are no longer listed.
 */
export function identitiesToKick(
  former: Admission | undefined,
  next: Admission,
  grounds = kickGrounds,
): ReadonlySet<string> {
  return new Set(grounds.flatMap(({ identities }) => identities(former, next)));
}

function namesOf(former: Admission | undefined, isIt: (was: BundleIdentity) => boolean): readonly string[] {
  return [...(former?.identities.values() ?? [])].filter(isIt).map(({ identity }) => identity);
}

function hasLost(was: BundleIdentity, is: BundleIdentity | undefined): boolean {
  return is !== undefined && was.credentialHash !== undefined && was.credentialHash !== is.credentialHash;
}

function forGood({ revocations }: Admission): readonly RevocationEntry[] {
  return revocations.filter(({ reason }) => reason !== 'CertificateHold');
}

function serialKey({ caKeyId, serial }: RevocationEntry): string {
  return `${caKeyId} ${serial}`;
}

export interface KickPath {
  readonly endpoint: Endpoint;
  readonly username: string;
  readonly password: string;
  /** For each answer of the broker, milliseconds. */
  readonly answer: number;
}

const concurrentKicks = 16;

/**
 * Ends the session of each identity by taking its client ID over with a clean start from the local listener, where
 * client IDs are free; what the session had stored goes with it. Gives the identities for which that failed, with why.
 */
export async function kicked(identities: ReadonlySet<string>, path: KickPath): Promise<ReadonlyMap<string, string>> {
  const failures = new Map<string, string>();
  const queue = identities.values();
  const worker = async (): Promise<void> => {
    for (const identity of queue) {
      const failure = await takeoverFailure(identity, path);
      if (failure !== undefined) failures.set(identity, failure);
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrentKicks, identities.size) }, worker));
  return failures;
}

async function takeoverFailure(
  clientId: string,
  { endpoint, username, password, answer }: KickPath,
): Promise<string | undefined> {
  const login: Login = { clientId, username, password };
  const outcome = await connected(endpoint, login, answer);
  if (outcome.kind === 'Connected') {
    await outcome.session.close();
    return undefined;
  }
  return outcome.kind === 'Refused' ? `CONNACK 0x${outcome.code.toString(16)}` : outcome.reason;
}
