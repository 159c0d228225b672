import assert from 'node:assert/strict';
import fc from 'fast-check';
import { renewAtAnnotation } from '../../../src/api/labels.ts';
import { objectKey } from '../../../src/domain/names.ts';
import { type HeldCertificate, renewalOf } from '../../../src/domain/pki/lineage.ts';
import { secondsText } from '../../../src/domain/pki/time.ts';
import { lateSecretMilliseconds } from '../../../src/controllers/certificate/departures.ts';
import { broker } from '../device/site.ts';
import { CertificateSite } from './site.ts';

const revoked = { revoked: { reason: 'KeyCompromise' } };

const renewalSecond = (held: HeldCertificate) => secondsText(renewalOf(held));

/** From issue to revocation. */
async function life(site: CertificateSite, settle: () => Promise<void>): Promise<void> {
  site.declare();
  await settle();
  site.certManager();
  await settle();
  site.declare(revoked);
  await settle();
}

describe('one line of certificates', () => {
  it('costs two statuses to be issued, and nothing afterwards', async () => {
    const site = new CertificateSite();
    site.declare();
    await site.settle();
    assert.equal(site.condition('Ready'), 'False/Issuing');
    site.certManager();
    await site.settle();
    assert.equal(site.condition('Ready'), 'True/Ready');
    assert.equal(site.cluster.writes.filter(({ verb }) => verb === 'status').length, 2);
    const before = site.cluster.writes.length;
    site.restart();
    await site.settle();
    assert.equal(site.cluster.writes.length, before);
  });

  it('writes nothing after a restart, and renews when it would have, when the request of its certificate is gone', async () => {
    const site = new CertificateSite();
    site.declare();
    await site.settle();
    site.certManager();
    await site.settle();
    assert.ok(site.cluster.object('CertificateRequest', 'plant/a-1'));
    const [before, { length }] = [site.issued.ofLineage(objectKey('plant', 'a')), site.cluster.writes];
    site.loseRequest(1);
    assert.equal(site.cluster.object('CertificateRequest', 'plant/a-1'), undefined);
    await site.settle();
    site.restart();
    await site.settle();
    assert.deepEqual(site.cluster.writes.slice(length), []);
    const after = site.issued.ofLineage(objectKey('plant', 'a'));
    assert.deepEqual(after.map(renewalSecond), before.map(renewalSecond));
  });

  it('is renewed once when somebody asks, however late the status is seen, in the second of the request too', async () => {
    const site = new CertificateSite();
    site.declare();
    await site.settle();
    site.certManager();
    await site.settle();
    site.annotate({ [renewAtAnnotation]: secondsText(site.clock.now()) });
    const reissues = () => site.cluster.writes.filter(({ verb, kind }) => verb === 'patch' && kind === 'Certificate');
    site.cluster.isMirrored = false;
    await site.reconcile();
    assert.equal(reissues().length, 1);
    site.certManager();
    for (const id of [...site.cluster.late]) if (!id.startsWith('DeviceCertificate/')) site.cluster.tell(id);
    await site.reconcile();
    assert.equal(reissues().length, 1);
    site.cluster.isMirrored = true;
    site.cluster.tell('DeviceCertificate/plant/a');
    await site.settle();
    assert.equal(reissues().length, 1);
    assert.equal(site.issued.ofLineage(objectKey('plant', 'a')).length, 2);
  });

  it('writes nothing after a restart while it is not known yet what brokers were told', async () => {
    const site = new CertificateSite();
    await life(site, () => site.settle());
    const { length } = site.cluster.writes;
    assert.deepEqual(site.events, ['Issued', 'Revoked']);
    site.restart();
    site.isLedgerKnown = false;
    await site.reconcile();
    site.isLedgerKnown = true;
    await site.settle();
    assert.deepEqual(site.cluster.writes.slice(length), []);
    assert.deepEqual(site.events, ['Issued', 'Revoked']);
  });

  it('ends in the same state wherever the operator is killed', async () => {
    const whole = new CertificateSite();
    await life(whole, () => whole.settle());
    assert.equal(whole.condition('Ready'), 'True/Revoked');
    assert.deepEqual([...whole.ledger.keys()], whole.serials);
    assert.equal(whole.cluster.object('Secret', 'plant/a-tls'), undefined);
    assert.equal(whole.cluster.object('Certificate', 'plant/a'), undefined);
    for (let write = 1; write <= whole.cluster.writes.length; write += 1) {
      const site = new CertificateSite();
      site.cluster.writesLeft = write;
      await life(site, () => site.settleThroughDeath());
      assert.deepEqual(site.cluster.contents(), whole.cluster.contents(), `killed at write ${write}`);
      assert.deepEqual([...site.ledger.keys()], site.serials, `killed at write ${write}`);
    }
  });

  it('deletes the Secret that cert-manager wrote after its Certificate was gone', async () => {
    const ends: readonly ((site: CertificateSite) => Promise<void> | void)[] = [
      (site) => site.delete(),
      (site) => site.declare(revoked),
    ];
    for (const end of ends) {
      const site = new CertificateSite();
      site.declare();
      await site.settle();
      site.certManager();
      await site.settle();
      await end(site);
      await site.settle();
      assert.equal(site.cluster.object('Secret', 'plant/a-tls'), undefined);
      site.writeSecret();
      site.clock.stopFor(2000);
      await site.settle();
      assert.equal(site.cluster.object('Secret', 'plant/a-tls'), undefined);
      assert.deepEqual([...site.ledger.keys()], site.serials);
    }
  });

  it('lets a deleted object go when its Secret was looked for once more', async () => {
    const site = new CertificateSite();
    site.declare();
    await site.settle();
    site.certManager();
    await site.settle();
    await site.delete();
    await site.settle();
    assert.ok(site.cluster.object('DeviceCertificate', 'plant/a'));
    site.clock.stopFor(2000);
    await site.settle();
    assert.equal(site.cluster.object('DeviceCertificate', 'plant/a'), undefined);
  });

  /** With a certificate, and brokers that are told nothing of the ledger. */
  async function heldUp(): Promise<CertificateSite> {
    const site = new CertificateSite();
    site.declare();
    await site.settle();
    site.certManager();
    await site.settle();
    site.areBrokersTold = false;
    return site;
  }

  /** Whether it is gone, once nothing more is to come of its Certificate. */
  async function isGone(site: CertificateSite): Promise<boolean> {
    await site.settle();
    site.clock.stopFor(lateSecretMilliseconds);
    await site.settle();
    return site.cluster.object('DeviceCertificate', 'plant/a') === undefined;
  }

  const remade = (site: CertificateSite) => {
    site.cluster.remove('MqttBroker', 'plant/main');
    site.cluster.put({ ...broker, metadata: { ...broker.metadata, uid: 'another' } });
  };
  const going = { deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: ['x/y'] };
  const namespace = {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'plant' },
    status: { phase: 'Terminating' },
  };
  const lifted: readonly (readonly [when: string, prepare: (site: CertificateSite) => void])[] = [
    ['its broker is gone', ({ cluster }) => cluster.remove('MqttBroker', 'plant/main')],
    ['its broker is going', ({ cluster }) => cluster.put({ ...broker, metadata: { ...broker.metadata, ...going } })],
    ['its namespace is going', ({ cluster }) => cluster.put(namespace)],
  ];
  for (const [when, prepare] of lifted) {
    it(`goes without a broker being told when ${when}, but not without the ledger`, async () => {
      const site = await heldUp();
      prepare(site);
      site.ledgerProblem = new Error('the ledger cannot be written');
      await site.delete();
      await assert.rejects(site.settle(), site.ledgerProblem);
      assert.ok(site.cluster.object('DeviceCertificate', 'plant/a'));
      site.ledgerProblem = undefined;
      assert.equal(await isGone(site), true);
      assert.deepEqual(
        [...site.ledger.values()].map(({ serial, reason }) => [serial, reason]),
        [[site.serials[0], 'CessationOfOperation']],
      );
      assert.equal(site.cluster.object('Secret', 'plant/a-tls'), undefined);
    });
  }

  it('waits until its broker is told, and one that was made anew under the name too', async () => {
    const site = await heldUp();
    await site.delete();
    assert.equal(await isGone(site), false);
    remade(site);
    site.restart();
    assert.equal(await isGone(site), false);
    site.areBrokersTold = true;
    assert.equal(await isGone(site), true);
    assert.deepEqual([...site.ledger.keys()], site.serials);
  });

  it('takes back every certificate that it ever saw, whatever became of its request', async () => {
    const step = fc.oneof(
      fc.constant('Issue' as const),
      fc.constant('Restart' as const),
      fc.nat({ max: 9 }).map((lost) => ({ lost })),
    );
    const end = fc.constantFrom('Revoke', 'RevokeDevice', 'Delete', 'DeleteDevice');
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), end, async (steps, ending) => {
        const site = new CertificateSite();
        site.declare();
        await site.settle();
        for (const one of steps) {
          site.clock.stopFor(1000);
          if (one === 'Restart') site.restart();
          else if (one === 'Issue') site.certManager();
          else site.loseRequest(one.lost);
          await site.settle();
        }
        if (ending === 'Revoke') site.declare(revoked);
        else if (ending === 'RevokeDevice') site.declareDevice(revoked);
        else if (ending === 'Delete') await site.delete();
        else site.cluster.remove('MqttDevice', 'plant/a');
        await site.settle();
        assert.deepEqual([...site.ledger.keys()].sort(), site.serials.toSorted());
        assert.equal(site.cluster.object('Secret', 'plant/a-tls'), undefined);
      }),
      { numRuns: 60 },
    );
  });

  it('counts what the former issuer of the broker gives while it waits for its turn to move, and takes it back', async () => {
    const site = new CertificateSite();
    site.declare();
    await site.settle();
    site.certManager();
    await site.settle();
    const former = site.cluster.object('MqttBroker', 'plant/main') as unknown as {
      readonly spec: { readonly clientCertificates: object };
    };
    const clientCertificates = { ...former.spec.clientCertificates, issuerRef: { name: 'next' } };
    site.cluster.put({ ...former, spec: { ...former.spec, clientCertificates } } as never);
    site.issuing = 'the key of next, which no broker trusts yet';
    await site.settle();
    site.certManager();
    site.restart();
    assert.equal(site.issued.ofLineage(objectKey('plant', 'a')).length, 2);
    assert.deepEqual(site.issued.findings(objectKey('plant', 'a')), []);
    await site.settle();
    site.declare(revoked);
    await site.settle();
    assert.deepEqual([...site.ledger.keys()].toSorted(), site.serials.toSorted());
  });

  it('is held by identity until it is past its end; what does not change stays the same object', async () => {
    const site = new CertificateSite();
    site.declare();
    await site.settle();
    site.certManager();
    const { byIdentity } = site.issued;
    assert.deepEqual(
      byIdentity.get('a')?.map(({ serial }) => serial),
      site.serials,
    );
    await site.settle();
    assert.equal(site.issued.byIdentity, byIdentity);
    site.clock.stopFor(7_776_000_000);
    assert.equal(site.issued.byIdentity.has('a'), false);
    assert.deepEqual(site.issued.ofDevice('plant/a'), []);
  });

  it('counts for the identity of a device that became invalid, until the device is gone', async () => {
    const site = new CertificateSite();
    site.declare();
    await site.settle();
    site.certManager();
    await site.settle();
    site.declareDevice({ templateRefs: 'none' });
    assert.equal(site.issued.byIdentity.has('a'), true);
    site.cluster.remove('MqttDevice', 'plant/a');
    assert.equal(site.issued.byIdentity.has('a'), false);
  });
});
