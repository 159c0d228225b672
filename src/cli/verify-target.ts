import { X509Certificate } from 'node:crypto';
import net from 'node:net';
import path from 'node:path';
import { oracleOf } from '../domain/acl/cani.ts';
import { keyOf } from '../domain/fleet.ts';
import { systemRandom } from '../local/system.ts';
import { reasonToRefuse } from '../verify/certificates.ts';
import { rightsOf } from '../verify/rights.ts';
import { type Identity, type Listener, placeOf, type RefusedCertificate, type World } from '../verify/world.ts';
import { fleetInput, isRefused } from './fleet-input.ts';
import { type Io, UsageError } from './io.ts';
import { isLocal, localState } from './local-state.ts';
import { certificateText, fileText, keyPairIn } from './pem-input.ts';
import { kitIdentity, kitPair } from './verify-kit.ts';
import { localWorld } from './verify-local.ts';

/** What says which broker is meant, and as whom. */
export interface TargetOptions {
  readonly state?: string;
  readonly identity?: readonly string[];
  readonly kit?: readonly string[];
  readonly refused?: readonly string[];
  readonly broker?: string;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly username?: string;
  readonly 'password-file'?: string;
  readonly 'plain-port'?: readonly string[];
  readonly as?: string;
}

/** What can be connected to, before manifests and certificates that must be refused are added. */
export type Reached = Pick<World, 'listeners' | 'identities'> & { readonly refused: readonly RefusedCertificate[] };

/** The broker as it is described by the options and manifests; fails where none of its listeners can be reached. */
export async function targetOf(options: TargetOptions, paths: readonly string[], io: Io): Promise<World> {
  const now = io.now();
  const reached = await reachedBy(options, paths, io);
  const declared = paths.length > 0 ? await declaredBy(paths, options.as, io) : {};
  const admitted = reached.identities.flatMap(({ keyPair }) => (keyPair ? [keyPair.certificate] : []));
  const refused = await Promise.all(
    (options.refused ?? []).map(async (directory): Promise<RefusedCertificate> => {
      const keyPair = await kitPair(directory);
      const why = reasonToRefuse(keyPair.certificate, admitted, now);
      return { name: `the ${why.toLowerCase()} certificate of ${directory}`, why, keyPair };
    }),
  );
  await Promise.any(reached.listeners.map(connectable)).catch((error: unknown) => {
    const [first] = (error as AggregateError).errors as readonly unknown[];
    throw new Error('connect to broker', { cause: first });
  });
  return {
    ...reached,
    ...declared,
    refused: [...reached.refused, ...refused],
    plainPorts: plainPorts(options, reached.listeners),
    probe: `mqttsec-verify-${Buffer.from(systemRandom.bytes(6)).toString('hex')}`,
    now,
  };
}

async function reachedBy(options: TargetOptions, paths: readonly string[], io: Io): Promise<Reached> {
  const { broker, kit = [], state } = options;
  if ([broker, kit[0], state].filter((one) => one !== undefined).length > 1) {
    throw new UsageError('only one of --broker, --kit and --state can be given');
  }
  if (broker !== undefined) return described(broker, options);
  if (kit.length > 0) {
    const identities = sharingListeners(await Promise.all(kit.map(kitIdentity)));
    return { identities, listeners: [...new Set(identities.map(({ listener }) => listener))], refused: [] };
  }
  if (!isLocal(options, paths[0])) throw new UsageError('give --broker HOST:PORT, --kit DIR or --state DIR');
  const directory = state ?? (paths[0] === undefined ? undefined : path.join(paths[0], '.mqttsec'));
  const local = await localState(directory, io);
  if (local.running === undefined)
    throw new Error(`connect to broker: 'mqttsec dev' does not run on ${local.paths.root}`);
  return localWorld(local, options.identity ?? [], io);
}

/** Kits for one port speak of one listener. */
function sharingListeners(identities: readonly Identity[]): readonly Identity[] {
  const known = new Map<string, Listener>();
  return identities.map((identity) => {
    const place = placeOf(identity.listener);
    const listener = known.get(place) ?? identity.listener;
    known.set(place, listener);
    return { ...identity, listener };
  });
}

