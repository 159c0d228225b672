/** Compiling a broker's bundle: all of it, and after one edit, beside the bare cost of making and hashing its bytes. */
import { performance } from 'node:perf_hooks';
import { patternOf } from '../src/domain/acl/pattern.ts';
import type { Rule, RuleAction } from '../src/domain/acl/rule.ts';
import { compileBroker, type Compiled, type CompileInput } from '../src/domain/bundle/compile.ts';
import { imagePlacement } from '../src/domain/bundle/placement.ts';
import { type Broker, type Device, fleetOf, type Template, withDevice } from '../src/domain/fleet.ts';
import { sha256 } from '../src/domain/hash.ts';
import { objectKey } from '../src/domain/names.ts';
import type { IssuedCertificate } from '../src/domain/pki/certificate.ts';
import { ShardedMap } from '../src/domain/sharded.ts';

const namespace = 'plant';
const identities = 100_000;
const edits = 500;
const now = new Date('2026-01-01T00:00:00Z');
const caKeyId = 'ca'.repeat(32);

function rule(effect: Rule['effect'], actions: readonly RuleAction[], topic: string): Rule {
  const pattern = patternOf(topic);
  if (!pattern.ok) throw new Error(`bench: topic "${topic}" ${pattern.problem}`);
  return { effect, actions, pattern: pattern.value, topic };
}

const template: Template = {
  origin: { kind: 'AclTemplate', namespace, name: 'sensor' },
  role: 'Device',
  allowControl: false,
  parameters: new Map([['site', { type: 'string' }]]),
  required: ['site'],
  rules: [
    rule('Allow', ['Publish'], 'plants/{param.site}/{device}/telemetry/#'),
    rule('Allow', ['Subscribe'], 'plants/{param.site}/{device}/commands/#'),
    rule('Allow', ['Publish', 'Subscribe'], 'plants/{param.site}/{device}/state'),
    rule('Deny', [], 'plants/{param.site}/{device}/telemetry/raw'),
  ],
};

function brokerWith(layout: Broker['acl']['layout']): Broker {
  return {
    origin: { kind: 'MqttBroker', namespace, name: 'main' },
    version: '2.1',
    listeners: [{ name: 'devices', port: 8883, authentication: 'Certificate', tls: true, protocol: 'MQTT' }],
    tls: { profile: 'Modern', server: { kind: 'Secret', name: 'server' } },
    clientCertificates: {
      issuer: { name: 'devices', kind: 'Issuer', group: 'cert-manager.io' },
      durationSeconds: 7_776_000,
      renewBeforeSeconds: 2_592_000,
      trustedCas: [],
    },
    acl: { layout, defaultTemplates: [] },
    allowedNamespaces: { from: 'Same', selector: new Map(), roles: ['Device'] },
    update: { strategy: 'Reload', windowMilliseconds: 100 },
    limits: { maxPacketSizeBytes: 131_072 },
  };
}

function deviceAt(index: number, site: string): Device {
  const name = `sensor-${String(index).padStart(6, '0')}`;
  return {
    origin: { kind: 'MqttDevice', namespace, name, createdAt: now },
    broker: objectKey(namespace, 'main'),
    identity: name,
    templates: [{ name: 'sensor', parameters: new Map([['site', site]]) }],
    groups: [],
    authentication: { type: 'Certificate' },
    rules: [],
    suspended: false,
  };
}

function certificateOf({ identity }: Device, index: number): IssuedCertificate {
  const notAfter = new Date(now.getTime() + 86_400_000 + index);
  return { identity, caKeyId, serial: index.toString(16), notBefore: now, notAfter, fingerprint: '' };
}

export function fleetInput(count: number, layout: Broker['acl']['layout'] = 'PerIdentity'): CompileInput {
  const devices = Array.from({ length: count }, (_, index) => deviceAt(index, `site-${index % 100}`));
  return {
    fleet: fleetOf({ brokers: [brokerWith(layout)], templates: [template], devices }),
    broker: objectKey(namespace, 'main'),
    certificates: ShardedMap.from(devices.map((device, index) => [device.identity, [certificateOf(device, index)]])),
    cas: [{ name: 'devices', keyId: caKeyId, certificates: 'CA', revocation: 'SignedCrl' }],
    passwordLines: ShardedMap.empty(),
    crls: [{ caKeyId, pem: 'CRL', number: 1n, thisUpdate: now, nextUpdate: now }],
    revocations: [],
    lockouts: ShardedMap.empty(),
    placement: imagePlacement,
  };
}

function timed<T>(run: () => T): { readonly value: T; readonly milliseconds: number } {
  const start = performance.now();
  const value = run();
  return { value, milliseconds: performance.now() - start };
}

/** The same bytes, made in the plainest way that there is. */
function floorText(count: number): string {
  let text = '';
  for (let index = 0; index < count; index += 1) {
    const name = `sensor-${String(index).padStart(6, '0')}`;
    const root = `plants/site-${index % 100}/${name}`;
    text += `user ${name}\ntopic deny ${root}/telemetry/raw\ntopic write ${root}/telemetry/#\n`;
    text += `topic read ${root}/commands/#\ntopic readwrite ${root}/state\n`;
    text += `${name} Certificate ${'0'.repeat(32)} certificate 2026-01-02T00:00:00.000Z\n`;
  }
  return sha256(text);
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

function editTimes(input: CompileInput, first: Compiled): number[] {
  let compiled = first;
  let { fleet } = input;
  return Array.from({ length: edits }, (_, index) => {
    const device = deviceAt((index * 7919) % identities, `moved-${index}`);
    const { value, milliseconds } = timed(() => {
      fleet = withDevice(fleet, device);
      return compileBroker({ ...input, fleet }, now, compiled);
    });
    compiled = value;
    return milliseconds;
  });
}

export function compileRows() {
  const input = fleetInput(identities);
  const floor = timed(() => floorText(identities));
  const full = timed(() => compileBroker(input, now));
  const memory = process.memoryUsage.rss() / 1e6;
  const again = timed(() => compileBroker(input, now));
  const times = editTimes(input, again.value);
  return {
    floor: floor.milliseconds,
    full: full.milliseconds,
    again: again.milliseconds,
    memory,
    p50: percentile(times, 0.5),
    p99: percentile(times, 0.99),
    chunks: full.value.content?.parts.acl.length,
    hash: full.value.content?.hash === again.value.content?.hash,
    findings: full.value.findings.length,
  };
}
if (process.argv[1] === import.meta.filename) console.log(compileRows());
