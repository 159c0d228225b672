import path from 'node:path';
import { type ObjectKey } from '../domain/names.ts';
import { isPartial, makeDirectory, namesIn, replaceFile, textOf } from './files.ts';

/** The layout of the state directory; another number is another layout, which this program leaves alone. */
const layoutVersion = 1;

/** Name of the state directory inside the directory of manifests. */
export const stateName = '.mqttsec';

/** What lies where in the state directory; all of it is for its owner alone. */
export interface StatePaths {
  readonly root: string;
  readonly version: string;
  readonly lock: string;
  /** The built-in CA. */
  readonly authority: string;
  readonly server: string;
  readonly certificates: string;
  readonly passwords: string;
  readonly ledger: string;
  readonly crl: string;
  readonly bundle: string;
  /** Generations of the agent and the running broker. */
  readonly broker: string;
  /** Sessions and retained messages of Mosquitto. */
  readonly data: string;
  /** The running Mosquitto. */
  readonly brokerProcess: string;
  readonly records: string;
  /** Texts of the manifests when they were last good. */
  readonly goodManifests: string;
  readonly ports: string;
  readonly report: string;
  readonly status: string;
  /** What devices and others did at the broker, as audit lines. */
  readonly audit: string;
  /** Claims for enrolment, signing requests that came by it, and who asked. */
  readonly claims: string;
  readonly requests: string;
  readonly enrolments: string;
  /** Beside the directory, so that who puts back an older copy of it leaves this as it is. */
  readonly mark: string;
}

export function statePaths(root: string): StatePaths {
  const at = (name: string) => path.join(root, name);
  return {
    root,
    version: at('version'),
    lock: at('lock'),
    authority: at('ca'),
    server: at('server'),
    certificates: at('certificates'),
    passwords: at('passwords'),
    ledger: at('ledger'),
    crl: at('crl'),
    bundle: at('bundle'),
    broker: at('broker'),
    data: at('data'),
    brokerProcess: at('broker.json'),
    records: at('records'),
    goodManifests: at('manifests.json'),
    ports: at('ports.json'),
    report: at('report.json'),
    status: at('status.json'),
    audit: at('audit.jsonl'),
    claims: at('claims'),
    requests: at('requests'),
    enrolments: at('enrolments.jsonl'),
    mark: `${path.resolve(root)}.mark`,
  };
}

/**
 * The state directory, made when it does not exist. Refuses, with nothing touched, a directory of another layout and
 * one that holds something else.
 */
export async function openState(root: string): Promise<StatePaths> {
  const paths = statePaths(root);
  if (!(await isState(paths))) {
    await makeDirectory(root);
    await replaceFile(paths.version, `${String(layoutVersion)}\n`);
  }
  const directories = [
    'server',
    'certificates',
    'passwords',
    'ledger',
    'crl',
    'bundle',
    'broker',
    'data',
    'records',
    'requests',
  ];
  await Promise.all(directories.map((name) => makeDirectory(path.join(root, name))));
  return paths;
}

/** The state directory of a former `dev`; refused where there is none. */
export async function existingState(root: string): Promise<StatePaths> {
  const paths = statePaths(root);
  if (await isState(paths)) return paths;
  throw new Error(`read state ${root}: there is none; 'mqttsec dev DIR' makes DIR/${stateName}, which --state names`);
}

/** Whether there is one; refuses what is none, and one of another layout. */
export async function isState(paths: StatePaths): Promise<boolean> {
  const text = await textOf(paths.version);
  if (text === undefined) {
    const names = await namesIn(paths.root);
    if (names.some((name) => !isPartial(name))) {
      throw new Error(`open state ${paths.root}: the directory holds something else (it has no file 'version')`);
    }
    return false;
  }
  if (text.trim() === String(layoutVersion)) return true;
  const found = JSON.stringify(text.trim().slice(0, 20));
  throw new Error(
    `open state ${paths.version}:1: layout version ${found} is not ${String(layoutVersion)}, the one of this program; ` +
      `use the program that made it, or another --state directory`,
  );
}

/** Kubernetes names (RFC 1123 subdomains): nothing else becomes a path, whoever parsed it. */
const namePattern = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/;

/** Where something of one object lies below `directory`. */
export function objectPath(directory: string, key: ObjectKey): string {
  const [namespace = '', name = ''] = key.split('/');
  if (namePattern.test(namespace) && namePattern.test(name)) return path.join(directory, namespace, name);
  throw new Error(`find ${JSON.stringify(key)} in ${directory}: it is no NAMESPACE/NAME`);
}

/** Keys of all objects that have something below `directory`; names that are no object's are passed over. */
export async function objectKeysIn(directory: string): Promise<readonly ObjectKey[]> {
  const keys: ObjectKey[] = [];
  for (const namespace of (await namesIn(directory)).filter((name) => namePattern.test(name))) {
    for (const name of await namesIn(path.join(directory, namespace))) {
      if (namePattern.test(name)) keys.push(`${namespace}/${name}`);
    }
  }
  return keys;
}

/** JSON of a state file; undefined when there is none. A file that is no JSON is an error, for guessing would lose state. */
export async function jsonOf(file: string): Promise<unknown> {
  const text = await textOf(file);
  return text === undefined ? undefined : jsonIn(text, file);
}

/** JSON of a text of this file. */
export function jsonIn(text: string, file: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Without the cause, which quotes what is there: keys and passwords are among these files.
    throw new Error(`read ${file}: it is no JSON`);
  }
}

export async function writeJson(file: string, value: unknown): Promise<void> {
  await replaceFile(file, `${JSON.stringify(value, undefined, 2)}\n`);
}
