/** Random histories of a plant, and what must be true of its revocation lists at any time and at rest. */
import assert from 'node:assert/strict';
import type { KubeObject } from '../../../src/kube/object.ts';
import { type Chance, chanceOf } from '../../cluster/faults/chance.ts';
import { caNames, cas } from './cert-manager.ts';
import type { List } from './monitor.ts';
import { actsOfOthers, proved } from './others.ts';
import { type BrokerName, brokers, type IssuedSerial, Plant } from './site.ts';

const hour = 3_600_000;
const names = ['a', 'b', 'c', 'd'] as const;
/** The overlap of device `b`, seconds. */
const overlapSeconds = 7_200;

interface Spec {
  readonly suspended?: boolean;
  readonly revoked?: object;
  readonly authentication?: { readonly type: string };
}

type Declared = KubeObject & { readonly spec: Spec };

export interface History {
  readonly plant: Plant;
  readonly chance: Chance;
  /** Copies of the ledger, as backups would have them. */
  readonly backups: KubeObject[][];
  readonly told: string[];
  /** An object of the ledger that was lost since the last rest. */
  missing: KubeObject | undefined;
}

/** What somebody does, or happens; false when it makes no sense now. */
export type Act = (history: History) => boolean | Promise<boolean>;

const device = ({ plant }: History, name: string) =>
  plant.cluster.object('MqttDevice', `plant/${name}`) as Declared | undefined;

function edited(history: History, change: (spec: Spec) => Spec | undefined, isGround = true): boolean {
  const { plant, chance } = history;
  const found = device(history, chance.pick(names));
  const spec = found && found.metadata.deletionTimestamp === undefined && change(found.spec);
  if (!found || !spec) return false;
  plant.cluster.put({ ...found, spec } as KubeObject);
  history.told.push(`  of ${found.metadata.name}`);
  if (isGround) taint(history, (one) => one.deviceUid === found.metadata.uid);
  return true;
}

function taint({ plant }: History, isIt: (one: IssuedSerial) => boolean): void {
  for (const one of plant.issued.values()) if (isIt(one)) one.isTainted = true;
}

/** `a` and `b` by a template within the device, `b` with an end of the overlap; `c` by a DeviceCertificate; `d` by password or not. */
function certificateOf(name: string): object {
  if (name === 'c') return { type: 'Certificate' };
  const previousCertificate = name === 'b' ? { previousCertificate: { revokeAfterSeconds: overlapSeconds } } : {};
  return { type: 'Certificate', certificate: { template: previousCertificate } };
}

function declared({ plant, told }: History, name: string): boolean {
  if (plant.cluster.object('MqttDevice', `plant/${name}`)) return false;
  told.push(`  of ${name}`);
  const broker = name === 'd' ? 'second' : 'main';
  const authentication = certificateOf(name);
  const common = { brokerRef: { name: broker }, templateRefs: [{ name: 'sensor' }], suspended: false };
  plant.put('MqttDevice', name, { ...common, authentication });
  return true;
}

function erased(history: History, kind: string, name: string): boolean {
  const { plant } = history;
  const found = plant.cluster.object(kind, `plant/${name}`);
  if (!found || found.metadata.deletionTimestamp !== undefined) return false;
  taint(history, (one) => one.deviceUid === found.metadata.uid || one.lineageUid === found.metadata.uid);
  plant.cluster.erase(kind, `plant/${name}`);
  history.told.push(`  of ${name}`);
  return true;
}

const ledgers = caNames.map((name) => `ledger-${cas[name].issuer.keyId}`);
const ledgerObjects = ({ plant }: History) =>
  plant.cluster
    .objectsOf('ConfigMap')
    .filter(
      ({ metadata: { namespace, name } }) => namespace === 'system' && ledgers.some((one) => name.startsWith(one)),
    );

function lost({ plant }: History, objects: readonly KubeObject[]): boolean {
  for (const { metadata } of objects) plant.cluster.remove('ConfigMap', `system/${metadata.name}`);
  return objects.length > 0;
}

export type Acts = Readonly<Record<string, { readonly weight: number; readonly act: Act }>>;

