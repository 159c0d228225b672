import { readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { partNames, type PartName } from '../domain/bundle/content.ts';
import { renderedFiles } from '../domain/bundle/rendered.ts';
import { keyOf } from '../domain/fleet.ts';
import { chosenBroker } from '../local/chosen-broker.ts';
import { errorCode, makeDirectory, reasonOf, replaceFile } from '../local/files.ts';
import { withPositions } from '../parse/manifests.ts';
import { validationFindings } from '../parse/validation.ts';
import { brokerOption, commandOf } from './command.ts';
import { fleetInput, isRefused } from './fleet-input.ts';
import { UsageError } from './io.ts';

export const command = commandOf({
  synopsis: 'PATH… --out DIR [--broker NAME]',
  about: `Writes the files that a broker gets, named as the parts of its bundle; the same bytes on every run.
Passwords and revocation lists hold only what the manifests give literally: nothing is generated or signed.
With a finding of severity Error nothing is written and the exit code is 2.`,
  options: {
    broker: brokerOption,
    out: { type: 'string', value: 'DIR', about: 'directory for the files; made when it does not exist' },
  },
  run: async ({ options, operands, io }) => {
    if (options.out === undefined) throw new UsageError('render needs --out DIR');
    const input = await fleetInput(operands, io);
    if (isRefused([...input.unreadable, ...validationFindings(input)], io)) return 2;
    const broker = chosenBroker(input.fleet, options.broker);
    const files = renderedFiles(input.fleet, keyOf(broker), input.values);
    if (!files.ok) {
      isRefused(withPositions(files.findings, input), io);
      return 2;
    }
    await refuseForeign(options.out);
    await writeFiles(options.out, files.value);
    return 0;
  },
});

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
