/** Random histories of a state directory. */
import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { imagePlacement } from '../../../src/domain/bundle/placement.ts';
import type { ObjectKey } from '../../../src/domain/names.ts';
import { joined } from '../../../src/domain/pieces.ts';
import type { HeldCertificate } from '../../../src/domain/pki/lineage.ts';
import { type Accepted, accepted } from '../../../src/local/accepted.ts';
import { type LocalBundle, localBundle } from '../../../src/local/compile.ts';
import { addToRecord, readRecords } from '../../../src/local/records.ts';
import { directorySink, publishedIndex } from '../../../src/local/sink.ts';
import { publishedTexts } from '../../../src/local/source.ts';
import { openState, type StatePaths } from '../../../src/local/state.ts';
import { openStore, type Store } from '../../../src/local/store.ts';
import { parseFile } from '../../../src/parse/manifests.ts';
import { type Chance, chanceOf } from '../../cluster/faults/chance.ts';
import { listsOf, Loader, Monitor, type Told } from '../../controllers/histories/monitor.ts';
import { outlived } from './mortal-files.ts';

const hour = 3_600_000;
const main: ObjectKey = 'plant/main';
const names = ['a', 'b', 'c'] as const;
/** The overlap of device `b`, seconds. */
const overlapSeconds = 7_200;

interface Manifest {
  /** Counts the devices that had this name. */
  readonly life: number;
  readonly suspended: boolean;
  readonly revoked: boolean;
  readonly isByPassword: boolean;
}

interface Seen extends HeldCertificate {
  readonly life: number;
}

