/** Concise builders of domain values for tests: say only what the test is about, all else is a sound default. */
import { patternOf } from '../src/domain/acl/pattern.ts';
import type { Rule, RuleAction } from '../src/domain/acl/rule.ts';
import {
  type Broker,
  type Device,
  type DeviceCertificate,
  type Fleet,
  fleetOf,
  type FleetObjects,
  type Origin,
  type Template,
  type TemplateUse,
} from '../src/domain/fleet.ts';
import { type Kind, type ObjectKey, objectKey } from '../src/domain/names.ts';

export const plant = 'plant';
const createdAt = new Date('2026-01-01T00:00:00Z');

/** `plant/main`, the key of the broker that `aBroker()` makes and `aDevice()` refers to. */
export const mainBroker: ObjectKey = objectKey(plant, 'main');

type Overrides<T> = Partial<Omit<T, 'origin'>> & { readonly origin?: Partial<Origin> };

function originOf(kind: Kind, name: string, origin: Partial<Origin> = {}): Origin {
  const namespace = origin.namespace ?? plant;
  return { kind, namespace, name, uid: `uid-${namespace}-${name}`, generation: 1, createdAt, ...origin };
}

/** Broker `plant/main` with an mTLS listener (8883) and a password listener (8884), for its own namespace only. */
export function aBroker({ origin, ...overrides }: Overrides<Broker> = {}): Broker {
  return {
    origin: originOf('MqttBroker', 'main', origin),
    version: '2.0',
    listeners: [
      { name: 'mtls', port: 8883, authentication: 'Certificate', tls: true, protocol: 'MQTT' },
      { name: 'password', port: 8884, authentication: 'Password', tls: true, protocol: 'MQTT' },
    ],
    tls: {
      profile: 'Intermediate',
      server: { kind: 'Issuer', issuer: anIssuer('servers'), dnsNames: ['localhost'], ipAddresses: ['127.0.0.1'] },
    },
    clientCertificates: {
      issuer: anIssuer('devices'),
      durationSeconds: 2160 * 3600,
      renewBeforeSeconds: 720 * 3600,
      trustedCas: [
        {
          name: 'devices',
          ca: { kind: 'Secret', name: 'devices-ca', key: 'ca.crt' },
          revocation: { type: 'SignedCrl', signerSecret: 'devices-ca', validitySeconds: 7 * 24 * 3600 },
        },
      ],
    },
    acl: { layout: 'PerIdentity', defaultTemplates: [] },
    allowedNamespaces: { from: 'Same', selector: new Map(), roles: ['Device'] },
    update: { strategy: 'Reload', windowMilliseconds: 100 },
    workload: { kind: 'None' },
    limits: { maxPacketSizeBytes: 131_072 },
    ...overrides,
  };
}

function anIssuer(name: string): { readonly name: string; readonly kind: string; readonly group: string } {
  return { name, kind: 'Issuer', group: 'cert-manager.io' };
}

/** Device template `plant/sensor`: publishes to `sensors/{device}/#`, receives `commands/{device}`. */
export function aTemplate({ origin, ...overrides }: Overrides<Template> = {}): Template {
  return {
    origin: originOf('AclTemplate', 'sensor', origin),
    role: 'Device',
    allowControl: false,
    parameters: new Map(),
    required: [],
    rules: [allow('Publish', 'sensors/{device}/#'), allow('Subscribe', 'commands/{device}')],
    ...overrides,
  };
}

/** Certificate device `plant/NAME` on `plant/main` that uses template `sensor`; its identity is its name. */
export function aDevice(name = 'sensor-1', { origin, ...overrides }: Overrides<Device> = {}): Device {
  return {
    origin: originOf('MqttDevice', name, origin),
    broker: mainBroker,
    identity: name,
    templates: [aTemplateUse('sensor')],
    groups: [],
    authentication: { type: 'Certificate' },
    rules: [],
    suspended: false,
    ...overrides,
  };
}

/** DeviceCertificate `plant/NAME` of the device with that name, over a generated P-256 key. */
export function aDeviceCertificate(
  name = 'sensor-1',
  { origin, ...overrides }: Overrides<DeviceCertificate> = {},
): DeviceCertificate {
  return {
    origin: originOf('DeviceCertificate', name, origin),
    device: objectKey(plant, name),
    spec: {
      key: { kind: 'Generated', privateKey: { algorithm: 'ECDSA', size: 256, rotationPolicy: 'Always' } },
    },
    ...overrides,
  };
}

export function aTemplateUse(name: string, parameters: Readonly<Record<string, unknown>> = {}): TemplateUse {
  return { name, parameters: new Map(Object.entries(parameters)) };
}

/** A fleet of one broker, one template and one device; what is named replaces the default of its kind. */
export function aFleet(objects: FleetObjects = {}): Fleet {
  return fleetOf({ brokers: [aBroker()], templates: [aTemplate()], devices: [aDevice()], ...objects });
}

export function allow(actions: RuleAction | readonly RuleAction[], topic: string, overrides: Partial<Rule> = {}): Rule {
  const list = typeof actions === 'string' ? [actions] : actions;
  return { ...ruleOf(topic), effect: 'Allow', actions: list, ...overrides };
}

export function deny(topic: string, overrides: Partial<Rule> = {}): Rule {
  return { ...ruleOf(topic), effect: 'Deny', actions: [], ...overrides };
}

function ruleOf(topic: string): Pick<Rule, 'pattern' | 'topic'> {
  const pattern = patternOf(topic);
  if (!pattern.ok) throw new Error(`fixture: topic "${topic}" ${pattern.problem}`);
  return { pattern: pattern.value, topic };
}
