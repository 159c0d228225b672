/** A directory of manifests, and what a local run recorded, as a source of who may do what. */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { SourceReader, SourceState } from '../authz/decision/decider.ts';
import type { KnownPassword } from '../authz/decision/passwords.ts';
import type { Finding } from '../domain/finding.ts';
import { type Broker, type Device, keyOf } from '../domain/fleet.ts';
import type { ReportedLockout } from '../domain/lockout.ts';
import { reportable } from '../parse/report.ts';
import type { Clock } from '../ports.ts';
import { accepted, type Accepted, type ManifestState } from './accepted.ts';
import { chosenBroker } from './chosen-broker.ts';
import { lockoutsIn } from './lockouts.ts';
import { manifestReader, type ManifestReader, readState } from './manifest-reader.ts';
import { readRecords, recordsText, type Records, withRecords } from './records.ts';
import { jsonOf, statePaths } from './state.ts';
import { valueOf, type Values } from './trust.ts';
import { readAtChanges } from './watch.ts';

export interface FleetSourceOptions {
  /** Directory or file of manifests. */
  readonly manifests: string;
  /** State directory of `mqttsec dev`: revocations that were recorded there count, and lockouts that it tells of. */
  readonly state?: string;
  /** NAME or NAMESPACE/NAME, where there are several. */
  readonly broker?: string;
  readonly clock: Clock;
  /** What is wrong with the manifests, each time that it changes. */
  readonly onFindings: (findings: readonly Finding[]) => void;
  /** The source could not be read at all; what was served goes on until it is too old. */
  readonly onProblem: (problem: string) => void;
}

export interface FleetSource {
  readonly broker: Broker;
  /** As it was read first. */
  readonly first: SourceState;
  /** Follows every edit after that until the signal is aborted. */
  readonly follow: (reader: SourceReader, signal: AbortSignal) => Promise<void>;
}

/** What was recorded beside the manifests. */
interface Recorded {
  readonly records: Records;
  readonly lockouts: readonly ReportedLockout[];
}

const nothingRecorded: Recorded = {
  records: { records: new Map(), unreadable: new Set(), findings: [] },
  lockouts: [],
};

interface Reading extends Recorded {
  readonly manifests: ManifestState;
}

/** Editors write in several steps: this long after the last one the files are read, milliseconds. */
const settleMilliseconds = 20;

/** Reads once. Errors: no broker, or several and none is named. A mistake in an object blocks that object alone. */
export async function fleetSource(options: FleetSourceOptions): Promise<FleetSource> {
  const reader = manifestReader(options.manifests);
  const reading = await readingOf(reader, options);
  const present = accepted(undefined, reading.manifests);
  options.onFindings(reportable([...present.findings, ...reading.records.findings]));
  const broker = chosenBroker(present.result.fleet, options.broker);
  const first = stateOf(present, broker, reading);
  return { broker, first, follow: (to, signal) => followed(options, { reader, reading, present, broker }, to, signal) };
}

async function readingOf(reader: ManifestReader, { clock, state }: FleetSourceOptions): Promise<Reading> {
  const manifests = await readState(reader, clock);
  return { manifests, ...(state === undefined ? nothingRecorded : await recordedIn(state)) };
}

async function recordedIn(state: string): Promise<Recorded> {
  const { records, status } = statePaths(state);
  return { records: await readRecords(records), lockouts: lockoutsIn(await jsonOf(status)) };
}

interface Start {
  readonly reader: ManifestReader;
  readonly reading: Reading;
  readonly present: Accepted;
  readonly broker: Broker;
}

async function followed(options: FleetSourceOptions, start: Start, to: SourceReader, signal: AbortSignal) {
  const { reader, broker } = start;
  let present = start.present;
  let last = start.reading;
  for await (const reading of await readings(options, reader, signal)) {
    if ('problem' in reading) {
      options.onProblem(reading.problem);
      continue;
    }
    if (isSame(last, reading)) {
      to.confirm();
      continue;
    }
    if (last.manifests !== reading.manifests) {
      present = accepted(present, reading.manifests);
      options.onFindings(reportable([...present.findings, ...reading.records.findings]));
    }
    last = reading;
    to.serve(stateOf(present, broker, reading));
  }
}

async function readings(options: FleetSourceOptions, reader: ManifestReader, signal: AbortSignal) {
  const { manifests, state, clock } = options;
  const isDirectory = (await stat(manifests)).isDirectory();
  const directories = [isDirectory ? manifests : path.dirname(manifests)];
  if (state !== undefined) directories.push(state, statePaths(state).records);
  const matters = (name: string) =>
    name.split(path.sep).every((part) => !part.startsWith('.') && part !== 'node_modules');
  const read = () =>
    readingOf(reader, options).then(
      (reading) => (isBlind(reading, manifests) ? { problem: `${manifests} cannot be read` } : reading),
      (error: unknown) => ({ problem: error instanceof Error ? error.message : String(error) }),
    );
  return readAtChanges(read, directories, clock, signal, { recursive: isDirectory, settleMilliseconds, matters });
}

/** Nothing of the source could be read: a file that cannot is a finding, and keeps what it said. */
function isBlind({ manifests: { files, unreadable } }: Reading, root: string): boolean {
  return files.length === 0 || unreadable.some(({ position }) => position?.file === root);
}

function isSame(a: Reading, b: Reading): boolean {
  if (a.manifests !== b.manifests || recordsText(a.records) !== recordsText(b.records)) return false;
  return JSON.stringify(a.lockouts) === JSON.stringify(b.lockouts);
}

function stateOf({ result }: Accepted, { origin }: Broker, { records, lockouts }: Reading): SourceState {
  const fleet = withRecords(result.fleet, records.records, records.unreadable);
  const blocked = new Map(lockouts.map((lockout) => [lockout.identity, lockout]));
  return {
    fleet,
    broker: fleet.brokers.get(keyOf({ origin })),
    passwordOf: (device) => passwordOf(device, result.values),
    blockOf(identity, now) {
      const lockout = blocked.get(identity);
      return lockout && lockout.until > now ? 'the device is locked out' : undefined;
    },
    readValue: (ref) => {
      const text = valueOf(result.values, origin.namespace, ref);
      if (text !== undefined) return Promise.resolve(text);
      const { kind, name, key } = ref;
      return Promise.reject(new Error(`key ${key} of ${kind} ${origin.namespace}/${name} is not among the manifests`));
    },
  };
}

/** A generated password is known where its Secret, `NAME-password`, is among the manifests. */
function passwordOf({ origin, authentication }: Device, values: Values): KnownPassword | undefined {
  if (authentication.type !== 'Password') return undefined;
  const { password } = authentication;
  if (password.kind === 'Hash') return { kind: 'Hash', hash: password.hash };
  const generated = { kind: 'Secret', name: `${origin.name}-password`, key: 'password' } as const;
  const text = valueOf(values, origin.namespace, password.kind === 'Secret' ? password.secret : generated);
  return text === undefined ? undefined : { kind: 'Text', text };
}