/** A directory of manifests with its state, and a program that comes and goes. */
class Home {
  readonly chance: Chance;
  readonly root = mkdtempSync(path.join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'mqttsec-history-'));
  readonly manifests = new Map<string, Manifest>();
  readonly seen = new Map<string, Seen>();
  readonly told: string[] = [];
  /** Serials that were taken back at some rest: for good. */
  readonly gone = new Set<string>();
  readonly loader = new Loader((serial) => this.isUnexpired(serial));
  now = new Date('2026-01-01T00:00:00Z');
  paths: StatePaths | undefined;
  store: Store | undefined;
  bundle: LocalBundle | undefined;
  /** Something of the state was taken away or put back since it was last whole. */
  isHurt = false;
  /** The last run died, so that something may be known to the state that was not published. */
  hasDied = false;
  #accepted: Accepted | undefined;
  #lives = 0;
  readonly #monitor = new Monitor((serial) => this.isUnexpired(serial));

  constructor(chance: Chance) {
    this.chance = chance;
  }

  isUnexpired(serial: string): boolean {
    return (this.seen.get(serial)?.notAfter ?? new Date(0)) > this.now;
  }

  declare(name: string): void {
    this.#lives += 1;
    this.manifests.set(name, { life: this.#lives, suspended: false, revoked: false, isByPassword: false });
  }

  /** One run of what `mqttsec dev` does at each change; false when it died. */
  async work(writes = Infinity): Promise<boolean> {
    const isAlive = await outlived(writes, () => this.#compiledAndPublished()).catch((error: unknown) => {
      if (!this.isHurt || !this.hasDied || !/it is an older copy: .* put the latest copy/.test(String(error)))
        throw error;
      // What was on no published list is in the latest copy alone, which the message asks for.
      this.told.push('  it is refused, the latest copy is put back');
      this.#restored();
      return this.work(writes);
    });
    if (!this.isHurt) this.hasDied = !isAlive;
    if (!isAlive) {
      this.store = undefined;
      this.told.push('  it died');
    }
    await this.#look();
    return isAlive;
  }

  /** Before something is done to the directory. */
  copied(): void {
    cpSync(`${this.root}/state`, `${this.root}/latest`, { recursive: true });
  }

  #restored(): void {
    rmSync(`${this.root}/state`, { recursive: true });
    renameSync(`${this.root}/latest`, `${this.root}/state`);
    this.isHurt = false;
  }

  async #compiledAndPublished(): Promise<void> {
    this.paths ??= await openState(path.join(this.root, 'state'));
    const chance = { now: this.now, random: { bytes: (length: number) => this.#bytes(length) } };
    this.store ??= await openStore(this.paths, chance);
    this.#accepted = accepted(this.#accepted, {
      files: [parseFile({ name: 'plant.yaml', text: this.#text() })],
      unreadable: [],
    });
    const { fleet } = this.#accepted.result;
    const broker = fleet.brokers.get(main) ?? assert.fail('there is a broker');
    const records = await readRecords(this.paths.records);
    const input = {
      accepted: this.#accepted,
      records,
      broker,
      dialect: '2.1',
      placement: imagePlacement,
      acknowledgements: [],
      reportedLockouts: [],
      formerLockouts: undefined,
    } as const;
    this.bundle = await localBundle(this.store, { ...input, previous: undefined, downloaded: () => undefined }, chance);
    const { content } = this.bundle.compiled;
    assert.ok(content, JSON.stringify(this.bundle.findings));
    await directorySink(this.paths.bundle, () => this.loader.loaded?.revision ?? 0).publish(main, content);
  }

  /** What lies there to be loaded is checked, and loaded. */
  async #look(): Promise<void> {
    for (const one of this.store?.held ?? []) {
      const { life = 0 } = this.manifests.get(one.device.split('/')[1] ?? '') ?? {};
      this.seen.set(one.serial, { ...one, life: this.seen.get(one.serial)?.life ?? life });
    }
    const told = await this.published();
    if (!told) return;
    if (told.revision !== this.loader.loaded?.revision) this.#monitor.wrote('main', told, this.now);
    assert.equal(this.loader.load(told), undefined);
  }

  async published(): Promise<Told | undefined> {
    const index = this.paths && (await publishedIndex(this.paths.bundle));
    const texts = this.paths && index && (await publishedTexts(this.paths.bundle, index));
    if (!index || !texts?.ok) return undefined;
    const { crl, ca, revocations } = texts.value;
    const lists = listsOf({ crl: joined(crl), ca: joined(ca), revocations: joined(revocations) });
    return { revision: index.revision, hash: index.hash, lists };
  }

  #bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.chance.below(256));
  }

  #text(): string {
    return [
      ...[
        'apiVersion: mqttsecurity.io/v1alpha1',
        'kind: MqttBroker',
        'metadata: {name: main, namespace: plant}',
        'spec:',
      ],
      ...["  mosquitto: {version: '2.1'}", '  tls: {serverCertificate: {issuerRef: {name: s}, dnsNames: [localhost]}}'],
      ...['  listeners:', '    - {name: certificates, port: 8883, authentication: Certificate}'],
      '    - {name: passwords, port: 8884, authentication: Password}',
      ...['  clientCertificates:', '    issuerRef: {name: devices}', '    duration: 240h', '    renewBefore: 80h'],
      ...['    trustedCas:', '      - name: devices', '        caRef: {kind: Secret, name: ca, key: ca.crt}'],
      '        revocation: {type: SignedCrl, signerSecretRef: {name: ca}, validitySeconds: 172800}',
      ...['  workload: {external: {instances: [local]}}', '---', 'apiVersion: mqttsecurity.io/v1alpha1'],
      ...['kind: AclTemplate', 'metadata: {name: sensor, namespace: plant}', 'spec:', '  role: Device'],
      "  rules: [{topic: 'sensors/{device}/#', actions: [Publish]}]",
      ...[...this.manifests].flatMap(([name, manifest]) => deviceText(name, manifest)),
    ].join('\n');
  }
}

