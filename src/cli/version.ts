import { commandOf, choiceOf } from './command.ts';
import { UsageError } from './io.ts';
import manifest from '../../package.json' with { type: 'json' };

export const command = commandOf({
  synopsis: '[-o FORMAT]',
  about: 'Prints the version of this program.',
  options: {
    output: { type: 'string', short: 'o', value: 'FORMAT', about: 'text (default) or json' },
  },
  run: ({ options, operands, io }) => {
    if (operands.length > 0) throw new UsageError(`unexpected argument '${String(operands[0])}'`);
    const format = choiceOf('output', options.output, ['text', 'json']);
    const { version } = manifest;
    io.out(format === 'json' ? `${JSON.stringify({ version })}\n` : `mqttsec ${version}\n`);
    return Promise.resolve(0);
  },
});
