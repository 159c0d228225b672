import assert from 'node:assert/strict';
import type { BrokerState, Trust } from '../../../src/controllers/context.ts';
import { caText, crlText } from '../../../src/domain/bundle/trust.ts';
import { objectKey } from '../../../src/domain/names.ts';
import type { HeldCertificate } from '../../../src/domain/pki/lineage.ts';
import { resolveDevice } from '../../../src/domain/resolve.ts';
import { authority, end, revocation } from '../../domain/pki/authorities.ts';
import { refusal } from '../../kube/memory-api.ts';
import { authoritySite, certificateOf, clientCertificates, main, plant } from './site.ts';

const [ca, renewed] = [authority('devices'), authority('renewed')];
const { keyId } = ca.issuer;
const second = objectKey(plant, 'second');

/** With broker `main` that trusts a CA whose Secret is there. */
function siteOfMain() {
  const site = authoritySite();
  site.secret('ca', ca);
  site.broker();
  return site;
}

const said = ({ findings }: Trust) =>
  findings.flatMap(({ severity, reason }) => (reason === 'IssuerNotFound' ? [] : `${severity} ${reason ?? ''}`));
const readsOf = ({ cluster }: ReturnType<typeof authoritySite>, name: string) =>
  cluster.reads.filter((key) => key === name).length;
const told = (trust: Trust | undefined) => ({ published: {}, trust }) as unknown as BrokerState;