function deviceText(name: string, { suspended, revoked, isByPassword }: Manifest): readonly string[] {
  const template = name === 'b' ? `{previousCertificate: {revokeAfterSeconds: ${overlapSeconds}}}` : '{}';
  const authentication = isByPassword
    ? '{type: Password, password: {generate: {}}}'
    : `{type: Certificate, certificate: {template: ${template}}}`;
  return [
    ...[
      '---',
      'apiVersion: mqttsecurity.io/v1alpha1',
      'kind: MqttDevice',
      `metadata: {name: ${name}, namespace: plant}`,
    ],
    ...['spec:', '  brokerRef: {name: main}', '  templateRefs: [{name: sensor}]', `  suspended: ${suspended}`],
    `  authentication: ${authentication}`,
    ...(revoked ? ['  revoked: {reason: KeyCompromise}'] : []),
  ];
}

type Act = (home: Home) => boolean | Promise<boolean>;

function edited({ manifests, chance, told }: Home, change: (one: Manifest) => Partial<Manifest> | undefined): boolean {
  const name = chance.pick(names);
  const present = manifests.get(name);
  const changes = present && change(present);
  if (!present || !changes) return false;
  manifests.set(name, { ...present, ...changes });
  told.push(`  of ${name}`);
  return true;
}

async function passed(home: Home, milliseconds: number): Promise<boolean> {
  const end = home.now.getTime() + milliseconds;
  while (home.now.getTime() < end) {
    const due = home.bundle?.nextChangeAt?.getTime() ?? end;
    home.now = new Date(Math.min(end, Math.max(due, home.now.getTime() + hour)));
    if (!home.store) continue;
    for (const { nextUpdate } of (await home.published())?.lists.values() ?? []) {
      assert.ok(nextUpdate > home.now, 'no list ends while the program runs');
    }
    await home.work();
  }
  return true;
}

/** Ends the program, and does something to a file of the state; the next run has to find it whole before more is done. */
function hurt(home: Home, harm: (paths: StatePaths) => boolean): boolean {
  if (!home.paths || home.isHurt) return false;
  home.copied();
  if (!harm(home.paths)) return false;
  home.store = undefined;
  home.isHurt = true;
  return true;
}

const ledgerIn = ({ ledger }: StatePaths, { store }: Home) => path.join(ledger, store?.ledger.caKeyId ?? 'none');

function actsOf(backups: string[]): Readonly<Record<string, { readonly weight: number; readonly act: Act }>> {
  return {
    declare: {
      weight: 6,
      act: (home) => {
        const name = home.chance.pick(names);
        if (home.manifests.has(name)) return false;
        home.declare(name);
        return true;
      },
    },
    revoke: { weight: 3, act: (home) => edited(home, ({ revoked }) => (revoked ? undefined : { revoked: true })) },
    suspend: {
      weight: 3,
      act: (home) => edited(home, ({ suspended }) => (suspended ? undefined : { suspended: true })),
    },
    release: {
      weight: 3,
      act: (home) => edited(home, ({ suspended }) => (suspended ? { suspended: false } : undefined)),
    },
    'use a password': { weight: 1, act: (home) => edited(home, () => ({ isByPassword: true })) },
    delete: { weight: 3, act: ({ manifests, chance }) => manifests.delete(chance.pick(names)) },
    renew: {
      weight: 4,
      act: async ({ paths, chance, now, manifests }) => {
        const name = chance.pick(names);
        if (!paths || !manifests.has(name)) return false;
        await addToRecord(paths.records, `plant/${name}`, { renewAt: now });
        return true;
      },
    },
    'let hours pass': { weight: 5, act: (home) => passed(home, (1 + home.chance.below(20)) * hour) },
    'let days pass': { weight: 3, act: (home) => passed(home, (1 + home.chance.below(8)) * 24 * hour) },
    end: {
      weight: 3,
      act: (home) => {
        home.store = undefined;
        home.now = new Date(home.now.getTime() + home.chance.below(72) * hour);
        return true;
      },
    },
    'take a backup of the ledger': {
      weight: 3,
      act: (home) => {
        const file = home.paths && ledgerIn(home.paths, home);
        if (file === undefined || !existsSync(file)) return false;
        return backups.push(readFileSync(file, 'utf8')) > 0;
      },
    },
    'restore the ledger': {
      weight: 2,
      act: (home) =>
        hurt(home, (paths) => {
          const [text, file] = [backups.at(home.chance.below(backups.length || 1)), ledgerIn(paths, home)];
          if (text === undefined || !existsSync(file)) return false;
          writeFileSync(file, text);
          return true;
        }),
    },
    ...Object.fromEntries(
      (['ledger', 'crl', 'bundle'] as const).map((what) => [
        `lose the ${what}`,
        {
          weight: 1,
          act: (home: Home) =>
            hurt(home, (paths) => {
              rmSync(paths[what], { recursive: true, force: true });
              home.paths = undefined;
              return true;
            }),
        },
      ]),
    ),
  };
}

