/** What happens to a plant whose CAs come and go, and of which somebody else signs the lists now and then. */
import assert from 'node:assert/strict';
import { dropCaAnnotation } from '../../../src/api/labels.ts';
import type { RevocationReason } from '../../../src/domain/fleet.ts';
import { type CaName, caNames, cas } from './cert-manager.ts';
import type { Acts, History } from './history.ts';
import { type BrokerName, brokers, type Declaration, type IssuedSerial, type Revocation } from './site.ts';

const hour = 3_600_000;

type Entries = ReadonlyMap<string, RevocationReason | 'CertificateHold'>;

/** Changes what a broker is declared to be; false when it makes no sense. */
function declared(
  { plant, chance, told }: History,
  change: (declaration: Declaration, ca: CaName) => boolean,
  annotationsFor: (ca: CaName) => Readonly<Record<string, string>> = () => ({}),
): boolean {
  const [broker, ca] = [chance.pick(brokers), chance.pick(caNames)];
  const declaration = plant.declarations.get(broker);
  if (!declaration || !change(declaration, ca)) return false;
  plant.declare(broker, annotationsFor(ca));
  told.push(`  of ${broker}, CA ${ca}`);
  return true;
}

/** All that any broker was told of this CA as taken back, what the others named before, and so many more. */
function allEntries({ plant, chance }: History, ca: CaName, more: number): Entries {
  const entries = new Map(plant.other(ca).entries);
  for (const broker of brokers) {
    for (const serial of plant.toldTo(broker)?.lists.get(cas[ca].issuer.keyId)?.told ?? []) {
      entries.set(serial, 'KeyCompromise');
    }
  }
  const good = [...plant.issued.values()].filter((one) => one.ca === ca && !entries.has(one.serial));
  for (let count = 0; count < more && good.length > 0; count += 1) {
    entries.set(chance.pick(good).serial, chance.next() < 0.3 ? 'CertificateHold' : 'KeyCompromise');
  }
  return entries;
}

function published(history: History, ca: CaName, entries: Entries, days: number): void {
  const { plant } = history;
  const keyId = cas[ca].issuer.keyId;
  const numbers = brokers.flatMap((broker) => plant.toldTo(broker)?.lists.get(keyId)?.number ?? []);
  const atLeast = numbers.reduce((most, one) => (one > most ? one : most), 0n);
  for (const serial of entries.keys()) {
    const one = plant.issued.get(serial);
    if (one) one.isNamedByOthers = true;
  }
  plant.other(ca).publish(plant.cluster, entries, plant.now(), days, atLeast);
  history.told.push(`  of CA ${ca}: ${[...entries.keys()].map((serial) => serial.slice(0, 6)).join(' ')}`);
}

const externals: readonly Revocation[] = ['ExternalInConfigMap', 'ExternalOnWeb'];