const usual: Acts = {
  declare: { weight: 8, act: (history) => declared(history, history.chance.pick(names)) },
  certify: {
    weight: 3,
    act: ({ plant }) => {
      if (plant.cluster.object('DeviceCertificate', 'plant/c-1')) return false;
      plant.put('DeviceCertificate', 'c-1', { deviceRef: { name: 'c' } });
      return true;
    },
  },
  revoke: {
    weight: 4,
    act: (history) =>
      edited(history, (spec) => (spec.revoked ? undefined : { ...spec, revoked: { reason: 'KeyCompromise' } })),
  },
  'revoke one certificate': {
    weight: 2,
    act: (history) => {
      const found = history.plant.cluster.object('DeviceCertificate', 'plant/c-1') as Declared | undefined;
      if (!found || found.spec.revoked || found.metadata.deletionTimestamp !== undefined) return false;
      taint(history, ({ lineageUid }) => lineageUid === found.metadata.uid);
      history.plant.cluster.put({ ...found, spec: { ...found.spec, revoked: { reason: 'Superseded' } } } as KubeObject);
      return true;
    },
  },
  suspend: {
    weight: 4,
    act: (history) => edited(history, (spec) => (spec.suspended ? undefined : { ...spec, suspended: true }), false),
  },
  release: {
    weight: 5,
    act: (history) => edited(history, (spec) => (spec.suspended ? { ...spec, suspended: false } : undefined), false),
  },
  'use a password': {
    weight: 1,
    act: (history) =>
      edited(history, (spec) => {
        if (spec.authentication?.type === 'Password') return undefined;
        return { ...spec, authentication: { type: 'Password', password: { generate: {} } } as { type: string } };
      }),
  },
  delete: { weight: 4, act: (history) => erased(history, 'MqttDevice', history.chance.pick(names)) },
  'delete one certificate': { weight: 2, act: (history) => erased(history, 'DeviceCertificate', 'c-1') },
  renew: {
    weight: 5,
    act: ({ plant, chance }) => {
      const found = plant.cluster.objectsOf('DeviceCertificate').filter(({ metadata }) => !metadata.deletionTimestamp);
      if (found.length === 0) return false;
      const { metadata, ...rest } = chance.pick(found);
      const annotations = { ...metadata.annotations, 'mqttsecurity.io/renew-at': plant.now().toISOString() };
      plant.cluster.put({ ...rest, metadata: { ...metadata, annotations } });
      return true;
    },
  },
  'let hours pass': {
    weight: 6,
    act: ({ plant, chance }) => plant.pass((1 + chance.below(20)) * hour, (1 + chance.below(4)) * hour),
  },
  'let days pass': {
    weight: 3,
    act: ({ plant, chance }) => plant.pass((1 + chance.below(8)) * 24 * hour, (2 + chance.below(5)) * hour),
  },
  'set the clock back': {
    weight: 2,
    act: ({ plant, chance }) => {
      plant.clock.wallOffset -= chance.below(3) * hour;
      return true;
    },
  },
  'set the clock forward': {
    weight: 1,
    act: ({ plant, chance }) => {
      plant.clock.wallOffset += chance.below(10) * hour;
      return true;
    },
  },
  die: {
    weight: 8,
    act: ({ plant, chance }) => {
      if (plant.operator) plant.operator.writesLeft = 1 + chance.below(12);
      return plant.operator !== undefined;
    },
  },
  'stay away': {
    weight: 2,
    act: async ({ plant, chance }) => {
      plant.operator = undefined;
      const [length, hop] = [(1 + chance.below(72)) * hour, 6 * hour];
      await plant.pass(length, hop);
      plant.isRecovering = true;
      plant.start();
      return true;
    },
  },
  'load what is published': { weight: 4, act: ({ plant, chance }) => plant.load(chance.pick(brokers)) === undefined },
  'take a backup of the ledger': {
    weight: 3,
    act: (history) =>
      !history.missing && history.backups.push(ledgerObjects(history).map((object) => structuredClone(object))) > 0,
  },
  'lose the ledger': { weight: 2, act: (history) => lost(history, ledgerObjects(history)) },
  'lose an object of the ledger': {
    weight: 2,
    act: (history) => {
      const objects = ledgerObjects(history);
      if (objects.length === 0 || history.missing) return false;
      history.missing = structuredClone(history.chance.pick(objects));
      return lost(history, [history.missing]);
    },
  },
  'restore the ledger': {
    weight: 3,
    act: (history) => {
      const { plant, chance, backups } = history;
      if (backups.length === 0) return false;
      const backup = chance.pick(backups);
      if (chance.next() < 0.5) lost(history, ledgerObjects(history));
      for (const object of backup) plant.cluster.put(object);
      return true;
    },
  },
};

/** `Changing`: CAs come and go, too, and somebody else signs lists of them now and then. */
export type Kind = 'Usual' | 'Changing';

const actsOf: Readonly<Record<Kind, Acts>> = { Usual: usual, Changing: { ...usual, ...actsOfOthers } };

/** One history of so many acts. Throws with what is broken, and all that happened before. */
export async function runHistory(seed: number, length: number, kind: Kind = 'Usual'): Promise<void> {
  const chance = chanceOf(seed);
  const history: History = { plant: new Plant(chance), chance, backups: [], told: [], missing: undefined };
  try {
    await lived(history, length, kind);
  } catch (cause) {
    throw new Error(`history with MQTTSEC_SEED=${seed} (${kind}): ${String(cause)}\n${history.told.join('\n')}`, {
      cause,
    });
  }
}

async function lived(history: History, length: number, kind: Kind): Promise<void> {
  const { plant, chance, told } = history;
  const acts = actsOf[kind];
  const lots = Object.entries(acts).flatMap(([name, { weight }]) => Array.from({ length: weight }, () => name));
  for (const name of names.slice(0, 2)) declared(history, name);
  await rested(history);
  for (let step = 0; step < length; step += 1) {
    if (!plant.operator || plant.operator.isDead) plant.start();
    if (plant.operator) plant.operator.faults = chance.pick(moods);
    const name = chance.pick(lots);
    told.push(`${plant.now().toISOString()} ${name}`);
    if ((await acts[name]?.act(history)) === false) told.push('  nothing');
    if (!(await plant.work(chance.below(30)))) told.push('  the operator died');
    plant.checkDates();
    if (chance.next() < 0.15) await rested(history, kind);
  }
  await rested(history, kind);
}

