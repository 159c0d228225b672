/** Compiling a broker's bundle: all of it, and after one edit, beside the bare cost of making and hashing its bytes. */
import { spawnSync } from 'node:child_process';
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
import { type BenchRow, median } from './row.ts';

export const name = 'Compiling bundles';

const namespace = 'plant';
const identities = 100_000;
const edits = 1000;
const now = new Date('2026-01-01T00:00:00Z');
const caKeyId = 'ca'.repeat(32);

type Layout = Broker['acl']['layout'];

function rule(effect: Rule['effect'], actions: readonly RuleAction[], topic: string): Rule {
  const pattern = patternOf(topic);
  if (!pattern.ok) throw new Error(`bench: topic "${topic}" ${pattern.problem}`);
  return { effect, actions, pattern: pattern.value, topic };
}

/** Four rules for each device; with a parameter, so that no two devices share one, or over the identity alone. */
function templateFor(layout: Layout): Template {
  const root = layout === 'Patterns' ? 'plants/{device}' : 'plants/{param.site}/{device}';
  return {
    origin: { kind: 'AclTemplate', namespace, name: 'sensor' },
    role: 'Device',
    allowControl: false,
    parameters: new Map([['site', { type: 'string' }]]),
    required: ['site'],
    rules: [
      rule('Allow', ['Publish'], `${root}/telemetry/#`),
      rule('Allow', ['Subscribe'], `${root}/commands/#`),
      rule('Allow', ['Publish', 'Subscribe'], `${root}/state`),
      rule('Deny', [], `${root}/telemetry/raw`),
    ],
  };
}

function brokerWith(layout: Layout): Broker {
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
    workload: { kind: 'None' },
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

function inputFor(layout: Layout): CompileInput {
  const devices = Array.from({ length: identities }, (_, index) => deviceAt(index, `site-${index % 100}`));
  return {
    fleet: fleetOf({ brokers: [brokerWith(layout)], templates: [templateFor(layout)], devices }),
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

/** The ACL and identities of layout PerIdentity, made in the plainest way that there is; answers with their size. */
function floorBytes(): number {
  let text = '';
  for (let index = 0; index < identities; index += 1) {
    const identity = `sensor-${String(index).padStart(6, '0')}`;
    const root = `plants/site-${index % 100}/${identity}`;
    text += `user ${identity}\ntopic deny ${root}/telemetry/raw\ntopic write ${root}/telemetry/#\n`;
    text += `topic read ${root}/commands/#\ntopic readwrite ${root}/state\n`;
    text += `${identity} Certificate ${'0'.repeat(32)} certificate 2026-01-02T00:00:00.000Z\n`;
  }
  sha256(text);
  return Buffer.byteLength(text);
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/** What a process finds that compiles for the first time, as an operator does when it starts. */
interface FirstCompile {
  readonly milliseconds: number;
  readonly floorMilliseconds: number;
  readonly megabytes: number;
  /** With the fleet, before it was compiled. */
  readonly fleetMegabytes: number;
}

function firstCompile(layout: Layout): FirstCompile {
  const input = inputFor(layout);
  const fleetMegabytes = process.memoryUsage.rss() / 1e6;
  const compiled = timed(() => compileBroker(input, now));
  const megabytes = process.memoryUsage.rss() / 1e6;
  const floor = timed(floorBytes);
  const { content } = compiled.value;
  const bytes = [...(content?.parts.acl.slice(1) ?? []), ...(content?.parts.identities ?? [])];
  const size = bytes.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
  if (layout === 'PerIdentity' && size !== floor.value) throw new Error('measure compile: the floor has other bytes');
  return {
    milliseconds: compiled.milliseconds,
    floorMilliseconds: floor.milliseconds,
    megabytes,
    fleetMegabytes,
  };
}

/** In a process of its own, for nothing is warm there. */
function firstCompileApart(layout: Layout): FirstCompile {
  const { status, stdout, stderr } = spawnSync(process.execPath, [import.meta.filename, layout], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`measure compile: ${stderr}`);
  return JSON.parse(stdout) as FirstCompile;
}

function fullRows(layout: Layout): readonly BenchRow[] {
  const runs = Array.from({ length: 3 }, () => firstCompileApart(layout));
  const milliseconds = median(runs.map((one) => one.milliseconds));
  const floor = median(runs.map((one) => one.floorMilliseconds));
  const size = `${identities.toLocaleString('en')} identities × 4 rules, ${layout}`;
  return [
    {
      measure: `first full compile, ${size}`,
      value: milliseconds,
      unit: 'ms',
      floor,
      ratio: milliseconds / floor,
      target: '≤ 1,000 ms',
    },
    {
      measure: `memory after it, ${layout}`,
      value: median(runs.map((one) => one.megabytes)),
      unit: 'MB',
      floor: median(runs.map((one) => one.fleetMegabytes)),
      target: '≤ 450 MB',
    },
  ];
}

function editTimes(input: CompileInput): readonly number[] {
  let compiled: Compiled = compileBroker(input, now);
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

function editRows(): readonly BenchRow[] {
  const input = inputFor('PerIdentity');
  const times = editTimes(input);
  const chunk = 'x'.repeat(100_000);
  const floor = median(Array.from({ length: 200 }, (_, index) => timed(() => sha256(`${index}${chunk}`)).milliseconds));
  return ([0.5, 0.99] as const).map((share) => ({
    measure: `one edit among ${identities.toLocaleString('en')} identities, p${share * 100}`,
    value: percentile(times, share),
    unit: 'ms',
    floor,
    ratio: percentile(times, share) / floor,
    target: '≤ 5 ms',
  }));
}

export async function run(): Promise<readonly BenchRow[]> {
  return Promise.resolve([...fullRows('PerIdentity'), ...fullRows('Patterns'), ...editRows()]);
}

if (process.argv[1] === import.meta.filename) {
  console.log(JSON.stringify(firstCompile(process.argv[2] === 'Patterns' ? 'Patterns' : 'PerIdentity')));
}
