/** A device that keeps its key: requests are made by the operator, and answered by a stand-in for the issuer. */
import type { KeyObject } from 'node:crypto';
import type { KubeObject } from '../../../src/kube/object.ts';
import { keys, pkcs8 } from '../../domain/pki/authorities.ts';
import { openssl } from '../../domain/pki/openssl.ts';
import { CertificateSite } from './site.ts';

interface DeviceKey {
  readonly publicKey: KeyObject;
  readonly csr: string;
}

function deviceKey(): DeviceKey {
  const { publicKey, privateKey } = keys('P-256');
  const config = '[req]\ndistinguished_name=n\n[n]\n';
  const { stdout } = openssl(['req', '-new', '-key', 'key', '-config', 'config', '-subj', '/CN=a'], {
    ...{ config, key: pkcs8(privateKey) },
  });
  return { publicKey, csr: stdout.slice(stdout.indexOf('-----BEGIN')) };
}

const deviceKeys = [deviceKey(), deviceKey()] as const;

type Answer = 'Signed' | 'Failed' | 'Denied' | 'NoIssuer';

const answers: Readonly<Record<Exclude<Answer, 'Signed'>, object>> = {
  Failed: { type: 'Ready', status: 'False', reason: 'Failed', message: 'the CA is broken' },
  Denied: { type: 'Denied', status: 'True', reason: 'policy', message: 'not for you' },
  NoIssuer: { type: 'Ready', status: 'False', reason: 'Pending', message: 'Referenced "Issuer" not found: devices' },
};

export class CsrSite extends CertificateSite {
  /** With the first or the second key of the device. */
  declareCsr(key: 0 | 1 = 0, spec: object = {}): void {
    this.declare({ csr: deviceKeys[key].csr, ...spec });
  }

  get requests(): readonly KubeObject[] {
    return this.cluster.objectsOf('CertificateRequest').filter(({ metadata }) => !metadata.ownerReferences);
  }

  get pending(): readonly KubeObject[] {
    return this.requests.filter((request) => !('status' in request));
  }

  answerAll(answer: Answer): void {
    for (const request of this.pending) {
      const { request: csr } = (request as unknown as { readonly spec: { readonly request: string } }).spec;
      const key = deviceKeys.find((one) => one.csr === Buffer.from(csr, 'base64').toString())?.publicKey;
      if (!key) throw new Error('a request for nobody');
      const failed = { conditions: [answer === 'Signed' ? {} : answers[answer]], failureTime: this.now };
      this.cluster.put({
        ...request,
        status: answer === 'Signed' ? this.answer(this.signed(key).pem) : failed,
      } as KubeObject);
    }
  }

  loseAnswers(): void {
    for (const { metadata } of this.requests) this.cluster.remove('CertificateRequest', `plant/${metadata.name}`);
  }

  get now(): string {
    return `${this.clock.now().toISOString().slice(0, 19)}Z`;
  }
}
