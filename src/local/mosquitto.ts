import { access, constants } from 'node:fs/promises';
import path from 'node:path';
import { mosquittoLauncher } from '../agent/process.ts';
import { type MosquittoVersion } from '../domain/fleet.ts';
import { type BrokerLauncher, type Clock } from '../ports.ts';
import { namesIn } from './files.ts';

/** The Mosquitto of this machine. */
export interface LocalMosquitto {
  readonly launcher: BrokerLauncher;
  readonly version: string;
  readonly dialect: MosquittoVersion;
  /** Where the plugins of 2.1 lie. */
  readonly pluginDirectory: string;
}

export interface MosquittoChoice {
  /** The words that start it; empty: the `mosquitto` of the search path. */
  readonly command: readonly string[];
  readonly pluginDirectory?: string;
  /** Directories in which programs are looked for. */
  readonly searchPath: readonly string[];
}

/** Debian keeps Mosquitto where only root's search path leads. */
export const systemDirectories: readonly string[] = ['/usr/sbin', '/usr/local/sbin'];

export async function localMosquitto(choice: MosquittoChoice, clock: Clock): Promise<LocalMosquitto> {
  const [name = 'mosquitto', ...words] = choice.command;
  const file = await programFile(name, choice.searchPath);
  if (file === undefined) throw new Error(missingText(choice));
  const launcher = mosquittoLauncher({ command: [file, ...words], clock });
  const version = await launcher.version();
  const dialect = dialectOf(version);
  if (!dialect) throw new Error(`start ${file}: Mosquitto ${version} is not supported: use 2.0 or 2.1`);
  const binary = words.at(-1) ?? file;
  const pluginDirectory = choice.pluginDirectory ?? (dialect === '2.1' ? await pluginsOf(binary) : '/usr/lib');
  return { launcher, version, dialect, pluginDirectory };
}

function missingText({ command: [named] }: MosquittoChoice): string {
  if (named !== undefined) return `start ${named}: there is no such program`;
  return `start Mosquitto: there is none on the PATH; install it ('apt-get install mosquitto') or name one with --mosquitto`;
}

function dialectOf(version: string): MosquittoVersion | undefined {
  return (['2.0', '2.1'] as const).find((dialect) => version.startsWith(`${dialect}.`));
}

/** The file of a program: as execvp(3) finds it, a name without a slash along the search path. */
async function programFile(name: string, searchPath: readonly string[]): Promise<string | undefined> {
  const directories = searchPath.filter((directory) => directory !== '');
  for (const file of name.includes('/') ? [name] : directories.map((directory) => path.join(directory, name))) {
    if (await isThere(file, constants.X_OK)) return file;
  }
  return undefined;
}

const plugin = 'mosquitto_acl_file.so';

/** The library directories beside the binary: PREFIX/lib, that of the architecture, each with or without `mosquitto`. */
async function pluginsOf(binary: string): Promise<string> {
  const library = path.join(path.dirname(path.dirname(path.resolve(binary))), 'lib');
  const architectures = (await namesIn(library)).filter((name) => name.includes('-linux-'));
  const places = [library, `${library}64`, ...architectures.map((name) => path.join(library, name))];
  for (const place of places.flatMap((one) => [path.join(one, 'mosquitto'), one])) {
    if (await isThere(path.join(place, plugin), constants.R_OK)) return place;
  }
  throw new Error(`start ${binary}: its plugin ${plugin} is not below ${library}; name its directory with --plugins`);
}

async function isThere(file: string, mode: number): Promise<boolean> {
  return access(file, mode).then(
    () => true,
    () => false,
  );
}
