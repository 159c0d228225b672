import assert from 'node:assert/strict';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { SourceState } from '../../src/authz/decision/decider.ts';
import { oracleOf } from '../../src/domain/acl/cani.ts';
import type { Finding } from '../../src/domain/finding.ts';
import { fleetSource, type FleetSourceOptions } from '../../src/local/fleet-source.ts';
import { addToRecord } from '../../src/local/records.ts';
import { openState } from '../../src/local/state.ts';
import { systemClock } from '../../src/local/system.ts';
import { directoryOf, fleet as files } from '../cli/program.ts';
import { eventually } from '../kube/scripted-server.ts';

/** A source that is followed until the test ends. */
interface Followed {
  readonly states: SourceState[];
  readonly confirmed: () => number;
  readonly problems: string[];
  readonly findings: (readonly Finding[])[];
}

const stops: (() => Promise<void>)[] = [];

async function followed(manifests: string, more: Partial<FleetSourceOptions> = {}): Promise<Followed> {
  const problems: string[] = [];
  const findings: (readonly Finding[])[] = [];
  let confirmed = 0;
  const source = await fleetSource({
    manifests,
    clock: systemClock(),
    onFindings: (found) => findings.push(found),
    onProblem: (problem) => problems.push(problem),
    ...more,
  });
  const states = [source.first];
  const stop = new AbortController();
  const end = source.follow({ serve: (state) => states.push(state), confirm: () => (confirmed += 1) }, stop.signal);
  stops.push(() => {
    stop.abort();
    return end;
  });
  await eventually(() => confirmed > 0, 'the second reading');
  return { states, confirmed: () => confirmed, problems, findings };
}

/** Whether a device may publish as the last state says. */
function mayPublish({ states }: Followed, identity: string): boolean {
  const state = states.at(-1);
  assert.ok(state);
  const oracle = oracleOf(state.fleet, new Date('2026-06-01T00:00:00Z'), 'main');
  assert.ok(oracle.ok);
  return oracle.value.verdict({ identity, action: 'publish', topic: `sensors/${identity}/x` }).allowed;
}

function passwordOf({ states }: Followed, identity: string): unknown {
  const state = states.at(-1);
  const [device] = state?.fleet.devices.get(identity) ?? [];
  return device && state?.passwordOf(device);
}

/** As an editor does: the new text is there all at once. */
function edit(directory: string, name: string, change: (text: string) => string): void {
  const file = path.join(directory, name);
  writeFileSync(`${file}.new`, change(files[name as keyof typeof files]));
  renameSync(`${file}.new`, file);
}

describe('a directory as a source of rights', () => {
  afterEach(() => Promise.all(stops.splice(0).map((stop) => stop())));

  it('follows edits', async () => {
    const directory = directoryOf(files);
    const source = await followed(directory);
    assert.ok(mayPublish(source, 's-1'));
    edit(directory, 'devices.yaml', (text) => text.replace('brokerRef', 'suspended: true\n  brokerRef'));
    await eventually(() => !mayPublish(source, 's-1'), 'the suspension');
    edit(directory, 'devices.yaml', (text) => text);
    await eventually(() => mayPublish(source, 's-1'), 'its end');
  });

  it('keeps what an object said before a mistake, and says what is wrong', async () => {
    const directory = directoryOf(files);
    const source = await followed(directory);
    edit(directory, 'devices.yaml', (text) => text.replace('templateRefs', 'templateRfs'));
    await eventually(
      () => source.findings.some((all) => all.some(({ severity }) => severity === 'Error')),
      'a finding',
    );
    await eventually(() => source.states.length > 1, 'another reading');
    assert.ok(mayPublish(source, 's-1'));
  });

  it('says that it cannot be read, and serves nothing instead', async () => {
    const directory = directoryOf(files);
    const source = await followed(directory);
    const count = source.states.length;
    renameSync(directory, `${directory}.away`);
    await eventually(() => source.problems.length > 0, 'a problem');
    assert.equal(source.states.length, count);
    assert.match(source.problems[0] ?? '', /cannot be read/);
    mkdirSync(directory);
    renameSync(`${directory}.away`, directory);
    const confirmed = source.confirmed();
    await eventually(() => source.confirmed() > confirmed || source.states.length > count, 'a reading');
    assert.ok(mayPublish(source, 's-1'));
    rmSync(`${directory}.away`, { recursive: true, force: true });
  });

  it('counts what was recorded in the state directory of a local run', async () => {
    const directory = directoryOf(files);
    const state = path.join(directory, '.mqttsec');
    const paths = await openState(state);
    const source = await followed(directory, { state });
    assert.ok(mayPublish(source, 's-1'));
    const at = new Date('2026-05-01T00:00:00Z');
    await addToRecord(paths.records, 'plant/s-1', { revoked: { reason: 'KeyCompromise', at, fromManifest: false } });
    await eventually(() => !mayPublish(source, 's-1'), 'the revocation');
    assert.ok(mayPublish(source, 'p-1'));
  });

  it('knows who is locked out there, and until when', async () => {
    const directory = directoryOf(files);
    const state = path.join(directory, '.mqttsec');
    const { status } = await openState(state);
    const lockout = { reason: 'Flood', since: '2026-06-01T00:00:00Z', until: '2026-06-01T00:15:00Z' };
    writeFileSync(status, JSON.stringify({ devices: [{ identity: 'p-1', lockout }] }));
    const source = await followed(directory, { state });
    const blockOf = (identity: string, time: string) => source.states.at(-1)?.blockOf(identity, new Date(time));
    assert.equal(blockOf('p-1', '2026-06-01T00:14:59Z'), 'the device is locked out');
    assert.equal(blockOf('p-1', '2026-06-01T00:15:00Z'), undefined);
    assert.equal(blockOf('s-1', '2026-06-01T00:14:59Z'), undefined);
  });

  it('knows passwords by hash, and by Secrets among the manifests', async () => {
    const device = (name: string, password: string) => `apiVersion: mqttsecurity.io/v1alpha1
kind: MqttDevice
metadata: { name: ${name}, namespace: plant }
spec:
  brokerRef: { name: main }
  templateRefs: [{ name: sensor }]
  authentication: { type: Password, password: ${password} }
---
`;
    const secret = (name: string, key: string, text: string) => `apiVersion: v1
kind: Secret
metadata: { name: ${name}, namespace: plant }
stringData: { ${key}: ${text} }
---
`;
    const directory = directoryOf({
      ...files,
      'more.yaml':
        device('by-secret', '{ secretRef: { name: chosen, key: word } }') +
        device('generated', '{ generate: {} }') +
        device('unknown', '{ generate: {} }') +
        secret('chosen', 'word', 'one') +
        secret('generated-password', 'password', 'two'),
    });
    const source = await followed(directory);
    assert.deepEqual(passwordOf(source, 'by-secret'), { kind: 'Text', text: 'one' });
    assert.deepEqual(passwordOf(source, 'generated'), { kind: 'Text', text: 'two' });
    assert.equal(passwordOf(source, 'unknown'), undefined);
  });

  it('needs one broker', async () => {
    const other = files['broker.yaml'].replace('name: main', 'name: other');
    const several = directoryOf({ ...files, 'other.yaml': other });
    await assert.rejects(followed(several), /there are several/);
    await followed(several, { broker: 'main' });
    await assert.rejects(followed(directoryOf({ 'a.yaml': '' })), /no valid MqttBroker/);
  });
});