const moods = [
  { refused: 0, conflict: 0, answerLost: 0 },
  { refused: 0.02, conflict: 0.02, answerLost: 0.02 },
  { refused: 0.15, conflict: 0.1, answerLost: 0.1 },
] as const;

/** With everything done that is to be done, the lists say what the plant asks for: no more, no less. */
async function rested(history: History, kind: Kind = 'Usual'): Promise<void> {
  const { plant, told } = history;
  told.push(`${plant.now().toISOString()} rest`);
  await plant.settle();
  await mended(history);
  plant.isRecovering = false;
  plant.isDone();
  plant.checkDates();
  for (const broker of brokers) checkLists(history, broker);
  if (kind === 'Changing') await proved(history);
}

function checkLists(history: History, broker: BrokerName): void {
  const { plant } = history;
  assert.ok(plant.toldTo(broker), `nothing is published for ${broker}`);
  assert.equal(plant.load(broker), undefined, `the agent of ${broker} loads what is published`);
  const lists = new Map<string, List>(plant.signedLists(broker));
  for (const name of caNames) {
    const isSigned = plant.signed.has(`${broker} ${name}`);
    if (isSigned) assert.ok(lists.get(name)?.isOurs, `the list of ${name} for ${broker} is ours`);
  }
  for (const one of plant.issued.values()) {
    const list = lists.get(one.ca);
    if (list && one.isSeen && plant.isUnexpired(one.serial)) {
      const label = `${one.serial} of ${one.device} on the list of ${broker}`;
      const wanted = wantedOf(history, one);
      if (wanted === 'Revoked') assert.ok(list.forGood.has(one.serial), `${label}: it was taken back`);
      if (wanted === 'Held') assert.ok(list.onHold.has(one.serial), `${label}: it is on hold`);
      if (wanted === 'Good')
        assert.ok(!list.forGood.has(one.serial) && !list.onHold.has(one.serial), `${label}: it is good`);
    }
  }
}

/**
 * Where ledger and list are lost at once, or the last list names what nobody else knows of, the operator asks for a person:
 * who puts back what was lost, or takes away the rest, so that it is made anew from what is published.
 */
async function mended(history: History): Promise<void> {
  const { plant, missing, told } = history;
  history.missing = undefined;
  if (missing && plant.isLedgerDamaged()) {
    told.push(`  ${missing.metadata.name} is put back`);
    plant.cluster.put(missing);
    await plant.settle();
  }
  if (!plant.isLedgerDamaged()) return;
  told.push('  what is left of the ledger is taken away');
  lost(history, ledgerObjects(history));
  await plant.settle();
}

/** What is to be said of a certificate at rest; undefined where both ways are right. */
function wantedOf(history: History, one: IssuedSerial): 'Revoked' | 'Held' | 'Good' | undefined {
  const { plant } = history;
  const holder = device(history, one.device);
  const lineage = plant.cluster.object('DeviceCertificate', one.lineage) as Declared | undefined;
  if (holder?.metadata.uid !== one.deviceUid || lineage?.metadata.uid !== one.lineageUid) return 'Revoked';
  const isGoing = [holder, lineage].some(({ metadata }) => metadata.deletionTimestamp !== undefined);
  if (isGoing || isOver(holder) || lineage.spec.revoked) return 'Revoked';
  return one.isNamedByOthers ? undefined : wantedOfServed(history, one, holder);
}

/** Of one whose device and lineage are there and not taken back. */
function wantedOfServed(
  { plant }: History,
  one: IssuedSerial,
  holder: Declared,
): 'Revoked' | 'Held' | 'Good' | undefined {
  const line = [...plant.issued.values()].filter(({ lineageUid }) => lineageUid === one.lineageUid);
  const later = line.slice(line.indexOf(one) + 1);
  if (one.device === 'b' && later.length > 0) return overlapped(plant, later);
  const isFormer = later.some(({ isSeen }) => isSeen);
  if (one.isTainted && isFormer) return undefined;
  // What has ended is forgotten, unless it was taken back for good; its device has no rights all the while.
  if (holder.spec.suspended) return plant.wasOver(one) ? undefined : 'Held';
  return one.isTainted || isFormer ? undefined : 'Good';
}

/** Of a certificate of `b` with later ones. Of one whose Certificate went, the operator may have heard before it heard of that. */
function overlapped(plant: Plant, later: readonly IssuedSerial[]): 'Revoked' | undefined {
  const next = later.filter(({ isSeen }) => isSeen).map(({ at }) => at.getTime());
  const end = Math.min(...next) + overlapSeconds * 1000;
  return end < plant.now().getTime() - hour ? 'Revoked' : undefined;
}

function isOver({ spec: { revoked, authentication } }: Declared): boolean {
  return revoked !== undefined || authentication?.type === 'Password';
}
