import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { certificateFiles, heldCertificates, type CertificateFiles } from '../local/certificates.ts';
import { makeDirectory, replaceFile, textOf } from '../local/files.ts';
import { readPasswords } from '../local/passwords.ts';
import { type DeviceStatus } from '../local/status.ts';
import { clusterOptions, withCluster } from './cluster-options.ts';
import { commandOf } from './command.ts';
import { UsageError, type Io } from './io.ts';
import { certificateKit, passwordKit, type Kit, type Reach } from './kit.ts';
import { deviceNamed, deviceOperand, isLocal, localState, stateOption, type LocalState } from './local-state.ts';

export const command = commandOf({
  synopsis: 'DEVICE --out DIR [--state DIR] [--force]',
  about: `Writes what a device needs to connect (mode 0600): ca.crt, client.crt and client.key or user name and password,
connection.json, and options for the command line clients: inside DIR, 'XDG_CONFIG_HOME=. mosquitto_pub -t TOPIC -m TEXT'.
Where the device made its own key by a signing request, client.key is not in it, nor is a password that was not
generated. On a cluster it reads the Secrets of this device alone, as the user of the kubeconfig.`,
  options: {
    out: { type: 'string', value: 'DIR', about: 'directory for the files' },
    force: { type: 'boolean', about: 'write over files that are there' },
    host: { type: 'string', value: 'NAME', about: 'host name of the broker, when it is not the one that is found' },
    ...clusterOptions,
    state: stateOption,
  },
  run: async ({ options, operands, io }) => {
    const { out, force, host } = options;
    if (out === undefined) throw new UsageError('bundle needs --out DIR');
    const name = deviceOperand(operands);
    const kit = isLocal(options)
      ? await localKit(await localState(options.state, io), name, host, io)
      : await withCluster(options, '--state DIR', async (cluster) => {
          const { clusterKit } = await import('./bundle-cluster.ts');
          return clusterKit(cluster, name, host, io);
        });
    if (force !== true) await refuseOverwrite(out, kit);
    await makeDirectory(out);
    for (const [file, text] of kit) await replaceFile(path.join(out, file), text);
    io.out([...kit.keys()].map((file) => `${path.join(out, file)}\n`).join(''));
    return 0;
  },
});

async function refuseOverwrite(directory: string, files: Kit): Promise<void> {
  const names = await readdir(directory).catch(() => []);
  const present = names.filter((name) => files.has(name));
  if (present.length === 0) return;
  throw new Error(`write ${directory}: ${present.join(', ')} would be written over; --force does it`);
}

async function localKit(state: LocalState, name: string, host: string | undefined, io: Io): Promise<Kit> {
  const { status, paths } = state;
  const device = deviceNamed(state, name);
  const listener = status.listeners.find(({ authentication }) => authentication === device.authentication);
  if (!listener) throw new Error(`bundle ${device.device}: no listener takes ${device.authentication}`);
  const ca = await textOf(path.join(paths.authority, 'tls.crt'));
  if (ca === undefined) throw new Error(`read CA ${paths.authority}: it is not there`);
  const listening = ['0.0.0.0', '::'].includes(status.host) ? 'localhost' : status.host;
  const { port, protocol, tls } = listener;
  const reach: Reach = { host: host ?? listening, port, protocol, tls, identity: device.identity, ca };
  if (device.authentication === 'Password') return localPasswordKit(state, reach, device, io);
  const { certificate, key } = await certificateOf(state, device, io.now());
  return certificateKit(reach, certificate, key);
}

async function localPasswordKit({ paths }: LocalState, reach: Reach, { device }: DeviceStatus, io: Io): Promise<Kit> {
  const stored = (await readPasswords(paths.passwords)).passwords.get(device);
  if (!stored) io.err(`mqttsec: bundle ${device}: its password was not made here and is not in the kit\n`);
  return passwordKit(reach, stored?.password);
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
