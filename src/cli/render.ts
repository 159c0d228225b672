import { readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Cluster } from '../cluster/connection.ts';
import { partNames, type PartName } from '../domain/bundle/content.ts';
import { renderedFiles } from '../domain/bundle/rendered.ts';
import { keyOf } from '../domain/fleet.ts';
import { chosenBroker } from '../local/chosen-broker.ts';
import { errorCode, makeDirectory, reasonOf, replaceFile } from '../local/files.ts';
import { withPositions } from '../parse/manifests.ts';
import { validationFindings } from '../parse/validation.ts';
import { clusterOptions, refuseClusterFlags, tellNotes, withCluster } from './cluster-options.ts';
import { brokerOption, commandOf } from './command.ts';
import { clusterInput, fleetInput, isRefused, type FleetInput } from './fleet-input.ts';
import { UsageError, type ExitCode, type Io } from './io.ts';

export const command = commandOf({
  synopsis: '[PATH…] --out DIR [--broker NAME]',
  about: `Writes the files that a broker gets, named as the parts of its bundle; the same bytes on every run.
Passwords and revocation lists hold only what the manifests give literally: nothing is generated or signed.
With a finding of severity Error nothing is written and the exit code is 2.
Without PATH it renders what the cluster declares; there a device with an Error is left out, as the operator does.`,
  options: {
    broker: brokerOption,
    out: { type: 'string', value: 'DIR', about: 'directory for the files; made when it does not exist' },
    ...clusterOptions,
  },
  run: async ({ options, operands, io }) => {
    const { out, broker } = options;
    if (out === undefined) throw new UsageError('render needs --out DIR');
    if (operands.length === 0) {
      return withCluster(options, 'PATH', async (cluster) =>
        rendered(await clusterManifests(cluster, broker, io), broker, out, io),
      );
    }
    refuseClusterFlags(options, 'PATH');
    const input = await fleetInput(operands, io);
    if (isRefused([...input.unreadable, ...validationFindings(input)], io)) return 2;
    return rendered(input, broker, out, io);
  },
});

async function rendered(input: FleetInput, name: string | undefined, out: string, io: Io): Promise<ExitCode> {
  const files = renderedFiles(input.fleet, keyOf(chosenBroker(input.fleet, name)), input.values);
  if (!files.ok) {
    isRefused(withPositions(files.findings, input), io);
    return 2;
  }
  await refuseForeign(out);
  await writeFiles(out, files.value);
  return 0;
}

/** What the cluster declares, with the values that the broker refers to; what is wrong is told and left out. */
async function clusterManifests(cluster: Cluster, name: string | undefined, io: Io): Promise<FleetInput> {
  const { brokerValues } = await import('../cluster/values.ts');
  const input = await clusterInput({ cluster, broker: name }, io);
  const broker = chosenBroker(input.fleet, name);
  const { namespace } = broker.origin;
  isRefused(
    validationFindings(input).filter(({ object }) => object?.namespace === namespace),
    io,
  );
  const { values, notes } = await brokerValues(cluster.client, broker);
  tellNotes(notes, io);
  return { ...input, values };
}

/** A directory that holds something else is not ours to write into. */
async function refuseForeign(directory: string): Promise<void> {
  const names = await readdir(directory).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return [];
    throw new Error(`write ${directory}: ${reasonOf(error)}`, { cause: error });
  });
  const foreign = names.find((name) => !partNames.some((part) => part === name));
  if (foreign !== undefined) throw new Error(`write ${directory}: it holds ${foreign}, which is no part of a bundle`);
}

async function writeFiles(directory: string, files: ReadonlyMap<PartName, string>): Promise<void> {
  await makeDirectory(directory);
  for (const name of partNames) {
    const file = path.join(directory, name);
    const text = files.get(name);
    if (text === undefined) await rm(file, { force: true });
    else if ((await readFile(file, 'utf8').catch(() => undefined)) !== text) await replaceFile(file, text);
  }
}
