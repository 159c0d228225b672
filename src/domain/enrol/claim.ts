import { timingSafeEqual } from 'node:crypto';
import { passwordHash, saltBytes, verifyPassword } from '../broker/passwords.ts';
import type { ObjectKey } from '../names.ts';
import { addressBytes } from '../pki/address.ts';
import { decoded, type Decoded, undecodable } from '../pki/pem.ts';

/** A right to one first certificate, told to whoever installs a device; what is kept of it holds no secret. */
export interface Claim {
  /** The user name: 16 hex digits. */
  readonly id: string;
  /** `$7$` hash of the secret. */
  readonly hash: string;
  readonly broker: ObjectKey;
  readonly device: ObjectKey;
  /** Its object when the claim was made, where objects have one: who comes later under its name is another device. */
  readonly uid?: string;
  /** Good up to this time, not at it. */
  readonly expiresAt: Date;
  /** Networks that it is good from, `ADDRESS/BITS`; none: from everywhere. */
  readonly networks: readonly string[];
}

/** Why a claim gives nothing. */
export type ClaimRefusal = 'ClaimSecretWrong' | 'ClaimOfOtherBroker' | 'ClaimExpired' | 'ClaimFromElsewhere';

/** A claim is made of so many unpredictable bytes: id, secret and salt. */
export const claimBytes = 8 + 24 + saltBytes;

/** A new claim, and its secret, which is told once: 192 bits, so that no hash of it can be reversed. */
export function newClaim(
  terms: Omit<Claim, 'id' | 'hash'>,
  bytes: Uint8Array,
): { readonly claim: Claim; readonly secret: string } {
  const [id, secret, salt] = [bytes.subarray(0, 8), bytes.subarray(8, 32), bytes.subarray(32)].map((part) =>
    Buffer.from(part),
  ) as [Buffer, Buffer, Buffer];
  const text = secret.toString('base64url');
  return { claim: { ...terms, id: id.toString('hex'), hash: passwordHash(text, salt) }, secret: text };
}

const dayMilliseconds = 86_400_000;

/** Over for longer than a day: nobody asks any more what became of it. */
export function isOverLongSince({ expiresAt }: Claim, now: Date): boolean {
  return expiresAt.getTime() + dayMilliseconds <= now.getTime();
}

export function isClaimId(text: string): boolean {
  return /^[0-9a-f]{16}$/.test(text);
}

/** Whom and what a claim is checked against. */
export interface ClaimUse {
  readonly secret: string;
  readonly broker: ObjectKey;
  /** Address of the client, as the socket has it. */
  readonly address: string;
}

/** Why this claim is no good here and now, the secret first; undefined: it is. */
export function claimRefusal(claim: Claim, { secret, broker, address }: ClaimUse, now: Date): ClaimRefusal | undefined {
  if (!verifyPassword(secret, claim.hash)) return 'ClaimSecretWrong';
  if (claim.broker !== broker) return 'ClaimOfOtherBroker';
  if (claim.expiresAt <= now) return 'ClaimExpired';
  const { networks } = claim;
  return networks.length === 0 || networks.some((network) => isInNetwork(address, network))
    ? undefined
    : 'ClaimFromElsewhere';
}

/** What takes as long as checking a secret, for a claim that there is not: time must not tell which ids exist. */
export function checkNothing(secret: string): void {
  verifyPassword(secret, nobodysHash);
}

const nobodysHash = passwordHash('', Buffer.alloc(saltBytes));

/** Whether a text is a network such as `10.0.0.0/8`, `2001:db8::/32` or one address. */
export function isNetwork(text: string): boolean {
  return networkOf(text) !== undefined;
}

interface Network {
  readonly bytes: Uint8Array;
  readonly bits: number;
}

function networkOf(text: string): Network | undefined {
  const [address = '', length, ...rest] = text.split('/');
  const bytes = addressBytes(address);
  if (!bytes || rest.length > 0) return undefined;
  if (length === undefined) return { bytes, bits: bytes.length * 8 };
  const bits = /^\d{1,3}$/.test(length) ? Number(length) : Infinity;
  return bits <= bytes.length * 8 ? { bytes, bits } : undefined;
}

/** IPv4 in the form of IPv6 (RFC 4291 section 2.5.5.2), as dual-stack sockets give it, is IPv4. */
function isInNetwork(address: string, text: string): boolean {
  const network = networkOf(text);
  const bytes = addressBytes(address.toLowerCase().replace(/^::ffff:(?=\d+\.)/, ''));
  if (!network || bytes?.length !== network.bytes.length) return false;
  return timingSafeEqual(masked(bytes, network.bits), masked(network.bytes, network.bits));
}

function masked(bytes: Uint8Array, bits: number): Uint8Array {
  return bytes.map((byte, index) => byte & (0xff00 >> Math.min(8, Math.max(0, bits - index * 8))));
}

export function claimText(claim: Claim): string {
  return `${JSON.stringify({ version: 1, ...claim }, undefined, 2)}\n`;
}

/** A claim as `claimText` wrote it. */
export function claimIn(text: string): Decoded<Claim> {
  const value = jsonOf(text);
  if (typeof value !== 'object' || value === null) return undecodable('it is no JSON object');
  const { version, id, hash, broker, device, uid, expiresAt, networks } = value as Record<string, unknown>;
  if (version !== 1) return undecodable('its version is not 1');
  const end = new Date(typeof expiresAt === 'string' ? expiresAt : NaN);
  if (typeof id !== 'string' || !isClaimId(id) || typeof hash !== 'string') return undecodable('it has no id or hash');
  if (!isKey(broker) || !isKey(device)) return undecodable('it names no broker or device');
  if (Number.isNaN(end.getTime())) return undecodable('it has no end');
  if (!isNetworks(networks)) return undecodable('its networks cannot be read');
  return decoded({ id, hash, broker, device, expiresAt: end, networks, ...(typeof uid === 'string' && { uid }) });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isKey(value: unknown): value is ObjectKey {
  return typeof value === 'string' && /^[a-z0-9][a-z0-9.-]{0,252}\/[a-z0-9][a-z0-9.-]{0,252}$/.test(value);
}

function isNetworks(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string' && isNetwork(one));
}
