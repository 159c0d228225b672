/** A plant in memory: two brokers that trust one CA, cert-manager, agents, and an operator that comes and goes. */
import assert from 'node:assert/strict';
import type { EventDraft } from '../../../src/kube/events.ts';
import type { KubeObject } from '../../../src/kube/object.ts';
import type { Chance } from '../../cluster/faults/chance.ts';
import { VirtualClock } from '../../kube/virtual-clock.ts';
import { MemoryCluster } from '../memory-cluster.ts';
import { type CaName, caNames, cas, CertManager, type Issue } from './cert-manager.ts';
import { type List, Loader, Monitor, type Told, toldTo } from './monitor.ts';
import { OtherSigner } from './other-signer.ts';
import { noFaults, OperatorProcess } from './process.ts';

const apiVersion = 'mqttsecurity.io/v1alpha1';
const kinds = ['MqttBroker', 'AclTemplate', 'MqttDevice', 'DeviceCertificate', 'BrokerInstance', 'Namespace'];
export const brokers = ['main', 'second'] as const;
export type BrokerName = (typeof brokers)[number];
/** Of lists; a third of it later they are signed anew. */
const validitySeconds = 2 * 86_400;

/** A certificate, and what is known of it by who asked for it. */
export interface IssuedSerial {
  readonly serial: string;
  readonly device: string;
  readonly deviceUid: string;
  readonly lineage: string;
  readonly lineageUid: string;
  readonly request: string;
  readonly ca: CaName;
  readonly at: Date;
  readonly notAfter: Date;
  /** The operator heard of it. */
  isSeen: boolean;
  /** There was, at some time, a ground to take it back. */
  isTainted: boolean;
  /** It was on a list of somebody else, for good or on hold. */
  isNamedByOthers: boolean;
}

/** Who signs the lists of a CA for a broker; others give them in a ConfigMap or on a web server. */
export type Revocation = 'Signed' | 'ExternalInConfigMap' | 'ExternalOnWeb';

/** What a broker is declared to trust, and who issues to its devices. */
export interface Declaration {
  issuer: CaName;
  readonly trusted: Map<CaName, Revocation>;
}

function secretOf(name: CaName): string {
  return name === 'devices' ? 'ca' : `${name}-ca`;
}

function revocationOf(name: CaName, revocation: Revocation): object {
  if (revocation === 'Signed') return { type: 'SignedCrl', signerSecretRef: { name: secretOf(name) }, validitySeconds };
  if (revocation === 'ExternalInConfigMap') return { type: 'ExternalCrl', crlRef: { name: `list-${name}` } };
  return { type: 'ExternalCrl', crlUrl: { url: `http://others/${name}.crl`, refreshSeconds: 3600 } };
}

export class Plant {
  readonly cluster = new MemoryCluster([...kinds, 'Certificate', 'CertificateRequest', 'ConfigMap']);
  readonly clock = new VirtualClock();
  readonly issued = new Map<string, IssuedSerial>();
  readonly events: EventDraft[] = [];
  readonly chance: Chance;
  readonly certManager: CertManager;
  readonly loaders = new Map(brokers.map((broker) => [broker, new Loader((serial) => this.isUnexpired(serial))]));
  readonly others = new Map(caNames.map((name) => [name, new OtherSigner(name)]));
  readonly declarations = new Map(
    brokers.map((broker): [BrokerName, Declaration] => [
      broker,
      { issuer: 'devices', trusted: new Map([['devices', 'Signed']]) },
    ]),
  );
  /** `BROKER CA` of which the operator has known since the last rest that it signs the lists. */
  readonly signed = new Set(brokers.map((broker) => `${broker} devices`));
  operator: OperatorProcess | undefined;
  #violation: Error | undefined;
  #latest = new Date(0);
  readonly #monitor = new Monitor((serial) => this.isUnexpired(serial));

