/** Lines of the password file, by broker: made of what Secrets and manifests hold, the same as long as the password is. */
import { passwordHash, saltBytes, verifyPassword } from '../../domain/broker/passwords.ts';
import type { Finding } from '../../domain/finding.ts';
import { type Device, keyOf } from '../../domain/fleet.ts';
import type { ObjectKey } from '../../domain/names.ts';
import { jitter } from '../../domain/pki/renewal.ts';
import { ShardedMap } from '../../domain/sharded.ts';
import type { Random } from '../../ports.ts';
import type { PasswordState, Wake } from '../context.ts';
import type { DeclaredDevice } from '../declared.ts';
import type { World } from '../world.ts';

/** Hashes by effective identity, in the set of a broker that is published now; empty where none is. */
type PublishedPasswords = (broker: ObjectKey) => Promise<ReadonlyMap<string, string>>;

export interface PasswordOptions {
  readonly world: Pick<World, 'devices'>;
  readonly wake: Pick<Wake, 'broker' | 'device'>;
  readonly random: Random;
  readonly publishedPasswords: PublishedPasswords;
}

/** What was found of the password of a device. */
export type PasswordReading =
  | { readonly kind: 'Hash'; readonly hash: string }
  /** `source` names this very text: as long as it is the same, the password is. */
  | { readonly kind: 'Password'; readonly password: string; readonly source: string }
  /** Nothing that could be used: its own former line stays, which cuts nobody off and lets nobody in who was not. */
  | {
      readonly kind: 'Nothing';
      readonly findings: readonly Finding[];
      /** It could not be read: the next look reads again. */
      readonly isFailure?: true;
    };

export interface Passwords extends PasswordState {
  /** When its Secret is to be read again although nothing is changed; undefined where its password lies in none. */
  readonly dueAt: (device: ObjectKey) => Date | undefined;
  /** False when the password that the device declares now is due to be looked at (again). */
  readonly isFresh: (device: Device, now: Date) => boolean;
  /**
   * Rejects while the published lines, which are reused, cannot be read. `hadIdentity`: what was published before the
   * start under its identity was this device's own, and counts where nothing can be read.
   */
  readonly keep: (device: Device, reading: PasswordReading, hadIdentity: boolean, now: Date) => Promise<void>;
  /** The device has no right to a password now: its line stays as it is, and nobody waits for it. */
  readonly leave: (device: Device) => void;
  /** The device has no password any more. */
  readonly forget: (key: ObjectKey) => void;
  /**
   * To be called when somebody else published for the broker, who may have made other lines of the same passwords: such
   * devices are looked at again, and what is published stays where it verifies. The broker is incomplete until then.
   * Rejects while the published lines cannot be read.
   */
  readonly adopt: (broker: ObjectKey) => Promise<void>;
}

/** A Secret that could not be used is read again so soon. */
const retryMilliseconds = 10_000;

/**
 * Secrets are not watched, so each is read again from time to time: so often that a second sees no more than some reads
 * of them all, within these bounds.
 */
const rereads = { perSecond: 10, shortestMilliseconds: 30_000, longestMilliseconds: 600_000 };

/** Milliseconds from one look at a Secret to the next; by its UID up to a third less, so that not all come at once. */
function rereadMilliseconds(secrets: number, uid: string): number {
  const { perSecond, shortestMilliseconds, longestMilliseconds } = rereads;
  const even = Math.min(Math.max((secrets / perSecond) * 1000, shortestMilliseconds), longestMilliseconds);
  return Math.ceil(even * (1 - jitter(uid) / 3));
}

const noFindings: readonly Finding[] = [];

interface Held {
  readonly device: Device;
  readonly hash: string | undefined;
  readonly source: string | undefined;
  readonly findings: readonly Finding[];
  readonly dueAt: number;
}

