/** Somebody else who has the key of a CA and signs lists with it, well or badly, on a web server that is not always there. */
import type { RevocationReason } from '../../../src/domain/fleet.ts';
import { newList } from '../../../src/domain/pki/signed-list.ts';
import type { Download } from '../../../src/ports.ts';
import { revocation } from '../../domain/pki/authorities.ts';
import type { MemoryCluster } from '../memory-cluster.ts';
import { type CaName, cas } from './cert-manager.ts';

type Reason = RevocationReason | 'CertificateHold';

export class OtherSigner {
  readonly name: CaName;
  /** All lists that it ever signed, the latest last. */
  readonly signed = new Set<string>();
  /** Serials that were never issued to a device, and are on some list of it. */
  readonly strays = new Set<string>();
  entries: ReadonlyMap<string, Reason> = new Map();
  isAway = false;
  #present: string | undefined;
  #number = 0n;

  constructor(name: CaName) {
    this.name = name;
  }

  /** Signs a list of these and gives it out; its number is above that of all before, and above `atLeast`. */
  publish(cluster: MemoryCluster, entries: ReadonlyMap<string, Reason>, now: Date, days: number, atLeast = 0n): void {
    const signer = cas[this.name];
    const former = this.#number > atLeast ? this.#number : atLeast;
    const { pem, read } = newList(signer, {
      entries: [...entries].map(([serial, reason]) => revocation(signer.issuer.keyId, serial, { reason })),
      // Of another length than ours, which may be of the same second and hold the same.
      ...{ formerNumber: former, validitySeconds: days * 86_400 + 1, now },
    });
    this.#number = read.number;
    this.entries = entries;
    this.signed.add(pem);
    this.give(cluster, pem);
  }

  /** Gives out a list that it signed once. */
  give(cluster: MemoryCluster, pem: string): void {
    this.#present = pem;
    if (this.isAway) return;
    const name = `list-${this.name}`;
    cluster.put({
      ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'plant', name }, data: { 'ca.crl': pem } },
    });
  }

  leave(cluster: MemoryCluster): void {
    this.isAway = true;
    const key = `plant/list-${this.name}` as const;
    if (cluster.object('ConfigMap', key)) cluster.remove('ConfigMap', key);
  }

  comeBack(cluster: MemoryCluster): void {
    this.isAway = false;
    if (this.#present !== undefined) this.give(cluster, this.#present);
  }

  async download(): Promise<Download> {
    await Promise.resolve();
    if (this.isAway || this.#present === undefined) throw new Error('the server answers 503');
    return { kind: 'Content', bytes: Buffer.from(this.#present) };
  }

  get present(): string | undefined {
    return this.#present;
  }
}
