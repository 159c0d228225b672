/** Who counts when a certificate is taken back: brokers that were told of its CA by us, whether they can be read now or not. */
import assert from 'node:assert/strict';
import type { BrokerState, Trust } from '../../../src/controllers/context.ts';
import { objectKey } from '../../../src/domain/names.ts';
import { authority, revocation } from '../../domain/pki/authorities.ts';
import { authoritySite, certificateOf, clientCertificates, main, plant } from './site.ts';

const ca = authority('devices');
const { keyId } = ca.issuer;
const entry = revocation(keyId, 'a1', { identity: 'd1' });
const told = (trust: Trust | undefined) => ({ published: {}, trust }) as unknown as BrokerState;
const said = ({ findings }: Trust) => findings.flatMap(({ code, severity }) => (severity === 'Error' ? [code] : []));

/** With broker `main` that trusts a CA whose Secret is there, and was told of it. */
async function siteOfMain() {
  const site = authoritySite();
  site.secret('ca', ca);
  site.broker();
  const run = site.begun();
  await run.look();
  return { site, run };
}

describe('a broker that cannot be read', () => {
  const invalid = { clientCertificates: clientCertificates(), listeners: 7 };

  it('was told of a serial only when it is in what is published to it', async () => {
    const { site, run } = await siteOfMain();
    site.published(run.trust());
    await run.revoke([entry]);
    site.broker('main', invalid);
    site.broker('other', { clientCertificates: clientCertificates() });
    const next = site.begun();
    const other = objectKey(plant, 'other');
    assert.equal(next.isPublished(entry), false, 'nobody was looked at yet');
    await next.look();
    await next.look(other);
    next.brokers.set(other, told(next.trust(other)));
    assert.equal(next.isRevoked(entry), true);
    assert.equal(next.isPublished(entry), false);
    site.published(next.trust(other));
    const last = site.begun();
    await last.look();
    await last.look(other);
    last.brokers.set(other, told(last.trust(other)));
    assert.equal(last.isPublished(entry), true);
  });

  it('needs not be told that was never told anything', async () => {
    const { site } = await siteOfMain();
    site.broker('never', invalid);
    const next = site.begun();
    const never = objectKey(plant, 'never');
    await next.look();
    await next.look(never);
    await next.look();
    await next.revoke([entry]);
    next.brokers.set(main, told(next.trust()));
    assert.equal(next.isPublished(entry), true);
  });

  it('gives a ledger back that was lost', async () => {
    const { site, run } = await siteOfMain();
    await run.revoke([entry]);
    await run.look();
    site.published(run.trust());
    for (const name of [...site.sets.sets.keys()]) if (name !== 'main-bundle') site.sets.sets.delete(name);
    site.broker('main', invalid);
    const other = objectKey(plant, 'other');
    site.broker('other', { clientCertificates: clientCertificates() });
    const next = site.begun();
    await next.look();
    await next.look(other);
    assert.equal(next.isRevoked(entry), true);
  });
});

