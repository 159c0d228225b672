/** A stand-in for cert-manager, as far as the operator sees it: requests that are signed, Secrets, statuses, garbage. */
import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import type { CertificateObject } from '../../../src/api/kinds.ts';
import { caSigner, issuedCertificate } from '../../../src/domain/pki/x509.ts';
import { signedCertificate } from '../../../src/domain/pki/issue.ts';
import { secondsText } from '../../../src/domain/pki/time.ts';
import { keyOf as objectKeyOf, type KubeObject } from '../../../src/kube/object.ts';
import { type authority, end, pkcs8, seconds, serialBytes, start } from '../../domain/pki/authorities.ts';
import type { MemoryCluster } from '../memory-cluster.ts';

/** Ed25519: the same each time, and so are its signatures, so that a history can be had again. */
function keyOf(name: string): KeyObject {
  const frame = Buffer.from('302e020100300506032b657004220420', 'hex');
  const seed = createHash('sha256').update(name).digest();
  return createPrivateKey({ key: Buffer.concat([frame, seed]), format: 'der', type: 'pkcs8' });
}

type Ca = ReturnType<typeof authority>;

function madeCa(keyName: string, commonName: string): Ca {
  const privateKey = keyOf(keyName);
  const content = { commonName, publicKey: createPublicKey(privateKey), use: { kind: 'Ca' } as const };
  const life = { notBefore: start, notAfter: end, serialBytes: serialBytes(commonName) };
  const pem = signedCertificate({ ...content, ...life }, { key: privateKey });
  const keyPem = pkcs8(privateKey);
  const signer = caSigner(pem, keyPem);
  if (!signer.ok) throw new Error('make CA: it is no signer');
  return { ...signer.value, keyPem };
}

/** By the name of their Issuer; the key of each lies in the Secret of its name with `-ca`. */
export const cas = { devices: madeCa('ca', 'devices'), next: madeCa('next-ca', 'next') } as const;
export type CaName = keyof typeof cas;
export const caNames = Object.keys(cas) as readonly CaName[];
const publicKey = createPublicKey(keyOf('device'));

/** A certificate that was signed. */
export interface Issue {
  readonly serial: string;
  readonly certificate: CertificateObject;
  readonly request: string;
  readonly ca: CaName;
  readonly at: Date;
  readonly notAfter: Date;
}

export class CertManager {
  readonly #cluster: MemoryCluster;
  readonly #now: () => Date;
  readonly #onIssue: (issue: Issue) => void;
  #count = 0;

  constructor(cluster: MemoryCluster, now: () => Date, onIssue: (issue: Issue) => void) {
    this.#cluster = cluster;
    this.#now = now;
    this.#onIssue = onIssue;
  }

  /** Does one thing that is to be done; false when there is none. */
  act(): boolean {
    const due = this.#certificates().find((one) => this.#isDue(one));
    if (due) this.#issue(due);
    return due !== undefined || this.#collectGarbage();
  }

  /** When the next certificate is to be renewed. */
  nextAt(): Date | undefined {
    const times = this.#certificates().flatMap((one) => renewalOf(one)?.getTime() ?? []);
    return times.length > 0 ? new Date(Math.min(...times)) : undefined;
  }

  #certificates(): readonly CertificateObject[] {
    return this.#cluster.objectsOf('Certificate') as readonly CertificateObject[];
  }

  #isDue(certificate: CertificateObject): boolean {
    const { metadata, status } = certificate;
    if (metadata.deletionTimestamp !== undefined) return false;
    const isAsked = status?.conditions?.some(({ type, status: is }) => type === 'Issuing' && is === 'True');
    const renewal = renewalOf(certificate);
    return !renewal || isAsked === true || renewal <= this.#now();
  }

  #issue(certificate: CertificateObject): void {
    const { metadata, spec = {}, status } = certificate;
    const { namespace = '', name, labels = {}, annotations = {}, uid = '' } = metadata;
    const revision = ((status as { readonly revision?: number } | undefined)?.revision ?? 0) + 1;
    const at = this.#now();
    const notAfter = seconds(at, secondsIn(spec['duration']));
    this.#count += 1;
    const content = { commonName: String(spec['commonName']), publicKey, use: { kind: 'Client' } as const };
    const serial = serialBytes(`issue ${this.#count}`);
    const { name: caName = 'devices' } = (spec['issuerRef'] ?? {}) as { readonly name?: CaName };
    const ca = cas[caName];
    const pem = signedCertificate({ ...content, notBefore: at, notAfter, serialBytes: serial }, ca);
    const read = issuedCertificate(pem, ca.issuer.keyId);
    if (!read.ok) throw new Error('issue: it does not read back');
    const request = `${name}-${uid.split('-').at(-1) ?? ''}-${revision}`;
    const conditions = ['Approved', 'Ready'].map((type) => ({ type, status: 'True' }));
    this.#cluster.put({
      ...{ apiVersion: 'cert-manager.io/v1', kind: 'CertificateRequest' },
      metadata: {
        ...{ namespace, name: request, labels, creationTimestamp: secondsText(at) },
        annotations: {
          ...annotations,
          'cert-manager.io/certificate-name': name,
          'cert-manager.io/certificate-revision': `${revision}`,
        },
        ownerReferences: [{ apiVersion: 'cert-manager.io/v1', kind: 'Certificate', name, uid, controller: true }],
      },
      spec: { issuerRef: spec['issuerRef'] },
      status: { conditions, certificate: base64(pem), ca: base64(ca.issuer.pem) },
    } as KubeObject);
    this.#cluster.put({
      ...{ apiVersion: 'v1', kind: 'Secret' },
      metadata: {
        ...{ namespace, name: String(spec['secretName']), labels },
        annotations: { 'cert-manager.io/certificate-name': name },
      },
    });
    const ready = [{ type: 'Ready', status: 'True', observedGeneration: metadata.generation }];
    const times = { notBefore: secondsText(at), notAfter: secondsText(notAfter) };
    this.#cluster.put({ ...certificate, status: { conditions: ready, revision, ...times } } as KubeObject);
    this.#onIssue({
      serial: read.value.serial,
      certificate,
      request: `${namespace}/${request}`,
      ca: caName,
      at,
      notAfter,
    });
  }

  /** What is owned by nothing that is there. */
  #collectGarbage(): boolean {
    for (const kind of ['DeviceCertificate', 'Certificate', 'CertificateRequest', 'BrokerInstance']) {
      for (const { metadata } of this.#cluster.objectsOf(kind)) {
        const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
        const key = objectKeyOf(metadata.namespace, metadata.name);
        if (!owner || metadata.deletionTimestamp !== undefined) continue;
        const found = this.#cluster.object(owner.kind, objectKeyOf(metadata.namespace, owner.name));
        if (found?.metadata.uid === owner.uid) continue;
        this.#cluster.erase(kind, key);
        return true;
      }
    }
    return false;
  }
}

function renewalOf({ spec = {}, status }: CertificateObject): Date | undefined {
  if (status?.notAfter === undefined) return undefined;
  return seconds(new Date(status.notAfter), -secondsIn(spec['renewBefore']));
}

/** Of `3600s`. */
function secondsIn(text: unknown): number {
  const found = /^(\d+)s$/.exec(String(text));
  if (!found) throw new Error(`read duration ${String(text)}: it is none`);
  return Number(found[1]);
}

const base64 = (text: string) => Buffer.from(text).toString('base64');