export function createPasswords(options: PasswordOptions): Passwords {
  const brokers = createBrokerLines(options);
  const held = new Map<ObjectKey, Held>();

  /** The text of the store, which would else be kept twice. */
  function sameKey(device: Device): ObjectKey {
    const key = keyOf(device);
    return options.world.devices.store.get(key)?.key ?? key;
  }

  function hashOf(
    reading: Exclude<PasswordReading, { kind: 'Nothing' }>,
    former: Held | undefined,
    lines: readonly (string | undefined)[],
  ): string {
    if (reading.kind === 'Hash') return reading.hash;
    const { password, source } = reading;
    const isOf = (line: string | undefined) =>
      line !== undefined && ((former?.hash === line && former.source === source) || verifyPassword(password, line));
    return lines.find(isOf) ?? passwordHash(password, options.random.bytes(saltBytes));
  }

  return {
    lines: brokers.lines,
    line: brokers.line,
    isComplete: brokers.isComplete,
    findings: (device) => held.get(device)?.findings ?? [],
    dueAt(key) {
      const found = held.get(key);
      return found && found.dueAt < Infinity ? new Date(found.dueAt) : undefined;
    },
    isFresh(device, now) {
      const key = keyOf(device);
      const found = held.get(key);
      if (!found || !isSamePassword(found, device) || brokers.line(device) !== found.hash) return false;
      if (found.device !== device) held.set(key, { ...found, device });
      // One further away is of a clock that was set back.
      const wait = found.dueAt - now.getTime();
      return wait === Infinity || (wait > 0 && wait <= rereads.longestMilliseconds);
    },
    async keep(device, reading, hadIdentity, now) {
      const key = sameKey(device);
      const published = await brokers.published(device);
      const last = held.get(key);
      if (last && !isSameLine(last.device, device)) brokers.drop(last.device, last.hash);
      const former = last?.device.origin.uid === device.origin.uid ? last : undefined;
      const own = former ? former.hash : hadIdentity ? published : undefined;
      const lines = [published, brokers.line(device)];
      const hash = reading.kind === 'Nothing' ? own : hashOf(reading, former, lines);
      const source = reading.kind === 'Password' ? reading.source : undefined;
      const findings = reading.kind === 'Nothing' ? reading.findings : noFindings;
      const wait = waitAfter(reading, held.size, device.origin.uid ?? key);
      held.set(key, { device, hash, source, findings, dueAt: now.getTime() + wait });
      brokers.set(device, hash);
      brokers.seen(key, device.broker);
    },
    leave: (device) => brokers.seen(keyOf(device), device.broker),
    forget(key) {
      const former = held.get(key);
      held.delete(key);
      if (former) brokers.drop(former.device, former.hash);
      brokers.seen(key);
    },
    async adopt(broker) {
      const published = await brokers.reread(broker);
      const others = [...held.values()].filter(
        ({ device, hash, source }) =>
          device.broker === broker &&
          source !== undefined &&
          ![undefined, hash].includes(published.get(device.identity)),
      );
      for (const one of others) held.set(keyOf(one.device), { ...one, dueAt: 0 });
      brokers.unsee(
        broker,
        others.map(({ device }) => keyOf(device)),
      );
    },
  };
}

/** Until it is read again, milliseconds. */
function waitAfter(reading: PasswordReading, secrets: number, uid: string): number {
  if (reading.kind === 'Hash') return Infinity;
  if (reading.kind === 'Password') return rereadMilliseconds(secrets, uid);
  return reading.isFailure ? 0 : retryMilliseconds;
}

/** An edit that says the same of a password that was found needs no look at its Secret. */
function isSamePassword({ device: former, findings }: Held, device: Device): boolean {
  if (former === device) return true;
  const isSameDevice = former.origin.uid === device.origin.uid && isSameLine(former, device);
  return findings.length === 0 && isSameDevice && sourceText(former) === sourceText(device);
}

function sourceText({ authentication }: Device): string | undefined {
  return authentication.type === 'Password' ? JSON.stringify(authentication.password) : undefined;
}

function isSameLine(a: Device, b: Device): boolean {
  return a.broker === b.broker && a.identity === b.identity;
}

