/** What brokers were told, checked at every write against all that was told before. Knows nothing of how it comes about. */
import assert from 'node:assert/strict';
import { listsBySigner } from '../../../src/domain/pki/external-list.ts';
import { parsedCrl } from '../../../src/domain/pki/crl.ts';
import { parseRevocations } from '../../../src/domain/pki/revocations.ts';
import type { MemoryCluster } from '../memory-cluster.ts';

/** One revocation list. */
export interface List {
  readonly number: bigint;
  readonly text: string;
  readonly nextUpdate: Date;
  /** Serials that are taken back for good. */
  readonly forGood: ReadonlySet<string>;
  readonly onHold: ReadonlySet<string>;
  /** Those that are told beside it as taken back for good: with a list of somebody else, fewer. */
  readonly told: ReadonlySet<string>;
  readonly isOurs: boolean;
}

/** By key of the CA. */
type Lists = ReadonlyMap<string, List>;

/** A set as a broker would load it. */
export interface Told {
  readonly revision: number;
  readonly hash: string;
  readonly lists: Lists;
}

interface Index {
  readonly revision: number;
  readonly hash: string;
  readonly parts: Readonly<Record<string, readonly string[]>>;
}

type IsOurs = (pem: string) => boolean;

/** The set of a broker of namespace `plant`; undefined while there is none, or somebody damaged it. */
export function toldTo(cluster: MemoryCluster, broker: string, isOurs: IsOurs): Told | undefined {
  const data = (name: string) =>
    (cluster.object('ConfigMap', `plant/${name}`) as { data?: Readonly<Record<string, string>> } | undefined)?.data;
  const text = data(`${broker}-bundle`)?.['index.json'];
  if (text === undefined) return undefined;
  const { revision, hash, parts } = JSON.parse(text) as Index;
  const part = (name: string) =>
    (parts[name] ?? []).map((chunk, at) => data(`${broker}-${name}-${String(at).padStart(2, '0')}`)?.[chunk]);
  const [crl, ca, revocations] = [part('crl'), part('ca'), part('revocations')];
  if ([crl, ca, revocations].some((chunks) => chunks.includes(undefined))) return undefined;
  const lists = listsOf({ crl: crl.join(''), ca: ca.join(''), revocations: revocations.join('') }, isOurs);
  return { revision, hash, lists };
}

/** The lists of a set; each is whole and says what is told beside it. */
export function listsOf(
  parts: { readonly crl: string; readonly ca: string; readonly revocations: string },
  isOurs: IsOurs = () => true,
): Lists {
  const told = parseRevocations(parts.revocations);
  assert.ok(told.ok, 'what is told of revocations can be read');
  const lists = [...listsBySigner(parts.crl, parts.ca)];
  assert.equal(lists.length, parts.crl.split('BEGIN X509 CRL').length - 1, 'each list is of another trusted CA');
  return new Map(
    lists.map(([keyId, { pem, number, nextUpdate }]): [string, List] => {
      const read = parsedCrl(pem);
      assert.ok(read.ok, 'the published list can be read');
      const all = new Map([...read.value.entries].map(([serial, { reason }]) => [serial, reason]));
      const isHold = (serial: string) => all.get(serial) === 'CertificateHold';
      const own = told.value.filter(({ caKeyId }) => caKeyId === keyId);
      const serials = own.map(({ serial }) => serial).sort();
      if (isOurs(pem)) assert.deepEqual(serials, [...all.keys()].sort(), 'what is revoked and the list are the same');
      const toldForGood = own.filter(({ reason }) => reason !== 'CertificateHold').map(({ serial }) => serial);
      return [
        keyId,
        {
          ...{ number, text: pem, nextUpdate, isOurs: isOurs(pem), told: new Set(toldForGood) },
          forGood: new Set([...all.keys()].filter((serial) => !isHold(serial))),
          onHold: new Set([...all.keys()].filter(isHold)),
        },
      ];
    }),
  );
}

type IsUnexpired = (serial: string) => boolean;

/** Everything that was ever told. */
export class Monitor {
  /** Ours, by CA and number. */
  readonly #lists = new Map<string, Map<bigint, List>>();
  readonly #last = new Map<string, Told>();
  readonly #isUnexpired: IsUnexpired;

  constructor(isUnexpired: IsUnexpired) {
    this.#isUnexpired = isUnexpired;
  }

  /** A set was written for this broker. `mayEnd`: a list of this CA may have ended, where it is the one that was told before. */
  wrote(
    broker: string,
    told: Told,
    now: Date,
    mayEnd: (keyId: string, isSame: boolean) => boolean = () => false,
  ): void {
    const former = this.#last.get(broker);
    if (former && told.hash !== former.hash) assert.ok(told.revision > former.revision, 'the revision grows');
    for (const [keyId, list] of told.lists) {
      const { number, nextUpdate } = list;
      const isSame = former?.lists.get(keyId)?.text === list.text;
      if (!mayEnd(keyId, isSame)) assert.ok(nextUpdate > now, `list ${number} had run out when it was published`);
      this.#checkStep(former?.lists.get(keyId), list);
      if (list.isOurs) this.#checkOwn(keyId, list);
    }
    this.#last.set(broker, told);
  }

  /** What a broker was told of a CA stays told, whoever signs; ours names also all that the list of somebody else before it did. */
  #checkStep(former: List | undefined, list: List): void {
    if (!former) return;
    assert.ok(list.number >= former.number, `the number fell from ${former.number} to ${list.number}`);
    const isTakenOver = list.isOurs && !former.isOurs;
    const kept = isTakenOver ? [...former.forGood, ...former.onHold] : former.told;
    for (const serial of kept) {
      const isOn = list.forGood.has(serial) || (!list.isOurs && list.onHold.has(serial));
      const isThere = isOn || !this.#isUnexpired(serial);
      assert.ok(isThere, `${serial} was told with list ${former.number} and is not on list ${list.number}`);
    }
  }

  #checkOwn(keyId: string, list: List): void {
    const lists = this.#lists.get(keyId) ?? new Map<bigint, List>();
    this.#lists.set(keyId, lists);
    const same = lists.get(list.number);
    if (same) assert.equal(list.text, same.text, `there are two lists with number ${list.number}`);
    for (const other of lists.values()) {
      const [earlier, later] = other.number < list.number ? [other, list] : [list, other];
      for (const serial of earlier.forGood) {
        const isThere = later.forGood.has(serial) || !this.#isUnexpired(serial);
        assert.ok(isThere, `${serial} is on list ${earlier.number} and not on list ${later.number}`);
      }
    }
    lists.set(list.number, list);
  }
}

/** An agent that loads what is newer, and nothing that is less. */
export class Loader {
  loaded: Told | undefined;
  readonly #isUnexpired: IsUnexpired;

  constructor(isUnexpired: IsUnexpired) {
    this.#isUnexpired = isUnexpired;
  }

  /** Why the set is not loaded; undefined when it is. */
  load(told: Told): string | undefined {
    const { loaded } = this;
    if (loaded && told.revision < loaded.revision) return `revision ${told.revision} after ${loaded.revision}`;
    for (const [keyId, former] of loaded?.lists ?? []) {
      const list = told.lists.get(keyId);
      if (!list) continue;
      if (list.number < former.number) return `list ${list.number} after ${former.number}`;
      const lost = [...former.told].filter((serial) => !list.told.has(serial) && this.#isUnexpired(serial));
      if (lost.length > 0) return `no longer revoked: ${lost.join(', ')}`;
    }
    this.loaded = told;
    return undefined;
  }
}
