import type {
  AclTemplate,
  DeviceCertificate as CertificateManifest,
  MqttBroker,
  MqttDevice,
} from '../api/types.gen.ts';
import { parsed, type Finding, type Parsed } from '../domain/finding.ts';
import type { Broker, Device, DeviceCertificate, Origin, Template } from '../domain/fleet.ts';
import type { Kind } from '../domain/names.ts';
import { brokerOf } from './broker.ts';
import { certificateOf } from './certificate.ts';
import { deviceOf } from './device.ts';
import { originOf, problemFinding, type Mapping } from './envelope.ts';
import { fieldName, pathOf } from './path.ts';
import { crossFieldProblems } from './rules.ts';
import { schemaProblems } from './schema.ts';
import { templateOf } from './template.ts';

/** An object of ours as the domain has it. A BrokerInstance declares nothing: it is what an agent observed. */
export type DomainObject =
  | { readonly kind: 'MqttBroker'; readonly value: Broker }
  | { readonly kind: 'AclTemplate'; readonly value: Template }
  | { readonly kind: 'MqttDevice'; readonly value: Device }
  | { readonly kind: 'DeviceCertificate'; readonly value: DeviceCertificate }
  | { readonly kind: 'BrokerInstance' };

/**
 * Reads an object once: schema with its defaults (which are put into `object`), rules between fields, then the domain
 * value. Findings name the object and the field, and turn into `Accepted=False/Invalid`.
 */
export function parsedObject(
  kind: Kind,
  { namespace, name }: { readonly namespace: string; readonly name: string },
  object: Mapping,
): Parsed<DomainObject> {
  const origin = originOf(kind, namespace, name, object);
  const result =
    refusing(schemaFindings(kind, object)) ??
    refusing(crossFieldFindings(kind, object)) ??
    domainObject(kind, object, origin);
  if (result.ok) return result;
  const findings = result.findings.map((finding) => ({
    reason: 'Invalid' as const,
    ...finding,
    object: { kind, namespace, name },
  }));
  return { ok: false, findings };
}

function refusing(
  findings: readonly Finding[],
): { readonly ok: false; readonly findings: readonly Finding[] } | undefined {
  return findings.length === 0 ? undefined : { ok: false, findings };
}

function schemaFindings(kind: Kind, object: Mapping): readonly Finding[] {
  return schemaProblems(kind, object).map(({ path, message }) => problemFinding('MQS003', path, message));
}

function crossFieldFindings(kind: Kind, object: Mapping): readonly Finding[] {
  return crossFieldProblems(kind, object).map(({ path, message }) =>
    problemFinding('MQS008', pathOf(path), `${fieldName(pathOf(path))} ${message}`),
  );
}

/** The schema has been passed, so the object is what its generated type says. */
function domainObject(kind: Kind, object: Mapping, origin: Origin): Parsed<DomainObject> {
  const manifest: unknown = object;
  switch (kind) {
    case 'MqttBroker':
      return parsed({ kind, value: brokerOf(manifest as MqttBroker, origin) });
    case 'AclTemplate':
      return tagged(kind, templateOf(manifest as AclTemplate, origin));
    case 'MqttDevice':
      return tagged(kind, deviceOf(manifest as MqttDevice, origin));
    case 'DeviceCertificate':
      return tagged(kind, certificateOf(manifest as CertificateManifest, origin));
    case 'BrokerInstance':
      return parsed({ kind });
  }
}

function tagged<K extends Kind, T>(kind: K, result: Parsed<T>): Parsed<{ readonly kind: K; readonly value: T }> {
  return result.ok ? parsed({ kind, value: result.value }) : result;
}
