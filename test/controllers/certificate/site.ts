/** DeviceCertificates in a cluster in memory, beside a stand-in for cert-manager and one for the ledger. */
import type { KeyObject } from 'node:crypto';
import type { KubeObject, OwnerReference } from '../../../src/kube/object.ts';
import { type KubeClient } from '../../../src/kube/client.ts';
import { childLabels } from '../../../src/api/labels.ts';
import { certificateController, createIssued, type IssuedRecords } from '../../../src/controllers/certificate/index.ts';
import type { BrokerState, ControllerContext } from '../../../src/controllers/context.ts';
import { createFleetState } from '../../../src/controllers/fleet-state.ts';
import type { RevocationEntry } from '../../../src/domain/pki/certificate.ts';
import { issuedCertificate } from '../../../src/domain/pki/x509.ts';
import { signedCertificate } from '../../../src/domain/pki/issue.ts';
import type { EventDraft } from '../../../src/kube/events.ts';
import type { Reconcile } from '../../../src/kube/outcome.ts';
import { authority, keys, seconds, serialBytes } from '../../domain/pki/authorities.ts';
import { VirtualClock } from '../../kube/virtual-clock.ts';
import { broker, object, template } from '../device/site.ts';
import { Killed, MemoryCluster } from '../memory-cluster.ts';

/** Its signatures are the same each time. */
const ca = authority('ca', 'RSA');
const { publicKey } = keys('P-256');
const kinds = ['MqttBroker', 'AclTemplate', 'MqttDevice', 'DeviceCertificate', 'Namespace'];

type Spec = Readonly<Record<string, unknown>>;

export class CertificateSite {
  readonly cluster = new MemoryCluster([...kinds, 'Certificate', 'CertificateRequest', 'BrokerInstance']);
  readonly clock = new VirtualClock();
  readonly ledger = new Map<string, RevocationEntry>();
  readonly events: string[] = [];
  /** Without it the process has read no ledger, and knows of no broker what it was told. */
  isLedgerKnown = true;
  /** Whether brokers are told what is in the ledger. */
  areBrokersTold = true;
  /** Why the ledger cannot be written. */
  ledgerProblem: Error | undefined;
  /** What its instances have proved. */
  broker: Partial<BrokerState> | undefined;
  /** Key of the CA that issues now, which the broker trusts. */
  issuing: string | undefined;
  /** Of everything that was ever issued. */
  readonly serials: string[] = [];
  issued!: IssuedRecords;
  #reconcile!: Reconcile;

  constructor() {
    this.cluster.createdAt = () => text(this.clock.now());
    this.cluster.put(broker);
    this.cluster.put(template);
    this.declareDevice();
    this.restart();
  }

  declareDevice(spec: object = {}): void {
    const authentication = { type: 'Certificate' };
    const common = {
      brokerRef: { name: 'main' },
      templateRefs: [{ name: 'sensor' }],
      suspended: false,
      authentication,
    };
    this.cluster.put(object('MqttDevice', 'a', { ...common, ...spec }));
  }

  declare(spec: object = {}): void {
    this.cluster.put(object('DeviceCertificate', 'a', { deviceRef: { name: 'a' }, ...spec }));
  }

  annotate(annotations: Readonly<Record<string, string>>): void {
    const declared = this.cluster.object('DeviceCertificate', 'plant/a');
    if (!declared) throw new Error('there is no DeviceCertificate to annotate');
    this.cluster.put({ ...declared, metadata: { ...declared.metadata, annotations } });
  }

