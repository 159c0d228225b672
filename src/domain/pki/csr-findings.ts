import type { Finding } from '../finding.ts';
import { type CertificateSpec, type Device, type Fleet, keyOf } from '../fleet.ts';
import type { ObjectRef } from '../names.ts';
import { parsedCsr } from './csr.ts';

/** Where a device, or a DeviceCertificate, has its signing request. */
export function csrPath({ kind }: Pick<ObjectRef, 'kind'>): string {
  return kind === 'MqttDevice' ? 'spec.authentication.certificate.template.csr' : 'spec.csr';
}

/** What is wrong with the signing requests of a fleet: each must fit the effective identity of its device. */
export function csrFindings(fleet: Fleet): readonly Finding[] {
  const devices = [...fleet.devices.values()].flat();
  const byKey = new Map(devices.map((device) => [keyOf(device), device]));
  return [
    ...devices.flatMap((device) => findingsOn(device.origin, templateOf(device), device)),
    ...[...fleet.certificates.values()].flatMap(({ origin, spec, device }) =>
      findingsOn(origin, spec, byKey.get(device)),
    ),
  ];
}

function templateOf({ authentication }: Device): CertificateSpec | undefined {
  return authentication.type === 'Certificate' ? authentication.template : undefined;
}

function findingsOn(
  object: ObjectRef,
  spec: CertificateSpec | undefined,
  device: Device | undefined,
): readonly Finding[] {
  if (spec?.key.kind !== 'Csr' || !device) return [];
  const result = parsedCsr(spec.key.pem, device.identity);
  return result.ok ? [] : result.findings.map((finding) => ({ ...finding, object, path: csrPath(object) }));
}