interface BrokerLines extends Pick<PasswordState, 'lines' | 'line' | 'isComplete'> {
  readonly set: (device: Device, hash: string | undefined) => void;
  /** Unless the line is somebody else's by now. */
  readonly drop: (device: Device, hash: string | undefined) => void;
  /** The line of its identity in the set that was published before the start, until it was first set or dropped. */
  readonly published: (device: Device) => Promise<string | undefined>;
  /** The same, all of them, of what is published now. */
  readonly reread: (broker: ObjectKey) => Promise<ReadonlyMap<string, string>>;
  /** They have to be looked at again. */
  readonly unsee: (broker: ObjectKey, devices: readonly ObjectKey[]) => void;
  /** The device was looked at; without a broker, on whichever it is. */
  readonly seen: (key: ObjectKey, broker?: ObjectKey) => void;
}

interface OfBroker {
  lines: ShardedMap<string>;
  /** What is not in `lines` yet, undefined for one that is to go: at a start 100,000 come one by one. */
  readonly open: Map<string, string | undefined>;
  /** Password devices that were not looked at since the start. */
  readonly unseen: Set<ObjectKey>;
  published: Promise<Map<string, string>> | undefined;
}

function createBrokerLines({ world, wake, publishedPasswords }: PasswordOptions): BrokerLines {
  const brokers = new Map<ObjectKey, OfBroker>();

  function ofBroker(broker: ObjectKey): OfBroker {
    const known = brokers.get(broker);
    if (known) return known;
    const waiting = world.devices.store.byIndex('broker', broker).filter(hasPassword);
    const unseen = new Set(waiting.map(({ key }) => key));
    const made: OfBroker = { lines: ShardedMap.empty<string>(), open: new Map(), unseen, published: undefined };
    brokers.set(broker, made);
    return made;
  }

  /** Once for each broker: what is published later came from here. */
  function publishedOf(broker: ObjectKey): Promise<Map<string, string>> {
    const state = ofBroker(broker);
    state.published ??= readPublished(broker).catch((error: unknown) => {
      state.published = undefined;
      throw new Error(`read the published passwords of MqttBroker ${broker}`, { cause: error });
    });
    return state.published;
  }

  async function readPublished(broker: ObjectKey): Promise<Map<string, string>> {
    return new Map(await publishedPasswords(broker));
  }

  function set({ broker, identity }: Device, hash: string | undefined): void {
    const state = ofBroker(broker);
    // Who comes later under the identity must not find it there.
    void state.published?.then(
      (published) => published.delete(identity),
      () => undefined,
    );
    if (lineOf(state, identity) === hash) return;
    state.open.set(identity, hash);
    if (state.unseen.size === 0) wake.broker(broker);
  }

  function lines(broker: ObjectKey): ShardedMap<string> {
    const state = brokers.get(broker);
    if (!state) return none;
    if (state.open.size > 0) state.lines = state.lines.with(state.open);
    state.open.clear();
    return state.lines;
  }

  function line({ broker, identity }: Device): string | undefined {
    const state = brokers.get(broker);
    return state && lineOf(state, identity);
  }

  return {
    lines,
    line,
    isComplete: (broker) => world.devices.hasSynced && ofBroker(broker).unseen.size === 0,
    set,
    drop(device, hash) {
      if (line(device) === hash) set(device, undefined);
    },
    published: async (device) => (await publishedOf(device.broker)).get(device.identity),
    async reread(broker) {
      ofBroker(broker).published = undefined;
      return publishedOf(broker);
    },
    unsee(broker, devices) {
      const { unseen } = ofBroker(broker);
      for (const device of devices) unseen.add(device);
      for (const device of devices) wake.device(device);
    },
    seen(key, broker) {
      const asked = broker === undefined ? brokers : ([[broker, ofBroker(broker)]] as const);
      for (const [name, state] of asked) if (state.unseen.delete(key) && state.unseen.size === 0) wake.broker(name);
    },
  };
}

const none: ShardedMap<string> = ShardedMap.empty();

function lineOf({ lines, open }: OfBroker, identity: string): string | undefined {
  return open.has(identity) ? open.get(identity) : lines.get(identity);
}

function hasPassword({ value, meta }: DeclaredDevice): boolean {
  return value.ok && !meta.isDeleting && value.value.authentication.type === 'Password';
}