describe('what brokers trust', () => {
  it('is read again after a minute, and at once when the broker is another one', async () => {
    const site = siteOfMain();
    site.issuer();
    const run = site.begun();
    await run.look();
    const first = readsOf(site, 'Secret/plant/ca');
    await site.clock.advance(59_999);
    await run.look();
    assert.equal(readsOf(site, 'Secret/plant/ca'), first);
    const { kind, ...rest } = await run.look();
    assert.deepEqual([kind, rest], ['RequeueAt', { at: new Date(site.clock.now().getTime() + 60_000) }]);
    await site.clock.advance(1);
    await run.look();
    assert.equal(readsOf(site, 'Secret/plant/ca'), first + 1, 'both values of the Secret with one reading');
    await site.clock.advance(1000);
    site.broker('main', { clientCertificates: clientCertificates('ca', { type: 'SignedCrl', validitySeconds: 7200 }) });
    await run.look();
    assert.equal(readsOf(site, 'Secret/plant/ca'), first + 2);
    const [crl] = run.trust().crls;
    assert.equal((crl?.nextUpdate.getTime() ?? 0) - site.clock.now().getTime(), 7_200_000);
  });

  it('is read again soon while something is missing, and less often the longer it is', async () => {
    const site = authoritySite();
    site.broker();
    site.issuer();
    const run = site.begun();
    const wait = async () => {
      const outcome = await run.look();
      return outcome.kind === 'RequeueAt' ? outcome.at.getTime() - site.clock.now().getTime() : undefined;
    };
    assert.equal(await wait(), 1_000);
    await site.clock.advance(20_000);
    assert.equal(await wait(), 5_000);
    await site.clock.advance(5_000);
    site.secret('ca', ca);
    assert.equal(await wait(), 60_000);
    assert.deepEqual(
      run.trust().cas.map((one) => one.keyId),
      [keyId],
    );
    site.cluster.remove('Issuer', 'plant/devices');
    await site.clock.advance(60_000);
    assert.equal(await wait(), 1_000, 'an issuer that is not there, too, though the set goes on without it');
    site.issuer();
    await site.clock.advance(1_000);
    assert.equal(await wait(), 60_000);
  });

  it('stays the same object, and wakes nobody, while nothing changed', async () => {
    const site = siteOfMain();
    const run = site.begun();
    await run.look();
    const trust = run.trust();
    assert.deepEqual(run.woken, [`broker ${main}`]);
    await site.clock.advance(61_000);
    await run.look();
    assert.deepEqual([run.trust() === trust, run.woken.length, site.sets.writes], [true, 1, 1]);
  });

  it('is not told before all brokers were looked at that may know of revocations', async () => {
    const site = siteOfMain();
    site.broker('second');
    const run = site.begun();
    await run.look();
    assert.deepEqual([run.trustOf(main), run.woken, site.sets.writes], [undefined, [], 0]);
    await run.look(second);
    assert.ok(run.woken.includes(`authority ${main}`), 'the first looks again');
    await run.look();
    assert.equal(run.trust().crls[0]?.pem, run.trust(second).crls[0]?.pem);
  });

  it('is one CA under two names, and an identity belongs to one device on both brokers, as long as the keys are the same', async () => {
    const site = siteOfMain();
    site.secret('copy', ca);
    const others = { ...clientCertificates('copy'), issuerRef: { name: 'others' } };
    site.broker('second', { clientCertificates: others });
    site.device('a');
    site.device('b', false, { identity: 'a', brokerRef: { name: 'second' } });
    const run = site.begun();
    const refusals = () => {
      const { fleet } = run.fleet;
      const results = fleet.devices.get('a')?.map((device) => resolveDevice(fleet, device)) ?? [];
      return results
        .flatMap((result) => (result.ok ? [] : result.findings.map(({ code }) => code)))
        .filter((code) => code === 'MQS047');
    };
    await run.look();
    assert.deepEqual(refusals(), []);
    await run.look(second);
    assert.deepEqual(refusals(), ['MQS047']);
    for (const key of [`broker ${main}`, `broker ${second}`, 'device plant/a', 'device plant/b']) {
      assert.ok(run.woken.includes(key), `${key} is not among ${run.woken.join()}`);
    }
    await run.look();
    run.woken.length = 0;
    await site.clock.advance(61_000);
    await run.look(second);
    assert.equal(run.woken.length, 0);
    site.secret('copy', renewed);
    await site.clock.advance(61_000);
    await run.look(second);
    assert.deepEqual(refusals(), []);
    assert.ok(run.woken.includes('device plant/a'));
    site.secret('copy', ca);
    await site.clock.advance(61_000);
    await run.look(second);
    assert.deepEqual(refusals(), ['MQS047']);
    site.cluster.remove('MqttBroker', 'plant/main');
    await run.look();
    assert.deepEqual(refusals(), []);
  });

  it('is not held up by a broker that cannot be looked at', async () => {
    const site = siteOfMain();
    site.secret('other', renewed);
    site.broker('second', { clientCertificates: clientCertificates('other') });
    site.cluster.refuse = ({ key }) => (key === 'plant/other' ? refusal(500, 'InternalError') : undefined);
    const run = site.begun();
    await assert.rejects(run.look(second), /InternalError/);
    await run.look();
    assert.deepEqual([said(run.trust()), run.trustOf(second)], [[], undefined]);
  });

  it('lacks nothing of what a broker was told that cannot be looked at, when the ledger is lost', async () => {
    const site = siteOfMain();
    const former = site.begun();
    await former.look();
    await former.revoke([revocation(keyId, 'a')]);
    site.published(former.trust());
    site.sets.sets.delete(`ledger-${keyId}-index`);
    site.broker('second');
    site.cluster.refuse = ({ kind }) => (kind === 'Secret' ? refusal(500, 'InternalError') : undefined);
    const run = site.begun();
    await assert.rejects(run.look(), /InternalError/);
    site.cluster.refuse = () => undefined;
    await run.look(second);
    await run.look(second);
    assert.deepEqual(
      run.trust(second).revocations.map(({ serial }) => serial),
      ['a'],
    );
    const [before, after] = [former.trust(), run.trust(second)].map(({ crls: [crl] }) => crl?.number ?? 0n);
    assert.ok(before !== undefined && after !== undefined && after > before);
  });

  it('is nothing, and lacks nothing, for a broker without client certificates', async () => {
    const site = authoritySite();
    site.broker('main', {});
    const run = site.begun();
    await run.look();
    assert.deepEqual(run.trust(), { cas: [], crls: [], revocations: [], findings: [], nextChangeAt: undefined });
  });

  it('says what may not be read, and recovers without help', async () => {
    const site = siteOfMain();
    site.cluster.refuse = ({ kind }) => (kind === 'Secret' ? refusal(403, 'Forbidden') : undefined);
    const run = site.begun();
    await run.look();
    assert.deepEqual(said(run.trust()), ['Error SignerForbidden']);
    site.cluster.refuse = () => undefined;
    await site.clock.advance(60_000);
    await run.look();
    assert.deepEqual([said(run.trust()), run.trust().crls.length], [[], 1]);
  });

  it('keeps carrying a list that is good while its key may not be read', async () => {
    const site = siteOfMain();
    await site.begun().look();
    site.broker('main', {
      clientCertificates: clientCertificates('ca', { type: 'SignedCrl', signerSecretRef: { name: 'hidden' } }),
    });
    site.cluster.refuse = ({ key }) => (key === 'plant/hidden' ? refusal(403, 'Forbidden') : undefined);
    const run = site.begun();
    await run.look();
    assert.deepEqual([said(run.trust()), run.trust().crls.length], [['Warning SignerForbidden'], 1]);
    await run.revoke([revocation(keyId, 'a')]);
    assert.deepEqual([run.trust().revocations, run.isRevoked({ caKeyId: keyId, serial: 'a' })], [[], true]);
    await site.clock.advance(8 * 86_400_000);
    await run.look();
    // Its devices are refused by then; what is taken back from those of other CAs goes on.
    assert.deepEqual(said(run.trust()), ['Warning SignerForbidden', 'Warning CaNotFound']);
    assert.equal(run.trust().crls.length, 1);
  });

  it('leaves a CA with a new key when only suspended devices have certificates of the former one', async () => {
    const site = siteOfMain();
    site.device('sensor-1', true);
    const run = site.begun();
    run.issued.held = [certificateOf('sensor-1', keyId)];
    await run.look();
    site.secret('ca', renewed);
    await site.clock.advance(60_000);
    await run.look();
    assert.deepEqual([said(run.trust()), run.trust().cas[0]?.keyId], [[], renewed.issuer.keyId]);
  });

  describe('of a CA that is not named any more', () => {
    const keysOf = (trust: Trust) => trust.cas.map((one) => one.keyId);
    const both = [renewed.issuer.keyId, keyId];

    /** With a device that depends on the former CA; the Secret then holds another one. */
    async function renewedSite(change: Partial<HeldCertificate> = {}) {
      const site = siteOfMain();
      site.device('sensor-1');
      const run = site.begun();
      run.issued.held = [certificateOf('sensor-1', keyId, change)];
      await run.look();
      site.secret('ca', renewed);
      await site.clock.advance(60_000);
      await run.look();
      return { site, run };
    }

    it('keeps it beside the new one as long as a certificate is in use', async () => {
      const { site, run } = await renewedSite();
      assert.deepEqual([said(run.trust()), keysOf(run.trust())], [['Warning CaInUse'], both]);
      assert.deepEqual(
        run.trust().crls.map(({ caKeyId }) => caKeyId),
        both,
      );
      assert.equal(run.issuingCa(main), renewed.issuer.keyId, 'so that all is issued again');
      run.issued.held = [certificateOf('sensor-1', renewed.issuer.keyId, { serial: 'b1' })];
      await site.clock.advance(60_000);
      await run.look();
      assert.deepEqual([said(run.trust()), keysOf(run.trust())], [[], [renewed.issuer.keyId]]);
    });

    it('goes on signing for it while the key is remembered, and takes its certificates back', async () => {
      const { site, run } = await renewedSite();
      await run.revoke([revocation(keyId, 'c1')]);
      assert.deepEqual(
        run.trust().revocations.map(({ serial }) => serial),
        ['c1'],
      );
      const [, before] = run.trust().crls;
      await site.clock.advance(3 * 86_400_000);
      await run.look();
      const [, after] = run.trust().crls;
      assert.ok(before && after && after.nextUpdate > before.nextUpdate);
    });

    it('keeps it although a newer certificate took over, until that is acknowledged', async () => {
      const { site, run } = await renewedSite({ supersededAt: end, fingerprint: 'old' });
      assert.deepEqual(keysOf(run.trust()), both);
      site.certificate('sensor-1', { fingerprint: 'new', acknowledgedAt: '2026-01-02T00:00:00Z' });
      await run.look();
      assert.deepEqual([said(run.trust()), keysOf(run.trust())], [[], [renewed.issuer.keyId]]);
    });

    it('drops it when the broker is annotated so, and none by less than 16 digits', async () => {
      const { site, run } = await renewedSite();
      const annotated = (value: string) =>
        site.broker('main', { clientCertificates: clientCertificates() }, { 'mqttsecurity.io/drop-ca': value });
      annotated(`${keyId.slice(0, 15)} ${'0'.repeat(16)}`);
      await run.look();
      assert.deepEqual(keysOf(run.trust()), both);
      annotated(keyId.slice(0, 16).toUpperCase());
      await run.look();
      assert.deepEqual([said(run.trust()), keysOf(run.trust())], [[], [renewed.issuer.keyId]]);
    });

    it('forgets none while it is not known what was issued', async () => {
      const { site, run } = await renewedSite();
      run.issued.isKnown = false;
      await run.look();
      run.issued.isKnown = true;
      await site.clock.advance(60_000);
      await run.look();
      assert.deepEqual(keysOf(run.trust()), both);
    });

    it('knows it after a restart from what was published', async () => {
      const { site, run } = await renewedSite();
      site.published(run.trust());
      const next = site.begun();
      next.issued.held = [certificateOf('sensor-1', keyId)];
      await next.look();
      const texts = ({ cas, crls }: Trust) => [caText(cas), crlText(cas, crls)];
      assert.deepEqual(texts(next.trust()), texts(run.trust()), 'so nothing is published anew');
      assert.deepEqual(next.trust().findings, run.trust().findings);
    });
  });
});

