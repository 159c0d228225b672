import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { sightingsFile } from '../agent/sightings.ts';
import { parseSightings } from '../domain/audit/sightings.ts';
import { reasonOf } from '../local/files.ts';
import { agentDirectory } from './agent-directory.ts';
import { commandOf } from './command.ts';
import { isRefused } from './fleet-input.ts';
import { UsageError } from './io.ts';

export const command = commandOf({
  synopsis: '[--directory DIR]',
  about: `Prints who came to a broker, by day, as the agent beside it remembers: JSON for 'audit --sightings'. In a cluster
  kubectl exec POD -c agent -- mqttsec sightings --directory /run/mqttsec/agent > POD.json
asks it in its pod. In local mode the directory is 'broker' in the state directory of 'dev'.`,
  options: {
    directory: {
      type: 'string',
      value: 'DIR',
      about: `directory of the agent, or MQTTSEC_DIRECTORY (${agentDirectory})`,
    },
  },
  run: async ({ options, operands, io }) => {
    if (operands.length > 0) throw new UsageError(`unexpected argument '${String(operands[0])}'`);
    const given = [options.directory, io.environment['MQTTSEC_DIRECTORY']].find(
      (one) => one !== undefined && one !== '',
    );
    const file = sightingsFile(path.resolve(io.workingDirectory, given ?? agentDirectory));
    const text = await readFile(file, 'utf8').catch((error: unknown) => {
      throw new Error(`read sightings ${file}: ${reasonOf(error)}`, { cause: error });
    });
    const read = parseSightings(text);
    if (isRefused(read.ok ? [] : read.findings, io)) return 2;
    io.out(text);
    return 0;
  },
});
