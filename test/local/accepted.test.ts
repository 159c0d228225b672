import assert from 'node:assert/strict';
import { accepted, type Accepted } from '../../src/local/accepted.ts';
import { parseFile } from '../../src/parse/manifests.ts';
import { unreadable } from '../../src/parse/yaml.ts';
import { fleet } from '../cli/program.ts';

type Files = Readonly<Record<string, string>>;

function reading(files: Files, hidden: readonly string[] = []) {
  return {
    files: Object.entries(files).map(([name, text]) => parseFile({ name, text })),
    unreadable: hidden.map((name) => unreadable(name, 'cannot be read')),
  };
}

const [first, second] = fleet['devices.yaml'].split('---\n') as [string, string];
const good: Files = { ...fleet, 'devices.yaml': first, 'panel.yaml': second };
const start = accepted(undefined, reading(good));
const then = (files: Files, hidden?: readonly string[]) => accepted(start, reading(files, hidden));
const admitted = ({ admitted: devices }: Accepted) => [...devices.keys()].sort();
const codes = ({ findings }: Accepted) => [...new Set(findings.map(({ code }) => code))].sort();
const both = ['plant/p-1', 'plant/s-1'];
const without = (name: string): Files => Object.fromEntries(Object.entries(good).filter(([other]) => other !== name));

