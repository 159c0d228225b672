import { reasonOf } from '../local/files.ts';
import { nearest } from '../parse/suggestion.ts';
import { commands, type Entry } from './commands.ts';
import { UsageError, type ExitCode, type Io } from './io.ts';
import { processIo } from './process.ts';

function overview(program: string): string {
  const width = Math.max(...[...commands.keys()].map((name) => name.length)) + 2;
  const lines = [...commands].map(([name, { about }]) => `  ${name.padEnd(width)}${about}`);
  return `Usage: ${program} COMMAND [options]

Identities, topic rights and revocation for Mosquitto fleets, from manifests.

Commands:
${lines.join('\n')}

'${program} help COMMAND' tells more. Exit codes: 0 yes, 1 no or findings, 2 wrong usage or invalid input.
`;
}

async function run(argv: readonly string[], io: Io): Promise<ExitCode> {
  const [first, ...rest] = argv;
  if (first === undefined) {
    io.err(overview(io.program));
    return 2;
  }
  if (first === 'help' || first === '-h' || first === '--help') return help(rest[0], io);
  const name = first === '--version' ? 'version' : first;
  const { command } = await entryOf(name).load();
  if (asksForHelp(rest)) return help(name, io);
  return command.run(rest, io);
}

function entryOf(name: string): Entry {
  const entry = commands.get(name);
  if (entry) return entry;
  const known = [...commands.keys()];
  const near = nearest(name, known);
  const hint = near === undefined ? `commands are ${known.join(', ')}` : `did you mean '${near}'?`;
  throw new UsageError(`unknown command '${name}'; ${hint}`);
}

function asksForHelp(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return (end === -1 ? argv : argv.slice(0, end)).some((word) => word === '-h' || word === '--help');
}

async function help(name: string | undefined, io: Io): Promise<ExitCode> {
  if (name === undefined) io.out(overview(io.program));
  else io.out((await entryOf(name).load()).command.helpText(io.program, name));
  return 0;
}

/** The message of an error and of all its causes, on one line, each said once. */
function messageChain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const message = error.message === '' ? error.name : error.message;
  if (error.cause === undefined) return message;
  const cause = messageChain(error.cause);
  const isSaid = [cause, reasonOf(error.cause)].some((text) => message.includes(text));
  return isSaid ? message : `${message}: ${cause}`;
}

function reportFailure(error: unknown, argv: readonly string[], io: Io): void {
  const message = error instanceof UsageError ? error.message : messageChain(error);
  const line = message.replaceAll(/\s*\n\s*/g, ' ');
  const topic = argv[0] !== undefined && commands.has(argv[0]) ? ` ${argv[0]}` : '';
  io.err(`mqttsec: ${line}\n`);
  if (error instanceof UsageError) io.err(`Try '${io.program} help${topic}'.\n`);
  if (io.environment['MQTTSEC_DEBUG'] === '1') io.err(`${error instanceof Error ? String(error.stack) : ''}\n`);
}

const io = processIo();
const argv = process.argv.slice(2);
try {
  process.exitCode = await run(argv, io);
} catch (error) {
  reportFailure(error, argv, io);
  process.exitCode = 2;
}
// Left to itself Node 24 may spin for ever in its last cleanup: over sockets that were given up before they connected.
process.once('beforeExit', () => process.exit());
