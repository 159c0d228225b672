/** What brokers were told, checked at every write against all that was told before. Knows nothing of how it comes about. */
import assert from 'node:assert/strict';
import { parsedCrls } from '../../../src/domain/pki/crl.ts';
import { parseRevocations } from '../../../src/domain/pki/revocations.ts';
import type { MemoryCluster } from '../memory-cluster.ts';

/** One revocation list. */
interface List {
  readonly number: bigint;
  readonly text: string;
  readonly nextUpdate: Date;
  /** Serials that are taken back for good. */
  readonly forGood: ReadonlySet<string>;
  readonly onHold: ReadonlySet<string>;
}

/** A set as a broker would load it. */
export interface Told {
  readonly revision: number;
  readonly hash: string;
  readonly list: List;
}

interface Index {
  readonly revision: number;
  readonly hash: string;
  readonly parts: Readonly<Record<string, readonly string[]>>;
}

/** The set of a broker of namespace `plant`; undefined while there is none, or somebody damaged it. */
export function toldTo(cluster: MemoryCluster, broker: string): Told | undefined {
  const data = (name: string) =>
    (cluster.object('ConfigMap', `plant/${name}`) as { data?: Readonly<Record<string, string>> } | undefined)?.data;
  const text = data(`${broker}-bundle`)?.['index.json'];
  if (text === undefined) return undefined;
  const { revision, hash, parts } = JSON.parse(text) as Index;
  const part = (name: string) =>
    (parts[name] ?? []).map((chunk, at) => data(`${broker}-${name}-${String(at).padStart(2, '0')}`)?.[chunk]);
  const [crl, revocations] = [part('crl'), part('revocations')];
  if (crl.includes(undefined) || revocations.includes(undefined)) return undefined;
  return { revision, hash, list: listOf(crl.join(''), revocations.join('')) };
}

export function listOf(text: string, revocations: string): List {
  const read = parsedCrls(text);
  assert.ok(read.ok, 'the published list can be read');
  const [crl, ...others] = read.value;
  assert.ok(crl && others.length === 0, 'there is one list');
  const entries = [...crl.entries];
  const [onHold, forGood] = [true, false].map((isHold) => {
    const some = entries.filter(([, { reason }]) => (reason === 'CertificateHold') === isHold);
    return new Set(some.map(([serial]) => serial));
  });
  const told = parseRevocations(revocations);
  assert.ok(told.ok && onHold && forGood);
  const serials = told.value.map(({ serial }) => serial).sort();
  assert.deepEqual(serials, [...crl.entries.keys()].sort(), 'what is revoked and what is on the list are the same');
  return { number: crl.number, text, nextUpdate: crl.nextUpdate, forGood, onHold };
}

/** Everything that was ever told. */
export class Monitor {
  readonly #lists = new Map<bigint, List>();
  readonly #last = new Map<string, Told>();
  readonly #isUnexpired: (serial: string) => boolean;

  constructor(isUnexpired: (serial: string) => boolean) {
    this.#isUnexpired = isUnexpired;
  }

  /** A set was written for this broker. */
  wrote(broker: string, told: Told, now: Date): void {
    const { list } = told;
    assert.ok(list.nextUpdate > now, `list ${list.number} had run out when it was published`);
    const former = this.#last.get(broker);
    if (former) {
      assert.ok(list.number >= former.list.number, `the number fell from ${former.list.number} to ${list.number}`);
      if (told.hash !== former.hash) assert.ok(told.revision > former.revision, 'the revision grows');
    }
    const same = this.#lists.get(list.number);
    if (same) assert.equal(list.text, same.text, `there are two lists with number ${list.number}`);
    for (const other of this.#lists.values()) {
      const [earlier, later] = other.number < list.number ? [other, list] : [list, other];
      for (const serial of earlier.forGood) {
        const isThere = later.forGood.has(serial) || !this.#isUnexpired(serial);
        assert.ok(isThere, `${serial} is on list ${earlier.number} and not on list ${later.number}`);
      }
    }
    this.#lists.set(list.number, list);
    this.#last.set(broker, told);
  }
}

/** An agent that loads what is newer, and nothing that is less. */
export class Loader {
  loaded: Told | undefined;
  readonly #isUnexpired: (serial: string) => boolean;

  constructor(isUnexpired: (serial: string) => boolean) {
    this.#isUnexpired = isUnexpired;
  }

  /** Why the set is not loaded; undefined when it is. */
  load(told: Told): string | undefined {
    const { loaded } = this;
    if (loaded) {
      if (told.revision < loaded.revision) return `revision ${told.revision} after ${loaded.revision}`;
      if (told.list.number < loaded.list.number) return `list ${told.list.number} after ${loaded.list.number}`;
      const lost = [...loaded.list.forGood].filter(
        (serial) => !told.list.forGood.has(serial) && this.#isUnexpired(serial),
      );
      if (lost.length > 0) return `no longer revoked: ${lost.join(', ')}`;
    }
    this.loaded = told;
    return undefined;
  }
}
