import { parseArgs } from 'node:util';
import { UsageError, type ExitCode, type Io } from './io.ts';

/** One option of a command, as parseArgs takes it, with what the help text says. */
interface Option {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  readonly multiple?: boolean;
  /** Stands for the value in the help text: `FILE`. */
  readonly value?: string;
  readonly about: string;
}
type Options = Readonly<Record<string, Option>>;

type Values<O extends Options> = {
  readonly [K in keyof O]?: O[K] extends { readonly multiple: true }
    ? string[]
    : O[K]['type'] extends 'string'
      ? string
      : boolean;
};

/** What a command was called with: its options, then everything that is none. */
export interface Call<O extends Options> {
  readonly options: Values<O>;
  readonly operands: readonly string[];
  readonly io: Io;
}

interface Definition<O extends Options> {
  /** What follows the name: `PATH… [options]`; a line for each way to call it. */
  readonly synopsis: string;
  readonly about: string;
  readonly options: O;
  run(call: Call<O>): Promise<ExitCode>;
}

export interface Command {
  /** Its options as they are written: `--output`, `-o`. */
  readonly flags: readonly string[];
  helpText(program: string, name: string): string;
  run(argv: readonly string[], io: Io): Promise<ExitCode>;
}

/** A command from its definition: options are parsed before it runs, and the help text is made of the same table. */
export function commandOf<const O extends Options>(definition: Definition<O>): Command {
  return {
    flags: Object.entries(definition.options as Options).flatMap(([key, { short }]) => [
      `--${key}`,
      ...(short === undefined ? [] : [`-${short}`]),
    ]),
    helpText: (program, name) => helpText(definition, program, name),
    async run(argv, io) {
      const { values, positionals } = parsedArguments(argv, definition.options);
      return definition.run({ options: values as Values<O>, operands: positionals, io: withNow(io, values['now']) });
    },
  };
}

function parsedArguments(argv: readonly string[], options: Options) {
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(usageMessage(error), { cause: error });
  }
}

/** The first sentence of what parseArgs says; the rest of it is about `--`. */
function usageMessage(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split(/\. |\n/, 1)[0] ?? text;
}

function withNow(io: Io, value: unknown): Io {
  if (typeof value !== 'string') return io;
  const now = timeOf(value);
  return { ...io, now: () => now };
}

/** RFC 3339 section 5.6: date, time and offset are all needed. */
const rfc3339 = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$/;

function timeOf(text: string): Date {
  const time = new Date(text.toUpperCase());
  if (!rfc3339.test(text) || Number.isNaN(time.getTime())) {
    throw new UsageError(`--now '${text}' is not an RFC 3339 time such as 2026-01-01T00:00:00Z`);
  }
  return time;
}

function helpText({ synopsis, about, options }: Definition<Options>, program: string, name: string): string {
  const rows = Object.entries(options).map(([key, option]): [string, string] => [
    optionText(key, option),
    option.about,
  ]);
  const all: [string, string][] = [...rows, ['-h, --help', 'show this text']];
  const width = Math.max(...all.map(([left]) => left.length)) + 2;
  const lines = all.map(([left, right]) => `  ${left.padEnd(width)}${right}`);
  const calls = synopsis.split('\n').map((one) => `${program} ${name} ${one}`);
  return `Usage: ${calls.join('\n       ')}\n\n${about.trim()}\n\nOptions:\n${lines.join('\n')}\n`;
}

function optionText(key: string, { short, type, value }: Option): string {
  return `${short ? `-${short}, ` : '    '}--${key}${type === 'string' ? ` ${value ?? 'VALUE'}` : ''}`;
}

/** The one value of an option that takes one of `allowed`. */
export function choiceOf<const T extends string>(
  option: string,
  value: string | undefined,
  allowed: readonly T[],
): T | undefined {
  if (value === undefined) return undefined;
  const found = allowed.find((choice) => choice.toLowerCase() === value.toLowerCase());
  if (found === undefined) throw new UsageError(`--${option} '${value}' is none of ${allowed.join(', ')}`);
  return found;
}

export const nowOption = { type: 'string', value: 'RFC3339', about: 'take this for the present time' } as const;

export const brokerOption = {
  type: 'string',
  value: 'NAME',
  about: 'the MqttBroker that is meant: NAME or NAMESPACE/NAME',
} as const;
