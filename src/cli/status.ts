import path from 'node:path';
import { stateName } from '../local/state.ts';
import { choiceOf, commandOf } from './command.ts';
import { UsageError } from './io.ts';
import { localState, stateOption } from './local-state.ts';
import { isProven, statusWithProblems } from './status-text.ts';

export const command = commandOf({
  synopsis: '[DIR] [--state DIR] [-o FORMAT]',
  about: `Shows what a local broker enforces: its listeners, the revision that was proved, each device, and
what is wrong with the manifests.
DIR is the directory of manifests that 'dev' runs on. Exit code 0: it runs and all is proved. 1: it does not.`,
  options: {
    state: stateOption,
    output: { type: 'string', short: 'o', value: 'FORMAT', about: 'table (default), json or name' },
  },
  run: async ({ options, operands, io }) => {
    if (operands.length > 1) throw new UsageError('status takes one DIR');
    const format = choiceOf('output', options.output, ['table', 'json', 'name']) ?? 'table';
    const [directory] = operands;
    const state = await localState(options.state ?? (directory && path.join(directory, stateName)), io);
    const { status, running } = state;
    const stopped = running === undefined ? "not running: this is the last that 'mqttsec dev' saw\n" : '';
    if (format === 'json') io.out(`${JSON.stringify({ running: running !== undefined, ...status }, undefined, 2)}\n`);
    else if (format === 'name') io.out(status.devices.map(({ device }) => `mqttdevice/${device}\n`).join(''));
    else io.out(`${stopped}${statusWithProblems(status, io)}`);
    return running !== undefined && isProven(status) ? 0 : 1;
  },
});