  constructor(chance: Chance) {
    this.chance = chance;
    this.cluster.isMirrored = false;
    this.cluster.createdAt = () => `${this.now().toISOString().slice(0, 19)}Z`;
    this.cluster.onStored = (kind, key) => this.#stored(kind, key);
    this.cluster.onGone = (kind, key, { metadata }) => {
      if (kind === 'DeviceCertificate') this.#watched(() => this.#checkGone(key, metadata.uid));
    };
    this.cluster.onTold = (kind, key) => {
      if (kind === 'CertificateRequest') this.#seen((one) => one.request === key);
    };
    this.certManager = new CertManager(
      this.cluster,
      () => this.now(),
      (issue) => this.#remember(issue),
    );
    this.#furnish();
  }

  now(): Date {
    const now = this.clock.now();
    if (now > this.#latest) this.#latest = now;
    return now;
  }

  /** It ended by the clock of some time, which may have been set back since. */
  wasOver({ notAfter }: IssuedSerial): boolean {
    return notAfter <= this.#latest;
  }

  isUnexpired(serial: string): boolean {
    if (caNames.some((name) => this.other(name).strays.has(serial))) return true;
    return (this.issued.get(serial)?.notAfter ?? new Date(0)) > this.now();
  }

  put(kind: string, name: string, spec: object, metadata: object = {}): KubeObject {
    return this.cluster.put({
      apiVersion,
      kind,
      metadata: { namespace: 'plant', name, ...metadata },
      spec,
    } as KubeObject);
  }

  start(): void {
    this.operator = new OperatorProcess({
      ...{ cluster: this.cluster, clock: this.clock, chance: this.chance },
      download: ({ url }) => this.other(url.includes('next') ? 'next' : 'devices').download(),
      record: (event) => void this.events.push(event),
    });
    // It lists all that there is.
    this.#seen(({ request }) => this.cluster.object('CertificateRequest', request) !== undefined);
  }

  /** Works for so many turns, or until nothing is left to do now; false when the operator died. */
  async work(turns = Infinity): Promise<boolean> {
    for (let turn = 0; turn < turns; turn += 1) {
      const hasWork = this.operator?.isBusy === true;
      const hasActed = this.#othersAct(hasWork);
      if (hasWork) await this.operator?.turn();
      if (this.#violation) throw this.#violation;
      if (this.operator?.isDead) return false;
      if (!hasWork && !hasActed) return true;
      assert.ok(turn < 20_000, 'it does not come to rest');
    }
    return true;
  }

  /** The mirror hears of something, cert-manager does something: now and then, or whenever nobody else does anything. */
  #othersAct(isBusy: boolean): boolean {
    const { cluster, chance } = this;
    const isLate = cluster.late.size > 0;
    if (isLate && (!isBusy || chance.next() < 0.4)) cluster.tell(chance.pick([...cluster.late]));
    const hasActed = (!isBusy || chance.next() < 0.3) && this.certManager.act();
    return isLate || hasActed;
  }

  /** Lets time pass: whoever waits for a time acts then, or a while later. */
  async pass(milliseconds: number, hop: number): Promise<boolean> {
    const end = this.clock.monotonic() + milliseconds;
    for (;;) {
      if (!(await this.work())) return false;
      this.checkDates();
      const now = this.clock.monotonic();
      if (now >= end) return true;
      const due = this.operator?.nextDue(true) ?? Math.max(this.operator?.nextDue() ?? end, now + hop);
      this.clock.stopFor(Math.min(due, end) - now);
      this.checkDates();
    }
  }

  /** With nothing that goes wrong, until nobody writes any more. */
  async settle(): Promise<void> {
    if (!this.operator || this.operator.isDead) this.start();
    const operator = this.operator ?? assert.fail();
    operator.faults = noFaults;
    operator.writesLeft = Infinity;
    this.cluster.resync();
    for (let quiet = 0, rounds = 0; quiet < 3; rounds += 1) {
      const before = this.cluster.writes.length + this.issued.size;
      await this.work();
      for (const broker of brokers) this.load(broker);
      this.clock.stopFor(13_000);
      quiet = this.cluster.writes.length + this.issued.size === before ? quiet + 1 : 0;
      assert.ok(rounds < 200, 'it never stops writing');
    }
    await this.work();
  }

  /** The operator says that a person has to see to its ledger. */
  isLedgerDamaged(): boolean {
    return this.cluster.objectsOf('MqttBroker').some((broker) => {
      const { conditions = [] } = (broker as { status?: { conditions?: readonly { reason: string }[] } }).status ?? {};
      return conditions.some(({ reason }) => reason === 'LedgerDamaged');
    });
  }

  /** No list is past its end while the operator runs, unless it said that it cannot sign. */
  checkDates(): void {
    if (!this.operator || this.isRecovering || this.isLedgerDamaged()) return;
    for (const broker of brokers) {
      for (const [name, list] of this.signedLists(broker)) {
        const at = list.nextUpdate.toISOString();
        assert.ok(list.nextUpdate > this.now(), `the list of ${name} for ${broker} ran out at ${at}`);
      }
    }
  }

  other(name: CaName): OtherSigner {
    return this.others.get(name) ?? assert.fail();
  }

  toldTo(broker: BrokerName): Told | undefined {
    return toldTo(this.cluster, broker, (pem) => caNames.every((name) => !this.other(name).signed.has(pem)));
  }

  /** Lists that a broker was told, of CAs of which the operator signs them, and has for a while. */
  signedLists(broker: BrokerName): readonly (readonly [CaName, List])[] {
    const told = this.toldTo(broker);
    return caNames.flatMap((name) => {
      const list = told?.lists.get(cas[name].issuer.keyId);
      return list && this.signed.has(`${broker} ${name}`) ? [[name, list] as const] : [];
    });
  }

  /** Declares the broker as its declaration is now. */
  declare(broker: BrokerName, annotations: Readonly<Record<string, string>> = {}): void {
    for (const name of caNames) {
      if (this.#declared(broker).trusted.get(name) !== 'Signed') this.signed.delete(`${broker} ${name}`);
    }
    this.#broker(broker, annotations);
  }

  /** At rest: what is declared is done. */
  isDone(): void {
    for (const [broker, { trusted }] of this.declarations) {
      for (const [name, revocation] of trusted) if (revocation === 'Signed') this.signed.add(`${broker} ${name}`);
    }
  }

  #declared(broker: BrokerName): Declaration {
    return this.declarations.get(broker) ?? assert.fail();
  }

  /** The operator was away for long, and has not come to rest since. */
  isRecovering = false;

  /** The agent of the broker loads what is published, and reports it; says why it does not. */
  load(broker: BrokerName): string | undefined {
    const told = this.toldTo(broker);
    const loader = this.loaders.get(broker);
    const instance = this.cluster.object('BrokerInstance', `plant/${broker}-one`);
    if (!told || !loader || !instance) return undefined;
    const refusal = loader.load(told);
    const { revision, hash } = loader.loaded ?? told;
    const status = { ...(instance.status ?? {}), loadedRevision: revision, loadedHash: hash };
    if (JSON.stringify(status) !== JSON.stringify(instance.status))
      this.cluster.put({ ...instance, status } as KubeObject);
    return refusal;
  }

  #furnish(): void {
    const base64 = (text: string) => Buffer.from(text).toString('base64');
    for (const name of caNames) {
      const { issuer, keyPem } = cas[name];
      const [pem, key] = [base64(issuer.pem), base64(keyPem)];
      this.cluster.put({
        ...{ apiVersion: 'v1', kind: 'Secret', metadata: { namespace: 'plant', name: secretOf(name) } },
        data: { 'ca.crt': pem, 'tls.crt': pem, 'tls.key': key },
      } as KubeObject);
      this.cluster.put({
        ...{ apiVersion: 'cert-manager.io/v1', kind: 'Issuer', metadata: { namespace: 'plant', name } },
        spec: { ca: { secretName: secretOf(name) } },
      } as KubeObject);
    }
    this.cluster.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'plant' } });
    this.put('AclTemplate', 'sensor', {
      role: 'Device',
      rules: [{ topic: 'sensors/{device}/#', actions: ['Publish'] }],
    });
    for (const broker of brokers) this.#broker(broker);
  }

  #broker(name: BrokerName, annotations: Readonly<Record<string, string>> = {}): void {
    const { issuer, trusted } = this.#declared(name);
    const spec = {
      mosquitto: { version: '2.1' },
      listeners: [
        { name: 'certificates', port: 8883, authentication: 'Certificate' },
        { name: 'passwords', port: 8884, authentication: 'Password' },
      ],
      tls: { serverCertificate: { secretRef: { name: 'server' } } },
      clientCertificates: {
        ...{ issuerRef: { name: issuer }, duration: '240h', renewBefore: '80h' },
        trustedCas: [...trusted].map(([ca, revocation]) => ({
          ...{ name: ca, caRef: { kind: 'Secret', name: secretOf(ca), key: 'ca.crt' } },
          revocation: revocationOf(ca, revocation),
        })),
      },
      workload: { external: { instances: [`${name}-one`] } },
    };
    this.put('MqttBroker', name, spec, Object.keys(annotations).length > 0 ? { annotations } : {});
  }

  #remember({ serial, certificate, request, ca, at, notAfter }: Issue): void {
    const { namespace = '', name } = certificate.metadata;
    const lineage = `${namespace}/${name}`;
    const declared = this.cluster.object('DeviceCertificate', lineage);
    const { name: device = '' } = (declared?.spec as { deviceRef?: { name: string } } | undefined)?.deviceRef ?? {};
    const holder = this.cluster.object('MqttDevice', `plant/${device}`);
    this.issued.set(serial, {
      ...{ serial, device, lineage, request, ca, at, notAfter },
      ...{ isSeen: false, isTainted: false, isNamedByOthers: false },
      ...{ deviceUid: holder?.metadata.uid ?? '', lineageUid: declared?.metadata.uid ?? '' },
    });
  }

  #seen(isIt: (one: IssuedSerial) => boolean): void {
    for (const one of this.issued.values()) {
      // What became known only after its Certificate went, cert-manager gave to nobody.
      if (isIt(one) && this.cluster.object('Certificate', one.lineage)) one.isSeen = true;
    }
  }

  #stored(kind: string, key: string): void {
    const broker = brokers.find((name) => key === `plant/${name}-bundle`);
    if (kind !== 'ConfigMap' || !broker) return;
    this.#watched(() => {
      const told = this.toldTo(broker);
      const isOther = (keyId: string) =>
        caNames.some((name) => cas[name].issuer.keyId === keyId && !this.signed.has(`${broker} ${name}`));
      // After a long absence rights may be narrowed before all lists are signed anew.
      const mayEnd = (keyId: string, isSame: boolean) => isOther(keyId) || (isSame && this.isRecovering);
      if (told) this.#monitor.wrote(broker, told, this.now(), mayEnd);
    });
  }

  /** What is found in the middle of a write is not an error of who writes. */
  #watched(check: () => void): void {
    try {
      check();
    } catch (error) {
      this.#violation ??= error as Error;
    }
  }

  /** Nothing goes before its certificates are on the lists of all brokers. */
  #checkGone(lineage: string, uid: string | undefined): void {
    for (const { serial, lineageUid, isSeen, ca } of this.issued.values()) {
      if (lineageUid !== uid || !isSeen || !this.isUnexpired(serial)) continue;
      for (const broker of brokers) {
        for (const [name, { forGood }] of this.signedLists(broker)) {
          if (name !== ca) continue;
          assert.ok(forGood.has(serial), `${lineage} is gone, and ${serial} not on the list of ${broker}`);
        }
      }
    }
  }
}
