/** Certificates as cert-manager issued them: from its public requests, which hold no key. */
import { X509Certificate } from 'node:crypto';
import {
  certificateRequests,
  type CertificateRequestObject,
  certificates,
  type DeviceCertificateObject,
} from '../api/kinds.ts';
import { deviceCertificateAnnotation, managedSelector } from '../api/labels.ts';
import type { KubeClient } from '../kube/client.ts';
import { isNotFound } from '../kube/errors.ts';
import { keyOfObject } from '../kube/object.ts';
import { listed } from './listing.ts';

/** The request from which the present certificate of a Certificate came; undefined when there is none yet. */
export async function presentRequest(
  client: KubeClient,
  namespace: string,
  name: string,
): Promise<CertificateRequestObject | undefined> {
  try {
    const { status } = await client.get(certificates, namespace, name);
    if (status?.revision === undefined) return undefined;
    // cert-manager names requests so, unless the name would be too long.
    return await client.get(certificateRequests, namespace, `${name}-${status.revision}`);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** The newest request that was made from the signing request of a DeviceCertificate; it lies beside the broker. */
export async function newestCsrRequest(
  client: KubeClient,
  brokerNamespace: string,
  certificate: DeviceCertificateObject,
): Promise<CertificateRequestObject | undefined> {
  const key = keyOfObject(certificate);
  const selection = { namespace: brokerNamespace, labelSelector: managedSelector };
  const found = await listed(client, certificateRequests, selection, (request) =>
    request.metadata.annotations?.[deviceCertificateAnnotation] === key ? request : undefined,
  );
  const time = ({ metadata }: CertificateRequestObject) => metadata.creationTimestamp ?? '';
  return found.toSorted((a, b) => (time(a) < time(b) ? 1 : -1))[0];
}

export interface IssuedFacts {
  /** Lower-case hex without leading zeros. */
  readonly serialNumber: string;
  /** RFC 3339, whole seconds. */
  readonly notAfter: string;
}

/** Undefined while nothing was issued, or what was cannot be read. */
export function issuedFacts({ status }: CertificateRequestObject): IssuedFacts | undefined {
  if (status?.certificate === undefined) return undefined;
  try {
    const { serialNumber, validToDate } = new X509Certificate(Buffer.from(status.certificate, 'base64'));
    const serial = serialNumber.toLowerCase().replace(/^0+(?=.)/, '');
    return { serialNumber: serial, notAfter: `${validToDate.toISOString().slice(0, 19)}Z` };
  } catch {
    return undefined;
  }
}

/** PEM of the CA that signed what was issued, as cert-manager says it. */
export function issuingCa(request: CertificateRequestObject | undefined): string | undefined {
  const ca = request?.status?.ca;
  return ca === undefined || ca === '' ? undefined : Buffer.from(ca, 'base64').toString('utf8');
}
