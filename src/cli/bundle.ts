import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { certificateFiles, heldCertificates, type CertificateFiles } from '../local/certificates.ts';
import { makeDirectory, replaceFile, textOf } from '../local/files.ts';
import { readPasswords } from '../local/passwords.ts';
import { type DeviceStatus, type LocalStatus } from '../local/status.ts';
import { commandOf } from './command.ts';
import { UsageError, type Io } from './io.ts';
import { deviceNamed, deviceOperand, localState, stateOption, type LocalState } from './local-state.ts';

export const command = commandOf({
  synopsis: 'DEVICE --out DIR [--state DIR] [--force]',
  about: `Writes what a device needs to connect (mode 0600): ca.crt, client.crt and client.key or user name and password,
connection.json, and options for the command line clients: inside DIR, 'XDG_CONFIG_HOME=. mosquitto_pub -t TOPIC -m TEXT'.
Where the device made its own key by a signing request, client.key is not in it, nor is a password that was not
generated.`,
  options: {
    out: { type: 'string', value: 'DIR', about: 'directory for the files' },
    force: { type: 'boolean', about: 'write over files that are there' },
    state: stateOption,
  },
  run: async ({ options, operands, io }) => {
    if (options.out === undefined) throw new UsageError('bundle needs --out DIR');
    const name = deviceOperand(operands);
    const state = await localState(options.state, io);
    const device = deviceNamed(state, name);
    const files = await kitOf(state, device, io);
    if (options.force !== true) await refuseOverwrite(options.out, files);
    await makeDirectory(options.out);
    for (const [name, text] of files) await replaceFile(path.join(options.out, name), text);
    io.out([...files.keys()].map((name) => `${path.join(options.out ?? '', name)}\n`).join(''));
    return 0;
  },
});

type Kit = ReadonlyMap<string, string>;

async function refuseOverwrite(directory: string, files: Kit): Promise<void> {
  const names = await readdir(directory).catch(() => []);
  const present = names.filter((name) => files.has(name));
  if (present.length === 0) return;
  throw new Error(`write ${directory}: ${present.join(', ')} would be written over; --force does it`);
}

interface Access {
  readonly host: string;
  readonly listener: LocalStatus['listeners'][number];
  readonly device: DeviceStatus;
  /** PEM of the CA under which the server is known. */
  readonly ca: string;
}

async function kitOf(state: LocalState, device: DeviceStatus, io: Io): Promise<Kit> {
  const { status, paths } = state;
  const listener = status.listeners.find(({ authentication }) => authentication === device.authentication);
  if (!listener) throw new Error(`bundle ${device.device}: no listener takes ${device.authentication}`);
  const ca = await textOf(path.join(paths.authority, 'tls.crt'));
  if (ca === undefined) throw new Error(`read CA ${paths.authority}: it is not there`);
  const host = ['0.0.0.0', '::'].includes(status.host) ? 'localhost' : status.host;
  const access = { host, listener, device, ca };
  if (device.authentication === 'Password') return passwordKit(state, access, io);
  return certificateKit(await certificateOf(state, device, io.now()), access);
}

async function certificateOf(
  { paths }: LocalState,
  { device, reason }: DeviceStatus,
  now: Date,
): Promise<CertificateFiles> {
  const held = await heldCertificates(paths.certificates, now);
  const current = held.findLast((one) => one.device === device && !one.supersededAt);
  const files = current && (await certificateFiles(paths.certificates, current.lineage));
  if (files) return files;
  throw new Error(`bundle ${device}: no certificate was issued to it (${reason})`);
}

function certificateKit({ certificate, key }: CertificateFiles, access: Access): Kit {
  const files = new Map([
    ['ca.crt', access.ca],
    ['client.crt', certificate],
  ]);
  if (key !== undefined) files.set('client.key', key);
  const keyFile = key === undefined ? {} : { keyFile: 'client.key' };
  return withConnection(files, access, { certificateFile: 'client.crt', ...keyFile }, [
    ['--cert', 'client.crt'],
    ['--key', 'client.key'],
  ]);
}

async function passwordKit({ paths }: LocalState, access: Access, io: Io): Promise<Kit> {
  const { device, identity } = access.device;
  const stored = (await readPasswords(paths.passwords)).passwords.get(device);
  const files = new Map(access.listener.tls ? [['ca.crt', access.ca]] : []);
  const login = { username: identity, ...(stored && { password: stored.password }) };
  const options: [string, string][] = [['-u', identity]];
  if (stored) options.push(['-P', stored.password]);
  else io.err(`mqttsec: bundle ${device}: its password was not made here and is not in the kit\n`);
  return withConnection(files, access, login, options);
}

function withConnection(
  files: Map<string, string>,
  { host, listener, device }: Access,
  credentials: object,
  options: readonly (readonly [string, string])[],
): Kit {
  const { port, tls, protocol } = listener;
  const connection = {
    broker: { host, port, protocol, tls },
    clientId: device.identity,
    ...(tls && { caFile: 'ca.crt' }),
    ...credentials,
  };
  const common: [string, string][] = [
    ['-h', host],
    ['-p', String(port)],
    ['-i', device.identity],
    ['-V', 'mqttv5'],
  ];
  const all = [...common, ...(tls ? [['--cafile', 'ca.crt'] as const] : []), ...options];
  files.set('connection.json', `${JSON.stringify(connection, undefined, 2)}\n`);
  const text = all.map(([option, value]) => `${option} ${value}\n`).join('');
  for (const client of ['mosquitto_pub', 'mosquitto_sub']) files.set(client, text);
  return files;
}
