/** Finds out the password of a device, making one where one is to be made. */
import { mqttDevices, type SecretObject, secrets } from '../../api/kinds.ts';
import { operatorFieldManager } from '../../api/labels.ts';
import type { Device, PasswordSource } from '../../domain/fleet.ts';
import { apiVersion } from '../../domain/names.ts';
import { ApiError, isAlreadyExists, isNotFound } from '../../kube/errors.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { Random } from '../../ports.ts';
import { ownerReference } from '../apply.ts';
import type { Meta } from '../declared.ts';
import type { PasswordReading, Passwords } from './passwords.ts';
import {
  generatedReading,
  nothing,
  passwordBytes,
  passwordSecret,
  passwordSecretName,
  referencedReading,
} from './secret.ts';

export interface PasswordStep {
  readonly client: KubeClient;
  readonly random: Random;
  readonly signal: AbortSignal;
  readonly now: Date;
}

type Generate = Extract<PasswordSource, { kind: 'Generate' }>;

export interface WantedPassword {
  readonly device: Device;
  readonly meta: Meta;
  /** Without it nothing is written, and a Secret that should be another one counts as nothing. */
  readonly mayMake: boolean;
  /** Nobody has looked at the device before: there is hardly a Secret yet. */
  readonly isNew: boolean;
  /** It held its identity when it was looked at last. */
  readonly hadIdentity: boolean;
}

/** `Made` where there was no Secret and a password was made. */
export async function readPassword(
  step: PasswordStep,
  passwords: Passwords,
  { device, meta, mayMake, isNew, hadIdentity }: WantedPassword,
): Promise<'Made' | undefined> {
  if (device.authentication.type !== 'Password' || passwords.isFresh(device, step.now)) return undefined;
  const { password } = device.authentication;
  try {
    const made = password.kind === 'Generate' && mayMake ? { meta, isNew } : undefined;
    const { isMade, ...reading } = await readingOf(step, device, password, made);
    await passwords.keep(device, reading, hadIdentity, step.now);
    return isMade ? 'Made' : undefined;
  } catch (error) {
    // One that cannot be read blocks no other: what was there before stays. It is tried again.
    if (!(error instanceof ApiError)) throw error;
    const failure = { ...nothing(device, 'SecretNotFound', error.message), isFailure: true } as const;
    await passwords.keep(device, failure, hadIdentity, step.now);
    throw error;
  }
}

type MadeReading = PasswordReading & { readonly isMade?: boolean };

async function readingOf(
  step: PasswordStep,
  device: Device,
  source: PasswordSource,
  made: Pick<WantedPassword, 'meta' | 'isNew'> | undefined,
): Promise<MadeReading> {
  switch (source.kind) {
    case 'Hash':
      return source;
    case 'Secret':
      return referencedReading(device, source, await secretOf(step, device, source.secret.name));
    case 'Generate': {
      const first = made?.isNew === true ? await firstReading(step, device, source, made.meta) : undefined;
      if (first) return first;
      const present = await secretOf(step, device, passwordSecretName(device));
      const reading = generatedReading(device, source, present);
      if (reading.kind !== 'Make') return reading;
      return made ? madeReading(step, device, source, made.meta, present) : { kind: 'Nothing', findings: [] };
    }
  }
}

async function secretOf(
  { client, signal }: PasswordStep,
  device: Device,
  name: string,
): Promise<SecretObject | undefined> {
  try {
    return await client.get(secrets, device.origin.namespace, name, { signal });
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** Of a Secret that is made without asking for it first; undefined when there is one already. */
async function firstReading(
  step: PasswordStep,
  device: Device,
  source: Generate,
  meta: Meta,
): Promise<MadeReading | undefined> {
  try {
    return await madeReading(step, device, source, meta, undefined);
  } catch (error) {
    if (isAlreadyExists(error)) return undefined;
    throw error;
  }
}

/** Made anew by `create`, so that one of somebody else's is never taken; one of ours is replaced in the version that was read. */
async function madeReading(
  { client, random, signal }: PasswordStep,
  device: Device,
  source: Generate,
  meta: Meta,
  present: SecretObject | undefined,
): Promise<MadeReading> {
  const password = Buffer.from(random.bytes(passwordBytes)).toString('base64url');
  const desired = passwordSecret(device, source, password, ownerReference(mqttDevices, apiVersion, meta));
  const call = { fieldManager: operatorFieldManager, signal };
  const { uid = '', resourceVersion = '' } = present?.metadata ?? {};
  const written = present
    ? await client.apply(secrets, desired, { ...call, force: true, uid, resourceVersion })
    : await client.create(secrets, desired, call);
  const reading = generatedReading(device, source, written);
  if (reading.kind === 'Make') return nothing(device, 'SecretNotFound', 'the Secret did not take the password');
  return { ...reading, isMade: present === undefined };
}
