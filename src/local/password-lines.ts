import { passwordHash, saltBytes, verifyPassword } from '../domain/broker/passwords.ts';
import { type Finding } from '../domain/finding.ts';
import { keyOf, type Device, type Fleet } from '../domain/fleet.ts';
import { type ObjectKey } from '../domain/names.ts';
import { ShardedMap } from '../domain/sharded.ts';
import { type Random } from '../ports.ts';
import { keepHash } from './passwords.ts';
import { type Store } from './store.ts';
import { valueOf, type Values } from './trust.ts';

export interface PasswordLines {
  /** Hash by effective identity. */
  readonly lines: ShardedMap<string>;
  readonly findings: readonly Finding[];
}

/** Hashes of all passwords on this broker. One that was made before is kept while it verifies, so that its salt stays. */
export async function passwordLines(
  store: Store,
  fleet: Fleet,
  broker: ObjectKey,
  values: Values,
  random: Random,
): Promise<PasswordLines> {
  const lines: [string, string][] = [];
  const findings: Finding[] = [];
  for (const claimants of fleet.devices.values()) {
    const device = claimants.find((one) => one.broker === broker);
    if (device?.authentication.type !== 'Password') continue;
    const { hash, finding } = await lineOf(store, device, values, random);
    if (hash !== undefined) lines.push([device.identity, hash]);
    if (finding) findings.push(finding);
  }
  return { lines: ShardedMap.from(lines), findings };
}

interface PasswordLine {
  readonly hash?: string | undefined;
  readonly finding?: Finding;
}

async function lineOf(store: Store, device: Device, values: Values, random: Random): Promise<PasswordLine> {
  if (device.authentication.type !== 'Password') return {};
  const { password } = device.authentication;
  const key = keyOf(device);
  switch (password.kind) {
    case 'Hash':
      return { hash: password.hash };
    case 'Generate': {
      const stored = store.passwords.get(key);
      const isPresent = stored?.revision === password.revision && stored.username === device.identity;
      return isPresent ? { hash: await hashFor(store, key, stored.password, random) } : {};
    }
    case 'Secret': {
      const text = valueOf(values, device.origin.namespace, password.secret);
      // The password that was there last stays: a Secret that is gone cuts nobody off, which a missing line would.
      if (text === undefined) return { hash: store.hashes.get(key), finding: missing(device, password.secret.name) };
      return { hash: await hashFor(store, key, text, random) };
    }
  }
}

function missing(device: Device, secret: string): Finding {
  const message = `Secret ${device.origin.namespace}/${secret} with the password is not among the manifests`;
  const path = 'spec.authentication.password.secretRef';
  return { code: 'MQS125', severity: 'Error', path, message, object: device.origin };
}

async function hashFor(store: Store, device: ObjectKey, password: string, random: Random): Promise<string> {
  const former = store.hashes.get(device);
  if (former !== undefined && isHashOf(store, former, password)) return former;
  const hash = passwordHash(password, random.bytes(saltBytes));
  await keepHash(store.paths.passwords, device, hash);
  store.hashes.set(device, hash);
  store.verified.set(hash, password);
  return hash;
}

/** Costs a hash of the password once; after that it is remembered. */
function isHashOf({ verified }: Store, hash: string, password: string): boolean {
  if (verified.get(hash) === password) return true;
  if (!verifyPassword(password, hash)) return false;
  verified.set(hash, password);
  return true;
}