async function described(broker: string, options: TargetOptions): Promise<Reached> {
  const { ca, cert, key, username } = options;
  const passwordFile = options['password-file'];
  const { host, port } = hostAndPort(broker);
  if ((cert === undefined) !== (key === undefined)) throw new UsageError('--cert and --key belong together');
  if (username !== undefined && passwordFile === undefined) throw new UsageError('--username needs --password-file');
  const authentication = cert === undefined && username !== undefined ? 'Password' : 'Certificate';
  const trust = ca === undefined ? {} : { ca: await certificateText(ca) };
  const listener: Listener = { host, port, tls: true, webSockets: false, authentication, ...trust };
  const identity = await describedIdentity(listener, options);
  return { listeners: [listener], identities: identity ? [identity] : [], refused: [] };
}

async function describedIdentity(listener: Listener, options: TargetOptions): Promise<Identity | undefined> {
  const { cert, key, username, 'password-file': passwordFile } = options;
  const [given] = options.identity ?? [];
  const keyPair = cert !== undefined && key !== undefined ? await keyPairIn(cert, key) : undefined;
  const password = passwordFile === undefined ? undefined : (await fileText(passwordFile)).replace(/\r?\n$/, '');
  const name = given ?? username ?? (keyPair && commonNameOf(keyPair.certificate));
  if (name === undefined) return undefined;
  return { name, listener, ...(keyPair && { keyPair }), ...(password !== undefined && { password }) };
}

function commonNameOf(pem: string): string | undefined {
  return /^CN=(.*)$/m.exec(new X509Certificate(pem).subject)?.[1];
}

function hostAndPort(text: string): { readonly host: string; readonly port: number } {
  const [, bracketed, bare, digits] = /^(?:\[([0-9A-Fa-f:.]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text) ?? [];
  const [host, port] = [bracketed ?? bare, Number(digits)];
  if (host === undefined || !(port >= 1 && port <= 65_535)) throw new UsageError(`'${text}' is not HOST:PORT`);
  return { host, port };
}

async function declaredBy(
  paths: readonly string[],
  name: string | undefined,
  io: Io,
): Promise<Pick<World, 'rights' | 'maxPacketBytes'>> {
  const { fleet, unreadable, findings } = await fleetInput(paths, io);
  if (isRefused([...unreadable, ...findings], io)) throw new Error('read manifests: they are not valid');
  const oracle = oracleOf(fleet, io.now(), name);
  const brokers = [...fleet.brokers.values()];
  const broker = brokers.find((one) => name === undefined || name === one.origin.name || name === keyOf(one));
  if (!oracle.ok || !broker) throw new Error(`choose broker (--as): ${oracle.ok ? 'none' : oracle.problem}`);
  return { rights: rightsOf(fleet, broker, oracle.value), maxPacketBytes: broker.limits.maxPacketSizeBytes };
}

function plainPorts(options: TargetOptions, listeners: readonly Listener[]): World['plainPorts'] {
  const isElsewhere = options.broker !== undefined || (options.kit ?? []).length > 0;
  const given = options['plain-port'] ?? (isElsewhere ? ['1883'] : []);
  const ports = given.map((text) => {
    const port = Number(text);
    if (!(/^\d+$/.test(text) && port <= 65_535)) throw new UsageError(`--plain-port '${text}' is no port`);
    return port;
  });
  const hosts = [...new Set(listeners.map(({ host }) => host))];
  const places = hosts.flatMap((host) => ports.map((port) => ({ host, port })));
  const taken = new Set(listeners.map(placeOf));
  return places.filter((place) => place.port !== 0 && !taken.has(placeOf(place)));
}

function connectable({ host, port }: Listener): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ host, port });
    const end = (error?: Error): void => {
      socket.destroy();
      if (error) reject(error);
      else resolve();
    };
    socket.setTimeout(10_000, () => end(new Error(`${placeOf({ host, port })} does not answer`)));
    socket.once('connect', () => end());
    socket.on('error', end);
  });
}
