import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { verifyPassword } from '../../src/domain/broker/passwords.ts';
import type { Device } from '../../src/domain/fleet.ts';
import { csrProblems } from '../../src/domain/pki/csr.ts';
import { resolveDevice } from '../../src/domain/resolve.ts';
import { parseManifests } from '../../src/parse/manifests.ts';
import { validationFindings } from '../../src/parse/validation.ts';

const directory = path.resolve(import.meta.dirname, '../../deploy/samples/plant');

function sample() {
  const files = globSync('*.yaml', { cwd: directory }).sort();
  return parseManifests(files.map((name) => ({ name, text: readFileSync(path.join(directory, name), 'utf8') })));
}

const result = sample();
const { fleet } = result;
const devices = [...fleet.devices.values()].flat();

function deviceOf(identity: string): Device {
  const [device] = fleet.devices.get(identity) ?? [];
  assert.ok(device, identity);
  return device;
}

describe('sample fleet of a plant', () => {
  it('has nothing to find but what its Mosquitto does otherwise than it should', () => {
    assert.deepEqual(
      validationFindings(result).map(({ code, severity }) => [code, severity]),
      ['MQS220', 'MQS111'].map((code) => [code, 'Info']),
    );
  });

  it('has one broker, six templates and a dozen devices', () => {
    assert.deepEqual([...fleet.brokers.keys()], ['plant/plant']);
    assert.equal(fleet.templates.size, 6);
    assert.equal(devices.length, 12);
  });

  it('uses every template and every role', () => {
    const used = new Set(devices.flatMap(({ templates }) => templates.map(({ name }) => `plant/${name}`)));
    assert.deepEqual([...used].sort(), [...fleet.templates.keys()].sort());
    const roles = new Set([...fleet.templates.values()].map(({ role }) => role));
    assert.deepEqual([...roles].sort(), ['Admin', 'Backend', 'Device']);
  });

  it('gives every device rights within the limits of its role', () => {
    for (const device of devices) {
      const resolved = resolveDevice(fleet, device);
      assert.ok(resolved.ok, device.identity);
      assert.ok(resolved.value.rules.length > 0, device.identity);
    }
  });

  it('shows each way to prove an identity', () => {
    const ways = devices.map(({ authentication: { type, ...rest } }) =>
      'password' in rest ? rest.password.kind : 'template' in rest ? 'CertificateTemplate' : type,
    );
    assert.deepEqual([...new Set(ways)].sort(), ['Certificate', 'CertificateTemplate', 'Generate', 'Hash']);
  });

  it('has one device suspended, one revoked and one with a rule that ends', () => {
    assert.deepEqual(
      devices.filter(({ suspended }) => suspended).map(({ identity }) => identity),
      ['Press_8'],
    );
    assert.deepEqual(
      devices.filter(({ revoked }) => revoked).map(({ identity }) => identity),
      ['cam-old-gate'],
    );
    const ending = devices.filter(({ rules }) => rules.some(({ expiresAt }) => expiresAt));
    assert.deepEqual(
      ending.map(({ identity }) => identity),
      ['thermo-hall-2'],
    );
  });

  it('carries a signing request that fits its device', () => {
    const key = fleet.certificates.get('plant/cam-loading-dock')?.spec.key;
    assert.ok(key?.kind === 'Csr');
    assert.deepEqual(csrProblems(key.pem, 'cam-loading-dock'), []);
  });

  it('carries a hash of the password that its comment tells', () => {
    const { authentication } = deviceOf('panel-hall-1');
    assert.ok(authentication.type === 'Password' && authentication.password.kind === 'Hash');
    assert.ok(verifyPassword('sample-only-4711', authentication.password.hash));
  });
});