/** One history of so many acts. Throws with what is broken, and all that happened before. */
export async function runHistory(seed: number, length: number): Promise<void> {
  const home = new Home(chanceOf(seed));
  try {
    await lived(home, length);
  } catch (cause) {
    throw new Error(`history with MQTTSEC_SEED=${seed}: ${String(cause)}\n${home.told.join('\n')}`, { cause });
  } finally {
    rmSync(home.root, { recursive: true, force: true });
  }
}

async function lived(home: Home, length: number): Promise<void> {
  const { chance, told } = home;
  const acts = actsOf([]);
  const lots = Object.entries(acts).flatMap(([name, { weight }]) => Array.from({ length: weight }, () => name));
  for (const name of names.slice(0, 2)) home.declare(name);
  await rested(home);
  for (let step = 0; step < length; step += 1) {
    const name = chance.pick(lots);
    told.push(`${home.now.toISOString()} ${name}`);
    if ((await acts[name]?.act(home)) === false) told.push('  nothing');
    if (chance.next() < 0.7) await home.work(chance.next() < 0.5 ? chance.below(25) : Infinity);
    if (chance.next() < 0.3) await rested(home);
  }
  await rested(home);
}

/** With everything done that is to be done, the list says what the manifests ask for: no more, no less. */
async function rested(home: Home): Promise<void> {
  home.told.push(`${home.now.toISOString()} rest`);
  assert.ok(await home.work());
  home.isHurt = false;
  rmSync(`${home.root}/latest`, { recursive: true, force: true });
  const [list, ...others] = (await home.published())?.lists.values() ?? assert.fail('nothing is published');
  assert.ok(list && others.length === 0 && list.nextUpdate > home.now);
  for (const one of home.seen.values()) {
    if (!home.isUnexpired(one.serial)) continue;
    const label = `${one.serial} of ${one.device}`;
    const wanted = wantedOf(home, one);
    if (wanted === 'Revoked') {
      assert.ok(list.forGood.has(one.serial), `${label} was taken back`);
      home.gone.add(one.serial);
    }
    if (wanted === 'Held') assert.ok(list.onHold.has(one.serial), `${label} is on hold`);
    if (wanted === 'Good') assert.ok(!list.forGood.has(one.serial) && !list.onHold.has(one.serial), `${label} is good`);
  }
}

/** Undefined where both ways are right. */
function wantedOf({ manifests, now, store, gone }: Home, one: Seen): 'Revoked' | 'Held' | 'Good' | undefined {
  const name = one.device.split('/')[1] ?? '';
  const manifest = manifests.get(name);
  if (!manifest || gone.has(one.serial)) return 'Revoked';
  if (manifest.life !== one.life) return undefined;
  if (manifest.revoked || manifest.isByPassword) return 'Revoked';
  const isCurrent = store?.held.some(({ serial, supersededAt }) => serial === one.serial && !supersededAt) === true;
  const { supersededAt } = store?.held.find(({ serial }) => serial === one.serial) ?? {};
  if (name === 'b' && supersededAt && supersededAt.getTime() + overlapSeconds * 1000 < now.getTime()) return 'Revoked';
  if (!isCurrent) return undefined;
  return manifest.suspended ? 'Held' : 'Good';
}
