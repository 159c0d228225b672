import path from 'node:path';
import { loadAuthority } from '../local/authority.ts';
import { certificateFiles, heldCertificates } from '../local/certificates.ts';
import { textOf } from '../local/files.ts';
import { readPasswords } from '../local/passwords.ts';
import type { DeviceStatus } from '../local/status.ts';
import { systemRandom } from '../local/system.ts';
import { expired } from '../verify/certificates.ts';
import type { Identity, KeyPair, Listener, RefusedCertificate } from '../verify/world.ts';
import type { Io } from './io.ts';
import { deviceNamed, type LocalState } from './local-state.ts';
import type { Reached } from './verify-target.ts';

/** As how many devices it is tried where none is named. */
const identitiesAtMost = 12;

/** The broker of local mode: all that its state directory has credentials for. */
export async function localWorld(state: LocalState, names: readonly string[], io: Io): Promise<Reached> {
  const { status, paths } = state;
  const ca = await textOf(path.join(paths.authority, 'tls.crt'));
  const host = ['0.0.0.0', '::'].includes(status.host) ? 'localhost' : status.host;
  const listeners = status.listeners.map(({ port, tls, protocol, authentication }): Listener => ({
    ...{ host, port, tls, webSockets: protocol === 'WebSockets', authentication },
    ...(ca !== undefined && { ca }),
  }));
  const devices = names.length > 0 ? names.map((name) => deviceNamed(state, name)) : status.devices;
  const keyPairs = await keyPairsOf(state, io.now());
  const { passwords } = await readPasswords(paths.passwords);
  const known = devices
    .filter(({ reason }) => reason === 'Ready')
    .flatMap((device): Identity[] => {
      const listener = listeners.find(({ authentication }) => authentication === device.authentication);
      const keyPair = keyPairs.get(device.device);
      const password = passwords.get(device.device)?.password;
      if (!listener) return [];
      if (device.authentication === 'Password')
        return password === undefined ? [] : [{ name: device.identity, listener, password }];
      return keyPair ? [{ name: device.identity, listener, keyPair }] : [];
    });
  return {
    listeners,
    identities: known.slice(0, identitiesAtMost),
    refused: [...takenBack(status.devices, keyPairs), ...(await ended(state, io.now()))],
  };
}

async function keyPairsOf({ paths }: LocalState, now: Date): Promise<ReadonlyMap<string, KeyPair>> {
  const held = await heldCertificates(paths.certificates, now);
  const pairs = new Map<string, KeyPair>();
  for (const { device, lineage, supersededAt } of held) {
    const files = supersededAt ? undefined : await certificateFiles(paths.certificates, lineage);
    if (files?.key !== undefined) pairs.set(device, { certificate: files.certificate, key: files.key });
  }
  return pairs;
}

/** A suspended device's certificate is on the list as one that is revoked is. */
function takenBack(
  devices: readonly DeviceStatus[],
  keyPairs: ReadonlyMap<string, KeyPair>,
): readonly RefusedCertificate[] {
  return devices.flatMap(({ device, identity, reason }) => {
    const keyPair = keyPairs.get(device);
    if ((reason !== 'Revoked' && reason !== 'Suspended') || !keyPair) return [];
    return [{ name: `the certificate of ${identity}, which is ${reason.toLowerCase()}`, why: 'Revoked', keyPair }];
  });
}

/** One that ended yesterday, signed by the built-in CA for this alone. */
async function ended({ paths }: LocalState, now: Date): Promise<readonly RefusedCertificate[]> {
  const [certificate, key] = await Promise.all(
    ['tls.crt', 'tls.key'].map((name) => textOf(path.join(paths.authority, name))),
  );
  if (certificate === undefined || key === undefined) return [];
  const authority = loadAuthority(certificate, key);
  if (!authority.ok) return [];
  const keyPair = expired(authority.value, 'mqttsec-verify', now, systemRandom);
  return [{ name: 'a certificate of its CA that ended yesterday', why: 'Expired', keyPair }];
}
