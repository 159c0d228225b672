import { randomBytes } from 'node:crypto';
import { passwordHash, saltBytes } from '../domain/broker/passwords.ts';
import { commandOf } from './command.ts';
import { UsageError, type Io } from './io.ts';

export const command = commandOf({
  synopsis: '< PASSWORD',
  about: `Reads a password from standard input, or asks for it without echo, and prints its hash as
spec.authentication.password.hash of an MqttDevice takes it ($7$: PBKDF2 with SHA-512).
Each call takes a new salt. Passwords are not taken from the command line: others could read them there.`,
  options: {},
  run: async ({ operands, io }) => {
    if (operands.length > 0) throw new UsageError('hash takes no argument: give the password on standard input');
    const password = io.stdin.isTTY === true ? await askedPassword(io) : withoutLineEnd(await textOf(io));
    const problem = passwordProblem(password);
    if (problem !== undefined) throw new Error(`hash password: ${problem}`);
    io.out(`${passwordHash(password, randomBytes(saltBytes))}\n`);
    return 0;
  },
});

/** Mosquitto takes any bytes up to this length (MQTT 5.0 section 3.1.3.6); control characters are never meant. */
const maximumBytes = 65_535;

function passwordProblem(password: string): string | undefined {
  if (password === '') return 'it is empty';
  if (Buffer.byteLength(password) > maximumBytes) return `it is longer than ${maximumBytes} bytes`;
  if (password.includes('\uFFFD')) return 'it is not UTF-8';
  return /\p{Cc}/u.test(password) ? 'it holds a control character; give one line' : undefined;
}

async function textOf(io: Io): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of io.stdin as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maximumBytes + 2) break;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function withoutLineEnd(text: string): string {
  return text.replace(/\r?\n$/, '');
}

async function askedPassword(io: Io): Promise<string> {
  const first = await hiddenLine(io, 'Password: ');
  const second = await hiddenLine(io, 'Again: ');
  if (first !== second) throw new Error('hash password: the two differ');
  return first;
}

const keys = { interrupt: '\u0003', end: '\u0004', backspace: '\u007f', erase: '\b' } as const;

/** One line from the terminal in raw mode, where nothing is echoed and control keys arrive as characters. */
function hiddenLine(io: Io, prompt: string): Promise<string> {
  const { stdin } = io;
  io.err(prompt);
  stdin.setRawMode?.(true);
  return new Promise((resolve, reject) => {
    let line = '';
    const finish = (settle: () => void) => {
      stdin.off('data', onData);
      stdin.setRawMode?.(false);
      stdin.pause();
      io.err('\n');
      settle();
    };
    const onData = (data: Buffer) => {
      for (const key of data.toString('utf8')) {
        if (key === keys.interrupt) return finish(() => reject(new Error('hash password: interrupted')));
        if (key === '\r' || key === '\n' || key === keys.end) return finish(() => resolve(line));
        line = key === keys.backspace || key === keys.erase ? Array.from(line).slice(0, -1).join('') : line + key;
      }
    };
    stdin.on('data', onData);
    stdin.resume();
  });
}