describe('certificates that are taken back', () => {
  it('are on the list of every broker that trusts the CA, which is woken before the call returns', async () => {
    const site = siteOfMain();
    site.broker('second');
    const run = site.begun();
    for (const key of [main, second, main]) await run.look(key);
    run.woken.length = 0;
    run.issued.held = [certificateOf('sensor-1', keyId)];
    await run.revoke([revocation(keyId, 'a1', { identity: 'sensor-1' })]);
    assert.deepEqual(run.woken.toSorted(), [
      `broker ${main}`,
      `broker ${second}`,
      'certificate plant/sensor-1',
      'device plant/sensor-1',
    ]);
    for (const key of [main, second])
      assert.deepEqual(
        run.trust(key).revocations.map(({ serial }) => serial),
        ['a1'],
      );
  });

  it('of a CA that no broker trusts are in its ledger all the same', async () => {
    const site = siteOfMain();
    const run = site.begun();
    await run.look();
    await run.revoke([revocation(renewed.issuer.keyId, 'a')]);
    const next = site.begun();
    await next.revoke([revocation(renewed.issuer.keyId, 'a')]);
    const entry = { caKeyId: renewed.issuer.keyId, serial: 'a' };
    assert.deepEqual([next.isRevoked(entry), next.isPublished(entry), site.sets.writes], [true, false, 2]);
    await next.look();
    assert.equal(next.isPublished(entry), true, 'no broker has a list of this CA');
  });

  it('are published when every broker was told that is concerned; who asked before is woken then', async () => {
    const site = siteOfMain();
    site.broker('second');
    site.broker('third', {});
    const third = objectKey(plant, 'third');
    const run = site.begun();
    for (const key of [main, second, third, main]) await run.look(key);
    const entry = revocation(keyId, 'a1', { identity: 'sensor-1' });
    await run.revoke([entry]);
    run.issued.held = [certificateOf('sensor-1', keyId)];
    const before = { ...run.trust(), revocations: [] };
    run.brokers.set(third, told(undefined));
    run.brokers.set(main, told(run.trust()));
    run.brokers.set(second, told(before));
    assert.equal(run.isPublished(entry), false);
    run.woken.length = 0;
    run.brokers.set(second, told(run.trust(second)));
    await run.look(second);
    assert.deepEqual(
      [run.isPublished(entry), run.woken],
      [true, ['device plant/sensor-1', 'certificate plant/sensor-1']],
    );
  });

  it('wake the line of certificates that asked, of which no device is left', async () => {
    const site = siteOfMain();
    const run = site.begun();
    for (const key of [main, main]) await run.look(key);
    const entry = revocation(keyId, 'a1', { identity: 'sensor-1' });
    await run.revoke([entry]);
    run.brokers.set(main, told({ ...run.trust(), revocations: [] }));
    assert.equal(run.isPublished({ ...entry, lineage: 'plant/gone' }), false);
    assert.equal(run.isPublished(entry), false);
    run.brokers.set(main, told(run.trust()));
    run.woken.length = 0;
    await run.look();
    assert.deepEqual(run.woken, ['certificate plant/gone']);
  });

  it('do not wait for a broker that is gone', async () => {
    const site = siteOfMain();
    site.broker('second');
    const run = site.begun();
    for (const key of [main, second, main]) await run.look(key);
    const entry = revocation(keyId, 'a1');
    await run.revoke([entry]);
    run.brokers.set(main, told(run.trust()));
    run.brokers.set(second, told({ ...run.trust(), revocations: [] }));
    assert.equal(run.isPublished(entry), false);
    site.cluster.remove('MqttBroker', second);
    await run.look(second);
    assert.equal(run.isPublished(entry), true);
  });
});

describe('certificates of suspended devices', () => {
  const holds = (trust: Trust) => trust.revocations.map(({ serial, reason }) => `${serial} ${reason}`);

  it('are on the list for as long as that, and not let go while nobody knows', async () => {
    const site = siteOfMain();
    site.device('sensor-1', true);
    const run = site.begun();
    run.issued.held = [certificateOf('sensor-1', keyId)];
    await run.look();
    assert.deepEqual(holds(run.trust()), ['a1 CertificateHold']);
    const next = site.begun();
    next.issued.isKnown = false;
    await next.look();
    assert.deepEqual(holds(next.trust()), ['a1 CertificateHold'], 'as the stored list has it');
    next.issued.isKnown = true;
    next.issued.held = [certificateOf('sensor-1', keyId)];
    site.device('sensor-1', false);
    await next.look();
    assert.deepEqual([holds(next.trust()), site.sets.writes], [[], 2]);
  });
});
