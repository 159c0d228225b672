import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../cli/program.ts';
import { isShown, partsOf, stable, type Part } from '../docs/page.ts';
import { openedShell, openedTerminal, type Shell, type Terminal } from './docs/terminal.ts';
import { brokers, scratchDirectory, until } from './mosquitto.ts';
import { mosquittoWords } from './local/dev-process.ts';

/** A checkout and a home of its own; the `mosquitto` on its PATH is the 2.0 of the tests. */
function newcomer(): { cwd: string; home: string; env: NodeJS.ProcessEnv } {
  const clients = spawnSync(path.join(root, 'scripts/brokers.sh'), ['clients'], { encoding: 'utf8' });
  if (clients.status !== 0) throw new Error(`provide mosquitto_pub and curl: ${clients.stderr.trim()}`);
  const place = scratchDirectory();
  const [cwd, home, programs] = ['checkout', 'home', 'programs'].map((name) => path.join(place, name)) as [
    string,
    string,
    string,
  ];
  for (const directory of [cwd, home, programs]) mkdirSync(directory);
  const filter = (source: string) => path.basename(source) !== '.mqttsec';
  for (const name of ['bin', 'deploy'])
    cpSync(path.join(root, name), path.join(cwd, name), { recursive: true, filter });
  for (const name of ['src', 'node_modules', 'package.json']) symlinkSync(path.join(root, name), path.join(cwd, name));
  const words = mosquittoWords('2.0').filter((word) => word.startsWith('--mosquitto='));
  const command = words.map((word) => `'${word.slice('--mosquitto='.length)}'`).join(' ');
  writeFileSync(path.join(programs, 'mosquitto'), `#!/bin/sh\nexec ${command} "$@"\n`, { mode: 0o755 });
  // What installs the machine is not for a test to run.
  for (const name of ['npm', 'sudo']) writeFileSync(path.join(programs, name), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
  return {
    cwd,
    home,
    env: { PATH: `${programs}:${process.env['PATH'] ?? ''}:${cwd}/bin`, HOME: home, LANG: 'C.UTF-8' },
  };
}

interface Desk {
  readonly home: string;
  readonly shell: Shell;
  readonly terminals: Map<string, Terminal>;
  open(name: string, commands: string): void;
}

async function follow(part: Part, desk: Desk): Promise<void> {
  const { home, shell, terminals } = desk;
  if (part.kind === 'Type') {
    const printed = stable(await shell.run(part.text), home);
    const wanted = stable(part.printed, home);
    if (!isWhole(printed, wanted)) assert.equal(printed, wanted);
  } else if (part.kind === 'Start') desk.open(part.terminal, part.text);
  else if (part.kind === 'Interrupt') {
    await terminals.get(part.terminal)?.end();
    terminals.delete(part.terminal);
  } else {
    const wanted = stable(part.text, home);
    const screen = () => stable(terminals.get(part.terminal)?.screen() ?? 'nothing: it is not open', home);
    await until(
      () => isShown(screen(), wanted),
      () => `terminal ${part.terminal} to show\n${wanted}\nIt shows\n${screen()}`,
      30,
    );
  }
}

function isWhole(printed: string, wanted: string): boolean {
  return printed === wanted || (printed.split('\n').length === wanted.split('\n').length && isShown(printed, wanted));
}

const pages: readonly (readonly [page: string, heading?: string])[] = [
  ['README.md', '## First steps'],
  ['docs/getting-started.md'],
  ['docs/commands.md'],
  ['docs/guides/renewal.md'],
  ['docs/guides/enrolment.md'],
  ['docs/guides/tokens.md'],
];

for (const [page, heading] of brokers.some(({ dialect }) => dialect === '2.0') ? pages : []) {
  describe(`${page} does what it says`, function () {
    this.timeout(120_000);
    let desk: Desk;
    before(() => {
      const { cwd, home, env } = newcomer();
      const terminals = new Map<string, Terminal>();
      const open = (name: string, commands: string) => void terminals.set(name, openedTerminal(commands, { cwd, env }));
      desk = { home, terminals, open, shell: openedShell({ cwd, env }) };
    });
    after(async () => {
      await Promise.all([...desk.terminals.values()].map((terminal) => terminal.end()));
      await desk.shell.end();
    });

    it('line by line', async () => {
      for (const part of partsOf(page, heading)) {
        await follow(part, desk).catch((error: unknown) => {
          throw new Error(`${page}:${String(part.line)}`, { cause: error });
        });
      }
    });
  });
}
