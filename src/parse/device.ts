import type { MqttDevice } from '../api/types.gen.ts';
import { parsed, type Finding, type Parsed } from '../domain/finding.ts';
import type { Device, DeviceAuthentication, Origin, PasswordSource, TemplateUse } from '../domain/fleet.ts';
import { objectKey, type ObjectKey } from '../domain/names.ts';
import { certificateSpecOf, revokedOf } from './certificate.ts';
import { problemFinding } from './envelope.ts';
import { createPool } from './pool.ts';
import { rulesOf } from './rule.ts';
import { timeOf } from './time.ts';

type DeviceSpec = MqttDevice['spec'];

/** The device of a manifest that has passed its schema and the rules between fields. */
export function deviceOf({ spec }: MqttDevice, origin: Origin): Parsed<Device> {
  const { rules, findings } = rulesOf(spec.rules ?? []);
  const identity = effectiveIdentity(spec, origin);
  const revoked = revokedOf(spec.revoked);
  const expiresAt = spec.expiresAt === undefined ? undefined : timeOf(spec.expiresAt);
  const all = [
    ...findings,
    ...identityFindings(spec, identity),
    ...(revoked.ok ? [] : revoked.findings),
    ...(spec.expiresAt !== undefined && !expiresAt ? [notATime] : []),
  ];
  if (all.length > 0) return { ok: false, findings: all };
  return parsed({
    origin,
    broker: brokerOf(spec, origin),
    identity,
    templates: templateUsesOf(spec.templateRefs ?? []),
    groups: spec.groups ? groupLists(spec.groups.join('/'), () => spec.groups ?? []) : none,
    authentication: authenticationOf(spec.authentication),
    rules,
    suspended: spec.suspended,
    // One place in memory for both: few devices have any.
    ...endsOf(expiresAt, revoked.ok ? revoked.value : undefined),
  });
}

function endsOf(expiresAt: Date | undefined, revoked: Device['revoked']): Pick<Device, 'expiresAt' | 'revoked'> {
  return { ...(expiresAt && { expiresAt }), ...(revoked && { revoked }) };
}

const none: readonly never[] = [];
const brokerKeys = createPool<ObjectKey>();
const groupLists = createPool<readonly string[]>();
const templateLists = createPool<readonly TemplateUse[]>();

function brokerOf({ brokerRef }: DeviceSpec, { namespace }: Origin): ObjectKey {
  const key = objectKey(brokerRef.namespace ?? namespace, brokerRef.name);
  return brokerKeys(key, () => key);
}

/** Names of objects and groups hold no `/`. */
function templateUsesOf(refs: NonNullable<DeviceSpec['templateRefs']>): readonly TemplateUse[] {
  if (refs.some(({ parameters }) => parameters !== undefined)) return refs.map(templateUseOf);
  return templateLists(refs.map(({ name }) => name).join('/'), () => refs.map(templateUseOf));
}

const notATime = problemFinding('MQS003', ['spec', 'expiresAt'], '`spec.expiresAt` is not an RFC 3339 time');

/** What the broker sees: of a device from another namespace `NAMESPACE.identity`. */
function effectiveIdentity({ brokerRef, identity }: DeviceSpec, { namespace, name }: Origin): string {
  const own = identity ?? name;
  return (brokerRef.namespace ?? namespace) === namespace ? own : `${namespace}.${own}`;
}

/** User name, common name (at most 64 characters, RFC 5280 appendix A.1) and client ID at once. */
const identityForm = /^[A-Za-z0-9](?:[A-Za-z0-9._:@-]{0,62}[A-Za-z0-9])?$/;

function identityFindings({ identity, authentication }: DeviceSpec, effective: string): Finding[] {
  const path = identity === undefined ? ['metadata', 'name'] : ['spec', 'identity'];
  const problem = identityProblem(effective, authentication.type === 'Password');
  if (problem === undefined) return [];
  const advice = identity === undefined ? ': set `spec.identity`' : '';
  return [problemFinding('MQS009', path, `identity ${JSON.stringify(effective)} ${problem}${advice}`)];
}

function identityProblem(identity: string, hasPassword: boolean): string | undefined {
  if (identity.length > 64) return `has ${identity.length} characters, 64 are allowed`;
  if (!identityForm.test(identity)) return 'has other characters than letters, digits and `._:@-` between them';
  // In a password file the colon ends the user name.
  return hasPassword && identity.includes(':') ? 'has a colon, which a device with a password may not have' : undefined;
}

export function templateUseOf({
  name,
  parameters = {},
}: {
  name: string;
  parameters?: Record<string, unknown>;
}): TemplateUse {
  return { name, parameters: new Map(Object.entries(parameters)) };
}

function authenticationOf({ type, certificate, password }: DeviceSpec['authentication']): DeviceAuthentication {
  if (type === 'Token') return { type };
  if (type === 'Password') return { type, password: passwordOf(password) };
  return { type, ...(certificate?.template && { template: certificateSpecOf(certificate.template) }) };
}

function passwordOf({ hash, secretRef, revision = 1 }: DeviceSpec['authentication']['password'] = {}): PasswordSource {
  if (hash !== undefined) return { kind: 'Hash', hash };
  if (secretRef) return { kind: 'Secret', secret: { kind: 'Secret', name: secretRef.name, key: secretRef.key } };
  return { kind: 'Generate', revision };
}
