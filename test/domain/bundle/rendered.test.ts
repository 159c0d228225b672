import assert from 'node:assert/strict';
import { partNames } from '../../../src/domain/bundle/content.ts';
import { renderedFiles } from '../../../src/domain/bundle/rendered.ts';
import type { Broker, FleetObjects, TrustedCaSpec } from '../../../src/domain/fleet.ts';
import { aBroker, aDevice, aFleet, allow, aTemplateUse, mainBroker } from '../../fixtures.ts';
import { givenHash, hour } from './compile-fixtures.ts';

const byHash = { type: 'Password', password: { kind: 'Hash', hash: givenHash } } as const;
const generated = { type: 'Password', password: { kind: 'Generate', revision: 1 } } as const;

const external: TrustedCaSpec = {
  name: 'partner',
  ca: { kind: 'ConfigMap', name: 'partner', key: 'ca.crt' },
  revocation: { type: 'ExternalCrl', crl: { kind: 'ConfigMap', name: 'partner', key: 'crl.pem' } },
};
const unchecked: TrustedCaSpec = { ...external, name: 'legacy', revocation: { type: 'None' } };

function trusting(...trustedCas: readonly TrustedCaSpec[]): Broker {
  const broker = aBroker();
  assert.ok(broker.clientCertificates);
  return { ...broker, clientCertificates: { ...broker.clientCertificates, trustedCas } };
}

const values = new Map([
  ['ConfigMap/plant/partner/ca.crt', 'PARTNER CA'],
  ['ConfigMap/plant/partner/crl.pem', 'PARTNER CRL\n'],
  ['ConfigMap/elsewhere/partner/ca.crt', 'NOT THIS'],
]);

function filesOf(objects: FleetObjects): ReadonlyMap<string, string> {
  const files = renderedFiles(aFleet(objects), mainBroker, values);
  assert.ok(files.ok, JSON.stringify(files));
  return files.value;
}

describe('rendered files', () => {
  const devices = [
    aDevice('sensor-1', { rules: [allow('Publish', 'boards/{device}', { expiresAt: hour(-1000) })] }),
    aDevice('anna', { authentication: byHash }),
    aDevice('bert', { authentication: generated }),
    aDevice('broken', { templates: [aTemplateUse('missing')] }),
  ];
  const objects = { brokers: [trusting(external)], devices };

  it('are all the parts, and the same on every run and in any order of the manifests', () => {
    const files = filesOf(objects);
    assert.deepEqual([...files.keys()], [...partNames]);
    assert.deepEqual(filesOf({ ...objects, devices: devices.toReversed() }), files);
  });

  it('hold only the passwords whose hashes are given', () => {
    assert.equal(filesOf(objects).get('passwords'), `anna:${givenHash}\n`);
  });

  it('hold the CAs and CRLs that the values of the broker`s namespace give', () => {
    const files = filesOf(objects);
    assert.deepEqual(
      [files.get('ca'), files.get('crl'), files.get('revocations')],
      ['PARTNER CA\n', 'PARTNER CRL\n', ''],
    );
  });

  it('hold a rule that ends whatever the time is, and nothing of a device that does not resolve', () => {
    const acl = filesOf(objects).get('acl') ?? '';
    assert.match(acl, /^# until 2025-11-20T08:00:00.000Z\ntopic write boards\/sensor-1$/m);
    assert.ok(!acl.includes('broken'));
  });

  it('name a CRL unless every CA goes without', () => {
    const named = (broker: Broker) =>
      filesOf({ brokers: [broker] })
        .get('mosquitto.conf')
        ?.includes('\ncrlfile ');
    assert.deepEqual([trusting(), trusting(external), trusting(unchecked)].map(named), [true, true, false]);
  });

  it('are refused for an unknown broker and for one that they would stall', () => {
    assert.equal(renderedFiles(aFleet(), 'plant/other', values).ok, false);
    const many = Array.from({ length: 8001 }, (_, i) => aDevice(`d-${i}`));
    assert.equal(renderedFiles(aFleet({ devices: many }), mainBroker, values).ok, false);
  });
});