  /** A new process, that knows what the cluster holds. */
  restart(): void {
    const world = this.cluster.restarted();
    const { client } = this.cluster as { client: KubeClient };
    const fleet = createFleetState(world);
    this.issued = createIssued({ world, fleet, clock: this.clock });
    const authorities = {
      revoke: (entries: readonly RevocationEntry[]) => {
        if (this.ledgerProblem) return Promise.reject(this.ledgerProblem);
        for (const entry of entries) if (!this.ledger.has(entry.serial)) this.ledger.set(entry.serial, entry);
        return Promise.resolve();
      },
      issuingCa: () => this.issuing,
      issuance: () => ({ keyId: this.issuing }),
      isRevoked: ({ serial }: { readonly serial: string }) => this.isLedgerKnown && this.ledger.has(serial),
      isPublished: ({ serial }: { readonly serial: string }) =>
        this.isLedgerKnown && this.areBrokersTold && this.ledger.has(serial),
    };
    const state = { fleet, issued: this.issued, authorities, brokers: { get: () => this.broker } };
    const context = { client, world, clock: this.clock, state };
    this.#reconcile = certificateController(
      { ...context, record: ({ reason }: EventDraft) => this.events.push(reason) } as unknown as ControllerContext,
      this.issued,
    );
  }

  async reconcile(): Promise<void> {
    await this.#reconcile('plant/a', { reconcileId: 'run', signal: new AbortController().signal });
  }

  /** Reconciles as often as there is something to do. */
  async settle(): Promise<void> {
    for (let round = 0; round < 12; round += 1) {
      const before = this.cluster.writes.length + this.ledger.size;
      await this.reconcile();
      this.#collectGarbage();
      if (this.cluster.writes.length + this.ledger.size === before) return;
    }
    throw new Error('it does not come to rest');
  }

  /** As `settle`, with a new process after each death. */
  async settleThroughDeath(): Promise<void> {
    try {
      await this.settle();
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
      this.cluster.writesLeft = Infinity;
      this.restart();
      await this.settle();
    }
  }

  /** Of 90 days. */
  signed(key: KeyObject): { readonly pem: string; readonly notBefore: Date; readonly notAfter: Date } {
    const [notBefore, notAfter] = [this.clock.now(), seconds(this.clock.now(), 7_776_000)];
    const use = { kind: 'Client' } as const;
    const content = { commonName: 'a', publicKey: key, use, notBefore, notAfter };
    const pem = signedCertificate({ ...content, serialBytes: serialBytes(`${this.serials.length}`) }, ca);
    const read = issuedCertificate(pem, ca.issuer.keyId);
    if (read.ok) this.serials.push(read.value.serial);
    return { pem, notBefore, notAfter };
  }

  /** What cert-manager does with the Certificate: a request that was signed, the Secret, the status. */
  certManager(): void {
    const certificate = this.cluster.object('Certificate', 'plant/a') as
      (KubeObject & { readonly spec: Spec; readonly status?: { readonly revision: number } }) | undefined;
    if (!certificate) return;
    const revision = (certificate.status?.revision ?? 0) + 1;
    const { pem, notBefore, notAfter } = this.signed(publicKey);
    this.cluster.put(this.#request(certificate, revision, pem));
    this.writeSecret(String(certificate.spec['secretName']));
    const conditions = [{ type: 'Ready', status: 'True', observedGeneration: certificate.metadata.generation }];
    const times = { notBefore: text(notBefore), notAfter: text(notAfter) };
    this.cluster.remove('Certificate', 'plant/a');
    this.cluster.put({ ...certificate, status: { conditions, revision, ...times } } as KubeObject);
    this.#adopt();
  }

  writeSecret(name = 'a-tls'): void {
    this.cluster.put({
      ...{ apiVersion: 'v1', kind: 'Secret' },
      metadata: {
        ...{ namespace: 'plant', name, labels: childLabels('device-certificate', 'main') },
        annotations: { 'cert-manager.io/certificate-name': 'a' },
      },
    });
  }

  /** What an owner leaves behind. */
  #collectGarbage(): void {
    const uid = this.cluster.object('Certificate', 'plant/a')?.metadata.uid;
    for (const { metadata } of this.cluster.objectsOf('CertificateRequest')) {
      const [made] = metadata.ownerReferences ?? [];
      if (made && made.uid !== uid) this.cluster.remove('CertificateRequest', `plant/${metadata.name}`);
    }
  }

  /** The Certificate was put anew with its status, so its requests are made to be owned by it again. */
  #adopt(): void {
    const uid = this.cluster.object('Certificate', 'plant/a')?.metadata.uid ?? '';
    for (let revision = 1; revision <= this.serials.length; revision += 1) {
      const request = this.cluster.object('CertificateRequest', `plant/a-${revision}`);
      if (request) this.cluster.put({ ...request, metadata: { ...request.metadata, ownerReferences: [owner(uid)] } });
    }
  }

  #request({ metadata, spec }: KubeObject & { readonly spec: Spec }, revision: number, pem: string): KubeObject {
    return {
      ...{ apiVersion: 'cert-manager.io/v1', kind: 'CertificateRequest' },
      metadata: {
        ...{ namespace: 'plant', name: `a-${revision}`, labels: childLabels('device-certificate', 'main') },
        annotations: {
          'cert-manager.io/certificate-name': 'a',
          'cert-manager.io/certificate-revision': `${revision}`,
        },
        ownerReferences: [owner(metadata.uid ?? '')],
        creationTimestamp: text(this.clock.now()),
      },
      spec: { issuerRef: spec['issuerRef'] },
      status: this.answer(pem),
    } as KubeObject;
  }

  /** Status of a request that was granted. */
  answer(pem: string): object {
    const conditions = ['Approved', 'Ready'].map((type) => ({ type, status: 'True' }));
    const [certificate, issuer] = [pem, ca.issuer.pem].map((one) => Buffer.from(one).toString('base64'));
    return { conditions, certificate, ca: issuer };
  }

  /** Somebody deletes a request by hand, or cert-manager one that is too old for it. */
  loseRequest(revision: number): void {
    if (this.cluster.object('CertificateRequest', `plant/a-${revision}`)) {
      this.cluster.remove('CertificateRequest', `plant/a-${revision}`);
    }
  }

  delete(): Promise<void> {
    const type = { group: 'mqttsecurity.io', version: 'v1alpha1', plural: 'devicecertificates', namespaced: true };
    return this.cluster.client.delete({ ...type, kind: 'DeviceCertificate' }, 'plant', 'a');
  }

  condition(type: string): string | undefined {
    const lineage = this.cluster.object('DeviceCertificate', 'plant/a') as
      | { readonly status?: { readonly conditions?: readonly { type: string; status: string; reason: string }[] } }
      | undefined;
    const found = lineage?.status?.conditions?.find((one) => one.type === type);
    return found && `${found.status}/${found.reason}`;
  }
}

function text(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`;
}

function owner(uid: string): OwnerReference {
  return { apiVersion: 'cert-manager.io/v1', kind: 'Certificate', name: 'a', uid, controller: true };
}