describe('what is accepted of manifests', () => {
  it('is all of what is good', () => {
    assert.deepEqual(admitted(start), both);
    assert.deepEqual(
      start.findings.filter(({ severity }) => severity !== 'Info'),
      [],
    );
    assert.equal(start.isDeclared('MqttDevice', 'plant/s-1'), true);
    assert.equal(start.isDeclared('MqttDevice', 'plant/s-2'), false);
  });

  it('is without what was deleted', () => {
    const rest = without('panel.yaml');
    const now = then(rest);
    assert.deepEqual(admitted(now), ['plant/s-1']);
    assert.equal(now.isDeclared('MqttDevice', 'plant/p-1'), false);
  });

  const mistakes: Record<string, [files: Files, codes: readonly string[]]> = {
    'a file that is no YAML': [{ ...good, 'panel.yaml': 'kind: [\n' }, ['MQS002', 'MQS120']],
    'an object with an unknown field': [
      { ...good, 'panel.yaml': second.replace('spec:', 'spec:\n  frob: 1') },
      ['MQS003', 'MQS120'],
    ],
    'an object whose kind is misspelt': [
      { ...good, 'panel.yaml': second.replace('MqttDevice', 'MqttDevise') },
      ['MQS005', 'MQS120'],
    ],
    'an object that lost its name': [
      { ...good, 'panel.yaml': second.replace('name: p-1, ', '') },
      ['MQS006', 'MQS120'],
    ],
    'a device that refers to a template that is not there': [
      { ...good, 'panel.yaml': second.replace('name: sensor', 'name: sensr') },
      ['MQS043', 'MQS120'],
    ],
    'a template that is refused': [
      { ...good, 'template.yaml': fleet['template.yaml'].replace('role: Device', 'role: Devise') },
      ['MQS003', 'MQS120'],
    ],
    'a template that reaches too far': [
      { ...good, 'template.yaml': fleet['template.yaml'].replace("'sensors/{device}/#'", "'sensors/#'") },
      ['MQS041', 'MQS120'],
    ],
    'a broker that is refused': [
      { ...good, 'broker.yaml': fleet['broker.yaml'].replace('port: 8883', 'port: 0') },
      ['MQS003', 'MQS120'],
    ],
  };
  for (const [name, [files, expected]] of Object.entries(mistakes)) {
    it(`keeps every device its rights after ${name}, and says so`, () => {
      const now = then(files);
      assert.deepEqual(admitted(now), both);
      for (const code of expected) assert.ok(codes(now).includes(code as never), `${code} among ${String(codes(now))}`);
      assert.deepEqual(
        now.admitted.get('plant/p-1')?.rules.map(({ origin }) => origin.topic),
        start.admitted.get('plant/p-1')?.rules.map(({ origin }) => origin.topic),
      );
    });
  }

  it('takes over what is good beside a mistake in the same file', () => {
    const before = accepted(undefined, reading({ ...fleet, 'devices.yaml': `${first}---\n${second}` }));
    const broken = `${first.replace('spec:', 'spec:\n  groups: [hall]')}---\n${second.replace('spec:', 'spec:\n  frob: 1')}`;
    const now = accepted(before, reading({ ...fleet, 'devices.yaml': broken }));
    assert.deepEqual(now.devices.get('plant/s-1')?.groups, ['hall']);
    assert.ok(now.devices.has('plant/p-1'));
  });

  it('keeps a template that formerly good devices still need', () => {
    const rest = without('template.yaml');
    assert.deepEqual(admitted(then(rest)), both);
  });

  it('cuts off nobody who goes along with a template that others do not go along with', () => {
    const template = fleet['template.yaml'].replace(
      'role: Device',
      'role: Device\n  parameters: { properties: { k: { type: string } }, required: [k] }',
    );
    const panel = second.replace('{ name: sensor }', '{ name: sensor, parameters: { k: v } }');
    assert.deepEqual(admitted(then({ ...good, 'template.yaml': template, 'panel.yaml': panel })), both);
  });

  it('keeps a broker that formerly good devices still need, and follows what is said of them', () => {
    const now = then({ ...without('broker.yaml'), 'panel.yaml': second.replace('spec:', 'spec:\n  suspended: true') });
    assert.deepEqual(admitted(now), both);
    assert.equal(now.devices.get('plant/p-1')?.suspended, true);
    assert.ok(codes(now).includes('MQS045'), String(codes(now)));
    assert.ok(codes(now).includes('MQS120'), String(codes(now)));
    const empty = then({ 'template.yaml': fleet['template.yaml'] });
    assert.equal(empty.result.fleet.brokers.size, 0);
  });

  const takings: Record<string, [change: string, files: (panel: string) => Files]> = {
    'revoked and its template is deleted': [
      'revoked: { reason: KeyCompromise }',
      (panel) => ({ ...without('template.yaml'), 'panel.yaml': panel }),
    ],
    'revoked and refers to a template that is not there': [
      'revoked: { reason: KeyCompromise }',
      (panel) => ({ ...good, 'panel.yaml': panel.replace('name: sensor', 'name: sensr') }),
    ],
    'suspended and its template is deleted': [
      'suspended: true',
      (panel) => ({ ...without('template.yaml'), 'panel.yaml': panel }),
    ],
  };
  for (const [name, [change, files]] of Object.entries(takings)) {
    it(`takes rights away from a device that in one edit is ${name}`, () => {
      const device = then(files(second.replace('spec:', `spec:\n  ${change}`))).devices.get('plant/p-1');
      assert.ok(device?.revoked ?? device?.suspended);
    });
  }

  it('keeps a file, and a directory, that cannot be read', () => {
    const rest = without('panel.yaml');
    const now = then(rest, ['panel.yaml']);
    assert.deepEqual(admitted(now), both);
    assert.ok(now.findings.some(({ message }) => /what the file declared \(1 objects\) stays in force/.test(message)));
    const below = accepted(undefined, reading({ ...fleet, 'd/panel.yaml': second }));
    assert.ok(accepted(below, reading(fleet, ['d'])).devices.has('plant/p-1'));
  });

  it('calls nothing gone while a part of the manifests cannot be read', () => {
    const rest = without('panel.yaml');
    assert.equal(then({ ...rest, 'x.yaml': 'kind: [\n' }).isDeclared('MqttDevice', 'plant/p-1'), true);
    assert.equal(then(rest, ['x.yaml']).isDeclared('MqttDevice', 'plant/p-1'), true);
  });

  it('leaves an identity with who has it when another one claims it', () => {
    const claim = first.replace('name: s-1', 'name: a-1').replace('spec:', 'spec:\n  identity: s-1');
    const now = then({ ...good, 'a.yaml': claim });
    assert.ok(now.admitted.has('plant/s-1'));
    assert.equal(now.admitted.has('plant/a-1'), false);
    assert.ok(codes(now).includes('MQS047'), String(codes(now)));
  });

  it('leaves an object with the file that declared it first', () => {
    const now = then({ 'a.yaml': second.replace('spec:', 'spec:\n  groups: [thieves]'), ...good });
    assert.deepEqual(now.devices.get('plant/p-1')?.groups, []);
    assert.ok(codes(now).includes('MQS007'));
  });

  it('leaves out what was never good, and lets everything else in', () => {
    const now = accepted(undefined, reading({ ...good, 'panel.yaml': second.replace('spec:', 'spec:\n  frob: 1') }));
    assert.deepEqual(admitted(now), ['plant/s-1']);
  });
});
