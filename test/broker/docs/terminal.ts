import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { stripVTControlCharacters } from 'node:util';
import { until } from '../mosquitto.ts';

/** A terminal that somebody types into. */
export interface Terminal {
  /** What it shows, without colours; after the screen was cleared, what came since. */
  readonly screen: () => string;
  readonly interrupt: () => void;
  readonly end: () => Promise<void>;
}

interface Place {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

const clear = '\u001b[2J';

/** A terminal of its own, by script(1), that runs these commands and stays with the last. */
export function openedTerminal(commands: string, { cwd, env }: Place): Terminal {
  const child = spawn(
    'script',
    ['--quiet', '--return', '--flush', '--command', 'bash -e -c "$COMMANDS"', '/dev/null'],
    {
      cwd,
      env: { ...env, COMMANDS: commands, TERM: 'xterm', SHELL: '/bin/bash' },
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  const ended = once(child, 'close').then(() => undefined);
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (data: string) => {
    text += data;
  });
  const interrupt = () => void child.stdin.write('\u0003');
  return {
    screen: () => stripVTControlCharacters(text.slice(Math.max(text.lastIndexOf(clear), 0))).replaceAll('\r', ''),
    interrupt,
    end: async () => {
      if (child.exitCode === null) interrupt();
      await ended;
    },
  };
}

/** The shell that most of a page is typed into: variables and the directory stay from one part to the next. */
export interface Shell {
  /** Gives all that the commands printed; fails when one of them did. */
  run(commands: string): Promise<string>;
  end(): Promise<void>;
}

export function openedShell({ cwd, env }: Place): Shell {
  const child = spawn('bash', ['-e'], { cwd, env, stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'close').then(() => undefined);
  let text = '';
  let count = 0;
  child.stdout.setEncoding('utf8').on('data', (data: string) => {
    text += data;
  });
  return {
    run: async (commands) => {
      count += 1;
      const mark = `== ${String(count)} done\n`;
      child.stdin.write(`{\n${commands}\n} 2>&1 < /dev/null\necho '${mark.trimEnd()}'\n`);
      await until(
        () => text.endsWith(mark) || child.exitCode !== null,
        () => `the end of\n${commands}\nafter\n${text}`,
        60,
      );
      if (!text.endsWith(mark)) throw new Error(`a command failed:\n${commands}\n${text}`);
      const printed = text.slice(0, -mark.length);
      text = '';
      return printed;
    },
    end: async () => {
      child.stdin.end();
      await ended;
    },
  };
}