export const actsOfOthers: Acts = {
  'let others sign': {
    weight: 5,
    act: (history) =>
      declared(history, ({ trusted }, ca) => {
        if (trusted.get(ca) !== 'Signed') return false;
        trusted.set(ca, history.chance.pick(externals));
        return true;
      }),
  },
  'sign again': {
    weight: 5,
    act: (history) =>
      declared(history, ({ trusted }, ca) => {
        if (!trusted.has(ca) || trusted.get(ca) === 'Signed') return false;
        trusted.set(ca, 'Signed');
        return true;
      }),
  },
  'others publish a list': {
    weight: 7,
    act: (history) => {
      const { chance } = history;
      const ca = chance.pick(caNames);
      published(history, ca, allEntries(history, ca, chance.below(3)), 1 + chance.below(10));
      return true;
    },
  },
  'others name one that nobody knows': {
    weight: 1,
    act: (history) => {
      const { plant, chance } = history;
      const [ca, serial] = [chance.pick(caNames), `5${String(chance.below(1_000_000))}`];
      plant.other(ca).strays.add(serial);
      published(history, ca, new Map([...allEntries(history, ca, 0), [serial, 'KeyCompromise']]), 5);
      return true;
    },
  },
  'others forget some': {
    weight: 4,
    act: (history) => {
      const { chance } = history;
      const ca = chance.pick(caNames);
      const some = [...allEntries(history, ca, 0)].filter(() => chance.next() < 0.6);
      published(history, ca, new Map(some), 1 + chance.below(10));
      return true;
    },
  },
  'others go back to an older list': {
    weight: 3,
    act: ({ plant, chance }) => {
      const other = plant.other(chance.pick(caNames));
      if (other.signed.size === 0) return false;
      other.give(plant.cluster, chance.pick([...other.signed]));
      return true;
    },
  },
  'others are away': {
    weight: 3,
    act: ({ plant, chance }) => {
      plant.other(chance.pick(caNames)).leave(plant.cluster);
      return true;
    },
  },
  'others are back': {
    weight: 3,
    act: ({ plant, chance }) => {
      plant.other(chance.pick(caNames)).comeBack(plant.cluster);
      return true;
    },
  },
  'trust a CA': {
    weight: 4,
    act: (history) =>
      declared(history, ({ trusted }, ca) => {
        if (trusted.has(ca)) return false;
        trusted.set(ca, history.chance.next() < 0.7 ? 'Signed' : history.chance.pick(externals));
        return true;
      }),
  },
  'let another CA issue': {
    weight: 4,
    act: (history) =>
      declared(history, (declaration, ca) => {
        if (!declaration.trusted.has(ca) || declaration.issuer === ca) return false;
        declaration.issuer = ca;
        return true;
      }),
  },
  'trust a CA no more': {
    weight: 4,
    act: (history) =>
      declared(history, ({ trusted, issuer }, ca) => {
        return trusted.size > 1 && issuer !== ca && trusted.delete(ca);
      }),
  },
  'drop a CA': {
    weight: 2,
    act: (history) =>
      declared(
        history,
        ({ trusted, issuer }, ca) => {
          if (issuer === ca || (trusted.size === 1 && trusted.has(ca))) return false;
          trusted.delete(ca);
          return true;
        },
        (ca) => ({ [dropCaAnnotation]: cas[ca].issuer.keyId.slice(0, 16) }),
      ),
  },
};

/** A good list of somebody else is taken wherever it is asked for. */
export async function proved(history: History): Promise<void> {
  const { plant, chance } = history;
  const places = brokers.flatMap((broker): (readonly [BrokerName, CaName])[] => {
    const { trusted } = plant.declarations.get(broker) ?? assert.fail();
    return [...trusted].flatMap(([ca, revocation]) => (revocation === 'Signed' ? [] : [[broker, ca] as const]));
  });
  if (places.length === 0 || chance.next() < 0.5) return;
  for (const ca of new Set(places.map(([, one]) => one))) {
    plant.other(ca).comeBack(plant.cluster);
    published(history, ca, allEntries(history, ca, 0), 10);
  }
  await plant.pass(2 * hour, hour);
  await plant.settle();
  for (const [broker, ca] of places) {
    const list = plant.toldTo(broker)?.lists.get(cas[ca].issuer.keyId);
    assert.equal(list?.text, plant.other(ca).present, `${broker} has the list of others of CA ${ca}`);
    for (const one of plant.issued.values()) {
      if (one.ca !== ca || !list?.forGood.has(one.serial) || !isHeld(history, one)) continue;
      assert.ok(list.told.has(one.serial), `${broker} is told who holds ${one.serial}, which others named`);
    }
  }
}

/** The operator knows whose it is. */
function isHeld({ plant }: History, { serial, isSeen, lineage, lineageUid }: IssuedSerial): boolean {
  const found = plant.cluster.object('DeviceCertificate', lineage);
  return isSeen && plant.isUnexpired(serial) && found?.metadata.uid === lineageUid;
}