describe('a broker that names the public certificate of somebody else’s CA', () => {
  const theirs = objectKey('elsewhere', 'theirs');

  async function siteOfTwo(revocationOfTheirs: object = { type: 'SignedCrl', validitySeconds: 3600 }) {
    const { site } = await siteOfMain();
    const spec = (site.cluster.object('MqttBroker', main) as unknown as { readonly spec: object }).spec;
    const data = { 'ca.crt': Buffer.from(ca.issuer.pem).toString('base64') };
    const metadata = (name: string) => ({ name, namespace: 'elsewhere' });
    site.cluster.put({ apiVersion: 'v1', kind: 'Secret', metadata: metadata('ca'), data } as never);
    const apiVersion = 'mqttsecurity.io/v1alpha1';
    const clients = { clientCertificates: clientCertificates('ca', revocationOfTheirs) };
    site.cluster.put({
      apiVersion,
      kind: 'MqttBroker',
      metadata: metadata('theirs'),
      spec: { ...spec, ...clients },
    } as never);
    const run = site.begun();
    for (const key of [theirs, main, theirs, main]) await run.look(key);
    return { site, run };
  }

  it('gets no list of it, with the reason', async () => {
    const { run } = await siteOfTwo();
    assert.deepEqual(said(run.trust(theirs)), ['MQS208']);
    assert.deepEqual(run.trust(theirs).revocations, []);
    assert.deepEqual(said(run.trust()), []);
  });

  it('does not shorten how long its lists are valid', async () => {
    const { site, run } = await siteOfTwo();
    const [crl] = run.trust().crls;
    assert.equal((crl?.nextUpdate.getTime() ?? 0) - site.clock.now().getTime(), 7 * 86_400_000);
  });

  it('is not waited for when a certificate is taken back', async () => {
    const { run } = await siteOfTwo();
    await run.revoke([entry]);
    run.brokers.set(main, told(run.trust()));
    run.brokers.set(theirs, told(undefined));
    assert.equal(run.isPublished(entry), true);
  });

  it('is told by the list of its owner whom of its own devices that names, and has no list of its own for that', async () => {
    const { site, run: first } = await siteOfTwo();
    const own = { ...entry, serial: 'b2', identity: 'plant.d2' };
    await first.revoke([entry, own]);
    const pem = first.trust().crls[0]?.pem ?? assert.fail('there is no list');
    const metadata = { name: 'list', namespace: 'elsewhere' };
    site.cluster.put({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { 'ca.crl': pem } } as never);
    const declare = (revocationOfTheirs: object) => {
      const { spec, ...rest } = site.cluster.object('MqttBroker', theirs) as never as { readonly spec: object };
      const clients = { clientCertificates: clientCertificates('ca', revocationOfTheirs) };
      site.cluster.put({ ...rest, spec: { ...spec, ...clients } } as never);
    };
    declare({ type: 'ExternalCrl', crlRef: { name: 'list' } });
    site.device('d2', false, { brokerRef: { name: 'theirs', namespace: 'elsewhere' }, identity: 'd2' });
    const run = site.begun();
    for (const key of [theirs, main, theirs, main]) await run.look(key);
    assert.deepEqual(
      run.trust(theirs).revocations.map(({ serial }) => serial),
      ['b2'],
    );
    site.published(run.trust(theirs), 'theirs');
    declare({ type: 'SignedCrl' });
    const next = site.begun();
    for (const key of [theirs, main, theirs, main]) await next.look(key);
    assert.deepEqual(said(next.trust(theirs)), ['MQS208']);
  });

  it('does not keep the owner of the CA from being waited for, whose Secret is gone for now', async () => {
    const { site, run } = await siteOfTwo();
    await run.revoke([entry]);
    site.published(run.trust());
    site.cluster.remove('Secret', 'plant/ca');
    const next = site.begun();
    for (const key of [theirs, main, theirs, main]) await next.look(key);
    await next.revoke([{ ...entry, serial: 'b2' }]);
    next.brokers.set(main, told(undefined));
    assert.equal(next.isPublished({ ...entry, serial: 'b2' }), false);
  });
});

describe('the hold of a device that cannot be read any more', () => {
  it('stays on the list until it can be', async () => {
    const { site, run } = await siteOfMain();
    site.device('d1', true);
    run.issued.held.push(certificateOf('d1', keyId));
    await run.look();
    const reasons = (trust: Trust) => trust.revocations.map(({ reason }) => reason);
    assert.deepEqual(reasons(run.trust()), ['CertificateHold']);
    const spec = {
      brokerRef: { name: 'main' },
      authentication: { type: 'Certificate' },
      groups: [7],
      suspended: false,
    };
    const object = site.cluster.object('MqttDevice', 'plant/d1');
    site.cluster.put({ ...object, spec, status: { identity: 'd1', rulesHash: 'r' } } as never);
    const next = site.begun();
    next.issued.held.push(certificateOf('d1', keyId));
    await next.look();
    assert.deepEqual(reasons(next.trust()), ['CertificateHold']);
    site.device('d1', false);
    await next.look();
    assert.deepEqual(reasons(next.trust()), []);
  });
});
